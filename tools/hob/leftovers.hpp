// What a killed tree has left running: hob's own programs and the services its table knows.
//
// When hob-init of a `hob run` is killed, nobody holds the pidfds any more: hob's own processes are found by
// HOB_RUN in their environment, services by the table's pid together with the time of their start, their
// session and their owner. Each is held by a pidfd before it is looked at, so nothing else can be hit. A
// scanner that has lost its hob-init takes its services down by itself and is waited for; what is there after
// that gets TERM, two seconds, then KILL.
#pragma once

#include <string>

namespace hob::tools {

// How many processes had to be ended.
int end_leftovers(const std::string& run);

}  // namespace hob::tools
