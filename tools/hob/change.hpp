// What up, down and restart have in common: ask the engine, show how far it is, say what went wrong.
#pragma once

#include "base/protocol.hpp"
#include "tools/hob/command.hpp"

namespace hob::tools {

enum : std::size_t { change_no_wait = opt_run + 1, change_timeout, change_dry_run };
inline constexpr base::Option change_options[] = {
    run_option,
    {"no-wait", 'n', nullptr, "ask, and do not wait until it is so"},
    {"timeout", 't', "TIME", "wait at most this long (like 30s, 2m)"},
    {"dry-run", 0, nullptr, "only say what would be done"}};
inline constexpr const char* change_details =
    "Exit code 0: it is so. 1: it is not, and what stands in the way is printed with the end of its log.\n"
    "111: no engine answers. Interrupted, what was asked for goes on.";

// The exit code.
int change(base::Verb verb, const base::Command& line, const base::Parsed& parsed);
// Verb why or plan: prints what the engine reports. The exit code.
int ask(base::Verb verb, const base::Command& line, const base::Parsed& parsed);

}  // namespace hob::tools
