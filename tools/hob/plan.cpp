// hob plan: what `hob up` would do.
#include "tools/hob/change.hpp"
#include "tools/hob/commands.hpp"

namespace hob::tools {

namespace {
constexpr base::Option options[] = {run_option};
}

constexpr base::Command plan_command{.program = "hob plan",
                                     .operands = "NAME…",
                                     .summary = "Say what hob up would do, in order, and do nothing.",
                                     .options = options,
                                     .operands_min = 1};

int do_plan(const base::Command& line, const base::Parsed& parsed) {
    return ask(base::Verb::plan, line, parsed);
}

}  // namespace hob::tools
