#include "init/link.hpp"

#include "base/sys.hpp"
#include "init/console.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

namespace hob::init {

namespace {
constexpr int packets_per_event = 16;
// How often finish() looks again after an empty packet (which reads like the end) or a reported error.
constexpr int looks = 64;
constexpr base::Nanos retry_after = base::millis(20);
}  // namespace

base::Result<base::Fd> Link::open(bool rebuild) noexcept {
    auto pair = base::sys::seqpacket_pair();
    if (!pair) return std::unexpected{pair.error()};
    auto watched = watch_.start<&Link::on_event>(loop_, pair->one.get(), EPOLLIN | EPOLLRDHUP, this);
    if (!watched) return std::unexpected{watched.error()};
    socket_ = std::move(pair->one);
    hello_ = replay_ = end_ = true;
    rebuild_ = rebuild;
    blocked_ = deaf_ = false;
    cursor_ = refused_count_ = 0;
    exits_.rewind();
    return std::move(pair->two);
}

void Link::finish() noexcept {
    watch_.drop();
    retry_.stop();
    if (socket_) {
        // A child of the dead scanner may still be about to put something in: from here on it is told so
        // (EPIPE), and what it put before is read below. Then nothing is both accepted and lost.
        ::shutdown(socket_.get(), SHUT_RD);
        for (int look = 0; look < looks;)
            if (const Got got = receive(); got == Got::packet)
                look = 0;
            else
                ++look;
    }
    socket_.reset();
    deaf_ = false;
    refused_count_ = 0;
}

void Link::on_event(std::uint32_t events) noexcept {
    if ((events & EPOLLOUT) != 0) blocked_ = false;
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLRDHUP | EPOLLERR)) == 0) return;
    Got got = Got::packet;
    for (int i = 0; i < packets_per_event && got == Got::packet; ++i) got = receive();
    if (got != Got::end || (events & (EPOLLHUP | EPOLLRDHUP)) == 0) return;
    watch_.drop();
    deaf_ = true;
}

// Errors are not the end: ECONNRESET tells once that the peer died with unread packets, before what it sent.
Link::Got Link::receive() noexcept {
    const auto received = base::receive_packet(socket_.get(), packet_);
    if (!received) {
        if (received.error().code == EMSGSIZE) say("store: a packet or its descriptors did not fit; lost");
        return Got::nothing;
    }
    if (packet_.closed) return Got::end;
    base::PacketReader reader{packet_.bytes()};
    for (base::Frame frame; reader.next(frame);) obey(frame);
    if (reader.damaged()) say("store: damaged packet from hob-svscan; the rest of it is ignored");
    packet_.clear();
    return Got::packet;
}

void Link::obey(const base::Frame& frame) noexcept {
    base::Hello hello;
    base::Put put;
    base::Drop drop;
    base::ExitAck ack;
    base::Power power;
    if (decode(frame, put))
        keep(put);
    else if (decode(frame, drop))
        store_.drop({drop.id, drop.role, drop.slot});
    else if (decode(frame, ack))
        exits_.acknowledge(ack.seq);
    else if (decode(frame, power))
        power_ = power.action;
    else if (!decode(frame, hello) || hello.version != base::protocol_version)
        say("store: hob-svscan speaks another version of the protocol; message ignored");
}

void Link::keep(const base::Put& put) noexcept {
    const StoreKey key{put.id, put.role, put.slot};
    if (put.role != base::Role::none && store_.put(key, packet_.take_fd())) return;
    if (refused_count_ == 0)
        say("store: full (", store_.count(), " descriptors): ", name_of(put.role), " of service ", put.id,
            " is not kept");
    if (refused_count_ < refused_max) refused_[refused_count_++] = key;
}

void Link::pump() noexcept {
    if (!socket_ || deaf_) return;
    const base::Hello hello{.peer = base::Peer::init,
                            .flags = rebuild_ ? base::hello_rebuild : std::uint8_t{0}};
    if (!blocked_ && send_flag(hello_, hello) && send_stored() && send_exits() &&
        send_flag(end_, base::StoreEnd{}) && send_refused())
        (void)send_words();
    listen();
}

bool Link::send_stored() noexcept {
    while (replay_) {
        Writer writer;
        int fds[base::packet_fds_max];
        std::size_t count = 0;
        std::uint32_t cursor = cursor_;
        Store::Kept kept;
        while (count < base::packet_fds_max && store_.next(&cursor, &kept)) {
            if (!writer.add(base::Stored{kept.key.id, kept.key.role, kept.key.slot})) break;
            fds[count++] = kept.fd;
        }
        if (count == 0) {
            replay_ = false;
            break;
        }
        if (!send(writer, {fds, count})) return false;
        cursor_ = cursor;
    }
    return true;
}

bool Link::send_exits() noexcept {
    if (exits_.lost()) {
        bool wanted = true;
        if (!send_flag(wanted, base::ExitsLost{})) return false;
        exits_.lost_told();
    }
    while (exits_.unsent() != exits_.end()) {
        Writer writer;
        std::uint64_t seq = exits_.unsent();
        for (; seq != exits_.end(); ++seq) {
            const ExitEntry& e = exits_.at(seq);
            if (!writer.add(base::Exited{seq, e.pid, e.status, e.when, e.user_us, e.system_us, e.max_rss_kb}))
                break;
        }
        if (!send(writer)) return false;
        exits_.sent(seq);
    }
    return true;
}

bool Link::send_refused() noexcept {
    while (refused_count_ > 0) {
        Writer writer;
        std::uint32_t count = 0;
        for (; count < refused_count_; ++count) {
            const StoreKey& key = refused_[count];
            if (!writer.add(base::Refused{key.id, key.role, key.slot})) break;
        }
        if (!send(writer)) return false;
        for (std::uint32_t i = count; i < refused_count_; ++i) refused_[i - count] = refused_[i];
        refused_count_ -= count;
    }
    return true;
}

bool Link::send_words() noexcept {
    if (!send_flag(rescan_, base::Rescan{})) return false;
    bool wanted = shutdown_ != base::PowerAction::none;
    if (!send_flag(wanted, base::Shutdown{shutdown_})) return false;
    shutdown_ = base::PowerAction::none;
    return true;
}

template <class Message>
bool Link::send_flag(bool& wanted, const Message& message) noexcept {
    if (!wanted) return true;
    Writer writer;
    if (!writer.add(message) || !send(writer)) return false;
    wanted = false;
    return true;
}

bool Link::send(const Writer& writer, std::span<const int> fds) noexcept {
    const auto sent = base::send_packet(socket_.get(), writer.bytes(), fds);
    if (sent) return true;
    if (sent.error().code == EPIPE || sent.error().code == ECONNRESET || sent.error().code == ENOTCONN) {
        deaf_ = true;
        return false;
    }
    blocked_ = true;
    // ETOOMANYREFS (descriptors in flight) and memory end without an event of this socket.
    if (sent.error().code != EAGAIN) retry_.start<&Link::on_retry>(loop_, loop_.now() + retry_after, this);
    return false;
}

void Link::listen() noexcept {
    if (!watch_.active()) return;
    const bool room = refused_count_ + base::packet_fds_max <= refused_max;
    (void)watch_.change((room ? std::uint32_t{EPOLLIN} : 0U) | EPOLLRDHUP |
                        (blocked_ && !retry_.running() ? std::uint32_t{EPOLLOUT} : 0U));
}

}  // namespace hob::init
