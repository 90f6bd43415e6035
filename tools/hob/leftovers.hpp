// What a killed tree has left running: hob's own programs and the services its table knows.
//
// When hob-init of a `hob run` is killed, nobody holds the pidfds any more: hob's own processes are found by
// HOB_RUN in their environment, services by the table's pid together with the time of their start, their
// session and their owner; each is held by a pidfd before it is looked at, so nothing else can be hit. They
// get TERM, two seconds, then KILL, the scanner first.
#pragma once

#include <string>

namespace hob::tools {

// How many processes had to be ended.
int end_leftovers(const std::string& run);

}  // namespace hob::tools
