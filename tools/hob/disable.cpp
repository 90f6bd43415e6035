#include "tools/hob/commands.hpp"
#include "tools/hob/overlay.hpp"

namespace hob::tools {

namespace {
constexpr base::Option options[] = {
    run_option, overlay_lib_option, {"now", 0, nullptr, "take them down as well"}};
}

constexpr base::Command disable_command{
    .program = "hob disable",
    .operands = "NAME…",
    .summary = "Do not start services because a bundle contains or another wants them.",
    .options = options,
    .details = "Kept across boots and new databases. Needs no running tree.",
    .operands_min = 1};

int do_disable(const base::Command& line, const base::Parsed& parsed) {
    return overlay(line, parsed, "disabled");
}

}  // namespace hob::tools
