// The commands of hob: one file each, one table of all, from which `hob --help` is printed and docs/hob.md is
// checked.
//
// A command is its option table (base::Command) and a function that gets the parsed line and returns the exit
// code. Every option table begins with --run, so that `hob --run DIR COMMAND` and `hob COMMAND --run DIR` are
// the same.
#pragma once

#include "base/options.hpp"

#include <span>
#include <string_view>

namespace hob::tools {

struct Subcommand {
    std::string_view name;
    const base::Command* line;  // its summary and options
    int (*run)(const base::Command& line, const base::Parsed& parsed);
};

// In the order of `hob --help`.
[[nodiscard]] std::span<const Subcommand> subcommands() noexcept;
[[nodiscard]] const Subcommand* find_subcommand(std::string_view name) noexcept;

inline constexpr std::size_t opt_run = 0;
inline constexpr base::Option run_option{"run", 0, "DIR", "the live tree (default: HOB_RUN, else /run/hob)"};
inline constexpr base::Option json_option{"json", 0, nullptr, "print JSON"};

}  // namespace hob::tools
