#include "init/mountinfo.hpp"

#include <algorithm>
#include <cstring>

namespace hob::init {

std::string_view field(std::string_view line, std::size_t n) noexcept {
    for (;;) {
        line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
        const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
        if (n-- == 0) {
            line.remove_suffix(line.size() - end);
            return line;
        }
        line.remove_prefix(end);
        if (line.empty()) return {};
    }
}

bool unescape(std::string_view text, std::span<char> room) noexcept {
    const auto octal = [](char c) { return c >= '0' && c <= '7'; };
    std::size_t size = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (size + 1 >= room.size()) return false;
        char c = text[i];
        if (c == '\\' && text.size() - i > 3 && octal(text[i + 1]) && octal(text[i + 2]) &&
            octal(text[i + 3])) {
            c = static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
            i += 3;
        }
        room[size++] = c;
    }
    if (room.empty()) return false;
    room[size] = '\0';
    return true;
}

bool stays(std::string_view point) noexcept {
    if (point == "/" || point == "/run") return true;
    constexpr std::string_view tops[] = {"/proc", "/sys", "/dev"};
    return std::ranges::any_of(tops, [point](std::string_view top) {
        return begins(point, top) && (point.size() == top.size() || point[top.size()] == '/');
    });
}

void LatestPaths::add(std::string_view escaped) noexcept {
    if (escaped.size() + 1 > sizeof bytes_ - used_) used_ = 0;
    if (unescape(escaped, {bytes_ + used_, sizeof bytes_ - used_})) used_ += std::strlen(bytes_ + used_) + 1;
}

const char* LatestPaths::pop() noexcept {
    if (used_ == 0) return nullptr;
    --used_;  // its terminator
    while (used_ > 0 && bytes_[used_ - 1] != '\0') --used_;
    return bytes_ + used_;
}

}  // namespace hob::init
