// hob: what people type. Finds the command and calls it.
#include "base/options.hpp"
#include "base/text.hpp"
#include "base/tree.hpp"
#include "tools/hob/command.hpp"
#include "tools/hob/suggest.hpp"
#include "tools/hob/text.hpp"

#include <cstdlib>
#include <cstring>

namespace base = hob::base;
namespace tools = hob::tools;

namespace {

constexpr base::Option options[] = {tools::run_option};
constexpr base::Command self{.program = "hob",
                             .operands = "COMMAND [ARG…]",
                             .summary = "Look at, steer and build trees of services.",
                             .options = options,
                             .stop_at_operand = true};

void print_commands() {
    base::print_help(self);
    base::print("\ncommands:\n");
    for (const auto& s : tools::subcommands())
        base::print("  " + tools::padded(s.name, 10) + s.line->summary + "\n");
    base::print("\n`hob COMMAND --help` says more of each.\n");
}

bool is_help(const char* word) noexcept {
    return std::strcmp(word, "--help") == 0 || std::strcmp(word, "-h") == 0 || std::strcmp(word, "help") == 0;
}

int unknown(std::string_view name) {
    tools::Suggestion suggestion{name};
    for (const auto& s : tools::subcommands()) suggestion.consider(s.name);
    std::string text = "no such command: ";
    tools::add_escaped(text, name.substr(0, 200));
    base::complain("hob", text + (suggestion.best().empty() ? " (see hob --help)" : suggestion.text()));
    return base::exit_usage;
}

}  // namespace

int main(int argc, char** argv) {
    static char help[] = "--help";
    if (argc == 1) return print_commands(), base::exit_usage;
    if (argc == 2 && is_help(argv[1])) return print_commands(), base::exit_done;
    if (argc == 3 && std::strcmp(argv[1], "help") == 0) argv[1] = argv[2], argv[2] = help;
    base::Parsed parsed;
    int code = base::exit_done;
    if (!base::parse(self, argc, argv, parsed, &code)) return code;
    if (parsed.has(tools::opt_run)) ::setenv(base::run_variable, parsed.values[tools::opt_run], 1);
    if (parsed.operands.empty()) return print_commands(), base::exit_usage;
    const tools::Subcommand* const command = tools::find_subcommand(parsed.operands[0]);
    if (command == nullptr) return unknown(parsed.operands[0]);
    // The command's own line, its name in the place of the program's.
    base::Parsed line;
    char** const words = parsed.operands.data();
    if (!base::parse(*command->line, static_cast<int>(parsed.operands.size()), words, line, &code))
        return code;
    return command->run(*command->line, line);
}
