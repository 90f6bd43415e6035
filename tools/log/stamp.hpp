// How a log says when: ISO 8601 with nanoseconds in front of each line, TAI64N labels as names of rotated
// files.
//
// Both are of fixed size and sort as bytes in the order of time, which readers rely on. UTC, years 0 to 9999;
// no locale, no time zone files, no heap. TAI64N is 2^62 + 10 + seconds since 1970, as daemontools writes it
// (leap seconds are not looked up), so `tai64nlocal` understands the names. Source:
// https://cr.yp.to/libtai/tai64.html
#pragma once

#include "base/time.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace hob::log {

inline constexpr std::size_t stamp_size = 30;  // 2026-11-20T12:06:35.123456789Z
inline constexpr std::size_t label_size = 25;  // @ and 24 hexadecimal digits

// Writes exactly stamp_size bytes, not terminated.
void write_stamp(char* to, base::Wall when) noexcept;
// The time that `text` begins with; nullopt when it begins with no stamp.
[[nodiscard]] std::optional<base::Wall> read_stamp(std::string_view text) noexcept;

// Writes exactly label_size bytes, not terminated.
void write_label(char* to, base::Wall when) noexcept;
// The time that `text` begins with; nullopt when it begins with no label.
[[nodiscard]] std::optional<base::Wall> read_label(std::string_view text) noexcept;

}  // namespace hob::log
