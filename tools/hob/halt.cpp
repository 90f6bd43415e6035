#include "tools/hob/commands.hpp"
#include "tools/hob/power.hpp"

#include <csignal>

namespace hob::tools {

constexpr base::Command halt_command{.program = "hob halt",
                                     .operands = "",
                                     .summary = "Take everything down and stop the machine, power on.",
                                     .options = power_options,
                                     .details = power_details,
                                     .operands_max = 0};

int do_halt(const base::Command& line, const base::Parsed& parsed) {
    return power(line, parsed, base::PowerAction::halt, SIGUSR1);
}

}  // namespace hob::tools
