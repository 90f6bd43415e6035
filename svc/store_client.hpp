// StoreClient: the scanner's end of the conversation "store" with hob-init (base/protocol.hpp).
//
// open() takes over descriptor 3 and receives everything the store holds and every exit not yet acknowledged,
// waiting a bounded time; from then on nothing blocks: what is to be said is queued, flushed once a turn, and
// before every launch, so that a child's own Put never overtakes a Drop of its service. Without a store
// (plain directories) every call does nothing.
#pragma once

#include "base/channel.hpp"
#include "base/fd.hpp"
#include "base/loop.hpp"
#include "base/protocol.hpp"
#include "base/result.hpp"
#include "svc/out_queue.hpp"

#include <vector>

namespace hob::svc {

class Scanner;

// What a new scanner is told.
struct Replay {
    struct Item {
        base::ServiceId id;
        base::Role role;
        std::uint8_t slot;
        base::Fd fd;
    };
    bool rebuild = false;  // do not believe the table
    bool exits_lost = false;
    std::vector<Item> items;
    std::vector<base::Exited> exits;
};

class StoreClient {
  public:
    explicit StoreClient(Scanner& scanner) noexcept : scanner_{scanner}, queue_{4 * 1024 * 1024} {}

    // Greets and receives the replay. ETIMEDOUT: the other side did not answer in 10 s.
    [[nodiscard]] base::Result<void> open(base::Fd socket, Replay&) noexcept;
    [[nodiscard]] base::Result<void> watch(base::Loop&) noexcept;
    [[nodiscard]] bool connected() const noexcept { return static_cast<bool>(socket_); }
    [[nodiscard]] int socket() const noexcept { return socket_.get(); }

    void put(base::ServiceId id, base::Role role, int fd, std::uint8_t slot = 0) noexcept;
    void drop(base::ServiceId id, base::Role role) noexcept;
    void power(base::PowerAction action) noexcept;
    // Exits up to `seq` are recorded in the table. Sent with the next flush.
    void acknowledge(std::uint64_t seq) noexcept { acknowledge_ = seq; }
    // False: something is left to send, and the watch will say when it goes on.
    bool flush() noexcept;

  private:
    template <class Message>
    void say(const Message& message, int fd = -1) noexcept;
    bool take_replay(const base::Frame&, base::Packet&, Replay&) noexcept;
    void on_event(std::uint32_t events) noexcept;
    void obey(const base::Frame&) noexcept;
    void lost() noexcept;

    Scanner& scanner_;
    base::Fd socket_;
    base::Watch watch_;
    OutQueue queue_;
    std::uint64_t acknowledge_ = 0;
};

}  // namespace hob::svc
