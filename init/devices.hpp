// Takes the machine's storage apart before the power goes: swap, mounts, loop and dm devices.
//
// Each step may hang on a dead disk or server, so each runs in a child with a deadline (init/power.hpp), and
// what cannot be undone is said and left. For a machine only: in a container these are the machine's.
#pragma once

namespace hob::init {

void end_swap() noexcept;
// Unmounts, in reverse order and until nothing changes any more; what stays busy becomes read-only and is
// detached; the root becomes read-only.
void unmount_all() noexcept;
// One pass over the mounts; 1: something was unmounted. For unmount_all() and its test.
int unmount_pass() noexcept;
// The rest read-only and detached; the number of mounts that were left, at most 255.
int detach_rest() noexcept;

}  // namespace hob::init
