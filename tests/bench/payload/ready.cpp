// A daemon as small as one can be: a newline on descriptor 3, then nothing until a signal ends it. No libc:
// what is measured is the supervisor, not its payload.
#include "svc/raw.hpp"

// NOLINTNEXTLINE(readability-identifier-naming): the linker's name for it
extern "C" [[noreturn]] void _start() {
    namespace raw = hob::svc::raw;
    (void)raw::call(SYS_write, 3, "\n", 1);
    for (;;) (void)raw::call(SYS_ppoll, nullptr, 0, nullptr, nullptr);
}
