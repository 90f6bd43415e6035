#include "tools/log/followers.hpp"

#include "base/sys.hpp"

#include <algorithm>
#include <cstring>
#include <new>

#include <unistd.h>

namespace hob::log {

using base::Result;

namespace {
base::Packet received;  // one at a time; too big for a stack
}

Result<void> Followers::start(base::Loop& loop, base::Fd listener, Drain drain) noexcept {
    loop_ = &loop;
    drain_ = drain;
    listener_ = std::move(listener);
    return watch_.start<&Followers::accept>(loop, listener_.get(), EPOLLIN, this);
}

void Followers::accept(std::uint32_t) noexcept {
    auto socket = base::sys::accept(listener_.get());
    if (!socket) return;
    const auto who = base::sys::peer(socket->get());
    if (!who || (who->uid != 0 && who->uid != ::geteuid()) || clients_.size() >= clients_max) return;
    auto client = std::unique_ptr<Client>{new (std::nothrow) Client{*this, *std::move(socket)}};
    if (client != nullptr && client->start()) clients_.push_back(std::move(client));
}

void Followers::deliver(std::string_view name, base::Wall when, std::string_view text) noexcept {
    for (const auto& client : clients_)
        if (client->wants(name)) client->add({.when = when.ns, .name = name, .text = text});
}

void Followers::flush() noexcept {
    for (const auto& client : clients_) client->flush();
    std::erase_if(clients_, [](const auto& client) { return client->gone(); });
}

bool Followers::Client::start() noexcept {
    return watch_.start<&Client::serve>(*all_.loop_, socket_.get(), EPOLLIN, this).has_value();
}

bool Followers::Client::wants(std::string_view name) const noexcept {
    if (!following_ || gone_) return false;
    return names_.empty() || std::ranges::find(names_, name) != names_.end();
}

void Followers::Client::add(const base::Line& line) noexcept {
    if (packet_.add(line)) return;
    flush();
    (void)packet_.add(line);
}

void Followers::Client::flush() noexcept {
    if (packet_.empty() || gone_) return;
    if (queue_.empty()) {
        if (auto sent = base::send_packet(socket_.get(), packet_.bytes()); sent)
            packet_.clear();
        else if (sent.error().code != EAGAIN)
            gone_ = true;
    }
    if (!packet_.empty()) enqueue(packet_.bytes());
    packet_.clear();
}

void Followers::Client::enqueue(std::span<const char> packet) noexcept {
    const auto size = static_cast<std::uint32_t>(packet.size());
    if (queue_.size() - queue_begin_ + sizeof size + size > queue_max) {
        gone_ = true;
        return;
    }
    const auto* const head = reinterpret_cast<const char*>(&size);
    queue_.insert(queue_.end(), head, head + sizeof size);
    queue_.insert(queue_.end(), packet.begin(), packet.end());
    if (!watch_.change(EPOLLIN | EPOLLOUT)) gone_ = true;
}

void Followers::Client::send_queue() noexcept {
    while (queue_begin_ != queue_.size()) {
        std::uint32_t size;
        std::memcpy(&size, queue_.data() + queue_begin_, sizeof size);
        const char* const data = queue_.data() + queue_begin_ + sizeof size;
        if (auto sent = base::send_packet(socket_.get(), {data, size}); !sent) {
            if (sent.error().code != EAGAIN) gone_ = true;
            break;
        }
        queue_begin_ += sizeof size + size;
    }
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(queue_begin_));
    queue_begin_ = 0;
    if (queue_.empty()) {
        queue_.shrink_to_fit();
        (void)watch_.change(EPOLLIN);
    }
}

void Followers::Client::serve(std::uint32_t events) noexcept {
    if ((events & EPOLLOUT) != 0) send_queue();
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0) return;
    const auto got = base::receive_packet(socket_.get(), received);
    if (!got && got.error().code == EAGAIN) return;
    if (!got || received.closed) {
        gone_ = true;
        watch_.drop();
        return;
    }
    base::PacketReader reader{received.bytes()};
    base::Frame frame{};
    while (!gone_ && reader.next(frame)) take(frame);
    if (reader.damaged()) gone_ = true;
    received.clear();
    if (gone_) watch_.drop();
}

void Followers::Client::begin() noexcept {
    if (names_.empty()) all_.drain_.run(all_.drain_.owner, {});
    for (const auto& name : names_) all_.drain_.run(all_.drain_.owner, name);
    following_ = base::send_message(socket_.get(), base::Hello{.peer = base::Peer::logger}).has_value();
    gone_ = !following_;
}

void Followers::Client::take(const base::Frame& frame) noexcept {
    base::Hello hello;
    base::Subject subject;
    base::Follow follow;
    base::RequestEnd end;
    if (base::decode(frame, hello)) {
        greeted_ = hello.version == base::protocol_version;
        if (!greeted_) {  // so that the other side can say it too
            (void)base::send_message(socket_.get(), base::Hello{.peer = base::Peer::logger});
            gone_ = true;
        }
    } else if (greeted_ && !following_ && base::decode(frame, subject) && names_.size() < names_max) {
        names_.emplace_back(subject.name);
    } else if (greeted_ && !following_ && base::decode(frame, follow)) {
        names_.clear();
    } else if (greeted_ && !following_ && base::decode(frame, end)) {
        begin();
    } else {
        gone_ = true;
    }
}

}  // namespace hob::log
