#include "tools/vm/console.hpp"

#include "tools/vm/error.hpp"

#include <algorithm>
#include <array>

namespace hob::vm {

namespace {

// What a terminal would not show: carriage returns, escape sequences (ECMA-48: ESC [ … final byte), other
// controls.
std::string plain(std::string_view raw) {
    std::string out;
    for (std::size_t i = 0; i < raw.size(); ++i) {
        const char c = raw[i];
        if (c == '\x1b' && i + 1 < raw.size() && raw[i + 1] == '[') {
            i += 2;
            while (i < raw.size() && (raw[i] < '@' || raw[i] > '~')) ++i;
        } else if (c == '\n' || c == '\t' || static_cast<unsigned char>(c) >= ' ') {
            out += c;
        }
    }
    return out;
}

}  // namespace

bool is_fatal_line(std::string_view line) {
    static constexpr std::array<std::string_view, 6> words{
        "Kernel panic - not syncing", "] BUG: ",           "] Oops: ",
        "rcu: INFO: rcu_sched",       "soft lockup - CPU", "Out of memory: Killed process"};
    return std::ranges::any_of(words, [&](auto word) { return line.find(word) != line.npos; });
}

Console::Console(const std::filesystem::path& log) : log_{log, std::ios::binary | std::ios::trunc} {
    if (!log_) throw VmError{"cannot write the console log " + log.string()};
}

void Console::feed(std::string_view bytes) {
    log_ << bytes << std::flush;
    text_ += bytes;
    for (auto end = text_.find('\n', scanned_); end != text_.npos; end = text_.find('\n', scanned_)) {
        const auto line = std::string_view{text_}.substr(scanned_, end - scanned_);
        if (!fatal_ && is_fatal_line(line)) fatal_ = plain(line);
        scanned_ = end + 1;
    }
}

std::string Console::tail(int lines) const {
    auto text = plain(text_);
    while (!text.empty() && text.back() == '\n') text.pop_back();
    auto start = text.size();
    for (int i = 0; i < lines && start != text.npos && start > 0; ++i) start = text.rfind('\n', start - 1);
    return start == text.npos || start == 0 ? text : text.substr(start + 1);
}

}  // namespace hob::vm
