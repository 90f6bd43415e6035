#include "base/text.hpp"

namespace hob::base {

void TextHead::add(const char* bytes, std::size_t count) noexcept {
    const std::size_t left = room - 1 - size;
    if (count > left) {
        cut = 1;
        count = left;
    }
    char* const data = reinterpret_cast<char*>(this + 1);
    if (count != 0) std::memcpy(data + size, bytes, count);
    size += static_cast<std::uint32_t>(count);
    data[size] = '\0';
}

void TextHead::add(const char* s) noexcept { add(s, std::strlen(s)); }

void TextHead::add(char c) noexcept { add(&c, 1); }

void TextHead::add_number(unsigned long long magnitude, bool negative) noexcept {
    char digits[24];
    char* const end = digits + sizeof digits;
    char* at = end;
    do *--at = static_cast<char>('0' + magnitude % 10);
    while ((magnitude /= 10) != 0);
    if (negative) *--at = '-';
    add(at, static_cast<std::size_t>(end - at));
}

}  // namespace hob::base
