// OutQueue: what is still to be said on one conversation, as packets with their descriptors.
//
// add() never waits and never fails half way; flush() sends what the socket takes. Frames are gathered into
// packets as large as the protocol allows, so a turn of the loop usually costs one send per peer. Bounded: a
// peer that does not read gets `false` from add(), and its owner drops it. Descriptors are duplicated, so the
// caller may close its own at once. Allocates while it grows, never in steady state.
#pragma once

#include "base/result.hpp"
#include "base/wire.hpp"

#include <cstddef>
#include <vector>

namespace hob::svc {

class OutQueue {
  public:
    explicit OutQueue(std::size_t limit) noexcept : limit_{limit} {}
    ~OutQueue() { clear(); }
    OutQueue(const OutQueue&) = delete;
    OutQueue& operator=(const OutQueue&) = delete;

    // `fd` (borrowed, -1: none) goes along with the frame. False: over the limit, or no descriptor free.
    template <class Message>
    [[nodiscard]] bool add(const Message& message, int fd = -1) noexcept {
        base::PacketBuffer<512> frame;
        return frame.add(message) && append(frame.bytes(), fd);
    }
    // True: all has been sent. False: the socket is full, wait for EPOLLOUT. An error: the peer is gone.
    [[nodiscard]] base::Result<bool> flush(int socket) noexcept;
    [[nodiscard]] bool empty() const noexcept { return head_ == bytes_.size(); }
    void clear() noexcept;

  private:
    struct Header {
        std::uint32_t size;
        std::uint32_t fds;
    };
    bool append(std::span<const char> frame, int fd) noexcept;
    Header header(std::size_t at) const noexcept;
    void set_header(std::size_t at, Header) noexcept;

    std::size_t limit_;
    std::vector<char> bytes_;  // packets: Header, frames
    std::vector<int> fds_;
    std::size_t head_ = 0;  // first packet not sent
    std::size_t tail_ = 0;  // the packet that still takes frames
    std::size_t fd_head_ = 0;
};

}  // namespace hob::svc
