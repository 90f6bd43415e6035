// hob run: a whole tree in the foreground: prepares its directory, then becomes hob-init.
#include "base/sys.hpp"
#include "base/tree.hpp"
#include "rc/database.hpp"
#include "tools/hob/commands.hpp"
#include "tools/hob/heavy.hpp"
#include "tools/hob/run_directory.hpp"

#include <cstdlib>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace hob::tools {

namespace {

enum : std::size_t { opt_up = opt_run + 1 };
constexpr base::Option options[] = {
    {"run", 0, "DIR", "where the tree lives (default: HOB_RUN, else a fresh directory)"},
    {"up", 0, "NAME", "what to bring up (default: default)"}};

// DIR/lib/generations/1.db out of repositories or a database; an exit code.
int make_database(const base::Command& line, const std::string& run, std::span<char* const> sources) {
    const std::string target = run + "/lib/generations/1.db";
    struct stat st{};
    if (::stat(sources[0], &st) != 0) {
        base::complain(line.program, sources[0], errno);
        return base::exit_failed;
    }
    if (!S_ISDIR(st.st_mode) && sources.size() == 1) {
        if (auto db = rc::Database::open(AT_FDCWD, sources[0], rc::Check::full); !db) {
            base::complain(line.program,
                           std::string{sources[0]} + ": " + db.error().what +
                               " (name a directory of definitions, or make a database with hob compile)");
            return base::exit_failed;
        }
        if (auto copied = copy_file(sources[0], target); !copied) {
            base::complain(line.program, std::string{sources[0]} + ": " + copied.error().what,
                           copied.error().code);
            return base::exit_failed;
        }
        return base::exit_done;
    }
    const std::string compiler = find_program(line.program, "hob-compile");
    if (compiler.empty()) return base::exit_failed;
    std::vector<std::string> arguments{"--output=" + target, "--"};
    arguments.insert(arguments.end(), sources.begin(), sources.end());
    return execute_and_wait(line.program, compiler, arguments);
}

}  // namespace

constexpr base::Command run_command{
    .program = "hob run",
    .operands = "REPO…|DB",
    .summary = "Run a whole tree here, in the foreground, until TERM or INT. Needs no privileges.",
    .options = options,
    .details =
        "Compiles repositories, or takes a database. hob becomes hob-init: same process, its exit code.\n"
        "What a killed tree has left in DIR is cleaned up first.",
    .operands_min = 1};

int do_run(const base::Command& line, const base::Parsed& parsed) {
    const std::string init = find_program(line.program, "hob-init");
    if (init.empty()) return base::exit_failed;
    RunDirectory directory{line.program};
    const char* const variable = std::getenv(base::run_variable);
    const char* wanted = parsed.values[opt_run];
    if (wanted == nullptr && variable != nullptr && *variable != '\0') wanted = variable;
    if (const int code = directory.prepare(wanted); code != base::exit_done) return code;
    const std::string& run = directory.path();
    if (const int code = make_database(line, run, parsed.operands); code != base::exit_done) {
        directory.discard();
        return code;
    }
    if (auto linked = replace_link("generations/1.db", run + "/lib/current"); !linked) {
        base::complain(line.program, run + "/lib/current: " + linked.error().what, linked.error().code);
        return base::exit_failed;
    }
    if (wanted == nullptr)
        base::complain(line.program,
                       "the tree is at " + run + " (export HOB_RUN=" + run + " for hob status and others)");
    ::setenv(base::run_variable, run.c_str(), 1);
    if (parsed.has(opt_up)) ::setenv("HOB_UP", parsed.values[opt_up], 1);
    directory.release();
    const std::vector<std::string> arguments{"--run", run};
    return execute(line.program, init, arguments);
}

}  // namespace hob::tools
