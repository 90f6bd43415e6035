#include "tools/hob/commands.hpp"

namespace hob::tools {

namespace {

#define HOB_ENTRY(name) {#name, &name##_command, do_##name}

constexpr Subcommand table[] = {
    HOB_ENTRY(status),  HOB_ENTRY(list),     HOB_ENTRY(up),     HOB_ENTRY(down),     HOB_ENTRY(restart),
    HOB_ENTRY(plan),    HOB_ENTRY(why),      HOB_ENTRY(log),    HOB_ENTRY(timeline), HOB_ENTRY(enable),
    HOB_ENTRY(disable), HOB_ENTRY(mask),     HOB_ENTRY(unmask), HOB_ENTRY(compile),  HOB_ENTRY(check),
    HOB_ENTRY(run),     HOB_ENTRY(poweroff), HOB_ENTRY(reboot), HOB_ENTRY(halt),
};

#undef HOB_ENTRY

}  // namespace

std::span<const Subcommand> subcommands() noexcept { return table; }

const Subcommand* find_subcommand(std::string_view name) noexcept {
    for (const Subcommand& s : table)
        if (s.name == name) return &s;
    return nullptr;
}

}  // namespace hob::tools
