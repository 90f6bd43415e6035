// What poweroff, reboot and halt have in common.
#pragma once

#include "base/service.hpp"
#include "tools/hob/command.hpp"

namespace hob::tools {

// Asks the engine; if none answers and this is the machine's tree, PID 1 by `signal`. The exit code.
int power(const base::Command& line, const base::Parsed& parsed, base::PowerAction action, int signal);

inline constexpr base::Option power_options[] = {run_option};
inline constexpr const char* power_details =
    "Returns when it has been asked for. A tree that hob run started ends. Without an engine PID 1 is told "
    "by a signal.";

}  // namespace hob::tools
