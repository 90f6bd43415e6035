// Followers: clients of RUN/sock/log, who get lines as they are written.
//
// A follower says Hello, Follow, a Subject for each log it wants (none: all) and RequestEnd. Hello answers
// once everything is on disk that these services had printed by then, and from there on no line is left out.
// Lines of one turn travel together. What a client does not read in time waits in a queue of at most 1 MiB;
// one that falls further behind is cut off: logging never waits. Only root and the owner of this process may
// follow.
#pragma once

#include "base/channel.hpp"
#include "base/loop.hpp"
#include "base/protocol.hpp"
#include "base/time.hpp"
#include "base/wire.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hob::log {

class Followers {
  public:
    static constexpr std::size_t clients_max = 32;
    static constexpr std::size_t names_max = 4096;
    static constexpr std::size_t queue_max = 1024 * 1024;

    // Reads empty the pipe of the service `name`, or of all when it is empty.
    struct Drain {
        void* owner;
        void (*run)(void* owner, std::string_view name) noexcept;
    };

    // Keeps the listening socket.
    [[nodiscard]] base::Result<void> start(base::Loop& loop, base::Fd listener, Drain drain) noexcept;
    // Somebody may want lines.
    [[nodiscard]] bool any() const noexcept { return !clients_.empty(); }
    void deliver(std::string_view name, base::Wall when, std::string_view text) noexcept;
    // At the end of each turn: sends what was delivered in it, buries clients that are gone.
    void flush() noexcept;

  private:
    class Client {
      public:
        Client(Followers& all, base::Fd socket) noexcept : all_{all}, socket_{std::move(socket)} {}
        [[nodiscard]] bool start() noexcept;
        [[nodiscard]] bool wants(std::string_view name) const noexcept;
        void add(const base::Line& line) noexcept;
        void flush() noexcept;
        [[nodiscard]] bool gone() const noexcept { return gone_; }

      private:
        void serve(std::uint32_t events) noexcept;
        void take(const base::Frame& frame) noexcept;
        void begin() noexcept;
        void send_queue() noexcept;
        void enqueue(std::span<const char> packet) noexcept;

        Followers& all_;
        base::Fd socket_;
        base::Watch watch_;
        std::vector<std::string> names_;
        base::PacketWriter packet_;    // lines of this turn
        std::vector<char> queue_;      // packets that did not fit the socket: u32 size, bytes
        std::size_t queue_begin_ = 0;  // of the first packet not sent
        bool greeted_ = false;
        bool following_ = false;
        bool gone_ = false;
    };

    void accept(std::uint32_t events) noexcept;

    base::Loop* loop_ = nullptr;
    Drain drain_{};
    base::Fd listener_;
    base::Watch watch_;
    std::vector<std::unique_ptr<Client>> clients_;
};

}  // namespace hob::log
