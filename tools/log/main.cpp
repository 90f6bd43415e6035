#include "base/options.hpp"
#include "base/tree.hpp"
#include "tools/log/logger.hpp"

#include <sys/resource.h>
#include <sys/stat.h>

namespace {

namespace base = hob::base;

enum { opt_run, opt_size, opt_keep };
constexpr base::Option options[] = {
    {"run", 'r', "DIR", "the live tree (default: HOB_RUN, else /run/hob)"},
    {"size", 's', "SIZE", "rotate a log that has grown to this (default: 1M; 4K or more)"},
    {"keep", 'k', "N", "rotated files to keep of each service (default: 10)"}};
constexpr base::Command command{
    .program = "hob-log",
    .operands = "",
    .summary = "Write what services print to RUN/log/NAME/current. Started by hob-svscan.",
    .options = options,
    .details = "Ends on TERM, after reading all there is.",
    .operands_max = 0};

// Three descriptors a service; the soft limit is for programs that use select().
void raise_descriptor_limit() noexcept {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
    base::Parsed parsed;
    int code = base::exit_done;
    if (!base::parse(command, argc, argv, parsed, &code)) return code;
    hob::log::Limits limits;
    unsigned long long size = limits.size, keep = limits.keep;
    if (parsed.has(opt_size) && (!base::parse_size(parsed.values[opt_size], &size) || size < 4096)) {
        base::complain("hob-log", "--size: not a size of 4K or more (like 64K, 1M)");
        return base::exit_usage;
    }
    if (parsed.has(opt_keep) && (!base::parse_number(parsed.values[opt_keep], 100000, &keep) || keep == 0)) {
        base::complain("hob-log", "--keep: not a number from 1 to 100000");
        return base::exit_usage;
    }
    limits.size = size;
    limits.keep = static_cast<unsigned>(keep);
    ::umask(022);
    raise_descriptor_limit();
    static hob::log::Logger logger{base::run_directory(parsed.values[opt_run]), limits};
    if (auto started = logger.start(); !started) {
        base::complain("hob-log", started.error().what, started.error().code);
        return base::exit_temporary;
    }
    return logger.run();
}
