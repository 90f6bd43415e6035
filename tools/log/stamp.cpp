#include "tools/log/stamp.hpp"

#include <cstdint>

namespace hob::log {

namespace {

constexpr std::int64_t ns_per_second = 1'000'000'000;
constexpr std::uint64_t tai_offset = (std::uint64_t{1} << 62) + 10;
constexpr std::string_view pattern = "0000-00-00T00:00:00.000000000Z";

struct Split {
    std::int64_t seconds;
    std::int64_t ns;
};
constexpr Split split(std::int64_t ns) noexcept {
    Split s{ns / ns_per_second, ns % ns_per_second};
    if (s.ns < 0) s.ns += ns_per_second, --s.seconds;
    return s;
}

// `count` decimal digits at `to`.
void digits(char* to, std::int64_t value, int count) noexcept {
    while (count-- > 0) {
        to[count] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
}
constexpr std::int64_t number(std::string_view text, std::size_t at, std::size_t count) noexcept {
    std::int64_t value = 0;
    for (const char c : text.substr(at, count)) value = value * 10 + (c - '0');
    return value;
}

struct Date {
    std::int64_t year, month, day;
};
// Days since 1970 to a date and back, with years that begin in March: H. Hinnant, "chrono-compatible
// low-level date algorithms".
constexpr Date date_of(std::int64_t days) noexcept {
    days += 719468;
    const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    const std::int64_t of_era = days - era * 146097;
    const std::int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    const std::int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    const std::int64_t month = (5 * of_year + 2) / 153;
    const std::int64_t day = of_year - (153 * month + 2) / 5 + 1;
    return {year + era * 400 + (month >= 10 ? 1 : 0), month < 10 ? month + 3 : month - 9, day};
}
constexpr std::int64_t days_of(Date d) noexcept {
    if (d.month <= 2) --d.year;
    const std::int64_t era = (d.year >= 0 ? d.year : d.year - 399) / 400;
    const std::int64_t year = d.year - era * 400;
    const std::int64_t of_year = (153 * (d.month > 2 ? d.month - 3 : d.month + 9) + 2) / 5 + d.day - 1;
    return era * 146097 + year * 365 + year / 4 - year / 100 + of_year - 719468;
}
static_assert(days_of(date_of(0)) == 0 && days_of(date_of(20777)) == 20777);

}  // namespace

void write_stamp(char* to, base::Wall when) noexcept {
    const Split s = split(when.ns);
    std::int64_t days = s.seconds / 86400, rest = s.seconds % 86400;
    if (rest < 0) rest += 86400, --days;
    const Date d = date_of(days);
    pattern.copy(to, stamp_size);
    digits(to, d.year, 4);
    digits(to + 5, d.month, 2);
    digits(to + 8, d.day, 2);
    digits(to + 11, rest / 3600, 2);
    digits(to + 14, rest / 60 % 60, 2);
    digits(to + 17, rest % 60, 2);
    digits(to + 20, s.ns, 9);
}

std::optional<base::Wall> read_stamp(std::string_view text) noexcept {
    if (text.size() < stamp_size) return std::nullopt;
    for (std::size_t i = 0; i < stamp_size; ++i) {
        const bool digit = text[i] >= '0' && text[i] <= '9';
        if (pattern[i] == '0' ? !digit : text[i] != pattern[i]) return std::nullopt;
    }
    const Date d{number(text, 0, 4), number(text, 5, 2), number(text, 8, 2)};
    if (d.month < 1 || d.month > 12 || d.day < 1 || d.day > 31) return std::nullopt;
    const std::int64_t seconds =
        days_of(d) * 86400 + number(text, 11, 2) * 3600 + number(text, 14, 2) * 60 + number(text, 17, 2);
    // What 64 bits of nanoseconds hold: 1678 to 2261.
    if (seconds < -9'000'000'000 || seconds > 9'000'000'000) return std::nullopt;
    return base::Wall{seconds * ns_per_second + number(text, 20, 9)};
}

void write_label(char* to, base::Wall when) noexcept {
    const Split s = split(when.ns);
    const std::uint64_t seconds = tai_offset + static_cast<std::uint64_t>(s.seconds);
    constexpr const char* hex = "0123456789abcdef";
    to[0] = '@';
    for (unsigned i = 0; i < 16; ++i) to[1 + i] = hex[(seconds >> (60 - 4 * i)) & 15];
    for (unsigned i = 0; i < 8; ++i)
        to[17 + i] = hex[(static_cast<std::uint64_t>(s.ns) >> (28 - 4 * i)) & 15];
}

std::optional<base::Wall> read_label(std::string_view text) noexcept {
    if (text.size() < label_size || text[0] != '@') return std::nullopt;
    std::uint64_t parts[2] = {};
    for (std::size_t i = 1; i < label_size; ++i) {
        const char c = text[i];
        unsigned digit = 0;
        if (c >= '0' && c <= '9')
            digit = static_cast<unsigned>(c - '0');
        else if (c >= 'a' && c <= 'f')
            digit = static_cast<unsigned>(c - 'a') + 10;
        else
            return std::nullopt;
        std::uint64_t& part = parts[i > 16 ? 1 : 0];
        part = part << 4 | digit;
    }
    const auto seconds = static_cast<std::int64_t>(parts[0] - tai_offset);
    if (parts[1] >= ns_per_second || seconds < -9'000'000'000 || seconds > 9'000'000'000) return std::nullopt;
    return base::Wall{seconds * ns_per_second + static_cast<std::int64_t>(parts[1])};
}

}  // namespace hob::log
