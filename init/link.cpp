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
    unsaid_ = {
        .hello = true, .replay = true, .end = true, .rescan = unsaid_.rescan, .shutdown = unsaid_.shutdown};
    rebuild_ = rebuild;
    blocked_ = deaf_ = false;
    refused_count_ = 0;
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
        if (received.error().code == EMSGSIZE) say("store: a packet did not fit; lost");
        return Got::nothing;
    }
    if (packet_.closed) return Got::end;
    base::PacketReader reader{packet_.bytes()};
    for (base::Frame frame; reader.next(frame);) obey(frame);
    if (reader.damaged()) say("store: damaged packet ignored");
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
        say("store: unknown message ignored; hob-svscan of another version?");
}

void Link::keep(const base::Put& put) noexcept {
    const StoreKey key{put.id, put.role, put.slot};
    if (put.role != base::Role::none && store_.put(key, packet_.take_fd())) return;
    if (refused_count_ == 0) say("store: full; refusing a descriptor of service ", Decimal{put.id}.c_str());
    if (refused_count_ < refused_max) refused_[refused_count_++] = key;
}

void Link::pump() noexcept {
    if (!socket_ || deaf_) return;
    while (!blocked_ && !deaf_) {
        Draft draft;
        Unsaid rest = unsaid_;
        rest.lost = exits_.lost();
        rest.exits = exits_.unsent();
        write(draft, rest);
        if (!draft.frames.empty() && !send(draft)) break;
        unsaid_ = rest;
        exits_.sent(rest.exits);
        if (!rest.lost) exits_.lost_told();
        if (draft.frames.empty()) break;
    }
    if (unsaid_.refused == refused_count_) unsaid_.refused = refused_count_ = 0;
    listen();
}

// As much as fits, in the order of the protocol.
void Link::write(Draft& draft, Unsaid& unsaid) const noexcept {
    auto& frames = draft.frames;
    if (unsaid.hello) {
        if (!frames.add(base::Hello{.peer = base::Peer::init,
                                    .flags = rebuild_ ? base::hello_rebuild : std::uint8_t{0}}))
            return;
        unsaid.hello = false;
    }
    while (unsaid.replay) {
        std::uint32_t cursor = unsaid.cursor;
        Store::Kept kept;
        unsaid.replay = store_.next(&cursor, &kept);
        if (!unsaid.replay) break;
        if (draft.fd_count == base::packet_fds_max ||
            !frames.add(base::Stored{kept.key.id, kept.key.role, kept.key.slot}))
            return;
        draft.fds[draft.fd_count++] = kept.fd;
        unsaid.cursor = cursor;
    }
    if (unsaid.lost && !frames.add(base::ExitsLost{})) return;
    unsaid.lost = false;
    for (; unsaid.exits != exits_.end(); ++unsaid.exits) {
        const ExitEntry& e = exits_.at(unsaid.exits);
        if (!frames.add(
                base::Exited{unsaid.exits, e.pid, e.status, e.when, e.user_us, e.system_us, e.max_rss_kb}))
            return;
    }
    if (unsaid.end && !frames.add(base::StoreEnd{})) return;
    unsaid.end = false;
    for (; unsaid.refused != refused_count_; ++unsaid.refused) {
        const StoreKey& key = refused_[unsaid.refused];
        if (!frames.add(base::Refused{key.id, key.role, key.slot})) return;
    }
    if (unsaid.rescan && !frames.add(base::Rescan{})) return;
    unsaid.rescan = false;
    if (unsaid.shutdown != base::PowerAction::none && !frames.add(base::Shutdown{unsaid.shutdown})) return;
    unsaid.shutdown = base::PowerAction::none;
}

bool Link::send(const Draft& draft) noexcept {
    const auto sent = base::send_packet(socket_.get(), draft.frames.bytes(), {draft.fds, draft.fd_count});
    if (sent) return true;
    const int code = sent.error().code;
    deaf_ = code == EPIPE || code == ECONNRESET;
    blocked_ = true;
    // ETOOMANYREFS (descriptors in flight) and memory end without an event of this socket.
    if (code != EAGAIN) retry_.start<&Link::on_retry>(loop_, loop_.now() + retry_after, this);
    return false;
}

void Link::listen() noexcept {
    if (!watch_.active()) return;
    const bool room = refused_count_ + base::packet_fds_max <= refused_max;
    (void)watch_.change((room ? std::uint32_t{EPOLLIN} : 0U) | EPOLLRDHUP |
                        (blocked_ && !retry_.running() ? std::uint32_t{EPOLLOUT} : 0U));
}

}  // namespace hob::init
