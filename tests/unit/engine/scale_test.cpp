// Ten thousand services: no recursion, and time that grows with services and edges, not with their product.
#include "base/time.hpp"
#include "rc/engine/core.hpp"

#include <catch2/catch.hpp>

using namespace hob::base;        // NOLINT(google-build-using-namespace): the subject
using namespace hob::rc::engine;  // NOLINT(google-build-using-namespace): the subject

namespace {

constexpr Node many = 10'000;

// 0 ← 1 ← 2 …: each needs the one before.
Graph chain() {
    Graph graph;
    graph.add(ServiceType::longrun, {});
    for (Node n = 1; n < many; ++n) {
        const Edge edges[] = {{n - 1, Link::need}};
        graph.add(ServiceType::longrun, edges);
    }
    graph.seal();
    return graph;
}
// The last one needs all others, and all others need the first.
Graph star() {
    Graph graph;
    graph.add(ServiceType::longrun, {});
    const Edge first[] = {{0, Link::need}};
    std::vector<Edge> all{{0, Link::need}};
    for (Node n = 1; n < many - 1; ++n) {
        graph.add(ServiceType::longrun, first);
        all.push_back({n, Link::need});
    }
    graph.add(ServiceType::milestone, all);
    graph.seal();
    return graph;
}

void set(Core& core, Node n, State state) {
    Seen s = core.seen(n);
    s.state = state;
    s.may_start = s.told_up = is_active(state);
    core.see(n, s);
}

// One service a turn is the worst there is: every answer of the scanner comes alone. ms for all of it.
double carry_out(Core& core, std::size_t expected) {
    const Instant begin = monotonic_now();
    std::vector<Action> todo, more;
    core.evaluate(todo);
    std::size_t done = 0;
    for (; done < todo.size(); ++done) {
        set(core, todo[done].node, todo[done].what == Do::start ? State::up : State::down);
        core.evaluate(todo);
    }
    CHECK(done == expected);
    return static_cast<double>((monotonic_now() - begin).count) / 1e6;
}

void up_and_down(const Graph& graph) {
    const Instant begin = monotonic_now();
    Core core{graph};
    core.see(many - 1, {.wish = Wish::up});
    std::vector<Action> actions;
    core.evaluate(actions);
    CHECK(actions.size() == 1);
    CHECK((monotonic_now() - begin).count < 100'000'000);
    Core again{graph};
    again.see(many - 1, {.wish = Wish::up});
    CHECK(carry_out(again, many) < 100 * 5);
    again.see(many - 1, {.state = State::up});
    CHECK(carry_out(again, many) < 100 * 5);
}

}  // namespace

TEST_CASE("a chain of ten thousand goes up and down in linear time") { up_and_down(chain()); }
TEST_CASE("a star of ten thousand goes up and down in linear time") { up_and_down(star()); }
