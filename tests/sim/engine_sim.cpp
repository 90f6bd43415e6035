// Drives the engine's core over a fake scanner with random graphs, failures, wishes and deaths of the engine.
//
// Checked all the time: a launch only with all needs ready (I8), stops in reverse (I9), no action that the
// state it was told does not call for, and that the core that lived on says what a new one says. In the end
// the faults cease: everything must come to where the wishes say, found out here in another way than in the
// core.
#include "tests/sim/engine_world.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>

using namespace hob::base;        // NOLINT(google-build-using-namespace): the subject
using namespace hob::tests::sim;  // NOLINT(google-build-using-namespace): the subject
using engine::Action;
using engine::Core;
using engine::Do;
using engine::Link;
using engine::Seen;

namespace {

struct Engine {
    World& world;
    Core core;
    std::deque<Command> flight;  // sent, not carried out
    std::vector<Action> actions;

    explicit Engine(World& w) : world{w}, core{w.graph} { read(); }

    [[nodiscard]] Node size() const { return static_cast<Node>(world.services.size()); }
    void read() {
        for (Node n = 0; n < size(); ++n) core.bar(n, world.bars[n]), core.see(n, world.seen(n));
    }
    // Its death: the commands that did not arrive are lost, and so is all it knew.
    void die() {
        flight.resize(flight.empty() ? 0 : world.random() % flight.size());
        while (!flight.empty()) deliver();
        core = Core{world.graph};
        read();
    }
    void deliver() {
        world.carry_out(flight.front());
        flight.pop_front();
    }

    void wish(Node n, Wish wish, Asker asker, bool fresh = false) {
        Seen seen = core.seen(n);
        seen.wish = wish, seen.asker = asker;
        core.see(n, seen);
        flight.push_back({.kind = Command::Kind::wish,
                          .action = {.node = n, .fresh = fresh},
                          .wish = wish,
                          .asker = asker});
    }
    void random_wish() {
        const Node n = world.any();
        const Wish now = core.seen(n).wish;
        switch (world.random() % 5) {
            case 0: return wish(n, Wish::down, Asker::user);
            case 1: return wish(n, Wish::none, Asker::user);
            case 2: return wish(n, now == Wish::none && core.wanted(n) ? now : Wish::up, Asker::restart);
            default: return wish(n, Wish::up, Asker::user);
        }
    }

    // True: there was something to do.
    bool turn() {
        if (!flight.empty()) return deliver(), true;
        read();
        if (!world.calm && world.chance(4)) random_wish();
        actions.clear();
        core.evaluate(actions);
        compare_with_new();
        for (const Action& a : actions) {
            check(a);
            if (a.fresh) wish(a.node, core.seen(a.node).wish, Asker::user, true);
            flight.push_back({.action = a, .needs = world.needs_of(a.node, core)});
        }
        return !flight.empty();
    }

    void compare_with_new() {
        Core fresh{world.graph};
        for (Node n = 0; n < size(); ++n) fresh.bar(n, world.bars[n]), fresh.see(n, core.seen(n));
        std::vector<Action> expected;
        fresh.evaluate(expected);
        std::vector<Action> got = actions;
        std::ranges::sort(got, {}, &Action::node);
        std::ranges::sort(expected, {}, &Action::node);
        const auto twice = std::ranges::adjacent_find(got, {}, &Action::node);
        if (twice != got.end()) fault("two actions on", *twice);
        if (got == expected) return;
        const auto [mine, theirs] = std::ranges::mismatch(got, expected);
        const bool extra = theirs == expected.end() || (mine != got.end() && mine->node < theirs->node);
        fault(extra ? "a new engine would leave alone" : "a new engine would do something with",
              extra ? *mine : *theirs);
    }

    void fault(const std::string& what, const Action& a) {
        if (!world.fault.empty()) return;
        world.fault = what + " " + std::to_string(a.node) + " in ";
        world.fault += name_of(core.seen(a.node).state);
    }
    void check(const Action& a) {
        const Seen& s = core.seen(a.node);
        const bool active = engine::is_active(s.state);
        bool good = false;
        switch (a.what) {
            case Do::start:
                good = a.fresh == (s.asker == Asker::restart) &&
                       (active ? !s.may_start : s.state != State::failed || a.fresh);
                break;
            case Do::block: good = !active && s.state != State::failed; break;
            case Do::stop:
                good = s.state != State::down &&
                       (s.told_up || (s.state != State::stopping && s.state != State::killing));
                break;
        }
        if (!good) fault("a pointless action on", a);
    }
};

// Where everything must end, by repetition until nothing changes.
struct Expectation {
    World& world;
    std::vector<bool> wanted, blamed;

