// hob check: are these definitions right? The work is hob-compile's.
#include "tools/hob/commands.hpp"
#include "tools/hob/heavy.hpp"

#include <string>
#include <vector>

namespace hob::tools {

namespace {
enum : std::size_t { opt_root = opt_run + 1, opt_arch };
constexpr base::Option options[] = {run_option,
                                    {"root", 0, "DIR", "check for the machine whose files are below DIR"},
                                    {"arch", 0, "ARCH", "check for another architecture"}};
}  // namespace

constexpr base::Command check_command{
    .program = "hob check",
    .operands = "REPO…",
    .summary = "Check repositories of definitions, and write nothing.",
    .options = options,
    .details = "Exit code 1 when there are errors: each with file, line and column.",
    .operands_min = 1};

int do_check(const base::Command& line, const base::Parsed& parsed) {
    const std::string program = find_program(line.program, "hob-compile");
    if (program.empty()) return base::exit_failed;
    std::vector<std::string> arguments{"--check"};
    for (const std::size_t option : {opt_root, opt_arch})
        if (parsed.has(option))
            arguments.push_back(std::string{"--"} + options[option].name + "=" + parsed.values[option]);
    arguments.emplace_back("--");
    arguments.insert(arguments.end(), parsed.operands.begin(), parsed.operands.end());
    return execute(line.program, program, arguments);
}

}  // namespace hob::tools
