// One line for each step of a long check: its name while it works, its time when it is done.
#pragma once

#include "tools/vm/error.hpp"

#include <cstdio>
#include <string_view>
#include <utility>

#include <unistd.h>

namespace hob::vm {

// Runs `work`; a VmError it throws gets the step's name in front.
template <class Work>
void step(std::string_view name, Work&& work) {
    const bool terminal = ::isatty(1) == 1;
    const int width = static_cast<int>(name.size());
    if (terminal) std::printf("  %.*s …", width, name.data());
    std::fflush(stdout);
    const auto start = Clock::now();
    try {
        std::forward<Work>(work)();
    } catch (const VmError& error) {
        if (terminal) std::printf("\r\033[K");
        throw VmError{std::string{name} + ": " + error.what()};
    }
    const double took = std::chrono::duration<double>(Clock::now() - start).count();
    std::printf("%s  %.*s (%.1f s)\n", terminal ? "\r\033[K" : "", width, name.data(), took);
    std::fflush(stdout);
}

}  // namespace hob::vm
