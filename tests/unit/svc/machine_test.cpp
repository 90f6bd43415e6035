#include "svc/machine.hpp"

#include "svc/rules.hpp"

#include <cerrno>
#include <vector>

#include <catch2/catch.hpp>

using namespace hob::base;
using namespace hob::svc;

namespace {

// A service driven by hand: time moves only when told to.
struct Driven {
    Facts facts;
    Status status;
    Act act = Act::none;
    std::int64_t now = 1'000'000'000;

    Driven() { facts.has_main = true; }
    Driven& on(Event event, Reason reason = {}, int exit = 0) {
        Input input;
        input.event = event;
        input.now = {now};
        input.stamp = {now};
        input.reason = reason;
        input.exit = exit;
        const Transition next = step(facts, status, input);
        status = next.status, act = next.act;
        return *this;
    }
    Driven& exits(int code) { return on(Event::exited, {}, code << 8); }
    Driven& dies(int signal) { return on(Event::exited, {}, signal); }
    Driven& at_deadline() {
        REQUIRE(status.deadline != 0);
        now = status.deadline;
        return on(Event::deadline);
    }
    Driven& later(Nanos span) { return now += span.count, *this; }
    Driven& run() { return on(Event::start).on(Event::executed); }
};

int exit_code(const Status& s) { return s.reason.code; }

}  // namespace

TEST_CASE("a longrun that is ready once executed goes down, launching, up") {
    Driven s;
    s.on(Event::start);
    CHECK(s.status.state == State::launching);
    CHECK(s.act == Act::launch_main);
    CHECK(s.status.starts == 1);
    s.on(Event::executed);
    CHECK(s.status.state == State::up);
    CHECK(s.status.ready_since == s.now);
    CHECK(s.status.deadline == 0);
}

TEST_CASE("a longrun with a notification is starting until it says so, within one deadline from the clone") {
    Driven s;
    s.facts.policy.ready = Readiness::notify;
    s.on(Event::start);
    const auto deadline = s.status.deadline;
    s.later(seconds(1)).on(Event::executed);
    CHECK(s.status.state == State::starting);
    CHECK(s.status.deadline == deadline);
    s.on(Event::ready);
    CHECK(s.status.state == State::up);
}

TEST_CASE("readiness that is seen before the exec is not lost") {
    Driven s;
    s.facts.policy.ready = Readiness::descriptor;
    s.on(Event::start).on(Event::ready).on(Event::executed);
    CHECK(s.status.state == State::up);
}

TEST_CASE("a service that is not ready in time is stopped, says why, and is tried again") {
    Driven s;
    s.facts.policy.ready = Readiness::notify;
    s.run().at_deadline();
    CHECK(s.status.state == State::stopping);
    CHECK(s.act == Act::send_stop);
    CHECK(s.status.reason.kind == ReasonKind::start_timeout);
    s.dies(15);
    CHECK(s.status.state == State::launching);
    CHECK(s.status.reason.kind == ReasonKind::start_timeout);
}

TEST_CASE("a service that ignores TERM is killed at its deadline, and again until it is gone") {
    Driven s;
    s.run().on(Event::stop);
    CHECK(s.act == Act::send_stop);
    CHECK(s.status.deadline == s.now + s.facts.policy.stop_timeout.count);
    s.at_deadline();
    CHECK(s.status.state == State::killing);
    CHECK(s.act == Act::send_kill);
    CHECK(s.status.reason.kind == ReasonKind::stop_timeout);
    s.at_deadline();
    CHECK(s.act == Act::send_kill);
    s.dies(9);
    CHECK(s.status.state == State::down);
    CHECK(s.status.reason.kind == ReasonKind::stop_timeout);
}

TEST_CASE("a launch step that failed is final and keeps its reason") {
    Driven s;
    s.on(Event::start).on(Event::step_failed, {ReasonKind::launch_step, 0, ENOENT, 3});
    CHECK(s.status.state == State::launching);
    s.exits(127);
    CHECK(s.status.state == State::failed);
    CHECK(s.status.reason == Reason{ReasonKind::launch_step, 0, ENOENT, 3});
    s.on(Event::start);
    CHECK(s.status.state == State::failed);
    s.on(Event::start_fresh);
    CHECK(s.status.state == State::launching);
}

