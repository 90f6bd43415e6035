#include "tools/hob/commands.hpp"
#include "tools/hob/overlay.hpp"

namespace hob::tools {

namespace {
constexpr base::Option options[] = {
    run_option, overlay_lib_option, {"now", 0, nullptr, "take them down as well"}};
}

constexpr base::Command mask_command{
    .program = "hob mask",
    .operands = "NAME…",
    .summary = "Never start services, not even when others need them or somebody asks.",
    .options = options,
    .details = "Kept across boots and new databases. Needs no running tree.",
    .operands_min = 1};

int do_mask(const base::Command& line, const base::Parsed& parsed) { return overlay(line, parsed, "masked"); }

}  // namespace hob::tools
