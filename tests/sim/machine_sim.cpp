// Drives the per-service machine under a fake kernel and clock with seeded random faults; checks after every
// event that no state is stuck, no process is doubled, and that what was asked last is where it ends.
#include "svc/machine.hpp"

#include <cerrno>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

using namespace hob::base;
using namespace hob::svc;

namespace {

struct World {
    std::mt19937_64 random;
    Facts facts;
    Status status;
    std::int64_t now = 1;
    bool alive = false;     // a process of the service lives
    bool executed = false;  // and has executed
    bool doomed = false;    // and its launch step failed, or it was told to die
    bool stubborn = false;  // ignores the stop signal
    bool calm = false;      // no more faults
    std::string fault;

    explicit World(std::uint64_t seed) : random{seed} {
        facts.has_main = !chance(20);
        facts.has_down = chance(2);
        facts.has_finish = chance(3);
        facts.policy.type = chance(3) ? ServiceType::oneshot : ServiceType::longrun;
        if (!facts.has_main)
            facts.policy.type = ServiceType::milestone, facts.has_finish = facts.has_down = false;
        facts.policy.ready = chance(2) ? Readiness::spawn : Readiness::notify;
        facts.policy.restart = static_cast<RestartPolicy>(random() % 3);
        facts.policy.attempts = static_cast<std::uint16_t>(random() % 6);
        facts.policy.max_retry = static_cast<std::uint16_t>(random() % 4);
    }
    bool chance(unsigned one_in) { return random() % one_in == 0; }

    void send(Event event, Reason reason = {}, int exit = 0) {
        const Status before = status;
        const Transition next = step(facts, before, {event, {now}, {now}, reason, exit});
        status = next.status;
        act(next.act);
        check(event);
    }

    void act(Act what) {
        switch (what) {
            case Act::none: return;
            case Act::send_stop: doomed = doomed || !stubborn; return need_alive("stop signal");
            case Act::send_kill:
                doomed = doomed || !chance(4);  // a D state takes its time
                return need_alive("kill");
            default: break;
        }
        if (alive) fault = "a process was launched beside another";
        if (!calm && chance(10)) return send(Event::no_process, {ReasonKind::clone_failed, 0, EAGAIN, 0});
        alive = true, executed = doomed = false;
        stubborn = chance(8);
    }
    void need_alive(const char* what) {
        if (!alive) fault = std::string{what} + " without a process";
    }

    void check(Event) {
        using enum State;
        if (!fault.empty()) return;
        const bool process = facts.has_main && has_process(status.state);
        if (process != alive) fault = "state and process disagree in " + std::string{name_of(status.state)};
        const bool ends_by_itself = status.state == down || status.state == up || status.state == failed ||
                                    status.state == blocked || status.state == done;
        const bool waits_for_leave = status.state == restarting && (status.flags & status_may_start) == 0;
        if (!ends_by_itself && !waits_for_leave && status.deadline == 0)
            fault = "stuck in " + std::string{name_of(status.state)};
        if (status.state == up && (status.flags & status_wanted) == 0) fault = "up but not wanted";
    }

    // Something happens to the process.
    void process_turn() {
        if (!executed && !doomed) {
            if (!calm && chance(12)) {
                doomed = true;
                const int code = chance(2) ? ENOENT : ETXTBSY;
                return send(Event::step_failed,
                            {ReasonKind::launch_step, 0, static_cast<std::uint16_t>(code), 2});
            }
            executed = true;
            return send(Event::executed);
        }
        const bool exits = doomed || (!calm && chance(3)) || status.state == State::finishing ||
                           facts.policy.type == ServiceType::oneshot;
        if (exits) {
            alive = false;
            const int codes[] = {0, 0, 256, 125 << 8, 9, 11};
            const int status_word = calm && !doomed ? 0 : codes[random() % 6];
            return send(Event::exited, {}, status_word);
        }
        send(Event::ready);
    }

    void turn() {
        switch (random() % 8) {
            case 0: return send(chance(3) ? Event::start_fresh : Event::start);
            case 1: return send(Event::stop);
            case 2: return send(Event::leave_lost);
            case 3:
                if (!facts.has_main || !has_process(status.state))
                    if (status.state != State::up)
                        send(Event::mark_blocked, {ReasonKind::need_failed, 0, 0, 1});
                return;
            case 4:
                if (status.deadline != 0) now = std::max(now, status.deadline), send(Event::deadline);
                return;
            default:
                now += static_cast<std::int64_t>(random() % 2'000'000'000);
                if (alive) process_turn();
        }
    }

    // No more faults: it must settle where the last word said.
    void settle(bool want_up) {
        calm = true;
        const bool fresh = status.state == State::failed || chance(2);
        send(!want_up ? Event::stop : fresh ? Event::start_fresh : Event::start);
        for (int i = 0; i < 200 && fault.empty(); ++i) {
            const bool sits = !doomed && status.state != State::launching &&
                              status.state != State::starting && status.state != State::finishing;
            if (alive && !sits)
                process_turn();
            else if (status.deadline != 0)
                now = std::max(now, status.deadline), send(Event::deadline);
        }
        if (!fault.empty()) return;
        const bool good =
            want_up ? is_ready(status.state) || status.state == State::failed : status.state == State::down;
        if (!good)
            fault = std::string{"wanted "} + (want_up ? "up" : "down") + " but ended " +
                    std::string{name_of(status.state)};
    }
};

bool survives(std::uint64_t seed) {
    World world{seed};
    for (int i = 0; i < 400 && world.fault.empty(); ++i) world.turn();
    if (world.fault.empty()) world.settle((seed & 1) != 0);
    if (world.fault.empty()) return true;
    std::cout << "seed " << seed << ": " << world.fault << "\nreplay: machine_sim " << seed << "\n";
    return false;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 2) return survives(std::strtoull(argv[1], nullptr, 10)) ? 0 : 1;
    const std::uint64_t seeds = std::getenv("HOB_NIGHTLY") != nullptr ? 50000 : 3000;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed)
        if (!survives(seed)) return 1;
    std::cout << seeds << " seeds\n";
}
