// Control: RUN/sock/scan, the conversation "scan" with engine, logger and clients (base/protocol.hpp).
//
// SO_PEERCRED decides at connect: uid 0 or our own, nobody else. The first frame of a peer is Hello, within
// five seconds. Requests name services by id or name, never by path; what makes no sense is ignored or
// answered with an errno, and ends the conversation when it is no frame at all. Nothing waits for a peer:
// answers are queued and flushed once a turn, and one that does not read loses its connection (the engine
// comes back and reads the table). When no descriptor is left, accepting rests for a second instead of
// spinning.
#pragma once

#include "base/channel.hpp"
#include "base/fd.hpp"
#include "base/loop.hpp"
#include "base/protocol.hpp"
#include "base/result.hpp"
#include "base/table.hpp"
#include "svc/out_queue.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace hob::svc {

class Control;
class Scanner;
struct Service;

struct Connection {
    Connection(Control& c, base::Fd s) noexcept : control{c}, socket{std::move(s)} {}
    void on_event(std::uint32_t events) noexcept;
    void on_silence() noexcept { dropped = true; }

    static constexpr std::size_t out_limit = 1024 * 1024;
    Control& control;
    base::Fd socket;
    base::Watch watch;
    base::Timer silence;
    OutQueue out{out_limit};
    base::Peer peer = base::Peer::client;
    base::ServiceId next_stream = 0;  // of a logger: those before have been told
    bool greeted = false;
    bool dropped = false;  // goes at the end of the turn
};

class Control {
  public:
    explicit Control(Scanner& scanner) noexcept : scanner_{scanner} {}

    // Listens on the socket `kept` by the store, or on a new one at `path`.
    [[nodiscard]] base::Result<void> open(base::Loop&, const char* path, base::Fd kept) noexcept;
    [[nodiscard]] int socket() const noexcept { return socket_.get(); }

    // To whom it concerns; nothing is sent before flush().
    void changed(base::ServiceId, const base::Status&) noexcept;
    void log_stream(const Service&) noexcept;
    void log_gone(const Service&) noexcept;
    void shutdown(base::PowerAction action) noexcept;
    [[nodiscard]] bool has_engine() const noexcept;
    // Sends what the sockets take and closes what is to be closed. Called once a turn.
    void flush() noexcept;

    // For Connection.
    void serve(Connection&) noexcept;

  private:
    void on_connect(std::uint32_t events) noexcept;
    void on_rest_over() noexcept;
    void accept_one(base::Fd socket) noexcept;
    void greet(Connection&, const base::Hello&) noexcept;
    void send(Connection&) noexcept;
    void tell_streams(Connection&) noexcept;
    void obey(Connection&, const base::Frame&) noexcept;
    bool obey_plans(Connection&, const base::Frame&) noexcept;
    bool obey_service(const base::Frame&) noexcept;
    void obey_tree(Connection&, const base::Frame&) noexcept;
    void add(Connection&, const base::Add&) noexcept;
    void start(const base::Start&) noexcept;
    template <class Message>
    void say(Connection&, const Message&, int fd = -1) noexcept;
    template <class Message>
    void say_to(base::Peer, const Message&, int fd = -1) noexcept;

    Scanner& scanner_;
    base::Loop* loop_ = nullptr;
    base::Fd socket_;
    base::Watch watch_;
    base::Timer rest_;
    std::vector<std::unique_ptr<Connection>> connections_;
};

}  // namespace hob::svc
