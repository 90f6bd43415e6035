// Readiness: a newline on the service's pipe (s6), or READY=1 on its NOTIFY_SOCKET (sd_notify(3)).
//
// Only the service's own channel counts, and nothing it does there costs more than a bounded piece of work
// per turn: what is malformed is dropped, descriptors that come along are closed, the socket keeps working.
#include "svc/scanner.hpp"

#include <cstring>

#include <sys/socket.h>
#include <unistd.h>

namespace hob::svc {

namespace {

constexpr int reads_per_turn = 4;
constexpr int messages_per_turn = 16;
constexpr std::size_t message_max = 4095;

struct Message {
    char text[message_max + 1];
    std::size_t size = 0;
    bool good = false;
};

// Closes what came along and tells whether the kernel's word about the sender is there.
bool take_control(const msghdr& header) noexcept {
    bool known = false;
    for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr;
         c = CMSG_NXTHDR(const_cast<msghdr*>(&header), c)) {
        if (c->cmsg_level != SOL_SOCKET) continue;
        if (c->cmsg_type == SCM_CREDENTIALS) {
            ucred who;
            std::memcpy(&who, CMSG_DATA(c), sizeof who);
            known = who.pid != 0;
        } else if (c->cmsg_type == SCM_RIGHTS) {
            for (std::size_t i = 0; i < (c->cmsg_len - CMSG_LEN(0)) / sizeof(int); ++i) {
                int fd;
                std::memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
                ::close(fd);
            }
        }
    }
    return known;
}

// False: nothing there.
bool receive(int socket, Message& message) noexcept {
    iovec part{message.text, sizeof message.text};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(ucred)) + CMSG_SPACE(sizeof(int) * 253)];
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = sizeof control;
    const auto got = base::sys::receive(socket, header, MSG_DONTWAIT);
    if (!got) return false;
    const bool known = take_control(header);
    message.size = *got;
    if (message.size > 0 && message.text[message.size - 1] == '\0') --message.size;  // one is allowed
    message.good = known && *got > 0 && *got <= message_max && (header.msg_flags & MSG_TRUNC) == 0 &&
                   std::memchr(message.text, '\0', message.size) == nullptr;
    return true;
}

bool says_ready(const Message& message) noexcept {
    std::string_view left{message.text, message.size};
    while (!left.empty()) {
        const std::size_t end = left.find('\n');
        if (left.substr(0, end) == "READY=1") return true;
        if (end == left.npos) break;
        left.remove_prefix(end + 1);
    }
    return false;
}

}  // namespace

void Service::on_ready(std::uint32_t) noexcept { scanner.read_readiness(*this); }
void Service::on_notify(std::uint32_t) noexcept { scanner.read_notify(*this); }

// Closed without a newline is not ready; the start deadline decides.
void Scanner::read_readiness(Service& s) noexcept {
    for (int i = 0; i < reads_per_turn && s.ready_read; ++i) {
        char bytes[512];
        const auto got = base::sys::read(s.ready_read.get(), bytes, sizeof bytes);
        if (!got) return;
        if (*got == 0) return close_readiness(s);
        if (std::memchr(bytes, '\n', *got) == nullptr) continue;
        close_readiness(s);
        return apply(s, Event::ready);
    }
}

void Scanner::read_notify(Service& s) noexcept {
    for (int i = 0; i < messages_per_turn && s.notify; ++i) {
        Message message;
        if (!receive(s.notify.get(), message)) return;
        if (message.good && says_ready(message)) apply(s, Event::ready);
    }
}

// What an earlier process of the service left in the socket is not the next one's.
void Scanner::discard_notify(Service& s) noexcept {
    Message message;
    for (int i = 0; i < 512 && receive(s.notify.get(), message); ++i) {
    }
}

}  // namespace hob::svc
