// What hob-init sets up in itself before anything else, and how it starts other programs.
//
// The signal mask, limits and OOM score that hob-init needs are not for its children: spawn() gives them back
// what hob-init itself was started with. spawn() is a plain fork: PID 1 is tiny, and what its child does
// (sessions, terminals, the OOM score, which follows shared memory) must not touch it.
#pragma once

#include "base/result.hpp"

#include <csignal>

#include <sys/resource.h>
#include <sys/types.h>

namespace hob::init {

// Every signal blocked, every disposition default: an ignored one would not reach a signalfd, nor an ignored
// SIGCHLD leave anything to wait for. First thing in main().
void block_signals() noexcept;
// All signals there are, also the three that libc keeps for itself.
sigset_t all_signals() noexcept;
// umask, no descriptor above 2, as many descriptors as allowed.
void settle(bool machine) noexcept;
// Not to be chosen by the OOM killer. Needs /proc and, if it is to succeed, the right to.
void shun_oom() noexcept;
// RLIMIT_NOFILE as it was before settle().
const rlimit& first_file_limit() noexcept;

struct Launch {
    const char* file;
    char* const* arguments;
    char* const* environment;
    int fd3 = -1;          // becomes descriptor 3; everything above is closed
    bool console = false;  // 0 to 2 are /dev/console, and it is the session's terminal
};
// Starts a program in a session of its own. A child that cannot execute it says so and exits 127.
base::Result<pid_t> spawn(const Launch& launch) noexcept;
// fork without what libc does around it: this is a single thread without atfork handlers.
pid_t fork_plain() noexcept;

}  // namespace hob::init
