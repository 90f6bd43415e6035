#include "tools/hob/commands.hpp"
#include "tools/hob/overlay.hpp"

namespace hob::tools {

namespace {
constexpr base::Option options[] = {run_option, overlay_lib_option};
}

constexpr base::Command unmask_command{
    .program = "hob unmask",
    .operands = "NAME…",
    .summary = "Take back what enable, disable or mask decided: the definitions say.",
    .options = options,
    .operands_min = 1};

int do_unmask(const base::Command& line, const base::Parsed& parsed) { return overlay(line, parsed, {}); }

}  // namespace hob::tools
