#include "tests/bench/bare/keeper.hpp"

#include "tests/bench/bare/work.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <vector>

#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace hob::bench {

namespace {

constexpr std::size_t fds_max = 8;

struct Kept {
    int fds[4] = {-1, -1, -1, -1};
};

void obey(Kept& kept, const KeepOrder& order, const int* fds, std::size_t count) noexcept {
    if (order.forget != 0)
        for (int& fd : kept.fds)
            if (fd >= 0) ::close(fd), fd = -1;
    for (std::size_t i = 0; i < count; ++i)
        for (int& fd : kept.fds)
            if (fd < 0) {
                fd = fds[i];
                break;
            }
}

[[noreturn]] void serve(int socket, std::size_t services) noexcept {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    std::vector<Kept> kept(services);
    for (;;) {
        KeepOrder order{};
        iovec part{&order, sizeof order};
        alignas(cmsghdr) char control[CMSG_SPACE(fds_max * sizeof(int))];
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        const ssize_t got = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
        if (got == 0) ::_exit(0);
        if (got < 0) ::_exit(111);
        int fds[fds_max];
        std::size_t count = 0;
        if (const cmsghdr* head = CMSG_FIRSTHDR(&message); head != nullptr) {
            count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
            std::memcpy(fds, CMSG_DATA(head), count * sizeof(int));
        }
        if (order.index < services) obey(kept[order.index], order, fds, count);
    }
}

}  // namespace

int start_keeper(std::size_t services, pid_t* keeper) noexcept {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) give_up("socketpair", errno);
    const pid_t pid = ::fork();
    if (pid < 0) give_up("fork", errno);
    if (pid == 0) {
        ::close(ends[0]);
        serve(ends[1], services);
    }
    ::close(ends[1]);
    *keeper = pid;
    return ends[0];
}

void keep(int socket, std::uint32_t index, const int* fds, std::size_t count) noexcept {
    KeepOrder order{index, 0};
    iovec part{&order, sizeof order};
    alignas(cmsghdr) char control[CMSG_SPACE(fds_max * sizeof(int))] = {};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = static_cast<socklen_t>(CMSG_SPACE(count * sizeof(int)));
    cmsghdr* const head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = static_cast<socklen_t>(CMSG_LEN(count * sizeof(int)));
    std::memcpy(CMSG_DATA(head), fds, count * sizeof(int));
    if (::sendmsg(socket, &message, MSG_NOSIGNAL) < 0) give_up("send to the store", errno);
}

void forget(int socket, std::uint32_t index) noexcept {
    const KeepOrder order{index, 1};
    if (::send(socket, &order, sizeof order, MSG_NOSIGNAL) < 0) give_up("send to the store", errno);
}

}  // namespace hob::bench
