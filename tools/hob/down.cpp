#include "tools/hob/change.hpp"
#include "tools/hob/commands.hpp"

namespace hob::tools {

constexpr base::Command down_command{
    .program = "hob down",
    .operands = "NAME…",
    .summary = "Take services down, after all that need them, and wait until they are.",
    .options = change_options,
    .details = change_details,
    .operands_min = 1};

int do_down(const base::Command& line, const base::Parsed& parsed) {
    return change(base::Verb::down, line, parsed);
}

}  // namespace hob::tools
