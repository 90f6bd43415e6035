#include "tools/hob/commands.hpp"
#include "tools/hob/overlay.hpp"

namespace hob::tools {

namespace {
constexpr base::Option options[] = {
    run_option, overlay_lib_option, {"now", 0, nullptr, "bring them up as well"}};
}

constexpr base::Command enable_command{
    .program = "hob enable",
    .operands = "NAME…",
    .summary = "Start services with the bundles that contain them, whatever was decided before.",
    .options = options,
    .details = "Kept across boots and new databases. Needs no running tree.",
    .operands_min = 1};

int do_enable(const base::Command& line, const base::Parsed& parsed) {
    return overlay(line, parsed, "enabled");
}

}  // namespace hob::tools
