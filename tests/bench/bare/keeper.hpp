// The store of f1: a process that keeps the descriptors it is sent, as PID 1 does for hob's scanner.
//
// One SOCK_SEQPACKET packet is one order: keep the descriptors that came along for service `index`, or forget
// what is kept for it. It ends with the socket.
#pragma once

#include <cstddef>
#include <cstdint>

#include <sys/types.h>

namespace hob::bench {

struct KeepOrder {
    std::uint32_t index;
    std::uint32_t forget;  // 1: forget
};

// Starts the process; the socket to it. Blocking: its queue is the only limit.
int start_keeper(std::size_t services, pid_t* keeper) noexcept;
void keep(int socket, std::uint32_t index, const int* fds, std::size_t count) noexcept;
void forget(int socket, std::uint32_t index) noexcept;

}  // namespace hob::bench
