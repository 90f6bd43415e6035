// The barest launch there is: clone3 and execve, nothing looked at in between.
//
// Without VFORK (which costs the parent the time until the child's exec) the child needs a stack of its own
// until then: `stack_bytes` of it. F0 (f0.cpp) and F1 (f1.cpp) are made of this.
#pragma once

#include "svc/raw.hpp"

#include <csignal>
#include <cstddef>
#include <cstdint>

#include <sched.h>

namespace hob::bench {

inline constexpr std::size_t stack_bytes = 4096;
inline constexpr std::uint64_t into_cgroup = 0x200000000;  // CLONE_INTO_CGROUP, 5.7

// struct clone_args of clone(2), its third version (88 bytes).
struct CloneArgs {
    svc::raw::CloneArgs first;
    std::uint64_t set_tid, set_tid_size, cgroup;
};
static_assert(sizeof(CloneArgs) == 88);

struct Spawn {
    std::uint64_t flags = CLONE_VM;
    int* pidfd = nullptr;
    int cgroup = -1;
};

// The child's pid, or a negative errno. `stack` is the lowest address.
inline long spawn(const Spawn& how, char* stack, std::size_t size, svc::raw::Entry entry,
                  void* arg) noexcept {
    CloneArgs args{};
    args.first.flags = how.flags | (how.pidfd != nullptr ? std::uint64_t{CLONE_PIDFD} : 0) |
                       (how.cgroup >= 0 ? into_cgroup : 0);
    args.first.pidfd = reinterpret_cast<std::uintptr_t>(how.pidfd);
    args.first.exit_signal = SIGCHLD;
    args.first.stack = reinterpret_cast<std::uintptr_t>(stack);
    args.first.stack_size = size;
    args.cgroup = static_cast<std::uint64_t>(how.cgroup >= 0 ? how.cgroup : 0);
    const std::size_t bytes = how.cgroup >= 0 ? sizeof args : sizeof args.first;
    return svc::raw::spawn6(svc::raw::nr_clone3, svc::raw::word(&args), static_cast<long>(bytes), 0, 0, 0,
                            entry, arg);
}

}  // namespace hob::bench
