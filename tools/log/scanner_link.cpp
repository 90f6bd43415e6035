#include "tools/log/scanner_link.hpp"

namespace hob::log {

namespace {
base::Packet received;  // too big for a stack
}

void ScannerLink::connect() noexcept {
    auto socket = base::connect_to(path_.c_str());
    if (!socket) return lost("connect to the scanner", socket.error().code);
    if (auto sent = base::send_message(socket->get(), base::Hello{.peer = base::Peer::logger}); !sent)
        return lost("greet the scanner", sent.error().code);
    if (auto watched = watch_.start<&ScannerLink::serve>(loop_, socket->get(), EPOLLIN, this); !watched)
        return lost("watch the scanner", watched.error().code);
    socket_ = *std::move(socket);
}

void ScannerLink::lost(std::string_view what, int code) noexcept {
    watch_.drop();
    socket_.reset();
    retry_.start<&ScannerLink::connect>(loop_, loop_.now() + delay_, this);
    // Between two scanners nobody listens for a moment; only what lasts is worth a line.
    if (delay_ >= last_delay && !complained_) {
        complained_ = true;
        sink_.say(sink_.owner, what, code);
    }
    delay_ = delay_ < last_delay ? base::Nanos{delay_.count * 2} : last_delay;
}

void ScannerLink::serve(std::uint32_t) noexcept {
    constexpr int packets_per_turn = 8;
    for (int i = 0; i < packets_per_turn; ++i) {
        const auto got = base::receive_packet(socket_.get(), received);
        if (!got && got.error().code == EAGAIN) return;
        if (!got) return lost("read from the scanner", got.error().code);
        if (received.closed) return lost("the scanner closed the connection", ECONNRESET);
        base::PacketReader reader{received.bytes()};
        bool good = true;
        for (base::Frame frame{}; good && reader.next(frame);) good = take(received, frame);
        if (reader.damaged()) good = false;
        received.clear();
        if (!good) return lost("the scanner speaks another protocol", EPROTO);
    }
}

bool ScannerLink::take(base::Packet& packet, const base::Frame& frame) noexcept {
    base::Hello hello;
    base::LogStream stream;
    base::LogGone gone;
    if (base::decode(frame, hello)) {
        if (hello.version != base::protocol_version) return false;
        delay_ = first_delay;
        if (complained_) sink_.say(sink_.owner, "connected to the scanner", 0);
        complained_ = false;
    } else if (base::decode(frame, stream)) {
        sink_.appeared(sink_.owner, stream.id, stream.name, packet.take_fd());
    } else if (base::decode(frame, gone)) {
        sink_.gone(sink_.owner, gone.id);
    } else {
        return false;
    }
    return true;
}

}  // namespace hob::log
