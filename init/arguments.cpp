#include "init/arguments.hpp"

#include "base/options.hpp"
#include "base/sys.hpp"
#include "init/console.hpp"
#include "init/signals.hpp"

#include <cstddef>

#include <fcntl.h>

namespace hob::init {

namespace {

enum : std::size_t { opt_run, opt_timeout, opt_count };
constexpr base::Option options[opt_count] = {
    {"run", 'r', "DIR", "the live tree (needed unless PID 1; there: /run/hob)"},
    {"timeout", 't', "TIME", "of a whole shutdown (60s)"},
};
constexpr base::Command command{
    .program = "hob-init",
    .operands = "",
    .summary = "Keep a tree of services running: as PID 1, or in a directory with --run.",
    .options = options,
    .details = signal_help.text,
    .operands_max = 0};

}  // namespace

bool read_arguments(int argc, char** argv, bool pid_one, Arguments* arguments, int* code) noexcept {
    base::Parsed parsed;
    if (!base::parse(command, argc, argv, parsed, code)) return false;
    *code = base::exit_usage;
    arguments->run = parsed.values[opt_run];
    if (arguments->run == nullptr && !pid_one) {
        say("not PID 1: give the tree's directory with --run DIR (see hob-init --help)");
        return false;
    }
    const char* const limit = parsed.values[opt_timeout];
    long long ns = 0;
    if (limit != nullptr && (!base::parse_duration(limit, &ns) || ns <= 0)) {
        say("--timeout: no duration: ", limit);
        return false;
    }
    arguments->boot.timeout = {ns};
    return true;
}

void read_kernel_words(BootWords* words) noexcept {
    const auto file = base::sys::open_at(AT_FDCWD, "/proc/cmdline", O_RDONLY);
    if (!file) return;
    CmdlineReader reader;
    char piece[256];
    for (;;) {
        const auto got = base::sys::read(file->get(), piece, sizeof piece);
        if (!got || *got == 0) break;
        reader.feed({piece, *got});
    }
    *words = reader.finish();
    if (words->refused.size() != 0)
        say("kernel command line: ignored, no name or time: ", words->refused.view());
}

}  // namespace hob::init
