// Exits 0. No libc (ready.cpp).
#include "svc/raw.hpp"

// NOLINTNEXTLINE(readability-identifier-naming): the linker's name for it
extern "C" [[noreturn]] void _start() {
    for (;;) (void)hob::svc::raw::call(SYS_exit_group, 0);
}
