#include "init/cmdline.hpp"

#include "init/console.hpp"

namespace hob::init {

bool parse_seconds(const char* text, base::Nanos* span) noexcept {
    std::int64_t number = 0;
    for (; *text >= '0' && *text <= '9' && number <= 1'000'000; ++text) number = number * 10 + (*text - '0');
    if (*text != '\0' || number == 0 || number > 1'000'000) return false;
    *span = base::seconds(number);
    return true;
}

void CmdlineReader::feed(std::string_view piece) noexcept {
    for (const char c : piece) {
        if (c == '"') quoted_ = !quoted_;
        if ((c == ' ' || (c >= '\t' && c <= '\r')) && !quoted_)
            end_word();
        else
            word_.add(c);
    }
}

// An opening quote goes, with its partner if that is the last byte, of the word as of its value (Linux,
// lib/cmdline.c, next_arg).
void CmdlineReader::end_word() noexcept {
    base::Text<160> plain;
    bool open = false, after_equals = true;
    const std::string_view word = word_.view();
    for (std::size_t i = 0; i < word.size(); ++i) {
        const bool opens = word[i] == '"' && after_equals,
                   closes = word[i] == '"' && open && i + 1 == word.size();
        open = open || opens;
        if (!opens && !closes) plain.add(word[i]);
        after_equals = word[i] == '=' && !open;
    }
    if (!word_.cut()) take(plain.c_str());
    word_.clear();
    quoted_ = false;
}

void CmdlineReader::take(const char* word) noexcept {
    if (word[0] == '-' && word[1] == '-' && word[2] == '\0') done_ = true;
    const char* const own = behind(word, "hob.");
    if (done_ || own == nullptr) return;
    if (const char* const name = behind(own, "up="); name != nullptr && *name != '\0') {
        words_->up.clear();
        words_->up.add(name);
    } else if (const char* const limit = behind(own, "timeout="); limit != nullptr) {
        if (!parse_seconds(limit, &words_->timeout)) say("kernel command line: no number of seconds: ", word);
    } else if (const char* const rest = behind(own, "shell"); rest != nullptr && *rest == '\0') {
        words_->shell = true;
    }
}

}  // namespace hob::init
