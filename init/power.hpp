// The last calls of a machine: sync and reboot(2), each in a child, so that one that hangs (a dead disk) or
// ends its caller (reboot) does not take PID 1 with it.
#pragma once

#include "base/service.hpp"
#include "base/time.hpp"

#include <optional>

#include <sys/types.h>

namespace hob::init {

using Step = int (*)() noexcept;  // its value, 0 to 255, is what bounded() gives
// Runs `step` in a child, for at most `limit`. Nothing: it could not be run, died or did not end in time; it
// is then left to itself, as it may be unkillable.
std::optional<int> bounded(Step step, base::Nanos limit) noexcept;
// Everything to the disks.
void sync_disks() noexcept;
// Powers off, reboots or halts; what fails ends in a halt, and that in waiting for ever.
[[noreturn]] void reboot_now(base::PowerAction action) noexcept;

}  // namespace hob::init
