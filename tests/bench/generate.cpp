// bench generate DIR: the repository of definitions that the measurements use, for other uses.
#include "tests/bench/command.hpp"
#include "tests/bench/graph.hpp"

#include <string>

namespace hob::bench {

namespace {

enum : std::size_t { opt_services, opt_shape, opt_payload, opt_seed, opt_programs, opt_report, opt_count };
constexpr base::Option options[opt_count] = {
    {"services", 'n', "N", "how many (1000)"},
    {"shape", 's', "SHAPE", "layered, chain or star (layered)"},
    {"payload", 'p', "WHICH", "mixed, ready or oneshot (mixed)"},
    {"seed", 0, "N", "of the layered graph's edges (1)"},
    {"programs", 0, "DIR", "where the payloads will be (/bench)"},
    {"report", 0, nullptr, "`default` is everything, then a oneshot DIR/report"},
};

int run(const base::Parsed& parsed) {
    const std::string dir = parsed.operands[0];
    Graph graph{.services = number(parsed, opt_services, 1000),
                .shape = parse_shape(text(parsed, opt_shape, "layered")),
                .payload = parse_payload(text(parsed, opt_payload, "mixed")),
                .seed = number(parsed, opt_seed, 1),
                .programs = std::string{text(parsed, opt_programs, "/bench")}};
    if (parsed.has(opt_report)) {
        graph.boot = "type = \"bundle\"\ncontents = [\"all\", \"report\"]\n";
        write_definition(dir, "report",
                         "type = \"oneshot\"\nup = [\"" + graph.programs + "/report\"]\nneeds = [\"all\"]\n");
    }
    write_repository(dir, graph);
    return base::exit_done;
}

}  // namespace

const Subcommand generate{.line = {.program = "bench generate",
                                   .operands = "DIR",
                                   .summary = "write a repository of definitions",
                                   .options = options,
                                   .operands_min = 1,
                                   .operands_max = 1},
                          .run = run,
                          .in_scene = false};

}  // namespace hob::bench
