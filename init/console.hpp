// What hob-init and hob-shutdown say, and the descriptors 0 to 2 they say it on.
//
// A message is one line, "PROGRAM: …", on descriptor 2; when that would block or cannot take it, and this is
// PID 1 of a machine, in the kernel's log instead; else it is dropped. PID 1 never waits for a console.
#pragma once

#include "base/text.hpp"

#include <string_view>

namespace hob::init {

using Message = base::Text<256>;

// Descriptors 0 to 2 that are closed become /dev/console, else /dev/null, else a pipe.
void sane_descriptors() noexcept;
// If one was closed: puts /dev/console on 0 to 2, if there is one by now.
void take_console() noexcept;

// Who speaks, for every message of this process, and whether the kernel's log is ours to write to.
void speak_as(const char* program, bool to_kernel_log) noexcept;
void say_line(std::string_view text) noexcept;
// ": No such file or directory" behind the text.
void say_error(std::string_view what, int code) noexcept;

template <class... Parts>
void say(const Parts&... parts) noexcept {
    say_line(Message{parts...}.view());
}

}  // namespace hob::init
