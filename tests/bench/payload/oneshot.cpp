// Exits 0. No libc (ready.cpp).
#include "svc/raw.hpp"

extern "C" [[noreturn]] void _start() {
    for (;;) (void)hob::svc::raw::call(SYS_exit_group, 0);
}
