// What f0 and f1 are asked to do, and how they say how long it took.
//
// Both start N payloads, half of them `ready`, half `oneshot` unless asked otherwise, take the time until the
// last is ready (or has exited 0), end the ones that stay and take the time until the last is reaped. As a
// process they print one line, `up NS down NS busy NS NS`. As PID 1 of a machine they print marks (marks.hpp)
// and power off.
#pragma once

#include "base/options.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hob::bench {

enum class Kind : std::uint8_t { mixed, ready, oneshot };

struct Work {
    std::size_t services = 1000;
    Kind kind = Kind::mixed;
    bool vfork = false;
    const char* ready = "/bench/ready";
    const char* oneshot = "/bench/oneshot";
    // f1 alone
    bool log = true, report = true, store = true, fifos = false;
    const char* directory = nullptr;  // where each service gets a directory
    const char* cgroup = nullptr;     // where each service gets a cgroup

    [[nodiscard]] bool is_longrun(std::size_t i) const noexcept {
        return kind == Kind::ready || (kind == Kind::mixed && i % 2 == 0);
    }
    [[nodiscard]] const char* payload(std::size_t i) const noexcept {
        return is_longrun(i) ? ready : oneshot;
    }
};

// False: leave with *code.
[[nodiscard]] bool read_work(const char* program, int argc, char** argv, Work* work, int* code) noexcept;

// Prints `WHAT: errno's text` and leaves with 111.
[[noreturn]] void give_up(const char* what, int error) noexcept;

struct Times {
    std::int64_t start = 0, up = 0, down = 0;  // CLOCK_MONOTONIC, ns
    std::int64_t busy_up = 0, busy_down = 0;   // processor time at these moments, ns, without the payloads'
};
void print_times(const Times& times) noexcept;

}  // namespace hob::bench
