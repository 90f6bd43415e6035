#include "tools/hob/commands.hpp"
#include "tools/hob/power.hpp"

#include <csignal>

namespace hob::tools {

constexpr base::Command poweroff_command{.program = "hob poweroff",
                                         .operands = "",
                                         .summary = "Take everything down and switch the machine off.",
                                         .options = power_options,
                                         .details = power_details,
                                         .operands_max = 0};

int do_poweroff(const base::Command& line, const base::Parsed& parsed) {
    return power(line, parsed, base::PowerAction::poweroff, SIGUSR2);
}

}  // namespace hob::tools
