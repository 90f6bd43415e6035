// Ends every process that is left: TERM and CONT, then KILL; waits until all are gone, not for a fixed time.
//
// Bounded: 5 s after TERM, 2 s after KILL; what is then still there (D state) is left.
#pragma once

namespace hob::init {

// `namespace_init`: PID 1, so that "every" is every process of its PID namespace; else this process's
// children, and theirs as they become its own. `signals`: a signalfd for all signals, which are blocked.
void end_what_is_left(bool namespace_init, int signals) noexcept;

}  // namespace hob::init
