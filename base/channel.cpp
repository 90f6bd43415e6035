#include "base/channel.hpp"

#include "base/sys.hpp"

#include <cstring>

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace hob::base {

void Packet::clear() noexcept {
    while (taken < fd_count) ::close(fds[taken++]);
    size = fd_count = taken = 0;
    closed = false;
}

Result<void> send_packet(int socket, std::span<const char> bytes, std::span<const int> fds) noexcept {
    if (fds.size() > packet_fds_max) return failed(EMSGSIZE, "send");
    iovec part{const_cast<char*>(bytes.data()), bytes.size()};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * packet_fds_max)];
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (!fds.empty()) {
        std::memset(control, 0, sizeof control);
        message.msg_control = control;
        message.msg_controllen = static_cast<decltype(message.msg_controllen)>(CMSG_SPACE(fds.size_bytes()));
        cmsghdr* const head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = static_cast<decltype(head->cmsg_len)>(CMSG_LEN(fds.size_bytes()));
        std::memcpy(CMSG_DATA(head), fds.data(), fds.size_bytes());
    }
    auto sent = sys::send(socket, message, MSG_DONTWAIT);
    if (!sent) return std::unexpected{sent.error()};
    return {};
}

Result<void> receive_packet(int socket, Packet& packet) noexcept {
    packet.clear();
    iovec part{packet.data, sizeof packet.data};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * packet_fds_max)];
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    auto got = sys::receive(socket, message, MSG_DONTWAIT);
    if (!got) return std::unexpected{got.error()};
    for (cmsghdr* head = CMSG_FIRSTHDR(&message); head != nullptr; head = CMSG_NXTHDR(&message, head)) {
        if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS) continue;
        const std::size_t count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int fd;
            std::memcpy(&fd, CMSG_DATA(head) + i * sizeof(int), sizeof fd);
            if (packet.fd_count < packet_fds_max)
                packet.fds[packet.fd_count++] = fd;
            else
                ::close(fd);
        }
    }
    if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
        packet.clear();
        return failed(EMSGSIZE, "receive");
    }
    packet.size = *got;
    packet.closed = *got == 0;
    return {};
}

Result<Fd> listen_at(const char* path, unsigned mode) noexcept {
    auto socket = sys::unix_socket(SOCK_SEQPACKET | SOCK_NONBLOCK);
    if (!socket) return socket;
    ::unlink(path);
    const mode_t old = ::umask(0777 & ~mode);
    auto bound = sys::bind_path(socket->get(), path);
    ::umask(old);
    if (!bound) return std::unexpected{bound.error()};
    auto listening = sys::listen(socket->get(), 64);
    if (!listening) return std::unexpected{listening.error()};
    return socket;
}

Result<Fd> connect_to(const char* path) noexcept {
    auto socket = sys::unix_socket(SOCK_SEQPACKET);
    if (!socket) return socket;
    auto connected = sys::connect_path(socket->get(), path);
    if (!connected) return std::unexpected{connected.error()};
    return socket;
}

}  // namespace hob::base
