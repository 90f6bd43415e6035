#include "svc/machine.hpp"

#include "svc/rules.hpp"

#include <algorithm>
#include <cerrno>

#include <sys/wait.h>

namespace hob::svc {

using base::Nanos;
using base::Reason;
using base::ReasonKind;
using base::RestartPolicy;
using base::ServiceType;
using base::State;
using base::Status;

namespace {

constexpr Nanos kill_again_after = base::seconds(5);
constexpr int finish_says_no = 125;

using enum State;

// One step in the making.
struct Turn {
    const Facts& facts;
    const Input& in;
    Status now;
    Act act = Act::none;

    const base::Policy& policy() const noexcept { return facts.policy; }
    [[nodiscard]] bool flag(std::uint8_t bit) const noexcept { return (now.flags & bit) != 0; }
    void set(std::uint8_t bits) noexcept { now.flags = static_cast<std::uint8_t>(now.flags | bits); }
    void clear(std::uint8_t bits) noexcept { now.flags = static_cast<std::uint8_t>(now.flags & ~bits); }

    void enter(State state, Nanos limit = {}) noexcept {
        if (now.state != state) now.since = in.stamp.ns;
        now.state = state;
        now.deadline = limit.count > 0 ? (in.now + limit).ns : 0;
    }
    void reason(ReasonKind kind, std::uint16_t code = 0, std::uint32_t arg = 0) noexcept {
        now.reason = {kind, 0, code, arg};
    }
};

std::uint32_t to_ms(Nanos span) noexcept {
    return static_cast<std::uint32_t>(std::min<std::int64_t>(span.count / 1'000'000, UINT32_MAX));
}

void launch(Turn& t) noexcept {
    t.set(base::status_wanted | base::status_may_start);
    t.clear(base::status_adopted);
    t.now.started = t.in.stamp.ns;
    t.now.starts++;
    t.now.ready_since = 0;
    t.reason(ReasonKind::none);
    if (!t.facts.has_main) {
        t.now.ready_since = t.in.stamp.ns;
        return t.enter(up);
    }
    t.enter(launching, t.policy().start_timeout);
    t.act = Act::launch_main;
}

void forget_failures(Turn& t) noexcept { t.now.attempts = 0, t.now.rests = 0, t.now.window_start = 0; }

// Down, or up again now that it may: after a stop that was asked for.
void come_back(Turn& t) noexcept {
    if (!t.flag(base::status_wanted)) return t.enter(down);
    if (t.flag(base::status_may_start)) return launch(t);
    t.enter(restarting);  // until leave comes
}

// The n-th failure in a row waits `delay`, then from max(delay, 1 s) doubling up to delay_max.
Nanos restart_delay(const base::Policy& p, std::uint32_t nth) noexcept {
    if (nth <= 1) return p.delay;
    const std::int64_t first = std::max(p.delay.count, base::seconds(1).count);
    const std::uint32_t doublings = std::min(nth - 2, 30U);
    const std::int64_t most = std::max(p.delay_max.count, p.delay.count);
    return {first > (most >> doublings) ? most : first << doublings};
}

void wait_then_restart(Turn& t, Nanos delay) noexcept {
    t.enter(restarting, {std::max<std::int64_t>(delay.count, 1)});
    if (delay.count == 0 && t.flag(base::status_may_start)) {
        const Reason why = t.now.reason;
        launch(t);
        t.now.reason = why;  // until it is ready
    }
}

bool worth_retrying(int code) noexcept {
    return code == EAGAIN || code == ENOMEM || code == EMFILE || code == ENFILE || code == ETXTBSY ||
           code == EBUSY || code == EINTR;
}

// A failure of a wanted service: again, rest, or give up.
void restart(Turn& t) noexcept {
    const base::Policy& p = t.policy();
    const bool limited = p.attempts != 0;
    if (t.now.reason.kind == ReasonKind::launch_step && limited && !worth_retrying(t.now.reason.code))
        return t.enter(failed);
    const bool window_over = t.in.now.ns - t.now.window_start > p.window.count;
    if (t.now.attempts == 0 || (limited && window_over)) t.now.attempts = 0, t.now.window_start = t.in.now.ns;
    if (t.now.attempts < UINT32_MAX) t.now.attempts++;
    if (t.now.reason.kind == ReasonKind::clone_failed)  // no fault of the service: counts for no limit
        return wait_then_restart(t, std::max(restart_delay(p, t.now.attempts), base::seconds(1)));
    if (!limited || t.now.attempts < p.attempts)
        return wait_then_restart(t, restart_delay(p, t.now.attempts));
    t.reason(ReasonKind::restart_limit, p.attempts, to_ms(p.window));
    if (t.now.rests >= p.max_retry) return t.enter(failed);
    t.now.rests++;
    t.now.attempts = 0;
    wait_then_restart(t, p.retry_in);
}

bool clean(const Status& s) noexcept { return s.reason.kind == ReasonKind::exited && s.reason.code == 0; }

// No process is left and its death was not asked for.
void decide(Turn& t) noexcept {
    if (!t.flag(base::status_wanted)) return t.enter(down);
    const bool failure = !clean(t.now);
    switch (t.policy().restart) {
        case RestartPolicy::always: return restart(t);
        case RestartPolicy::on_failure:
            if (failure) return restart(t);
            break;
        case RestartPolicy::never:
            if (t.now.reason.kind == ReasonKind::clone_failed) return restart(t);
            break;
    }
    t.enter(failure ? failed : done);
}

// Why the process that just ended did; what a step or a deadline said before stands.
void note_exit(Turn& t) noexcept {
    t.now.last_exit = t.in.exit;
    t.now.exited = t.in.stamp.ns;
    t.now.pid = 0;
    t.clear(base::status_adopted | base::status_paused);
}
void reason_of_exit(Turn& t) noexcept {
    const int status = t.in.exit;
    if (WIFEXITED(status))
        return t.reason(ReasonKind::exited, static_cast<std::uint16_t>(WEXITSTATUS(status)));
    t.reason(ReasonKind::killed, static_cast<std::uint16_t>(WTERMSIG(status)), WCOREDUMP(status) ? 1 : 0);
}

void finish_or(Turn& t, void (*next)(Turn&) noexcept) noexcept {
    if (!t.facts.has_finish || t.now.reason.kind == ReasonKind::launch_step) return next(t);
    t.enter(finishing, t.policy().finish_timeout);
    t.act = Act::launch_finish;
}

// A stop that a person or the graph asked for, rather than a start that took too long.
bool asked_to_stop(const Turn& t) noexcept {
    return t.now.reason.kind == ReasonKind::asked || t.now.reason.kind == ReasonKind::stop_timeout;
}
void after_stop(Turn& t) noexcept { asked_to_stop(t) ? come_back(t) : decide(t); }

void ended(Turn& t) noexcept {
    const State was = t.now.state;
    note_exit(t);
    if (t.now.reason.kind != ReasonKind::launch_step || was != launching) reason_of_exit(t);
    if (t.policy().type == ServiceType::oneshot && clean(t.now)) {
        forget_failures(t);
        t.now.ready_since = t.in.stamp.ns;
        return t.enter(done);
    }
    if (was == up && t.in.stamp.ns - t.now.ready_since >= t.policy().window.count) forget_failures(t);
    t.now.ready_since = 0;
    // Over before it was ready is a failure, whatever the exit code.
    if (was != up && clean(t.now)) t.reason(ReasonKind::exited_early);
    finish_or(t, decide);
}

void no_process(Turn& t) noexcept {
    t.now.reason = t.in.reason;
    t.now.pid = 0;
    decide(t);
}

void stop_with(Turn& t, Act act, State state, Nanos limit) noexcept {
    t.now.ready_since = 0;
    t.act = act;
    t.enter(state, limit);
}

void stop(Turn& t) noexcept {
    t.clear(base::status_wanted | base::status_may_start);
    t.reason(ReasonKind::asked);
    if (!t.facts.has_main) {
        t.now.ready_since = 0;
        return t.enter(down);
    }
    stop_with(t, Act::send_stop, stopping, t.policy().stop_timeout);
}

void undo(Turn& t) noexcept {
    t.clear(base::status_wanted | base::status_may_start);
    t.reason(ReasonKind::asked);
    t.now.ready_since = 0;
    if (!t.facts.has_down) return t.enter(down);
    stop_with(t, Act::launch_down, stopping, t.policy().stop_timeout);
}

void abandon(Turn& t) noexcept {
    t.clear(base::status_wanted | base::status_may_start);
    t.reason(ReasonKind::asked);
    stop_with(t, Act::send_kill, killing, kill_again_after);
}

void executed(Turn& t) noexcept {
    if (t.policy().ready == base::Readiness::spawn && t.policy().type == ServiceType::longrun) {
        t.now.ready_since = t.in.stamp.ns;
        t.reason(ReasonKind::none);
        return t.enter(up);
    }
    const std::int64_t deadline = t.now.deadline;  // clone to ready: it goes on
    t.enter(starting);
    t.now.deadline = deadline;
}

void ready(Turn& t) noexcept {
    if (t.policy().type == ServiceType::oneshot) return;  // only its exit tells
    t.now.ready_since = t.in.stamp.ns;
    t.reason(ReasonKind::none);
    t.enter(up);
}

void late(Turn& t) noexcept {
    const bool launched = t.now.state == starting;
    t.reason(ReasonKind::start_timeout, 0, to_ms(t.policy().start_timeout));
    if (launched)
        stop_with(t, Act::send_stop, stopping, t.policy().stop_timeout);
    else
        stop_with(t, Act::send_kill, killing, kill_again_after);
}

void kill(Turn& t) noexcept {
    if (t.now.reason.kind != ReasonKind::start_timeout)
        t.reason(ReasonKind::stop_timeout, 0, to_ms(t.policy().stop_timeout));
    stop_with(t, Act::send_kill, killing, kill_again_after);
}

void kill_again(Turn& t) noexcept {
    t.act = Act::send_kill;
    t.enter(t.now.state, kill_again_after);
}

void stopped(Turn& t) noexcept {
    // A oneshot's `down` that failed says so; the service is down all the same.
    const bool down_failed = t.policy().type == ServiceType::oneshot && t.facts.has_down &&
                             t.now.state == stopping && t.in.exit != 0 && asked_to_stop(t);
    if (t.in.event == Event::exited) note_exit(t);
    t.now.pid = 0;
    if (t.policy().type == ServiceType::longrun) return finish_or(t, after_stop);
    after_stop(t);
    if (down_failed && t.now.state == down) reason_of_exit(t);
}

void finished(Turn& t) noexcept {
    t.now.pid = 0;
    const bool refused =
        t.in.event == Event::exited && WIFEXITED(t.in.exit) && WEXITSTATUS(t.in.exit) == finish_says_no;
    if (refused && t.flag(base::status_wanted)) {
        t.reason(ReasonKind::finish_refused);
        return t.enter(failed);
    }
    after_stop(t);
}

void retry(Turn& t) noexcept {
    if (!t.flag(base::status_may_start)) return t.enter(restarting);  // until leave comes
    const Reason why = t.now.reason;
    launch(t);
    if (t.facts.has_main) t.now.reason = why;  // until it is ready
}

void settle(Turn& t) noexcept {
    t.clear(base::status_wanted | base::status_may_start);
    t.reason(ReasonKind::asked);
    t.now.ready_since = 0;
    t.enter(down);
}

void perform(Move move, Turn& t) noexcept {
    switch (move) {
        case Move::ignore: return;
        case Move::launch: return launch(t);
        case Move::launch_fresh: return forget_failures(t), launch(t);
        case Move::grant: return t.set(base::status_wanted | base::status_may_start);
        case Move::grant_launch:
            t.set(base::status_wanted | base::status_may_start);
            if (t.now.deadline == 0) retry(t);
            return;
        case Move::unwant: return t.clear(base::status_wanted | base::status_may_start);
        case Move::settle: return settle(t);
        case Move::block:
            t.clear(base::status_wanted | base::status_may_start);
            t.now.reason = t.in.reason;
            return t.enter(blocked);
        case Move::stop: return stop(t);
        case Move::undo: return undo(t);
        case Move::abandon: return abandon(t);
        case Move::executed: return executed(t);
        case Move::note_step: t.now.reason = t.in.reason; return;
        case Move::no_process: return no_process(t);
        case Move::ready: return ready(t);
        case Move::ended: return ended(t);
        case Move::late: return late(t);
        case Move::kill: return kill(t);
        case Move::kill_again: return kill_again(t);
        case Move::stopped: return stopped(t);
        case Move::finished: return finished(t);
        case Move::retry: return retry(t);
        case Move::lose_leave: return t.clear(base::status_may_start);
    }
}

}  // namespace

Facts Facts::of(const base::PlanView& plan) noexcept {
    return {plan.policy(), plan.has(base::Program::main), plan.has(base::Program::down),
            plan.has(base::Program::finish)};
}

Transition step(const Facts& facts, const Status& before, const Input& input) noexcept {
    Turn turn{facts, input, before};
    const auto state = static_cast<std::size_t>(before.state);
    const auto event = static_cast<std::size_t>(input.event);
    if (state < state_count && event < event_count) perform(table[state][event], turn);
    return {turn.now, turn.act};
}

}  // namespace hob::svc
