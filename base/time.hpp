// Three kinds of time that do not convert into each other.
//
//  Instant  a point on CLOCK_MONOTONIC, 64-bit ns: every process deadline. A resume from suspend expires
//  none. Stamp    a point on CLOCK_BOOTTIME, ns since boot: what status shows ("since"). Wall     a point on
//  CLOCK_REALTIME: stamps in logs, calendar timers; never a deadline of a process.
//
// A span is Nanos. `now` is read once per loop turn and handed down.
#pragma once

#include <compare>
#include <cstdint>
#include <ctime>

namespace hob::base {

struct Nanos {
    std::int64_t count = 0;
    friend constexpr auto operator<=>(Nanos, Nanos) = default;
    friend constexpr Nanos operator+(Nanos a, Nanos b) { return {a.count + b.count}; }
};
constexpr Nanos seconds(std::int64_t n) { return {n * 1'000'000'000}; }
constexpr Nanos millis(std::int64_t n) { return {n * 1'000'000}; }

struct Instant {
    std::int64_t ns = 0;  // 0: no instant
    friend constexpr auto operator<=>(Instant, Instant) = default;
    friend constexpr Instant operator+(Instant t, Nanos d) { return {t.ns + d.count}; }
    friend constexpr Nanos operator-(Instant a, Instant b) { return {a.ns - b.ns}; }
    [[nodiscard]] constexpr explicit operator bool() const { return ns != 0; }
};

struct Stamp {
    std::int64_t ns = 0;
    friend constexpr auto operator<=>(Stamp, Stamp) = default;
    friend constexpr Nanos operator-(Stamp a, Stamp b) { return {a.ns - b.ns}; }
};

struct Wall {
    std::int64_t ns = 0;
    friend constexpr auto operator<=>(Wall, Wall) = default;
};

inline std::int64_t read_clock(clockid_t clock) noexcept {
    timespec t{};
    ::clock_gettime(clock, &t);
    return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}
inline Instant monotonic_now() noexcept { return {read_clock(CLOCK_MONOTONIC)}; }
inline Stamp boot_now() noexcept { return {read_clock(CLOCK_BOOTTIME)}; }
inline Wall wall_now() noexcept { return {read_clock(CLOCK_REALTIME)}; }

constexpr timespec to_timespec(std::int64_t ns) noexcept {
    timespec t{};
    t.tv_sec = static_cast<time_t>(ns / 1'000'000'000);
    t.tv_nsec = static_cast<long>(ns % 1'000'000'000);
    return t;
}

}  // namespace hob::base
