// Commands that are programs of their own, found beside hob's executable: hob-compile and what comes later.
#pragma once

#include <span>
#include <string>

namespace hob::tools {

// The path of `program` beside this executable; empty, with one line of complaint for `command`, when it is
// not there.
[[nodiscard]] std::string find_program(const char* command, const char* program);
// Executes it with these arguments; returns only with an exit code, after one line of complaint.
int execute(const char* command, const std::string& path, std::span<const std::string> arguments);
// The same in a child, waiting for it: its exit code, 111 when it was killed.
int execute_and_wait(const char* command, const std::string& path, std::span<const std::string> arguments);

}  // namespace hob::tools
