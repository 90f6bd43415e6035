// The file systems that every Linux program expects, mounted where they are missing.
//
// What is mounted already is left alone; what the kernel does not have or the surroundings do not allow (a
// container) is left out silently; any other failure is one message, and the boot goes on.
#pragma once

namespace hob::init {

// For PID 1 only. `machine`: not in a container.
void mount_missing(bool machine) noexcept;
// SIGWINCH to this process when the keyboard's request key is pressed.
void take_keyboard_request() noexcept;

}  // namespace hob::init
