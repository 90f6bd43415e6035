#include "tools/hob/text.hpp"

#include "base/options.hpp"

#include <sys/wait.h>

namespace hob::tools {

std::string span_text(std::int64_t ns) {
    const std::int64_t all = ns > 0 ? ns / 1'000'000'000 : 0;
    struct Pair {
        std::int64_t limit, big, small;
        const char *big_name, *small_name;
    };
    static constexpr Pair pairs[] = {{3600, 60, 1, " min ", " s"}, {86400, 3600, 60, " h ", " min"}};
    if (all < 60) return std::to_string(all) + " s";
    for (const Pair& p : pairs)
        if (all < p.limit)
            return std::to_string(all / p.big) + p.big_name + std::to_string(all % p.big / p.small) +
                   p.small_name;
    return std::to_string(all / 86400) + " d " + std::to_string(all % 86400 / 3600) + " h";
}

std::string seconds_text(std::int64_t ns) {
    const std::int64_t ms = ns > 0 ? ns / 1'000'000 : 0;
    const std::string fraction = std::to_string(1000 + ms % 1000);
    return std::to_string(ms / 1000) + "." + fraction.substr(1);
}

std::string exit_text(int status) {
    if (WIFEXITED(status)) return "exited " + std::to_string(WEXITSTATUS(status));
    const int signal = WTERMSIG(status);
    std::string text = "killed by SIG";
    text += base::signal_name(signal);
    if (WCOREDUMP(status)) text += " (core dumped)";
    return text;
}

std::size_t utf8_size(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    if (text.empty()) return 0;
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < size) return 0;
    for (std::size_t i = 1; i < size; ++i)
        if ((byte(i) & 0xc0) != 0x80) return 0;
    const unsigned second = byte(1);  // too long a form, surrogates, beyond U+10FFFF
    if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
        (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f))
        return 0;
    return size;
}

void add_escaped(std::string& to, std::string_view text) {
    constexpr const char* hex = "0123456789abcdef";
    while (!text.empty()) {
        const auto first = static_cast<unsigned char>(text[0]);
        const std::size_t size = utf8_size(text);
        const bool control = (first < 0x20 && first != '\t') || first == 0x7f;
        const bool c1 = size == 2 && first == 0xc2 && static_cast<unsigned char>(text[1]) < 0xa0;
        if (size == 0 || control || c1) {
            const std::size_t count = size == 0 ? 1 : size;
            for (std::size_t i = 0; i < count; ++i) {
                const auto byte = static_cast<unsigned char>(text[i]);
                to += "\\x";
                to += hex[byte >> 4];
                to += hex[byte & 15];
            }
            text.remove_prefix(count);
        } else {
            to += text.substr(0, size);
            text.remove_prefix(size);
        }
    }
}

std::string names_text(std::span<const std::string_view> names, std::size_t width) {
    std::size_t whole = 0;
    for (const auto name : names) whole += name.size() + (whole != 0 ? 2 : 0);
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const std::string more = " and " + std::to_string(names.size() - i) + " more";
        if (i != 0 && whole > width && text.size() + 2 + names[i].size() + more.size() > width)
            return text + more;
        if (i != 0) text += ", ";
        text += names[i];
    }
    return text;
}

std::string padded(std::string_view text, std::size_t width) {
    std::string out{text};
    if (out.size() < width) out.append(width - out.size(), ' ');
    return out;
}
std::string padded_left(std::string_view text, std::size_t width) {
    std::string out;
    if (text.size() < width) out.append(width - text.size(), ' ');
    return out += text;
}

}  // namespace hob::tools
