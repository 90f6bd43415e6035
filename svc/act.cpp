// One step of one service: machine, table, action.
#include "svc/pidfd.hpp"
#include "svc/scanner.hpp"

#include <csignal>
#include <cstring>

#include <sys/wait.h>

namespace hob::svc {

using base::State;
using base::Status;

namespace {

bool launches(Act act) noexcept {
    return act == Act::launch_main || act == Act::launch_down || act == Act::launch_finish;
}

// A death by `signal` as wait(2) would tell it.
constexpr int killed_by(int signal) { return signal; }

}  // namespace

void Service::on_deadline() noexcept { scanner.apply(*this, Event::deadline); }

// What the machine must know. A service adopted without its plan is run by the default policy.
Facts Scanner::facts(const Service& s) const noexcept {
    if (s.plan) return Facts::of(s.plan.view());
    Facts unknown;
    unknown.policy.type = record(s).type;
    unknown.has_main =
        record(s).type == base::ServiceType::longrun || record(s).type == base::ServiceType::oneshot;
    return unknown;
}

void Scanner::apply(Service& s, Event event, const base::Reason& reason, int exit) noexcept {
    const Input input{event, loop_.now(), stamp(), reason, exit};
    const Status before = table_.status(s.id);
    const Transition next = step(facts(s), before, input);
    if (next.act == Act::launch_main && s.next_plan) {
        PlanRef plan = std::move(s.next_plan);
        s.next_plan = PlanRef{};
        use_plan(s, std::move(plan));
    }
    if (launches(next.act)) *table_.launch_pid(s.id) = 0;  // none yet: a next scanner starts it again
    settle(s, before, next.status);
    perform(s, next.act);
    // Asked in this order: performing may have ended the service for good, but then it did not settle here.
    if (base::is_settled_down(next.status.state) && s.removing) remove(s);
}

// Commits, and tells who has to know.
void Scanner::settle(Service& s, const Status& before, Status now) noexcept {
    if (std::memcmp(&before, &now, offsetof(Status, check)) == 0) return;
    table_.commit(s.id, now);
    if (now.deadline == 0)
        s.deadline.stop();
    else if (now.deadline != before.deadline || !s.deadline.running())
        s.deadline.start<&Service::on_deadline>(loop_, base::Instant{now.deadline}, &s);
    if (now.state == before.state && now.reason == before.reason) return;
    control_.changed(s.id, now);
    if (now.state == before.state) return;
    count_settled(s, before.state, now.state);
    if (shutting_down()) note_progress();
    if (base::is_ready(before.state) && !base::is_ready(now.state)) lose_leave(s);
    if (now.state != State::starting && now.state != State::launching) close_readiness(s);
}

// The leave to start of everything that needs `s` is taken back, until the engine gives it again.
void Scanner::lose_leave(Service& s) noexcept {
    for (std::size_t i = 0; i < s.needed_by.size(); ++i)
        if (Service* const needer = at(s.needed_by[i]); needer != nullptr) apply(*needer, Event::leave_lost);
}

void Scanner::perform(Service& s, Act act) noexcept {
    switch (act) {
        case Act::none: return;
        case Act::launch_main: return queue(s, base::Program::main);
        case Act::launch_down: return queue(s, base::Program::down);
        case Act::launch_finish: return queue(s, base::Program::finish);
        case Act::send_stop: return terminate(s);
        case Act::send_kill: return kill(s);
    }
}

void Scanner::queue(Service& s, base::Program program) noexcept {
    s.queued = program;
    s.is_queued = true;
    queue_.push_back(s.id);
}

// A launch that has not begun is called off; to the machine its process died by the signal it would have got.
bool Scanner::unqueue(Service& s, int signal) noexcept {
    if (!s.is_queued) return false;
    s.is_queued = false;
    apply(s, Event::exited, {}, killed_by(signal));
    return true;
}

void Scanner::terminate(Service& s) noexcept {
    const int number = facts(s).policy.stop_signal;
    if (unqueue(s, number)) return;
    signal(s, number);
    signal(s, SIGCONT);  // a stopped process would not notice
}

void Scanner::kill(Service& s) noexcept {
    if (unqueue(s, SIGKILL)) return;
    const std::int32_t pid = table_.status(s.id).pid;
    signal(s, SIGKILL);
    if (pid <= 0) return;
    // What it left behind in its session's first process group. The number is its own while it has not been
    // reaped: by us for our children, by the keeper of orphans for an adopted one that is alive.
    if (s.own_child || (s.pidfd && !is_dead(s.pidfd.get()))) ::kill(-pid, SIGKILL);
    // A launch of the previous scanner that neither lives nor was ever told of.
    if (!s.own_child && !s.pidfd && ::kill(pid, 0) < 0 && errno == ESRCH) ended(s, killed_by(SIGKILL));
}

void Scanner::signal(Service& s, int number) noexcept {
    const std::int32_t pid = table_.status(s.id).pid;
    if (s.pidfd)
        (void)base::sys::signal_pidfd(s.pidfd.get(), number);
    else if (s.own_child && pid > 0)
        ::kill(pid, number);  // not reaped, so it is still this one
}

}  // namespace hob::svc
