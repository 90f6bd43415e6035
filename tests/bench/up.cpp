// bench up: N services up and down again, against the same payloads started without a supervisor.
//
// A round is f0, f1 and `hob up all`, `hob down all`, each after the other, so that what disturbs the machine
// disturbs all three. F0 and F1 are taken from the first instruction of their process to the last ready
// payload; hob from before the start of the client process to its end, when all services are ready. Beside
// the walls: the processor time of the supervising processes alone, which a busy machine disturbs less.
#include "tests/bench/command.hpp"
#include "tests/bench/graph.hpp"
#include "tests/bench/scene.hpp"

#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
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

struct Both {
    Samples up, down, busy_up, busy_down;
};

constexpr const char* parts[] = {"hob-init", "hob-svscan", "hob-rc", "hob-log"};
using Parts = std::array<pid_t, std::size(parts)>;

// Processor time of hob's own processes, ns: the first number of schedstat.
std::int64_t busy(const Parts& pids) {
    std::int64_t sum = 0;
    for (const pid_t pid : pids) {
        std::int64_t one = 0;
        std::ifstream{"/proc/" + std::to_string(pid) + "/schedstat"} >> one;
        sum += one;
    }
    return sum;
}

// `hob VERB all`: the wall, and what hob's processes and the client worked.
void add_hob(LiveTree& tree, const Parts& pids, const char* verb, Samples& wall, Samples& work) {
    const std::int64_t before = busy(pids);
    const auto ran = tree.hob({verb, "all"});
    wall.add(static_cast<double>(ran.wall));
    work.add(static_cast<double>(busy(pids) - before + ran.busy()));
}

void add_bare(const std::string& name, const std::string& services, const std::string& kind, Both& times) {
    const auto ran = must({program(name), "--services", services, "--kind", kind, "--payload", programs()});
    long long up = 0, down = 0, busy_up = 0, busy_down = 0;
    if (std::sscanf(ran.output.c_str(), "up %lld down %lld busy %lld %lld", &up, &down, &busy_up,
                    &busy_down) != 4)
        throw std::runtime_error{name + " said: " + ran.output};
    times.up.add(static_cast<double>(up));
    times.down.add(static_cast<double>(down));
    times.busy_up.add(static_cast<double>(busy_up));
    times.busy_down.add(static_cast<double>(busy_down));
}

struct Three {
    const Samples &f0, &f1, &hob;
};

void print(Sheet& sheet, const std::string& what, const Three& wall, const Three& work) {
    sheet.spread(what + ": F0, bare loop", wall.f0, Unit::ms);
    sheet.spread(what + ": F1, with hob's objects", wall.f1, Unit::ms);
    sheet.spread(what + ": hob", wall.hob, Unit::ms);
    sheet.value(what + ": hob / F0", wall.hob.median() / wall.f0.median(), Unit::ratio);
    sheet.value(what + ": hob / F1", wall.hob.median() / wall.f1.median(), Unit::ratio, 1.3);
    sheet.spread(what + ": F0, processor time", work.f0, Unit::ms);
    sheet.spread(what + ": F1, processor time", work.f1, Unit::ms);
    sheet.spread(what + ": hob, processor time", work.hob, Unit::ms);
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
    LiveTree tree{compile_graph(graph, "up")};
    Parts pids{};
    for (std::size_t i = 0; i < pids.size(); ++i) pids[i] = find_process(parts[i]);
    Both f0, f1, hob;
    const auto count = std::to_string(services);
    for (std::size_t round = 0; round < rounds; ++round) {
        add_bare("f0", count, payload, f0);
        add_bare("f1", count, payload, f1);
        add_hob(tree, pids, "up", hob.up, hob.busy_up);
        if (tree.count(base::is_ready) != services) throw std::runtime_error{"not all services are up"};
        add_hob(tree, pids, "down", hob.down, hob.busy_down);
        const auto down = tree.count([](base::State s) { return s == base::State::down; });
        if (down != services) throw std::runtime_error{"only " + std::to_string(down) + " services are down"};
    }
    print(sheet, "up", {f0.up, f1.up, hob.up}, {f0.busy_up, f1.busy_up, hob.busy_up});
    print(sheet, "down", {f0.down, f1.down, hob.down}, {f0.busy_down, f1.busy_down, hob.busy_down});
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
