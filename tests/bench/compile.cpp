// bench compile: repositories of 1000 and 10,000 definitions to databases, on tmpfs.
//
// Where the kernel counts instructions for us (perf_event_open), they are printed beside the wall: they do
// not depend on what else the machine is doing.
#include "base/fd.hpp"
#include "tests/bench/command.hpp"
#include "tests/bench/graph.hpp"
#include "tests/bench/scene.hpp"

#include <cstring>
#include <string>

#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace hob::bench {

namespace {

enum : std::size_t { opt_judge, opt_rounds, opt_count };
constexpr base::Option options[opt_count] = {
    judge_option,
    {"rounds", 'r', "N", "how often (7)"},
};

// User-mode instructions of children to come; invalid where there is no such counter.
base::Fd instruction_counter() {
    perf_event_attr attr{};
    attr.type = PERF_TYPE_HARDWARE;
    attr.size = sizeof attr;
    attr.config = PERF_COUNT_HW_INSTRUCTIONS;
    attr.inherit = 1;
    attr.exclude_kernel = 1;
    return base::Fd{static_cast<int>(::syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC))};
}
std::uint64_t count_of(const base::Fd& counter) {
    std::uint64_t value = 0;
    return ::read(counter.get(), &value, sizeof value) == sizeof value ? value : 0;
}

void measure(Sheet& sheet, std::size_t services, std::size_t rounds, double budget) {
    const std::string repository = std::string{scene_root} + "/compile-" + std::to_string(services);
    write_repository(repository, {.services = services, .programs = programs()});
    const base::Fd counter = instruction_counter();
    Samples wall, cpu, instructions;
    for (std::size_t i = 0; i < rounds; ++i) {
        const auto before = count_of(counter);
        const auto ran = must({program("hob-compile"), repository, "-o", repository + ".db"});
        wall.add(static_cast<double>(ran.wall));
        cpu.add(static_cast<double>(ran.busy()));
        instructions.add(static_cast<double>(count_of(counter) - before) / 1e6);
    }
    const std::string name = std::to_string(services) + " definitions";
    sheet.spread(name, wall, Unit::ms, budget);
    sheet.spread(name + ", processor time", cpu, Unit::ms);
    if (instructions.median() > 0) sheet.spread(name + ", million instructions", instructions, Unit::count);
}

int run(const base::Parsed& parsed) {
    const std::size_t rounds = number(parsed, opt_rounds, 7);
    Sheet sheet{parsed.has(opt_judge)};
    sheet.title("hob-compile, layered graph, " + std::to_string(rounds) + " rounds");
    if (!instruction_counter()) sheet.note("no hardware counter here: instructions are not counted");
    measure(sheet, 1000, rounds, 60e6);
    measure(sheet, 10'000, rounds, 700e6);
    return sheet.finish();
}

}  // namespace

const Subcommand compile{.line = {.program = "bench compile",
                                  .operands = "",
                                  .summary = "1000 and 10,000 definitions to a database",
                                  .options = options,
                                  .operands_max = 0},
                         .run = run};

}  // namespace hob::bench
