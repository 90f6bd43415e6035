// bench up: N services up and down again, against the same payloads started without a supervisor.
//
// A round is f0, f1 and `hob up all`, `hob down all` on a new tree, each after the other, so that what
// disturbs the machine disturbs all three. F0 and F1 are taken from the first instruction of their process to
// the last ready payload; hob from before the start of the client process to its end, when all services are
// ready. Beside the walls: the processor time of the supervising processes alone, which a busy machine
// disturbs less.
#include "tests/bench/command.hpp"
#include "tests/bench/graph.hpp"
#include "tests/bench/scene.hpp"

#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>

namespace hob::bench {

namespace {

enum : std::size_t { opt_judge, opt_services, opt_rounds, opt_shape, opt_payload, opt_count };
constexpr base::Option options[opt_count] = {
    judge_option,
    {"services", 'n', "N", "how many (1000)"},
    {"rounds", 'r', "N", "how often (7)"},
    {"shape", 's', "SHAPE", "layered, chain or star (layered)"},
    {"payload", 'p', "WHICH", "mixed, ready or oneshot (mixed)"},
};

// hob's processes, whose processor time is told apart; the client is one more.
constexpr const char* parts[] = {"hob-init", "hob-svscan", "hob-rc", "hob-log"};
constexpr std::size_t part_count = std::size(parts);
using Parts = std::array<pid_t, part_count>;

// One direction: walls, and what the supervising processes worked.
struct Way {
    Samples wall, busy;
    std::array<Samples, part_count> of_part = {};
};
struct Both {
    Way up, down;
};

// Processor time so far, ns: the first number of schedstat.
std::array<std::int64_t, part_count> busy(const Parts& pids) {
    std::array<std::int64_t, part_count> times{};
    for (std::size_t i = 0; i < part_count; ++i)
        std::ifstream{"/proc/" + std::to_string(pids[i]) + "/schedstat"} >> times[i];
    return times;
}

void add_hob(LiveTree& tree, const Parts& pids, const char* verb, Way& way) {
    const auto before = busy(pids);
    const auto ran = tree.hob({verb, "all"});
    const auto after = busy(pids);
    way.wall.add(static_cast<double>(ran.wall));
    std::int64_t sum = ran.busy();
    for (std::size_t i = 0; i < part_count; ++i) {
        way.of_part[i].add(static_cast<double>(after[i] - before[i]));
        sum += after[i] - before[i];
    }
    way.busy.add(static_cast<double>(sum));
}

// A tree of its own, as only the first start of a service makes its log pipe.
void add_tree(const std::string& database, std::size_t services, Both& both) {
    LiveTree tree{database};
    Parts pids{};
    for (std::size_t i = 0; i < part_count; ++i) pids[i] = find_process(parts[i]);
    add_hob(tree, pids, "up", both.up);
    if (tree.count(base::is_ready) != services) throw std::runtime_error{"not all services are up"};
    add_hob(tree, pids, "down", both.down);
    const auto down = tree.count([](base::State s) { return s == base::State::down; });
    if (down != services) throw std::runtime_error{"only " + std::to_string(down) + " services are down"};
}

void add_bare(const std::string& name, const std::string& services, const std::string& kind, Both& both) {
    const auto ran = must({program(name), "--services", services, "--kind", kind, "--payload", programs()});
    long long up = 0, down = 0, busy_up = 0, busy_down = 0;
    if (std::sscanf(ran.output.c_str(), "up %lld down %lld busy %lld %lld", &up, &down, &busy_up,
                    &busy_down) != 4)
        throw std::runtime_error{name + " said: " + ran.output};
    both.up.wall.add(static_cast<double>(up));
    both.down.wall.add(static_cast<double>(down));
    both.up.busy.add(static_cast<double>(busy_up));
    both.down.busy.add(static_cast<double>(busy_down));
}

// The budget is of a layered graph: in a chain each step waits for the one before, which F1 does not.
void print(Sheet& sheet, const std::string& what, const Way& f0, const Way& f1, const Way& hob,
           bool layered) {
    const double wall = hob.wall.median();
    sheet.spread(what + ": F0, bare loop", f0.wall, Unit::ms);
    sheet.spread(what + ": F1, with hob's objects", f1.wall, Unit::ms);
    sheet.spread(what + ": hob", hob.wall, Unit::ms);
    sheet.value(what + ": hob / F0", wall / f0.wall.median(), Unit::ratio);
    sheet.value(what + ": hob / F1", wall / f1.wall.median(), Unit::ratio,
                layered ? std::optional{1.3} : std::nullopt);
    sheet.spread(what + ": F0, processor time", f0.busy, Unit::ms);
    sheet.spread(what + ": F1, processor time", f1.busy, Unit::ms);
    sheet.spread(what + ": hob, processor time", hob.busy, Unit::ms);
    for (std::size_t i = 0; i < part_count; ++i)
        sheet.spread(std::string{"    of it "} + parts[i], hob.of_part[i], Unit::ms);
}

int run(const base::Parsed& parsed) {
    const std::size_t services = number(parsed, opt_services, 1000), rounds = number(parsed, opt_rounds, 7);
    const std::string payload{text(parsed, opt_payload, "mixed")};
    const Graph graph{.services = services,
                      .shape = parse_shape(text(parsed, opt_shape, "layered")),
                      .payload = parse_payload(payload)};
    Sheet sheet{parsed.has(opt_judge)};
    sheet.title(std::to_string(services) + " services up and down, " +
                std::string{text(parsed, opt_shape, "layered")} + " graph, " + std::to_string(rounds) +
                " rounds");
    sheet.note("F1 makes: log, readiness and report pipe, pidfd, store; cgroup, directory and FIFOs are off");
    const std::string database = compile_graph(graph, "up");
    Both f0, f1, hob;
    const auto count = std::to_string(services);
    for (std::size_t round = 0; round < rounds; ++round) {
        add_bare("f0", count, payload, f0);
        add_bare("f1", count, payload, f1);
        add_tree(database, services, hob);
    }
    const bool layered = graph.shape == Shape::layered;
    print(sheet, "up", f0.up, f1.up, hob.up, layered);
    print(sheet, "down", f0.down, f1.down, hob.down, layered);
    return sheet.finish();
}

}  // namespace

const Subcommand up{.line = {.program = "bench up",
                             .operands = "",
                             .summary = "N services up and down, against F0 and F1",
                             .options = options,
                             .operands_max = 0},
                    .run = run};

}  // namespace hob::bench