TEST_CASE("a launch step that failed for a passing reason is tried again") {
    Driven s;
    s.on(Event::start).on(Event::step_failed, {ReasonKind::launch_step, 0, ETXTBSY, 3}).exits(127);
    CHECK(s.status.state == State::launching);
}

TEST_CASE("a process that cannot be made is tried again after a second and counts for no limit") {
    Driven s;
    s.on(Event::start);
    for (int i = 0; i < 20; ++i) {
        s.on(Event::no_process, {ReasonKind::clone_failed, 0, EAGAIN, 0});
        REQUIRE(s.status.state == State::restarting);
        CHECK(s.status.deadline - s.now >= seconds(1).count);
        s.at_deadline();
        REQUIRE(s.act == Act::launch_main);
    }
}

TEST_CASE("restart delays double from one second, the first is immediate") {
    Driven s;
    s.facts.policy.attempts = 0;
    s.facts.policy.delay_max = seconds(5);
    s.run().exits(1);
    CHECK(s.status.state == State::launching);
    std::vector<std::int64_t> delays;
    for (int i = 0; i < 5; ++i) {
        s.on(Event::executed).exits(1);
        REQUIRE(s.status.state == State::restarting);
        delays.push_back((s.status.deadline - s.now) / 1'000'000'000);
        s.at_deadline();
    }
    CHECK(delays == std::vector<std::int64_t>{1, 2, 4, 5, 5});
}

TEST_CASE("a flapping service rests, and fails after its last rest") {
    Driven s;
    s.facts.policy.max_retry = 2;
    s.facts.policy.attempts = 3;
    s.run();
    int rests = 0;
    while (s.status.state != State::failed) {
        s.exits(1);
        if (s.status.reason.kind == ReasonKind::restart_limit && s.status.state == State::restarting) {
            ++rests;
            CHECK(s.status.deadline - s.now == s.facts.policy.retry_in.count);
        }
        if (s.status.state == State::restarting) s.at_deadline();
        if (s.status.state == State::launching) s.on(Event::executed);
    }
    CHECK(rests == 2);
    CHECK(s.status.reason.kind == ReasonKind::restart_limit);
    CHECK(s.status.starts == 9);
}

TEST_CASE("staying up for a window forgives earlier failures") {
    Driven s;
    s.run();
    for (int i = 0; i < 50; ++i) {
        s.later(s.facts.policy.window).exits(1);
        REQUIRE(s.status.state == State::launching);
        s.on(Event::executed);
    }
}

TEST_CASE("restart policies decide by the exit") {
    const auto after = [](RestartPolicy policy, int status) {
        Driven s;
        s.facts.policy.restart = policy;
        s.run().on(Event::exited, {}, status);
        return s.status.state;
    };
    CHECK(after(RestartPolicy::always, 0) == State::launching);
    CHECK(after(RestartPolicy::on_failure, 0) == State::done);
    CHECK(after(RestartPolicy::on_failure, 1 << 8) == State::launching);
    CHECK(after(RestartPolicy::on_failure, 11) == State::launching);
    CHECK(after(RestartPolicy::never, 0) == State::done);
    CHECK(after(RestartPolicy::never, 1 << 8) == State::failed);
}

TEST_CASE("a longrun that is over before it was ready has failed, whatever its code") {
    Driven s;
    s.facts.policy.ready = Readiness::notify;
    s.facts.policy.restart = RestartPolicy::never;
    s.run().exits(0);
    CHECK(s.status.state == State::failed);
    CHECK(s.status.reason.kind == ReasonKind::exited_early);
}

TEST_CASE("a oneshot is done at exit 0 and failed otherwise") {
    Driven s;
    s.facts.policy.type = ServiceType::oneshot;
    s.facts.policy.ready = Readiness::exit;
    s.facts.policy.restart = RestartPolicy::never;
    s.run();
    CHECK(s.status.state == State::starting);
    s.exits(0);
    CHECK(s.status.state == State::done);
    CHECK(s.status.ready_since == s.now);
    s.on(Event::stop);
    CHECK(s.status.state == State::down);
    s.run().exits(3);
    CHECK(s.status.state == State::failed);
    CHECK(exit_code(s.status) == 3);
}

TEST_CASE("a oneshot with `down` runs it when stopped") {
    Driven s;
    s.facts.policy.type = ServiceType::oneshot;
    s.facts.has_down = true;
    s.run().exits(0).on(Event::stop);
    CHECK(s.status.state == State::stopping);
    CHECK(s.act == Act::launch_down);
    s.on(Event::executed).exits(0);
    CHECK(s.status.state == State::down);
    CHECK(s.status.reason.kind == ReasonKind::asked);
}

TEST_CASE("finish runs after the process and may forbid a restart") {
    Driven s;
    s.facts.has_finish = true;
    s.run().exits(4);
    CHECK(s.status.state == State::finishing);
    CHECK(s.act == Act::launch_finish);
    s.on(Event::executed).exits(0);
    CHECK(s.status.state == State::launching);
    s.on(Event::executed).exits(4).exits(125);
    CHECK(s.status.state == State::failed);
    CHECK(s.status.reason.kind == ReasonKind::finish_refused);
}

TEST_CASE("a start during a stop brings the service back without counting as a failure") {
    Driven s;
    s.run();
    for (int i = 0; i < 50; ++i) {
        s.on(Event::stop).on(Event::start).dies(15);
        REQUIRE(s.status.state == State::launching);
        s.on(Event::executed);
        REQUIRE(s.status.attempts == 0);
    }
}

TEST_CASE("without leave a restart waits for it") {
    Driven s;
    s.run().on(Event::leave_lost).exits(1);
    CHECK(s.status.state == State::restarting);
    CHECK(s.act == Act::none);
    if (s.status.deadline != 0) s.at_deadline();
    CHECK(s.status.state == State::restarting);
    CHECK(s.status.deadline == 0);
    s.on(Event::start);
    CHECK(s.status.state == State::launching);
}

TEST_CASE("a stop while waiting to restart, blocked or failed is down at once") {
    for (const State from : {State::restarting, State::failed, State::blocked}) {
        Driven s;
        s.status.state = from;
        s.on(Event::stop);
        CHECK(s.status.state == State::down);
        CHECK(s.act == Act::none);
    }
}

TEST_CASE("a milestone is up at once and down at once") {
    Driven s;
    s.facts.has_main = false;
    s.on(Event::start);
    CHECK(s.status.state == State::up);
    CHECK(s.act == Act::none);
    s.on(Event::stop);
    CHECK(s.status.state == State::down);
}

TEST_CASE("every cell of the table leaves a legal state and no launch beside a live process") {
    for (std::size_t state = 0; state < state_count; ++state)
        for (std::size_t event = 0; event < event_count; ++event)
            for (int shape = 0; shape < 64; ++shape) {
                Driven s;
                s.facts.has_finish = (shape & 1) != 0;
                s.facts.has_down = (shape & 2) != 0;
                s.facts.policy.type = (shape & 4) != 0 ? ServiceType::oneshot : ServiceType::longrun;
                s.status.state = static_cast<State>(state);
                s.status.flags = static_cast<std::uint8_t>((shape & 8) != 0 ? status_wanted : 0);
                s.status.flags |= static_cast<std::uint8_t>((shape & 16) != 0 ? status_may_start : 0);
                s.on(static_cast<Event>(event), {}, (shape & 32) != 0 ? 256 : 0);
                INFO("state " << state << " event " << event << " shape " << shape);
                CHECK(s.status.state <= State::last_);
                const bool launches =
                    s.act == Act::launch_main || s.act == Act::launch_down || s.act == Act::launch_finish;
                const bool gone = static_cast<Event>(event) == Event::exited ||
                                  static_cast<Event>(event) == Event::no_process;
                if (launches) CHECK((!has_process(static_cast<State>(state)) || gone));
                if (launches) CHECK(has_process(s.status.state));
                if (s.act == Act::send_stop || s.act == Act::send_kill)
                    CHECK(has_process(static_cast<State>(state)));
            }
}
