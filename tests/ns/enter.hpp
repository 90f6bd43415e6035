// What happens between clone and exec of tests/ns/namespace.cpp: the inside is made safe and the program
// started.
//
// Runs in the child only. Any failure ends the child with exit code 99 and one line on the captured output.
#pragma once

#include "tests/ns/namespace.hpp"

namespace hob::tests {

// The mounts of a new mount namespace.
void arrange_mounts(const Words& tmpfs);
// Capabilities that could touch the machine, dropped from the bounding set; /dev/null on 0, `output` on 1 and
// 2, `fd3` (if not -1) on 3, everything else closed; every signal default and unblocked; exec.
[[noreturn]] void execute(const Words& command, const std::map<std::string, std::string>& env, int output,
                          int fd3);
[[noreturn]] void give_up(const char* what);
void write_file(const std::string& path, const std::string& text);

}  // namespace hob::tests
