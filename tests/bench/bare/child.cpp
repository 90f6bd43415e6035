#include "tests/bench/bare/child.hpp"

#include "svc/raw.hpp"

#include <csignal>
#include <cstring>

#include <sys/socket.h>

namespace hob::bench {

namespace {

namespace raw = svc::raw;
constexpr unsigned unshare_range = 2;  // CLOSE_RANGE_UNSHARE
constexpr std::uint64_t no_signals = 0;

// keep() of keeper.cpp without errno and stack protector's libc: this runs on the parent's memory.
void put_own_pidfd(const ChildOrder& order, int socket) noexcept {
    const int pidfd = static_cast<int>(raw::call(raw::nr_pidfd_open, raw::call(SYS_getpid), 0));
    KeepOrder put = order.put;
    iovec part{&put, sizeof put};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* const head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(head), &pidfd, sizeof pidfd);
    (void)raw::call(SYS_sendmsg, socket, &message, MSG_NOSIGNAL);
    (void)raw::call(SYS_close, pidfd);
}

}  // namespace

void run_child(void* what) {
    const auto& order = *static_cast<const ChildOrder*>(what);
    const int base = order.base;
    (void)raw::call(raw::nr_close_range, base + hand_count, ~0U, unshare_range);
    if (order.report) (void)raw::call(SYS_write, base + hand_report, "u", 1);
    if (base > first_block) (void)raw::call(raw::nr_close_range, first_block, base - 1, 0);
    if (order.store) put_own_pidfd(order, base + hand_store);
    if (order.log) {
        (void)raw::call(SYS_dup3, base + hand_log, 1, 0);
        (void)raw::call(SYS_dup3, base + hand_log, 2, 0);
    }
    if (order.ready) (void)raw::call(SYS_dup3, base + hand_ready, 3, 0);
    (void)raw::call(SYS_rt_sigprocmask, SIG_SETMASK, &no_signals, nullptr, 8);
    const char* const argv[] = {order.path, nullptr};
    const char* const env[] = {nullptr};
    (void)raw::call(SYS_execve, argv[0], argv, env);
    for (;;) (void)raw::call(SYS_exit_group, 127);
}

}  // namespace hob::bench
