// Cycles: found in any graph, shortest first, without recursion.
#include "rc/compile/model/cycle.hpp"

#include "rc/compile/backend/database.hpp"
#include "rc/compile/model/graph.hpp"
#include "tests/unit/rc/repository.hpp"

#include <algorithm>
#include <random>

#include <catch2/catch.hpp>

using namespace hob::rc::compile;

namespace {

using Path = std::vector<std::uint32_t>;

Path cycle_in(const Adjacency& edges) {
    const auto found = components(edges);
    return found.empty() ? Path{} : shortest_cycle(edges, found.front());
}

Adjacency ring(std::uint32_t size) {
    Adjacency edges(size);
    for (std::uint32_t i = 0; i < size; ++i) edges[i].push_back((i + 1) % size);
    return edges;
}

// Length of the shortest cycle by trying all starts with plain breadth-first search; 0: none.
std::size_t brute_force(const Adjacency& edges) {
    std::size_t best = 0;
    for (std::uint32_t start = 0; start < edges.size(); ++start) {
        std::vector<std::size_t> distance(edges.size(), 0);
        Path queue{start};
        for (std::size_t at = 0; at < queue.size(); ++at)
            for (const std::uint32_t to : edges[queue[at]]) {
                if (to == start && (best == 0 || distance[queue[at]] + 1 < best))
                    best = distance[queue[at]] + 1;
                if (to == start || distance[to] != 0) continue;
                distance[to] = distance[queue[at]] + 1;
                queue.push_back(to);
            }
    }
    return best;
}

}  // namespace

TEST_CASE("a graph without a cycle has none") {
    CHECK(components({}).empty());
    CHECK(components({{1, 2}, {2}, {}}).empty());
}

TEST_CASE("the shortest of several cycles is taken, beginning with its first node") {
    // 0→1→2→3→0 and 4→1→4
    CHECK(cycle_in({{1}, {2, 4}, {3}, {0}, {1}}) == Path{1, 4});
    CHECK(cycle_in({{1}, {2}, {0}}) == Path{0, 1, 2});
}

TEST_CASE("separate cycles are separate components") {
    CHECK(components({{1}, {0}, {3}, {2}, {0}}).size() == 2);
}

TEST_CASE("a chain of 100000 is walked without recursion") {
    Adjacency edges(100'000);
    for (std::uint32_t i = 0; i + 1 < edges.size(); ++i) edges[i].push_back(i + 1);
    CHECK(components(edges).empty());
}

TEST_CASE("a ring of 1000 is one cycle of 1000") { CHECK(cycle_in(ring(1000)).size() == 1000); }

TEST_CASE("on random graphs the cycle is real and as short as brute force finds it") {
    std::mt19937 engine{7};
    const auto random = [&] { return static_cast<std::uint32_t>(engine()); };
    for (int round = 0; round < 300; ++round) {
        const std::uint32_t size = 2 + random() % 12;
        Adjacency edges(size);
        for (std::uint32_t i = 0; i < size * 3 / 2; ++i) {
            const std::uint32_t from = random() % size;
            const std::uint32_t to = random() % size;
            if (from != to) edges[from].push_back(to);
        }
        std::size_t best = 0;
        for (const auto& component : components(edges)) {
            const Path cycle = shortest_cycle(edges, component);
            for (std::size_t i = 0; i < cycle.size(); ++i)
                REQUIRE(std::ranges::count(edges[cycle[i]], cycle[(i + 1) % cycle.size()]) > 0);
            best = best == 0 ? cycle.size() : std::min(best, cycle.size());
        }
        INFO("round " << round);
        REQUIRE(best == brute_force(edges));
    }
}

TEST_CASE("a cycle is told with the place of every edge") {
    const hob::tests::Directory repository;
    repository.service("a", "exec = [\"/a\"]\nneeds = [\"b\"]\n");
    repository.service("b", "exec = [\"/b\"]\n\nwants = [\"c\"]\n");
    repository.service("c", "exec = [\"/c\"]\nafter = [\"d\"]\n");
    repository.service("d", "contents = [\"e\"]\n");
    repository.service("e", "exec = [\"/e\"]\n");
    repository.service("f", "exec = [\"/f\"]\nbefore = [\"e\"]\nneeds = [\"a\"]\n");
    const hob::tests::Run run{repository};
    CHECK_FALSE(run.compiled);
    CHECK(run.told("a/service.toml:2:10: error: dependency cycle: a → b → c → d → e → f → a"));
    CHECK(run.told("a/service.toml:2:10: a needs b"));
    CHECK(run.told("b/service.toml:3:10: b wants c"));
    CHECK(run.told("c/service.toml:2:10: c is after d"));
    CHECK(run.told("d/service.toml:1:13: d contains e"));
    CHECK(run.told("f/service.toml:2:11: f is before e"));
    CHECK(run.told("f/service.toml:3:10: f needs a"));
}

TEST_CASE("a chain of 10000 services is linked and written") {
    std::vector<Service> services(10'000);
    for (std::size_t i = 0; i < services.size(); ++i) {
        services[i].name = "s" + std::to_string(i);
        services[i].program(hob::base::Program::main) = Command{{"/s"}, {}, false, {}};
        if (i != 0) services[i].needs.push_back({"s" + std::to_string(i - 1), {}});
    }
    Sources sources;
    Diagnostics say;
    (void)sources.add("s");
    const auto bytes = make_database(link(std::move(services), say), hob::rc::native_machine, say);
    REQUIRE(bytes);
    const auto db = hob::rc::Database::from(hob::tests::file_of(*bytes), hob::rc::Check::full);
    REQUIRE(db);
    CHECK(db->size() == 10'000);
}
