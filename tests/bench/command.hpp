// The subcommands of bench: one file each, one entry in the list of main.cpp.
#pragma once

#include "base/options.hpp"
#include "tests/bench/sheet.hpp"

#include <string_view>

namespace hob::bench {

struct Subcommand {
    base::Command line;  // program is "bench NAME"
    int (*run)(const base::Parsed& parsed);
    bool in_scene = true;  // inside namespaces (scene.hpp)
};

// First in every subcommand's options.
inline constexpr base::Option judge_option{"judge", 0, nullptr, "exit 1 when a budget is missed"};

extern const Subcommand adopt, boot, compile, generate, idle, memory, restart, status, up;

// The option's number, or `usual`; throws std::invalid_argument when it is none from 1 to `most`.
[[nodiscard]] std::size_t number(const base::Parsed& parsed, std::size_t option, std::size_t usual,
                                 std::size_t most = 60'000);
[[nodiscard]] std::string_view text(const base::Parsed& parsed, std::size_t option, std::string_view usual);

}  // namespace hob::bench
