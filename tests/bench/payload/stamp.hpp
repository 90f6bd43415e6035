// What `stamp FILE` and its watcher share: a file, mapped by both, in which each life of the process leaves
// two times.
//
// `lives` counts up (and wakes futex waiters) when a new process has noted its first instruction; raising
// `orders` (and waking) makes the process note the time and exit 0. Times are CLOCK_MONOTONIC in ns. One
// process at a time.
#pragma once

#include <atomic>
#include <cstdint>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

namespace hob::bench {

struct StampPage {
    std::atomic<std::uint32_t> lives;
    std::atomic<std::uint32_t> orders;
    std::int64_t born;
    std::int64_t died;
};

// False: the value was not `seen` any more, a signal came, or the time was over.
inline bool wait_while(std::atomic<std::uint32_t>& word, std::uint32_t seen,
                       const timespec* limit = nullptr) noexcept {
    return ::syscall(SYS_futex, &word, FUTEX_WAIT, seen, limit, nullptr, 0) == 0;
}
inline void raise(std::atomic<std::uint32_t>& word) noexcept {
    word.fetch_add(1);
    ::syscall(SYS_futex, &word, FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

}  // namespace hob::bench
