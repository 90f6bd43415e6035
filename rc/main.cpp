// hob-rc: the engine, and `hob-rc init`, which prepares a live tree.
#include "base/options.hpp"
#include "base/tree.hpp"
#include "rc/database.hpp"
#include "rc/engine/engine.hpp"
#include "rc/engine/live_tree.hpp"

#include <cstdlib>
#include <new>
#include <string_view>
#include <utility>

#include <fcntl.h>

namespace {

namespace base = hob::base;
namespace rc = hob::rc;

constexpr base::Option run_options[] = {
    {"run", 0, "DIR", "the live tree (default: $HOB_RUN, else /run/hob)"},
};
constexpr base::Command run_command{
    .program = "hob-rc",
    .operands = "",
    .summary = "Bring services up and down in the order of their dependencies.",
    .options = run_options,
    .details =
        "Started by hob-svscan. Talk to it with hob up, down, restart, why.\n"
        "HOB_UP: what to bring up on a fresh boot (default: default).\n"
        "hob-rc init --help: the preparation of a live tree.",
    .operands_max = 0,
};

constexpr base::Option init_options[] = {
    {"run", 0, "DIR", "the live tree (default: $HOB_RUN, else /run/hob)"},
    {"db", 0, "FILE", "the database to use (default: DIR/lib/current)"},
};
constexpr base::Command init_command{
    .program = "hob-rc init",
    .operands = "",
    .summary = "Prepare a live tree: its folders, and a checked copy of the database.",
    .options = init_options,
    .details =
        "Without --db a damaged database is passed over for the newest sound one of\n"
        "DIR/lib/generations.",
    .operands_max = 0,
};

int serve(const char* run) {
    auto database = rc::Database::open(AT_FDCWD, base::in_tree(run, "db").c_str(), rc::Check::header);
    if (!database) {
        const base::Path what{run, "/db: ", database.error().what};
        base::complain("hob-rc", what.view(), database.error().code);
        return base::exit_failed;
    }
    // Never destroyed: it is the whole program, and half its parts are watched by others.
    auto* const engine = new rc::engine::Engine{run, std::getenv("HOB_UP"), *std::move(database)};
    auto ended = engine->open();
    if (ended) ended = engine->loop().run();
    if (!ended) base::complain("hob-rc", ended.error().what, ended.error().code);
    return base::exit_temporary;
}

}  // namespace

int main(int argc, char** argv) {
    const bool init = argc > 1 && std::string_view{argv[1]} == "init";
    base::Parsed parsed;
    int code = base::exit_done;
    if (!base::parse(init ? init_command : run_command, argc - (init ? 1 : 0), argv + (init ? 1 : 0), parsed,
                     &code))
        return code;
    const char* const run = base::run_directory(parsed.values[0]);
    return init ? rc::engine::prepare_tree(run, parsed.values[1]) : serve(run);
}
