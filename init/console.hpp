// What hob-init and hob-shutdown say, and the descriptors 0 to 2 they say it on.
//
// A message is one line, "PROGRAM: …", on descriptor 2; when that would block or cannot take it, and this is
// PID 1 of a machine, in the kernel's log instead; else it is dropped. PID 1 never waits for a console.
#pragma once

#include "base/text.hpp"

namespace hob::init {

// Descriptors 0 to 2 that are closed become /dev/console, else /dev/null, else a pipe.
void sane_descriptors() noexcept;
// If one was closed: puts /dev/console on 0 to 2, if there is one by now.
void take_console() noexcept;

// Who speaks, for every message of this process, and whether the kernel's log is ours to write to.
void speak_as(const char* program, bool to_kernel_log) noexcept;
// The parts, one after the other. Plain strings, since every call of it is in PID 1.
void say(const char* a, const char* b = "", const char* c = "", const char* d = "") noexcept;
// "WHAT DETAIL: No such file or directory".
void say_error(int code, const char* what, const char* detail = "") noexcept;

struct Decimal : base::Text<24> {
    explicit Decimal(unsigned long number) noexcept { add(number); }
};

// What follows `prefix` in `word`, or nullptr.
const char* behind(const char* word, const char* prefix) noexcept;

}  // namespace hob::init
