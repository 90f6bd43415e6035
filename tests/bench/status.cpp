// bench status: the wall of `hob status`, all services and one, from before the fork to after the wait.
#include "tests/bench/command.hpp"
#include "tests/bench/graph.hpp"
#include "tests/bench/scene.hpp"

#include <string>

namespace hob::bench {

namespace {

enum : std::size_t { opt_judge, opt_services, opt_rounds, opt_count };
constexpr base::Option options[opt_count] = {
    judge_option,
    {"services", 'n', "N", "how many (1000)"},
    {"rounds", 'r', "N", "how often (50)"},
};

int run(const base::Parsed& parsed) {
    const std::size_t services = number(parsed, opt_services, 1000), rounds = number(parsed, opt_rounds, 50);
    Sheet sheet{parsed.has(opt_judge)};
    sheet.title("hob status, " + std::to_string(services) + " services up, " + std::to_string(rounds) +
                " rounds");
    LiveTree tree{compile_graph({.services = services}, "status")};
    tree.hob({"up", "all"});
    const std::string hob = program("hob");
    const std::map<std::string, std::string> env{{"HOB_RUN", tree.run()}};
    Samples nothing, all, json, one;
    const auto add = [](Samples& samples, const Ran& ran) {
        if (!ran.ok()) throw std::runtime_error{"hob status failed"};
        samples.add(static_cast<double>(ran.wall));
    };
    for (std::size_t i = 0; i < rounds; ++i) {
        add(nothing, bench::run({program("oneshot")}));
        add(all, bench::run({hob, "status"}, Output::discard, env));
        add(json, bench::run({hob, "status", "--json"}, Output::discard, env));
        add(one, bench::run({hob, "status", "s-" + std::to_string(i * 7 % services)}, Output::discard, env));
    }
    const bool usual = services == 1000;
    sheet.spread("a program that does nothing", nothing, Unit::ms);
    sheet.spread("hob status", all, Unit::ms, usual ? std::optional{5e6} : std::nullopt);
    sheet.spread("hob status --json", json, Unit::ms);
    sheet.spread("hob status NAME", one, Unit::ms, 1e6);
    return sheet.finish();
}

}  // namespace

const Subcommand status{.line = {.program = "bench status",
                                 .operands = "",
                                 .summary = "`hob status` of all services and of one",
                                 .options = options,
                                 .operands_max = 0},
                        .run = run};

}  // namespace hob::bench
