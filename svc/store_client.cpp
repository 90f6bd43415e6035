#include "svc/store_client.hpp"

#include "svc/scanner.hpp"

#include <fcntl.h>
#include <poll.h>

namespace hob::svc {

using base::failed;
using base::Result;

namespace {
constexpr base::Nanos replay_limit = base::seconds(10);
constexpr int packets_per_turn = 16;
}  // namespace

Result<void> StoreClient::open(base::Fd socket, Replay& replay) noexcept {
    (void)::fcntl(socket.get(), F_SETFD, FD_CLOEXEC);
    socket_ = std::move(socket);
    if (auto sent = base::send_message(socket_.get(), base::Hello{.peer = base::Peer::scanner}); !sent)
        return sent;
    base::Packet& packet = scanner_.packet();
    const base::Instant limit = base::monotonic_now() + replay_limit;
    for (bool end = false; !end;) {
        const std::int64_t left = (limit - base::monotonic_now()).count / 1'000'000;
        pollfd ready{socket_.get(), POLLIN, 0};
        const int got = left > 0 ? ::poll(&ready, 1, static_cast<int>(left)) : 0;
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return failed(got == 0 ? ETIMEDOUT : errno, "wait for the store");
        auto received = base::receive_packet(socket_.get(), packet);
        if (!received && received.error().code == EAGAIN) continue;
        if (!received) return received;
        if (packet.closed) return failed(EPIPE, "read the store");
        base::PacketReader reader{packet.bytes()};
        for (base::Frame frame; reader.next(frame);) end = take_replay(frame, packet, replay) || end;
        packet.clear();
    }
    return {};
}

// True at the end.
bool StoreClient::take_replay(const base::Frame& frame, base::Packet& packet, Replay& replay) noexcept {
    base::Hello hello;
    base::Stored stored;
    base::Exited exited;
    if (decode(frame, stored))
        replay.items.push_back({stored.id, stored.role, stored.slot, packet.take_fd()});
    else if (decode(frame, exited))
        replay.exits.push_back(exited);
    else if (decode(frame, hello))
        replay.rebuild = replay.rebuild || (hello.flags & base::hello_rebuild) != 0;
    else if (frame.type == base::MessageType::exits_lost)
        replay.exits_lost = true;
    return frame.type == base::MessageType::store_end;
}

Result<void> StoreClient::watch(base::Loop& loop) noexcept {
    if (!connected()) return {};
    return watch_.start<&StoreClient::on_event>(loop, socket_.get(), EPOLLIN | EPOLLRDHUP, this);
}

template <class Message>
void StoreClient::say(const Message& message, int fd) noexcept {
    if (!connected()) return;
    if (queue_.add(message, fd)) return;
    if (flush() && queue_.add(message, fd)) return;
    scanner_.complain("store: a message does not fit; a scanner that dies now will lose it");
}

void StoreClient::put(base::ServiceId id, base::Role role, int fd, std::uint8_t slot) noexcept {
    say(base::Put{id, role, slot}, fd);
}
void StoreClient::drop(base::ServiceId id, base::Role role) noexcept { say(base::Drop{id, role, 0}); }

void StoreClient::power(base::PowerAction action) noexcept { say(base::Power{action}); }

bool StoreClient::flush() noexcept {
    if (!connected()) return true;
    if (acknowledge_ != 0 && queue_.add(base::ExitAck{acknowledge_})) acknowledge_ = 0;
    auto sent = queue_.flush(socket_.get());
    if (!sent) {
        lost();
        return true;
    }
    if (watch_.active()) (void)watch_.change(EPOLLIN | EPOLLRDHUP | (*sent ? 0U : EPOLLOUT));
    return *sent;
}

// Nobody keeps anything for us any more.
void StoreClient::lost() noexcept {
    watch_.drop();
    socket_.reset();
    queue_.clear();
    scanner_.store_lost();
}

void StoreClient::on_event(std::uint32_t events) noexcept {
    base::Packet& packet = scanner_.packet();
    for (int i = 0; i < packets_per_turn && connected(); ++i) {
        auto received = base::receive_packet(socket_.get(), packet);
        if (!received && received.error().code == EAGAIN) break;
        if (!received || packet.closed) {
            if ((events & (EPOLLHUP | EPOLLRDHUP | EPOLLERR)) == 0) break;
            return lost();
        }
        base::PacketReader reader{packet.bytes()};
        for (base::Frame frame; reader.next(frame);) obey(frame);
        packet.clear();
    }
}

void StoreClient::obey(const base::Frame& frame) noexcept {
    base::Exited exited;
    base::Refused refused;
    base::Shutdown shutdown;
    if (decode(frame, exited)) {
        scanner_.foreign_exit(exited);
        acknowledge(exited.seq);
    } else if (decode(frame, shutdown)) {
        scanner_.begin_shutdown(shutdown.action);
    } else if (decode(frame, refused)) {
        scanner_.complain(base::Text<128>{"the store is full: ", name_of(refused.role), " of service ",
                                          refused.id, " is not kept"}
                              .view());
    } else if (frame.type == base::MessageType::exits_lost) {
        scanner_.check_adopted();
    } else if (frame.type == base::MessageType::rescan) {
        scanner_.rescan();
    }
}

}  // namespace hob::svc
