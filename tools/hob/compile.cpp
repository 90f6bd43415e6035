// hob compile: definitions into a database; the work is hob-compile's.
#include "tools/hob/commands.hpp"
#include "tools/hob/heavy.hpp"

#include <string>
#include <vector>

namespace hob::tools {

namespace {
enum : std::size_t { opt_output = opt_run + 1, opt_root, opt_arch };
constexpr base::Option options[] = {
    run_option,
    {"output", 'o', "FILE", "the database to write; untouched when there are errors"},
    {"root", 0, "DIR", "compile for the machine whose files are below DIR"},
    {"arch", 0, "ARCH", "compile for another architecture"}};
}  // namespace

constexpr base::Command compile_command{.program = "hob compile",
                                        .operands = "REPO…",
                                        .summary = "Compile repositories of definitions into a database.",
                                        .options = options,
                                        .details = "Later repositories override earlier ones.",
                                        .operands_min = 1};

int do_compile(const base::Command& line, const base::Parsed& parsed) {
    if (!parsed.has(opt_output)) {
        base::complain(line.program, "where to? say -o FILE (or use hob check)");
        return base::exit_usage;
    }
    const std::string program = find_program(line.program, "hob-compile");
    if (program.empty()) return base::exit_failed;
    std::vector<std::string> arguments;
    for (const std::size_t option : {opt_output, opt_root, opt_arch})
        if (parsed.has(option))
            arguments.push_back(std::string{"--"} + options[option].name + "=" + parsed.values[option]);
    arguments.emplace_back("--");
    arguments.insert(arguments.end(), parsed.operands.begin(), parsed.operands.end());
    return execute(line.program, program, arguments);
}

}  // namespace hob::tools
