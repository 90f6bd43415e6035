// The overlay: what an administrator has decided about services, independent of the database:
// LIB/overlay/NAME.
//
// Each file is one word: enabled, disabled (not started because a bundle contains it or another wants it) or
// masked (never started). Written to a temporary name, synced, renamed, so that a reader sees the old word or
// the new one. The engine reads it when it starts and when it is asked to reload.
#pragma once

#include "base/result.hpp"
#include "tools/hob/command.hpp"

#include <string_view>

namespace hob::tools {

// `lib` is RUN/lib or /var/lib/hob.
[[nodiscard]] base::Result<void> write_overlay(std::string_view lib, std::string_view name,
                                               std::string_view word);
[[nodiscard]] base::Result<void> remove_overlay(std::string_view lib, std::string_view name);

enum : std::size_t { overlay_lib = opt_run + 1, overlay_now };
inline constexpr base::Option overlay_lib_option{
    "lib", 0, "DIR", "persistent state (default: RUN/lib, without a tree /var/lib/hob)"};

// The four commands. `word` is empty to take the decision back.
int overlay(const base::Command& line, const base::Parsed& parsed, std::string_view word);

}  // namespace hob::tools
