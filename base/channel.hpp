// Channel: one end of a SOCK_SEQPACKET conversation; sends and receives packets of frames with descriptors.
//
// Never blocks: a send that does not fit the socket answers EAGAIN and the caller decides (queue, drop the
// peer). Received descriptors are owned by the Packet and closed with it unless taken, also after MSG_CTRUNC,
// when some arrive although the control buffer was too small. A truncated packet is refused (EMSGSIZE). A
// zero-byte packet is not end of file on SEQPACKET with data queued; end of file is reported as `closed`.
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"
#include "base/wire.hpp"

#include <cstddef>
#include <span>

namespace hob::base {

inline constexpr std::size_t packet_fds_max = 64;

// A received packet. Big: keep one per program, not on a small stack.
struct Packet {
    ~Packet() { clear(); }
    Packet() noexcept = default;
    Packet(const Packet&) = delete;
    Packet& operator=(const Packet&) = delete;

    // The next descriptor that came along, in order; empty when there is none left.
    [[nodiscard]] Fd take_fd() noexcept { return taken < fd_count ? Fd{fds[taken++]} : Fd{}; }
    [[nodiscard]] std::span<const char> bytes() const noexcept { return {data, size}; }
    void clear() noexcept;

    std::size_t size = 0;
    bool closed = false;
    std::size_t fd_count = 0;
    std::size_t taken = 0;
    int fds[packet_fds_max];
    char data[packet_max];
};

// Sends one packet, with `fds` (borrowed) attached. EAGAIN when the peer's queue is full.
[[nodiscard]] Result<void> send_packet(int socket, std::span<const char> bytes,
                                       std::span<const int> fds = {}) noexcept;
// Receives one packet; EAGAIN when there is none.
[[nodiscard]] Result<void> receive_packet(int socket, Packet& packet) noexcept;

// One message of at most 1 KiB as a packet of its own.
template <class Message>
[[nodiscard]] Result<void> send_message(int socket, const Message& message,
                                        std::span<const int> fds = {}) noexcept {
    PacketBuffer<1024> writer;
    if (!writer.add(message)) return failed(EMSGSIZE, "message");
    return send_packet(socket, writer.bytes(), fds);
}

// A non-blocking listening SEQPACKET socket at `path` with `mode`; a stale one is replaced. No longer than
// sun_path.
[[nodiscard]] Result<Fd> listen_at(const char* path, unsigned mode) noexcept;
// A connected socket, blocking as far as connect goes.
[[nodiscard]] Result<Fd> connect_to(const char* path) noexcept;

}  // namespace hob::base
