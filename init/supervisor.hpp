// hob-init's one loop: prepares the tree, keeps the scanner alive, reaps, and ends.
//
//   prepare ──hob-rc init exits 0──▶ running ──signal or Power──▶ stopping ──▶ end
//      │  ▲                            │  ▲                          │
//      │  └─── shell ends              └──┘ the scanner died         │ the scanner exits 0, dies twice, hangs
//      up, └─ failed ─▶ shell (machine)                                  │ or the deadline passes
//
// Invariants: every child is reaped; the scanner's death is acted upon when waitid tells it; every exit that
// is not of our own children is queued for the scanner; the loop never waits for anybody but events; all
// memory is there before it starts. What ends it is decided here, how it ends in init/ending.hpp.
#pragma once

#include "base/loop.hpp"
#include "init/exit_queue.hpp"
#include "init/link.hpp"
#include "init/programs.hpp"
#include "init/restarts.hpp"
#include "init/signals.hpp"
#include "init/store.hpp"

namespace hob::init {

// What main() has found out; it stays where it is.
struct Setup {
    bool machine = false;  // PID 1 of a machine
    bool shell = false;    // a console shell first
    const char* run = nullptr;
    base::Nanos stop_limit;  // of a whole shutdown
    const Environment* environment = nullptr;
};

// How it ended.
struct Ending {
    base::PowerAction action = base::PowerAction::none;
    int code = 0;
    pid_t scanner = 0, helper = 0;  // children of our own that still live
    int signals = -1;               // the signalfd, still open
};

class Supervisor {
  public:
    Supervisor(const Setup& setup, Store store, ExitQueue exits) noexcept
        : link_{loop_, store_, exits_, packet_}, setup_{setup}, store_{store}, exits_{exits} {}
    // Until the end; `ending` says which.
    base::Result<void> run(Ending* ending) noexcept;

  private:
    base::Result<void> open() noexcept;
    void prepare() noexcept;
    void start_shell() noexcept;
    void start_scanner() noexcept;
    bool launch_scanner() noexcept;
    void on_signals(std::uint32_t events) noexcept;
    void on_timer() noexcept;
    void on_deadline() noexcept;
    void obey(const Reaction& reaction) noexcept;
    void report() noexcept;
    void reap() noexcept;
    void scanner_ended(int status) noexcept;
    void helper_ended(int status) noexcept;
    void preparation_failed() noexcept;
    void stop(base::PowerAction action) noexcept;
    void end() noexcept { over_ = true; }

    enum class Stage : std::uint8_t { prepare, shell, running };
    // Large, and first: what is behind it shares a page with libc's own data, and of the packet itself only
    // as much is touched as packets reach.
    base::Packet packet_;
    Link link_;
    const Setup& setup_;
    Store store_;
    ExitQueue exits_;
    base::Loop loop_;
    base::Fd signals_;
    base::Watch signals_watch_;
    base::Timer timer_;     // of the stage: preparation too slow, or a pause before the next start
    base::Timer deadline_;  // of the shutdown
    Restarts restarts_;
    pid_t scanner_ = 0;
    pid_t helper_ = 0;  // hob-rc init, or the console shell
    base::Instant helper_since_;
    Stage stage_ = Stage::prepare;
    base::PowerAction stopping_ = base::PowerAction::none;
    int code_ = 0;
    int deaths_in_stop_ = 0;
    bool over_ = false;
    bool rebuild_ = false;
    bool more_to_reap_ = true;
};

}  // namespace hob::init
