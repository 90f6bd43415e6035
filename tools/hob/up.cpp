#include "tools/hob/change.hpp"
#include "tools/hob/commands.hpp"

namespace hob::tools {

constexpr base::Command up_command{
    .program = "hob up",
    .operands = "NAME…",
    .summary = "Bring services up, with all they need, and wait until they are.",
    .options = change_options,
    .details = change_details,
    .operands_min = 1};

int do_up(const base::Command& line, const base::Parsed& parsed) {
    return change(base::Verb::up, line, parsed);
}

}  // namespace hob::tools