    [[nodiscard]] bool down(Node n) const {
        return world.services[n].status.wish == Wish::down || world.bars[n].masked;
    }
    [[nodiscard]] bool counts(engine::Edge e) const {
        const bool weak = e.link() == Link::want || e.link() == Link::content;
        return !weak || !world.bars[e.node()].disabled || world.services[e.node()].status.wish == Wish::up;
    }
    [[nodiscard]] bool culprit(Node n) const {
        return down(n) || world.bars[n].missing || world.services[n].status.state == State::failed;
    }
    explicit Expectation(World& w) : world{w}, wanted(w.services.size()), blamed(w.services.size()) {
        for (Node n = 0; n < wanted.size(); ++n)
            wanted[n] = w.services[n].status.wish == Wish::up && !down(n);
        for (bool again = true; again;) {
            again = false;
            for (Node n = 0; n < wanted.size(); ++n)
                for (const engine::Edge e : w.graph.out(n)) {
                    const Node to = e.node();
                    const bool pulls = wanted[n] && e.link() != Link::after && counts(e) && !down(to);
                    const bool blames = e.hard() && counts(e) && (culprit(to) || blamed[to]);
                    again = again || (pulls && !wanted[to]) || (blames && !blamed[n]);
                    wanted[to] = wanted[to] || pulls;
                    blamed[n] = blamed[n] || blames;
                }
        }
    }
    // Empty when service n is where it should be.
    [[nodiscard]] std::string fault(Node n) const {
        const Service& s = world.services[n];
        const State state = s.status.state;
        const bool marked = s.status.asker == Asker::restart;
        const std::string where = "service " + std::to_string(n) + " ended " + std::string{name_of(state)};
        if (world.bars[n].missing) return state == State::down ? "" : where + " though missing";
        if (!wanted[n]) {
            const bool good = state == State::down || (state == State::failed && !down(n));
            return good ? "" : where + ", but nobody wants it";
        }
        if (blamed[n])
            return state == State::blocked || state == State::failed ? "" : where + ", not blocked";
        if (state == State::failed) return marked ? where + ", not tried again" : "";
        if (!is_ready(state)) return where + ", not ready";
        if (marked) return where + ", still to be restarted";
        if (s.marked_at != 0 && s.status.starts < s.marked_at) return where + ", never restarted";
        return "";
    }
};

void run(World& world) {
    Engine engine{world};
    const int length = 200 + static_cast<int>(world.random() % 400);
    for (int i = 0; i < length && world.fault.empty(); ++i) {
        if (world.chance(60)) engine.die();
        for (int turns = 0; turns < 3 && world.fault.empty(); ++turns) engine.turn();
        if (world.chance(2)) world.happen();
    }
    world.calm = true;
    int left = 50000;
    const auto something = [&] {
        if (world.chance(2)) return world.come_to_rest() || engine.turn();
        return engine.turn() || world.come_to_rest();
    };
    while (world.fault.empty() && left > 0 && something()) --left;
    if (left == 0 && world.fault.empty()) world.fault = "does not come to rest";
    const Expectation expectation{world};
    for (Node n = 0; n < world.services.size() && world.fault.empty(); ++n)
        world.fault = expectation.fault(n);
}

bool survives(std::uint64_t seed) {
    World world{seed};
    run(world);
    if (world.fault.empty()) return true;
    std::cout << "seed " << seed << ": " << world.fault << "\nreplay: engine_sim " << seed << "\n";
    return false;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 2) return survives(std::strtoull(argv[1], nullptr, 10)) ? 0 : 1;
    const std::uint64_t seeds = std::getenv("HOB_NIGHTLY") != nullptr ? 5000 : 300;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed)
        if (!survives(seed)) return 1;
    std::cout << seeds << " seeds\n";
}
