// The end of hob-init, once the services are down or given up.
//
// On a machine: becomes hob-shutdown, which does the rest. Elsewhere: ends what is left (TERM and CONT, then
// KILL), waiting until it is gone and never longer than a few seconds, and exits.
#pragma once

#include "init/supervisor.hpp"

namespace hob::init {

[[noreturn]] void conclude(const Setup& setup, bool pid_one, const Ending& ending) noexcept;

}  // namespace hob::init
