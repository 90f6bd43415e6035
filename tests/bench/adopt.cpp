// bench adopt: the scanner killed with SIGKILL, until a new one has adopted every service.
//
// The table says it: a record whose last transition was committed after the kill, with the adopted flag.
// Looked at each 100 µs, which is the resolution; the clock starts before the kill. The scanner of the first
// round is the one that started the services; those of later rounds are heirs themselves.
#include "tests/bench/command.hpp"
#include "tests/bench/graph.hpp"
#include "tests/bench/scene.hpp"

#include <chrono>
#include <csignal>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace hob::bench {

namespace {

enum : std::size_t { opt_judge, opt_services, opt_rounds, opt_count };
constexpr base::Option options[opt_count] = {
    judge_option,
    {"services", 'n', "N", "how many, each a process (1000)"},
    {"rounds", 'r', "N", "how often (20)"},
};

// hob-init believes the table no more when three scanners die within five seconds: rounds are further apart.
constexpr std::chrono::milliseconds between{2600};
constexpr std::chrono::seconds longest{30};

struct Known {
    base::ServiceId id;
    std::int32_t pid;
    std::uint64_t sequence;
};

// Every service, up. Throws when one is not, or is not the process it was in `before`.
std::vector<Known> survey(LiveTree& tree, const std::vector<Known>& before = {}) {
    std::vector<Known> all;
    for (base::ServiceId id = 0; id < tree.table().count(); ++id) {
        const base::Record& record = tree.table().record(id);
        if (!std::string_view{record.name}.starts_with("s-")) continue;
        const auto status = base::read_status(record);
        if (!status || status->state != base::State::up)
            throw std::runtime_error{std::string{record.name} + " is not up"};
        if (!before.empty() && before[all.size()].pid != status->pid)
            throw std::runtime_error{std::string{record.name} + " is another process now"};
        all.push_back({id, status->pid, base::committed_sequence(record.commit.load())});
    }
    return all;
}

bool is_adopted(LiveTree& tree, const Known& known) {
    return base::committed_sequence(tree.table().record(known.id).commit.load()) != known.sequence;
}

// ns from the kill to the first look that finds all of them adopted.
double kill_once(LiveTree& tree) {
    const auto before = survey(tree);
    const pid_t scanner = find_process("hob-svscan");
    const std::int64_t start = now_ns();
    if (scanner <= 0 || ::kill(scanner, SIGKILL) < 0) throw std::runtime_error{"no hob-svscan to kill"};
    for (std::size_t done = 0; done < before.size();) {
        while (done < before.size() && is_adopted(tree, before[done])) ++done;
        if (done < before.size()) std::this_thread::sleep_for(std::chrono::microseconds{100});
        if (now_ns() - start > std::chrono::nanoseconds{longest}.count())
            throw std::runtime_error{std::to_string(before.size() - done) + " services are not adopted"};
    }
    const auto taken = static_cast<double>(now_ns() - start);
    (void)survey(tree, before);
    return taken;
}

int run(const base::Parsed& parsed) {
    const std::size_t services = number(parsed, opt_services, 1000), rounds = number(parsed, opt_rounds, 10);
    Sheet sheet{parsed.has(opt_judge)};
    sheet.title("scanner killed, " + std::to_string(services) + " services, " + std::to_string(rounds) +
                " times");
    LiveTree tree{compile_graph({.services = services, .payload = Payload::ready}, "adopt")};
    tree.hob({"up", "all"});
    Samples taken;
    for (std::size_t round = 0; round < rounds; ++round) {
        std::this_thread::sleep_for(between);
        taken.add(kill_once(tree));
    }
    sheet.spread("until all are adopted, median", taken, Unit::ms, 30e6);
    sheet.value("worst", taken.most(), Unit::ms, 100e6);
    tree.hob({"down", "all"});  // and they obey their new scanner
    return sheet.finish();
}

}  // namespace

const Subcommand adopt{.line = {.program = "bench adopt",
                                .operands = "",
                                .summary = "scanner killed, until every service is adopted",
                                .options = options,
                                .operands_max = 0},
                       .run = run};

}  // namespace hob::bench
