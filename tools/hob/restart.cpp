#include "tools/hob/change.hpp"
#include "tools/hob/commands.hpp"

namespace hob::tools {

constexpr base::Command restart_command{
    .program = "hob restart",
    .operands = "NAME…",
    .summary = "Restart services, and all that need them, in order, and wait until they are up.",
    .options = change_options,
    .details = change_details,
    .operands_min = 1};

int do_restart(const base::Command& line, const base::Parsed& parsed) {
    return change(base::Verb::restart, line, parsed);
}

}  // namespace hob::tools
