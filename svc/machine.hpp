// The state machine of one service, pure: step(policy, status, input) → status, action. No clock, no calls,
// no heap.
//
//            start                executed              ready
//   down ────────────▶ launching ──────────▶ starting ─────────▶ up
//    ▲  ▲                  │ exited / step failed │ exited / deadline │ exited
//    │  └──── finishing ◀──┴─────────────────────┴───────────────────┤ stop
//    │            │  wanted, policy says again                        ▼
//    │            └───────▶ restarting ──deadline, may start──▶ …  stopping ──deadline──▶ killing
//    └──────────────────────────────────────────────────────────────┴─── exited ────────────┘
//   and the ends: failed (policy or limit says no more), blocked (the engine's mark), done (a oneshot that
//   exited 0).
//
// Invariants: an action that creates a process is only returned when no process of the service lives; every
// state but down, up, failed, blocked and done has a deadline or a live process whose exit ends it, or waits
// for leave to start (restarting without deadline). `status_wanted` is what the engine asked last (Start or
// Stop), `status_may_start` its leave, which the scanner takes back when a need stops being ready. The
// scanner's shell performs actions, sets `pid`, and commits the status; the simulator drives the same
// function.
#pragma once

#include "base/plan.hpp"
#include "base/table.hpp"
#include "base/time.hpp"

namespace hob::svc {

enum class Event : std::uint8_t {
    start,         // the engine: run, you have leave
    start_fresh,   // the same, forgetting failures; a done oneshot runs again
    stop,          // the engine: go down and stay down
    executed,      // exec happened (the launch pipe closed)
    step_failed,   // a launch step failed; Input::reason says which. The child's exit follows
    no_process,    // clone failed; Input::reason.code is the errno
    ready,         // readiness reached
    exited,        // the one live process ended; Input::exit is its wait status
    deadline,      // Status::deadline has passed
    leave_lost,    // a need stopped being ready
    mark_blocked,  // the engine: cannot be had; Input::reason says why
    last_ = mark_blocked
};

enum class Act : std::uint8_t {
    none,
    launch_main,
    launch_down,  // a oneshot's `down`
    launch_finish,
    send_stop,  // Policy::stop_signal, then CONT
    send_kill,  // KILL to the process and all it left behind
    last_ = send_kill
};

// What the machine must know of a plan.
struct Facts {
    base::Policy policy;
    bool has_main = false;  // milestones and bundles: false
    bool has_down = false;
    bool has_finish = false;
    static Facts of(const base::PlanView& plan) noexcept;
};

struct Input {
    Event event = Event::start;
    base::Instant now;
    base::Stamp stamp;
    base::Reason reason;  // step_failed, no_process, mark_blocked
    int exit = 0;         // exited
};

struct Transition {
    base::Status status;  // Status::deadline is when to send Event::deadline, 0: never
    Act act = Act::none;
};

[[nodiscard]] Transition step(const Facts& facts, const base::Status& before, const Input& input) noexcept;

// A live process belongs to this state.
[[nodiscard]] constexpr bool has_process(base::State s) noexcept {
    using enum base::State;
    return s == launching || s == starting || s == up || s == stopping || s == killing || s == finishing;
}

}  // namespace hob::svc
