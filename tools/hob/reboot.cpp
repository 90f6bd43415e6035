#include "tools/hob/commands.hpp"
#include "tools/hob/power.hpp"

#include <csignal>

namespace hob::tools {

constexpr base::Command reboot_command{.program = "hob reboot",
                                       .operands = "",
                                       .summary = "Take everything down and start the machine again.",
                                       .options = power_options,
                                       .details = power_details,
                                       .operands_max = 0};

int do_reboot(const base::Command& line, const base::Parsed& parsed) {
    return power(line, parsed, base::PowerAction::reboot, SIGTERM);
}

}  // namespace hob::tools
