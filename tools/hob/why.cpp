// hob why: who wants a service, what it waits for, what stands in its way.
#include "tools/hob/change.hpp"
#include "tools/hob/commands.hpp"

namespace hob::tools {

namespace {
constexpr base::Option options[] = {run_option};
}

constexpr base::Command why_command{
    .program = "hob why",
    .operands = "NAME…",
    .summary = "Say who wants a service, what it waits for and what blocks it.",
    .options = options,
    .operands_min = 1};

int do_why(const base::Command& line, const base::Parsed& parsed) {
    return ask(base::Verb::why, line, parsed);
}

}  // namespace hob::tools
