// One client's connection and its request (base/protocol.hpp, conversation rc).
//
//   reading → queued → applied → over
//
// Questions (why, plan, a dry run) are answered as soon as they are read; wishes when the scanner has carried
// out what was sent before, and a request for an instance that does not exist yet one batch later. Names are
// checked before anything is done: one unknown name, and nothing is. `over` stays until all is sent.
//
// Waiting ends when all the subjects and all they need have settled. Without a timeout of its own a request
// gives up when 90 s pass in which nothing of it settles, but not before a state with a deadline of the
// service's own (starting, stopping) is over; a service that keeps restarting has not settled.
#pragma once

#include "base/channel.hpp"
#include "base/loop.hpp"
#include "base/protocol.hpp"
#include "rc/engine/goal.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hob::rc::engine {

class Engine;

class Client {
  public:
    Client(Engine& engine, base::Fd socket, std::uint32_t uid) noexcept;
    [[nodiscard]] base::Result<void> start();

    // Its part of the engine's turn; see Clients.
    void progress(std::span<const Node> touched);
    bool apply();
    // Applies it once more at the next turn. Not a restart: nobody knows whether it has been done.
    void repeat() noexcept;
    // One line, and the end.
    void refuse(std::string_view why);
    // It has closed, or is dropped: may be destroyed.
    [[nodiscard]] bool gone() const noexcept { return gone_; }
    [[nodiscard]] bool over() const noexcept { return stage_ == Stage::over; }
    // Has asked for a change that is not so yet.
    [[nodiscard]] bool waits() const noexcept { return stage_ == Stage::queued || stage_ == Stage::applied; }

    template <class Message>
    void tell(const Message& message) {
        if (packet_.add(message)) return;
        seal();
        (void)packet_.add(message);
    }
    void report(std::string_view text) { tell(base::Report{text.substr(0, line_max)}); }
    void flush() noexcept;

  private:
    enum class Stage : std::uint8_t { reading, queued, applied, over };
    static constexpr std::size_t line_max = 1000, subjects_max = 4096, backlog_max = 1024 * 1024;

    void ready(std::uint32_t events) noexcept;
    void frame(const base::Frame& frame);
    void read_all();
    void begin();
    [[nodiscard]] bool names_known();
    [[nodiscard]] bool makes_instances();
    void reload();
    void answer();
    void wish_all();
    [[nodiscard]] Verdict verdict(Node n) const noexcept;
    void note(Node n);
    [[nodiscard]] bool all_settled();
    void tell_overtaken(Node n);
    void finish();
    void end(int code);
    void timed_out() noexcept;
    void arm() noexcept;
    void seal();

    Engine& engine_;
    base::Fd socket_;
    std::uint32_t uid_;
    base::Watch watch_;
    base::Timer timer_;
    Stage stage_ = Stage::reading;
    bool gone_ = false;
    base::Request ask_;
    bool asked_ = false;
    std::vector<std::string> subjects_;
    std::vector<Node> named_;    // the subjects
    std::vector<Node> members_;  // whose settling is waited for, sorted; the named among them
    std::vector<bool> settled_;  // of members_, as told
    std::size_t settled_count_ = 0;
    std::size_t settled_most_ = 0;
    std::size_t cursor_ = 0;                  // a member that had not settled
    std::vector<std::vector<char>> backlog_;  // packets that wait for room
    std::size_t backlog_sent_ = 0;
    std::size_t backlog_size_ = 0;
    base::PacketBuffer<4096> packet_;
};

}  // namespace hob::rc::engine
