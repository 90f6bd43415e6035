#include "init/cmdline.hpp"

#include "base/options.hpp"

namespace hob::init {

namespace {

bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0'; }

// Takes an opening quote off, and its partner if it is the last byte (Linux, lib/cmdline.c, next_arg).
std::string_view unquote(std::string_view text) noexcept {
    if (!text.starts_with('"')) return text;
    text.remove_prefix(1);
    if (text.ends_with('"')) text.remove_suffix(1);
    return text;
}

}  // namespace

void CmdlineReader::feed(std::string_view piece) noexcept {
    for (const char c : piece) {
        if (c == '"') quoted_ = !quoted_;
        if (is_space(c) && !quoted_)
            end_word();
        else
            word_.add(c);
    }
}

const BootWords& CmdlineReader::finish() noexcept {
    end_word();
    return words_;
}

void CmdlineReader::end_word() noexcept {
    std::string_view word = unquote(word_.view());
    if (word == "--") done_ = true;
    constexpr std::string_view prefix = "hob.";
    if (!done_ && !word_.cut() && word.starts_with(prefix)) {
        word.remove_prefix(prefix.size());
        const auto equals = word.find('=');
        std::string_view value;
        if (equals != word.npos) {
            value = unquote({word.data() + equals + 1, word.size() - equals - 1});
            word = {word.data(), equals};
        }
        take(word, value);
    }
    word_.clear();
    quoted_ = false;
}

void CmdlineReader::take(std::string_view name, std::string_view value) noexcept {
    if (name == "shell") {
        words_.shell = value.empty() || value == "1";
        return;
    }
    long long ns = 0;
    if (name == "up" && base::ServiceName::parse(value)) {
        words_.up.clear();
        words_.up.add(value);
    } else if (name == "timeout" && base::parse_duration(value, &ns) && ns > 0) {
        words_.timeout = {ns};
    } else if ((name == "up" || name == "timeout") && words_.refused.size() == 0) {
        words_.refused.add(word_.view());
    }
}

}  // namespace hob::init
