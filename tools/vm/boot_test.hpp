// The check that `./boot --test` is: a whole life of a machine, from power-on to power-off.
#pragma once

#include "tools/vm/machine.hpp"

namespace hob::vm {

// Prints a line a step, and what `hob status` and `hob timeline` say; throws VmError at the first step that
// fails.
void boot_test(Machine& machine);

// Single talks, for other tests: each throws when the answer is not the right one.
void talk_to_nginx(Machine& machine);
void talk_to_redis(Machine& machine);
void talk_to_dbus(Machine& machine);
void talk_to_ssh(Machine& machine);
// Kills nginx's main process and waits until a new one answers.
void kill_nginx(Machine& machine);

}  // namespace hob::vm
