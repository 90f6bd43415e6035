// Times out of a machine under test, on its console: what PID 1 needed, and when it was asked to power off.
//
// `enter` notes the time before it becomes PID 1's program; who knows that all is ready prints
//     bench: up NS asked NS offset NS
// where `asked` is a moment in the near future at which power-off will be asked for: printing takes time, and
// this way it is not counted. The kernel's last line, "reboot: Power down", carries its own clock; `offset`
// is that clock minus CLOCK_MONOTONIC. Times in ns.
#pragma once

#include <cstdint>

namespace hob::bench {

inline constexpr const char* start_file = "/bench.start";

// Prints the line for a machine whose last service was ready at `up`, then waits for the moment.
void say_up_and_wait(std::int64_t up) noexcept;
[[noreturn]] void power_off() noexcept;

}  // namespace hob::bench
