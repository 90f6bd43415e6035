// hob-svscan: see docs/hob-svscan.md.
#include "base/options.hpp"
#include "base/tree.hpp"
#include "svc/lock.hpp"
#include "svc/scanner.hpp"

#include <unistd.h>

namespace {

namespace base = hob::base;
namespace svc = hob::svc;

enum : std::size_t { opt_run, opt_state, opt_rebuild };
constexpr base::Option options[] = {
    {"run", 'r', "DIR", "the live tree to run the services of (HOB_RUN, /run/hob)"},
    {"state", 's', "DIR", "where a plain directory's table and sockets go (DIR/.hob)"},
    {"rebuild", 0, nullptr, "do not believe the table: adopt processes by their descriptors alone"},
};
constexpr base::Command command{
    "hob-svscan",
    "[DIR]",
    "Run and watch over services.",
    options,
    "Without DIR: the services of a live tree, as its engine asks; started by hob-init.\n"
    "With DIR: every subdirectory with an executable `run` is a service. TERM or INT ends\n"
    "them all, HUP looks at the directory again.",
    0,
    1};

// `path` from the root; nothing when it is too long or we are nowhere.
base::Path absolute(const char* path) noexcept {
    char here[4096];
    if (*path == '/') return base::Path{path};
    if (::getcwd(here, sizeof here) == nullptr) return {};
    return base::Path{here, "/", path};
}

// One object for the life of the program; too large for a stack.
svc::Scanner scanner;

}  // namespace

int main(int argc, char** argv) {
    base::Parsed parsed;
    int code = 0;
    if (!base::parse(command, argc, argv, parsed, &code)) return code;
    const bool plain = !parsed.operands.empty();
    const base::Path directory = plain ? absolute(parsed.operands[0]) : base::Path{};
    base::Path run;
    if (!plain)
        run = absolute(base::run_directory(parsed.values[opt_run]));
    else if (parsed.has(opt_state))
        run = absolute(parsed.values[opt_state]);
    else
        run = base::Path{directory.view(), "/.hob"};
    if (run.cut() || run.size() == 0 || directory.cut()) {
        base::complain("hob-svscan", "the directory's path is too long");
        return base::exit_usage;
    }
    if (plain) {
        if (auto locked = svc::lock_state(run.c_str()); !locked) {
            base::complain("hob-svscan", base::Text<512>{run.view(), ": ", locked.error().what}.view(),
                           locked.error().code);
            return locked.error().code == EAGAIN ? base::exit_usage : base::exit_temporary;
        }
    }
    const svc::ScannerOptions options_of_scanner{run.c_str(), plain ? directory.c_str() : nullptr,
                                                 parsed.has(opt_rebuild)};
    auto done = scanner.open(options_of_scanner);
    if (done) done = scanner.run();
    if (done) return base::exit_done;
    scanner.complain(run.view(), done.error());
    return base::exit_temporary;
}
