#include "tools/hob/log_follow.hpp"

#include "base/tree.hpp"

#include <poll.h>

namespace hob::tools {

namespace {

base::Packet received;  // both too big for a stack
base::PacketWriter packet;

base::Result<base::Fd> connect(const char* path, base::Nanos patience) {
    const base::Instant end = base::monotonic_now() + patience;
    for (;;) {
        auto socket = base::connect_to(path);
        if (socket) return socket;
        const int code = socket.error().code;
        if ((code != ENOENT && code != ECONNREFUSED) || base::monotonic_now() >= end) return socket;
        (void)::poll(nullptr, 0, 20);
    }
}

}  // namespace

base::Result<void> LogFollower::open(std::string_view run, std::span<const std::string> names,
                                     base::Nanos patience, base::Nanos limit) {
    auto socket = connect(base::in_tree(run, "sock/log").c_str(), patience);
    if (!socket) return base::failed(socket.error().code, "connect to hob-log");
    socket_ = *std::move(socket);
    packet.clear();
    (void)(packet.add(base::Hello{}) && packet.add(base::Follow{}));
    for (const auto& name : names) {
        if (packet.add(base::Subject{.name = name})) continue;
        if (auto sent = base::send_packet(socket_.get(), packet.bytes()); !sent) return sent;
        packet.clear();
        (void)packet.add(base::Subject{.name = name});
    }
    if (!packet.add(base::RequestEnd{})) {
        if (auto sent = base::send_packet(socket_.get(), packet.bytes()); !sent) return sent;
        packet.clear();
        (void)packet.add(base::RequestEnd{});
    }
    if (auto sent = base::send_packet(socket_.get(), packet.bytes()); !sent) return sent;
    if (auto got = receive(static_cast<int>(limit.count / 1'000'000)); !got)
        return got;  // Hello: lines flow from here on
    base::PacketReader reader{received.bytes()};
    base::Frame frame{};
    base::Hello hello;
    if (!reader.next(frame) || !base::decode(frame, hello) || hello.version != base::protocol_version)
        return base::failed(EPROTO, "hob-log speaks another protocol");
    return {};
}

base::Result<void> LogFollower::receive(int timeout_ms) {
    for (;;) {
        pollfd one{.fd = socket_.get(), .events = POLLIN, .revents = 0};
        const int ready = ::poll(&one, 1, timeout_ms);
        if (ready < 0 && errno != EINTR) return base::failed("wait for hob-log");
        if (ready == 0) return base::failed(ETIMEDOUT, "hob-log does not answer");
        auto got = base::receive_packet(socket_.get(), received);
        if (!got && got.error().code == EAGAIN) continue;
        if (got && received.closed) return base::failed(ECONNRESET, "hob-log closed the connection");
        return got;
    }
}

base::Result<void> LogFollower::wait(const std::function<void(const base::Line&)>& line) {
    if (auto got = receive(-1); !got) return got;
    base::PacketReader reader{received.bytes()};
    base::Line one;
    for (base::Frame frame{}; reader.next(frame);)
        if (base::decode(frame, one)) line(one);
    if (reader.damaged()) return base::failed(EPROTO, "hob-log speaks another protocol");
    return {};
}

void settle_logs(std::string_view run, std::span<const std::string> names) {
    LogFollower follower;
    (void)follower.open(run, names, base::Nanos{}, base::millis(300));
}

}  // namespace hob::tools
