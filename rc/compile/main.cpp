// hob-compile: see docs/hob-compile.md.
#include "base/options.hpp"
#include "rc/compile/backend/database.hpp"
#include "rc/compile/backend/output.hpp"
#include "rc/compile/compile.hpp"
#include "rc/compile/model/keys.hpp"

#include <cstring>
#include <string>

#include <unistd.h>

namespace {

using namespace hob::rc::compile;  // NOLINT(google-build-using-namespace): the program is the namespace's
namespace base = hob::base;

enum : std::size_t { opt_root, opt_arch, opt_output, opt_check, opt_keys };
constexpr base::Option options[] = {
    {"root", 0, "DIR", "compile for the machine whose files are below DIR"},
    {"arch", 0, "ARCH", "compile for another architecture"},
    {"output", 'o', "FILE", "write the database to FILE"},
    {"check", 0, nullptr, "only check the definitions"},
    {"keys", 0, nullptr, "print all keys of a definition as Markdown"},
};
constexpr base::Command command{
    .program = "hob-compile",
    .operands = "REPO…",
    .summary = "Compile repositories of service definitions; later ones override earlier ones.",
    .options = options,
    .details = "Exit codes: 0 done, 1 wrong definitions or no output, 100 wrong usage.",
};

int usage(const std::string& what) {
    base::complain(command.program, what + " (see hob-compile --help)");
    return base::exit_usage;
}

// One line where somebody is looking; scripts hear nothing when all is well.
void summarize(const Compiled& compiled, const char* output) {
    if (::isatty(STDOUT_FILENO) == 0) return;
    const std::string size = std::to_string((compiled.bytes.size() + 1023) / 1024) + "K";
    base::print(std::to_string(compiled.services) + " services, " +
                (output != nullptr ? size + ": " + output : "no errors") + "\n");
}

int run(const base::Parsed& parsed) {
    Request request;
    request.repositories.assign(parsed.operands.begin(), parsed.operands.end());
    if (parsed.has(opt_root)) request.root = parsed.values[opt_root];
    if (parsed.has(opt_arch)) {
        const auto machine = parse_machine(parsed.values[opt_arch]);
        if (!machine) return usage(std::string{"unknown architecture; known are: "} + machine_names());
        request.machine = *machine;
    }
    if (request.repositories.empty()) return usage("no repository named");
    if (parsed.has(opt_output) == parsed.has(opt_check)) return usage("say either -o FILE or --check");

    Sources sources;
    Diagnostics say;
    const auto compiled = compile(request, sources, say);
    // Not through complain(), whose line has a bound.
    const std::string told = say.print(sources);
    for (std::size_t at = 0; at < told.size();) {
        const ssize_t n = ::write(STDERR_FILENO, told.data() + at, told.size() - at);
        if (n <= 0) break;
        at += static_cast<std::size_t>(n);
    }
    if (!compiled) return base::exit_failed;
    const char* output = parsed.values[opt_output];
    if (output != nullptr) {
        if (const auto written = write_database(output, compiled->bytes); !written) {
            base::complain(command.program, std::string{output} + ": " + written.error().what,
                           written.error().code);
            return base::exit_failed;
        }
    }
    summarize(*compiled, output);
    return base::exit_done;
}

}  // namespace

int main(int argc, char** argv) {
    base::Parsed parsed;
    int code = 0;
    if (!base::parse(command, argc, argv, parsed, &code)) return code;
    if (parsed.has(opt_keys)) {
        base::print(keys_as_markdown());
        return base::exit_done;
    }
    return run(parsed);
}
