// The words every part uses about a service: type, state, wish, reason. Values are stored in the table, in
// plans and on the wire: append only, never renumber.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace hob::base {

using ServiceId = std::uint32_t;  // index of its record in the table
inline constexpr ServiceId no_service = 0xffffffff;

enum class ServiceType : std::uint8_t {
    longrun,    // a process that stays
    oneshot,    // a process that ends; satisfied once it exited 0
    milestone,  // no process: up when its needs are
    bundle,     // a name for its contents; up when they are
    last_ = bundle
};
inline constexpr std::array<std::string_view, 4> type_names{"longrun", "oneshot", "milestone", "bundle"};
constexpr std::string_view name_of(ServiceType t) { return type_names[static_cast<std::size_t>(t)]; }

// What the scanner's machine is in. `hob status` shows the public word (see shown()).
enum class State : std::uint8_t {
    down,
    launching,   // recorded, not yet executed
    starting,    // executed, not yet ready
    up,          // ready
    stopping,    // told to stop (signal sent, or the oneshot's `down` runs)
    killing,     // KILL sent
    finishing,   // `finish` runs
    restarting,  // waits for its restart delay, or for leave to start
    failed,      // will not be tried again by itself
    blocked,     // the engine's word: wanted, but a need cannot be had
    done,        // a oneshot that succeeded
    last_ = done
};
inline constexpr std::array<std::string_view, 11> state_names{
    "down",      "launching",  "starting", "up",      "stopping", "killing",
    "finishing", "restarting", "failed",   "blocked", "done"};
constexpr std::string_view name_of(State s) { return state_names[static_cast<std::size_t>(s)]; }

// One of down starting up stopping restarting failed blocked done.
constexpr State shown(State s) {
    switch (s) {
        case State::launching: return State::starting;
        case State::killing:
        case State::finishing: return State::stopping;
        default: return s;
    }
}
// A need in this state is satisfied.
constexpr bool is_ready(State s) { return s == State::up || s == State::done; }
// No process, and nothing happens without a new wish.
constexpr bool is_settled_down(State s) {
    return s == State::down || s == State::failed || s == State::blocked;
}

enum class Wish : std::uint8_t { none, up, down, last_ = down };
inline constexpr std::array<std::string_view, 3> wish_names{"none", "up", "down"};
constexpr std::string_view name_of(Wish w) { return wish_names[static_cast<std::size_t>(w)]; }

// Who made a wish. `restart`: the wish beside it stands, and once more the service is to go down, with what
// needs it, and come back; a failed one is to be tried afresh. The engine writes `user` once it starts it.
enum class Asker : std::uint8_t { nobody, boot, user, shutdown, overlay, restart, last_ = restart };
inline constexpr std::array<std::string_view, 6> asker_names{"nobody",   "boot",    "user",
                                                             "shutdown", "overlay", "restart"};
constexpr std::string_view name_of(Asker a) { return asker_names[static_cast<std::size_t>(a)]; }

// Why a service is in its state. `code` and `arg` mean what the comment says; base/reason.hpp makes the
// sentence.
enum class ReasonKind : std::uint8_t {
    none,
    asked,            // by a wish
    exited,           // code: exit code
    killed,           // code: signal; arg: 1 with core dump
    launch_step,      // code: errno; arg: program << 16 | index of the step in it
    start_timeout,    // arg: the limit, ms
    stop_timeout,     // arg: the limit, ms
    finish_refused,   // `finish` exited 125
    restart_limit,    // code: attempts; arg: window, ms
    need_failed,      // arg: id of the need
    need_down,        // arg: id of the need
    need_missing,     // arg: unused
    ready_closed,     // readiness descriptor closed without a newline
    adopted,          // by a new scanner
    history_unknown,  // adopted from its pidfd alone
    clone_failed,     // code: errno
    exited_early,     // code 0, but before it was ready
    last_ = exited_early
};

struct Reason {
    ReasonKind kind = ReasonKind::none;
    std::uint8_t spare = 0;
    std::uint16_t code = 0;
    std::uint32_t arg = 0;
    friend constexpr bool operator==(const Reason&, const Reason&) = default;
};

// What a stored descriptor is for. Also the key, with the service id, under which hob-init keeps it.
enum class Role : std::uint8_t {
    none,         // in Drop: every role of the id
    table,        // id: no_service
    plan_source,  // id: the source's key
    pidfd,
    log_read,
    log_write,
    ready_read,
    notify,  // the NOTIFY_SOCKET
    stdin_write,
    listen,  // slot: its number
    last_ = listen
};
inline constexpr std::array<std::string_view, 10> role_names{
    "none",      "table",      "plan_source", "pidfd",       "log_read",
    "log_write", "ready_read", "notify",      "stdin_write", "listen"};
constexpr std::string_view name_of(Role r) { return role_names[static_cast<std::size_t>(r)]; }

enum class PowerAction : std::uint8_t { none, poweroff, reboot, halt, exit, last_ = exit };
inline constexpr std::array<std::string_view, 5> power_names{"none", "poweroff", "reboot", "halt", "exit"};
constexpr std::string_view name_of(PowerAction p) { return power_names[static_cast<std::size_t>(p)]; }

}  // namespace hob::base
