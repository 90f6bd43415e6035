#include "rc/engine/scan_link.hpp"

#include "base/options.hpp"

#include <algorithm>
#include <utility>

namespace hob::rc::engine {

using base::BatchEnd;
using base::Frame;

namespace {
constexpr base::Nanos first_delay = base::millis(10), last_delay = base::seconds(1);
base::Packet received;  // too big for the stack
}  // namespace

void ScanLink::open(base::Loop& loop, const char* path, Events events) noexcept {
    loop_ = &loop;
    path_ = path;
    events_ = events;
    delay_ = first_delay;
    try_connect();
}

void ScanLink::try_connect() noexcept {
    auto socket = base::connect_to(path_);
    if (socket && watch_.start<&ScanLink::ready>(*loop_, socket->get(), EPOLLIN, this)) {
        socket_ = *std::move(socket);
        delay_ = first_delay;
        add(base::Hello{.peer = base::Peer::engine});
        events_.connected(events_.owner);
        return flush();
    }
    watch_.drop();
    retry_.start<&ScanLink::try_connect>(*loop_, loop_->now() + delay_, this);
    delay_ = std::min(base::Nanos{delay_.count * 2}, last_delay);
}

void ScanLink::ready(std::uint32_t events) noexcept {
    if ((events & EPOLLOUT) != 0) flush();
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0 || !connected()) return;
    auto got = base::receive_packet(socket_.get(), received);
    if (!got && (got.error().code == EAGAIN || got.error().code == EINTR)) return;
    if (!got || received.closed) return lose();
    serve(received);
}

void ScanLink::serve(base::Packet& packet) noexcept {
    base::PacketReader reader{packet.bytes()};
    Frame frame;
    while (connected() && reader.next(frame)) {
        BatchEnd end;
        if (!base::decode(frame, end))
            events_.frame(events_.owner, frame);
        else if (awaited_ && end.tag == tag_)
            awaited_ = false;
    }
    packet.clear();
    if (reader.damaged()) return lose();
    if (connected() && !awaited_) flush();
    if (connected()) events_.served(events_.owner);
}

void ScanLink::seal() {
    if (packet_.empty()) return;
    base::PacketBuffer<batch_end_size> end;
    (void)end.add(BatchEnd{});  // the tag is filled in when it goes
    bytes_.insert(bytes_.end(), packet_.bytes().begin(), packet_.bytes().end());
    bytes_.insert(bytes_.end(), end.bytes().begin(), end.bytes().end());
    ends_.push_back({bytes_.size(), fds_.size()});
    packet_.clear();
    open_fds_ = 0;
}

void ScanLink::flush() {
    if (!connected()) return;
    seal();
    if (!awaited_) send_next();
}

void ScanLink::send_next() noexcept {
    if (sent_ == ends_.size()) {
        bytes_.clear(), fds_.clear(), ends_.clear();
        sent_ = 0;
        return;
    }
    const End begin = sent_ == 0 ? End{0, 0} : ends_[sent_ - 1];
    const End end = ends_[sent_];
    const std::uint32_t tag = tag_ + 1;
    std::memcpy(bytes_.data() + end.bytes - sizeof tag, &tag, sizeof tag);
    int fds[fds_per_packet];
    for (std::size_t i = begin.fds; i < end.fds; ++i) fds[i - begin.fds] = fds_[i].get();
    auto sent = base::send_packet(socket_.get(), {bytes_.data() + begin.bytes, end.bytes - begin.bytes},
                                  {fds, end.fds - begin.fds});
    if (!sent && (sent.error().code == EAGAIN || sent.error().code == ENOBUFS)) {
        if (!watch_.change(EPOLLIN | EPOLLOUT)) lose();
        return;
    }
    if (!sent || !watch_.change(EPOLLIN)) return lose();
    for (std::size_t i = begin.fds; i < end.fds; ++i) fds_[i].reset();
    tag_ = tag;
    ++sent_;
    awaited_ = true;
}

void ScanLink::lose() noexcept {
    watch_.drop();
    socket_.reset();
    bytes_.clear(), fds_.clear(), ends_.clear(), packet_.clear();
    sent_ = open_fds_ = 0;
    awaited_ = false;
    events_.lost(events_.owner);
    retry_.start<&ScanLink::try_connect>(*loop_, loop_->now() + delay_, this);
}

}  // namespace hob::rc::engine
