// The conversation "store" with one scanner after another (base/protocol.hpp).
//
// Never waits for the scanner: what is to be told is kept as flags and cursors, not as bytes, and sent as the
// socket takes it; while the answers that cannot be kept so (Refused) have no room, nothing more is read. A
// scanner is greeted with Hello, everything stored, every exit it has not acknowledged, StoreEnd. The end of
// a scanner is what waitid says, not end of file: finish() then closes the socket for writers and reads
// everything that was sent before, so that no Put and no acknowledgement is lost, nor accepted and not kept.
#pragma once

#include "base/channel.hpp"
#include "base/loop.hpp"
#include "base/protocol.hpp"
#include "init/exit_queue.hpp"
#include "init/store.hpp"

#include <utility>

namespace hob::init {

class Link {
  public:
    Link(base::Loop& loop, Store& store, ExitQueue& exits, base::Packet& packet) noexcept
        : loop_{loop}, store_{store}, exits_{exits}, packet_{packet} {}

    // A new socket pair, with the greeting begun; the scanner's end.
    base::Result<base::Fd> open(bool rebuild) noexcept;
    // The scanner is dead: takes what it had sent and closes.
    void finish() noexcept;
    // It hung up without dying: nothing can be said to it any more.
    [[nodiscard]] bool deaf() const noexcept { return deaf_; }

    void tell_rescan() noexcept { unsaid_.rescan = true; }
    void tell_shutdown(base::PowerAction action) noexcept { unsaid_.shutdown = action; }
    // Sends what there is to say, as far as the socket takes it. Called once a turn.
    void pump() noexcept;
    // What a scanner has asked for since the last call.
    base::PowerAction take_power() noexcept { return std::exchange(power_, base::PowerAction::none); }

  private:
    static constexpr std::uint32_t refused_max = base::packet_fds_max * 2;
    enum class Got { packet, nothing, end };

    void on_event(std::uint32_t events) noexcept;
    void on_retry() noexcept { blocked_ = false; }
    Got receive() noexcept;
    void obey(const base::Frame& frame) noexcept;
    void keep(const base::Put& put) noexcept;
    // What is still to be told besides exits: small, so that a packet is tried on a copy.
    struct Unsaid {
        bool hello = false, replay = false, lost = false, end = false, rescan = false;
        base::PowerAction shutdown = base::PowerAction::none;
        std::uint32_t cursor = 0;   // of the replay
        std::uint32_t refused = 0;  // of refused_, told already
        std::uint64_t exits = 0;    // the next one's number
    };
    struct Draft {
        base::PacketBuffer<1024> frames;
        std::size_t fd_count = 0;
        int fds[base::packet_fds_max];
    };
    void write(Draft& draft, Unsaid& unsaid) const noexcept;
    bool send(const Draft& draft) noexcept;
    void listen() noexcept;

    StoreKey refused_[refused_max];
    base::Loop& loop_;
    Store& store_;
    ExitQueue& exits_;
    base::Packet& packet_;
    base::Fd socket_;
    base::Watch watch_;
    base::Timer retry_;
    Unsaid unsaid_;
    bool rebuild_ = false;
    bool blocked_ = false;  // the socket is full
    bool deaf_ = false;
    base::PowerAction power_ = base::PowerAction::none;  // asked for
    std::uint32_t refused_count_ = 0;
};

}  // namespace hob::init
