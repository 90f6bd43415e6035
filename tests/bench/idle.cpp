// bench idle: how often hob's processes wake up while nothing happens.
//
// Context switches, voluntary and not, of each of them over some seconds, N services up.
#include "tests/bench/command.hpp"
#include "tests/bench/graph.hpp"
#include "tests/bench/scene.hpp"

#include <chrono>
#include <string>
#include <thread>

namespace hob::bench {

namespace {

enum : std::size_t { opt_judge, opt_services, opt_seconds, opt_count };
constexpr base::Option options[opt_count] = {
    judge_option,
    {"services", 'n', "N", "services up (100)"},
    {"seconds", 't', "N", "how long (5)"},
};

long switches(pid_t pid) {
    return proc_number(pid, "status", "voluntary_ctxt_switches") +
           proc_number(pid, "status", "nonvoluntary_ctxt_switches");
}

int run(const base::Parsed& parsed) {
    const std::size_t services = number(parsed, opt_services, 100), seconds = number(parsed, opt_seconds, 5);
    Sheet sheet{parsed.has(opt_judge)};
    sheet.title("wake-ups while idle, " + std::to_string(services) + " services up, " +
                std::to_string(seconds) + " s");
    LiveTree tree{compile_graph({.services = services}, "idle")};
    tree.hob({"up", "all"});
    std::this_thread::sleep_for(
        std::chrono::milliseconds{500});  // what was under way ends: log lines, replies
    struct Row {
        const char* name;
        pid_t pid;
        long before;
    };
    std::vector<Row> rows;
    for (const char* name : {"hob-init", "hob-svscan", "hob-rc", "hob-log"}) {
        const pid_t pid = find_process(name);
        rows.push_back({name, pid, switches(pid)});
    }
    std::this_thread::sleep_for(std::chrono::seconds{seconds});
    for (const Row& row : rows) {
        const long after = switches(row.pid);
        if (row.pid == 0 || after < 0)
            sheet.missing(row.name, "it is not there");
        else
            sheet.value(row.name, static_cast<double>(after - row.before), Unit::count, 0);
    }
    return sheet.finish();
}

}  // namespace

const Subcommand idle{.line = {.program = "bench idle",
                               .operands = "",
                               .summary = "wake-ups of hob's processes while nothing happens",
                               .options = options,
                               .operands_max = 0},
                      .run = run};

}  // namespace hob::bench
