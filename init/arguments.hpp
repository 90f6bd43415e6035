// What hob-init is told: by its command line, or on a machine by the kernel's, where argv holds only the
// words that the kernel did not know.
#pragma once

#include "init/cmdline.hpp"

namespace hob::init {

struct Arguments {
    const char* run = nullptr;  // nullptr: the default
    BootWords boot;
};

// False: leave with *code; the reason has been said. The few options are read here: base/options.hpp is half
// as large as hob-init may be.
[[nodiscard]] bool read_arguments(int argc, char** argv, bool pid_one, Arguments* arguments,
                                  int* code) noexcept;
// From /proc/cmdline.
void read_kernel_words(BootWords* words) noexcept;

}  // namespace hob::init
