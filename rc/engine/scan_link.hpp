// The engine's end of the scan conversation: frames are queued, packed, and sent one packet at a time.
//
// Each packet ends with a BatchEnd, and the next one goes only when the scanner has echoed it: so neither
// side ever has more than one packet's worth of the other's work queued, and neither blocks. `idle` means
// that all that was queued has been carried out and can be read in the table. When the connection breaks what
// was queued is dropped; connect attempts are repeated, from 10 ms doubling up to 1 s. Its buffers keep their
// size: no heap once they have grown.
#pragma once

#include "base/channel.hpp"
#include "base/loop.hpp"
#include "base/protocol.hpp"

#include <vector>

namespace hob::rc::engine {

class ScanLink {
  public:
    // Whom to tell. A frame is borrowed for the call.
    struct Events {
        void* owner = nullptr;
        void (*connected)(void* owner) noexcept = nullptr;
        void (*frame)(void* owner, const base::Frame& frame) noexcept = nullptr;
        void (*lost)(void* owner) noexcept = nullptr;
        void (*served)(void* owner) noexcept = nullptr;  // after each packet
    };

    // `path`, of the scanner's socket, is borrowed.
    void open(base::Loop& loop, const char* path, Events events) noexcept;
    [[nodiscard]] bool connected() const noexcept { return static_cast<bool>(socket_); }
    [[nodiscard]] bool idle() const noexcept {
        return connected() && !awaited_ && ends_.empty() && packet_.empty();
    }

    // Queues a frame, with a descriptor of its own or none.
    template <class Message>
    void add(const Message& message, base::Fd fd = {}) {
        if (!connected()) return;
        if (open_fds_ == fds_per_packet || !packet_.add(message)) {
            seal();
            if (!packet_.add(message)) return;  // larger than a packet: no message is
        }
        if (!fd) return;
        fds_.push_back(std::move(fd));
        ++open_fds_;
    }
    // Sends what is queued, as far as the conversation allows.
    void flush();
    // Breaks the connection, and makes a new one in a while.
    void drop() noexcept { lose(); }

  private:
    static constexpr std::size_t fds_per_packet = 16;
    static constexpr std::size_t batch_end_size = base::frame_header + 4;
    struct End {
        std::size_t bytes;  // of bytes_ up to here
        std::size_t fds;    // of fds_ up to here
    };
    void try_connect() noexcept;
    void ready(std::uint32_t events) noexcept;
    void serve(base::Packet& packet) noexcept;
    void seal();
    void send_next() noexcept;
    void lose() noexcept;

    base::Loop* loop_ = nullptr;
    const char* path_ = nullptr;
    Events events_;
    base::Fd socket_;
    base::Watch watch_;
    base::Timer retry_;
    base::Nanos delay_;
    // Packets sealed and not yet carried out: ends_[sent_] is the next to go.
    std::vector<char> bytes_;
    std::vector<base::Fd> fds_;
    std::vector<End> ends_;
    std::size_t sent_ = 0;
    bool awaited_ = false;  // the echo of ends_[sent_ - 1]
    std::uint32_t tag_ = 0;
    std::size_t open_fds_ = 0;
    base::PacketBuffer<base::packet_max - batch_end_size> packet_;  // being filled
};

}  // namespace hob::rc::engine
