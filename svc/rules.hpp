// The rules of the state machine: which move each event makes in each state. machine.cpp says what a move
// does.
//
// One rule per cell; two do not compile. A cell without a rule ignores the event. Tests walk every cell.
#pragma once

#include "svc/machine.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace hob::svc {

// What a cell of the table does; machine.cpp has a function for each.
enum class Move : std::uint8_t {
    ignore,
    launch,        // run it
    launch_fresh,  // run it, failures forgotten
    grant,         // note that it is wanted and may start
    grant_launch,  // the same; launch when no delay runs
    unwant,        // note that it shall stay down
    settle,        // no process: be down
    block,
    stop,
    undo,     // a oneshot that is done: run `down`
    abandon,  // kill a launch
    executed,
    note_step,
    no_process,
    ready,
    ended,  // the main process died by itself
    late,   // not ready in time
    kill,
    kill_again,
    stopped,   // the process died after it was told to
    finished,  // `finish` ended
    retry,
    lose_leave,
    last_ = lose_leave
};

struct Rule {
    base::State in;
    Event on;
    Move then;
};

inline constexpr Rule rules[] = {
    {base::State::down, Event::start, Move::launch},
    {base::State::down, Event::start_fresh, Move::launch_fresh},
    {base::State::down, Event::stop, Move::unwant},
    {base::State::down, Event::mark_blocked, Move::block},
    {base::State::down, Event::leave_lost, Move::lose_leave},

    {base::State::launching, Event::start, Move::grant},
    {base::State::launching, Event::start_fresh, Move::grant},
    {base::State::launching, Event::stop, Move::abandon},
    {base::State::launching, Event::executed, Move::executed},
    {base::State::launching, Event::step_failed, Move::note_step},
    {base::State::launching, Event::no_process, Move::no_process},
    {base::State::launching, Event::ready, Move::ready},
    {base::State::launching, Event::exited, Move::ended},
    {base::State::launching, Event::deadline, Move::late},
    {base::State::launching, Event::leave_lost, Move::lose_leave},

    {base::State::starting, Event::start, Move::grant},
    {base::State::starting, Event::start_fresh, Move::grant},
    {base::State::starting, Event::stop, Move::stop},
    {base::State::starting, Event::ready, Move::ready},
    {base::State::starting, Event::exited, Move::ended},
    {base::State::starting, Event::deadline, Move::late},
    {base::State::starting, Event::leave_lost, Move::lose_leave},

    {base::State::up, Event::start, Move::grant},
    {base::State::up, Event::start_fresh, Move::grant},
    {base::State::up, Event::stop, Move::stop},
    {base::State::up, Event::exited, Move::ended},
    {base::State::up, Event::leave_lost, Move::lose_leave},

    {base::State::stopping, Event::start, Move::grant},
    {base::State::stopping, Event::start_fresh, Move::grant},
    {base::State::stopping, Event::stop, Move::unwant},
    {base::State::stopping, Event::step_failed, Move::note_step},
    {base::State::stopping, Event::no_process, Move::stopped},
    {base::State::stopping, Event::exited, Move::stopped},
    {base::State::stopping, Event::deadline, Move::kill},
    {base::State::stopping, Event::leave_lost, Move::lose_leave},

    {base::State::killing, Event::start, Move::grant},
    {base::State::killing, Event::start_fresh, Move::grant},
    {base::State::killing, Event::stop, Move::unwant},
    {base::State::killing, Event::exited, Move::stopped},
    {base::State::killing, Event::deadline, Move::kill_again},
    {base::State::killing, Event::leave_lost, Move::lose_leave},

    {base::State::finishing, Event::start, Move::grant},
    {base::State::finishing, Event::start_fresh, Move::grant},
    {base::State::finishing, Event::stop, Move::unwant},
    {base::State::finishing, Event::no_process, Move::finished},
    {base::State::finishing, Event::exited, Move::finished},
    {base::State::finishing, Event::deadline, Move::kill_again},
    {base::State::finishing, Event::leave_lost, Move::lose_leave},

    {base::State::restarting, Event::start, Move::grant_launch},
    {base::State::restarting, Event::start_fresh, Move::launch_fresh},
    {base::State::restarting, Event::stop, Move::settle},
    {base::State::restarting, Event::deadline, Move::retry},
    {base::State::restarting, Event::leave_lost, Move::lose_leave},
    {base::State::restarting, Event::mark_blocked, Move::block},

    {base::State::failed, Event::start_fresh, Move::launch_fresh},
    {base::State::failed, Event::stop, Move::settle},

    {base::State::blocked, Event::start, Move::launch},
    {base::State::blocked, Event::start_fresh, Move::launch_fresh},
    {base::State::blocked, Event::stop, Move::settle},
    {base::State::blocked, Event::mark_blocked, Move::block},

    {base::State::done, Event::start, Move::grant},
    {base::State::done, Event::start_fresh, Move::launch_fresh},
    {base::State::done, Event::stop, Move::undo},
    {base::State::done, Event::leave_lost, Move::lose_leave},
};

inline constexpr std::size_t state_count = static_cast<std::size_t>(base::State::last_) + 1;
inline constexpr std::size_t event_count = static_cast<std::size_t>(Event::last_) + 1;
using Table = std::array<std::array<Move, event_count>, state_count>;

void two_rules_for_one_cell();  // not defined: reaching it ends the compilation

consteval Table build() {
    Table table{};
    for (const Rule& r : rules) {
        Move& cell = table[static_cast<std::size_t>(r.in)][static_cast<std::size_t>(r.on)];
        if (cell != Move::ignore) two_rules_for_one_cell();
        cell = r.then;
    }
    return table;
}
inline constexpr Table table = build();

}  // namespace hob::svc
