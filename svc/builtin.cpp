// The services that are hob's own: the logger and the engine. Always wanted, restarted for ever.
//
// They are found beside this program. Their records are the first two of a table and theirs alone. The engine
// writes into a log stream like any service; the logger's own words go where the scanner's go.
#include "base/plan_builder.hpp"
#include "svc/scanner.hpp"

#include <cstdlib>
#include <string>

#include <sys/resource.h>
#include <unistd.h>

namespace hob::svc {

using base::Result;

namespace {

// The directory of this program, with the slash; empty when /proc does not tell.
std::string own_directory() noexcept {
    std::string path(4096, '\0');
    const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size());
    path.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    path.resize(path.rfind('/') + 1);
    return path;
}

}  // namespace

Result<void> Scanner::start_builtin(std::string_view name, bool log) noexcept {
    base::PlanBuilder builder;
    builder.policy.attempts = 0;  // never given up
    builder.policy.delay_max = base::seconds(1);
    builder.policy.log = log ? 1 : 0;
    builder.begin(base::Program::main);
    // One descriptor a stream, one mapping a table.
    const auto files = static_cast<std::int64_t>(hard_files_);
    if (files > 0) builder.step(base::StepOp::limit, {RLIMIT_NOFILE, files, files}, {});
    const std::string run{run_.view()};
    builder.step(base::StepOp::environment, {}, {std::string{base::run_variable} + "=" + run});
    if (const char* const up = std::getenv("HOB_UP"); up != nullptr)
        builder.step(base::StepOp::environment, {}, {std::string{"HOB_UP="} + up});
    const std::string program = own_directory() + std::string{name};
    builder.step(base::StepOp::exec, {}, {program, "--run", run});
    auto plan = sources_.keep(builder.finish());
    if (!plan) return std::unexpected{plan.error()};
    auto service = add(name, base::ServiceType::longrun, *std::move(plan), base::record_builtin);
    if (!service) return std::unexpected{service.error()};
    apply(**service, Event::start);
    return {};
}

void Scanner::start_builtins() noexcept {
    if (auto started = start_builtin("hob-log", false); !started) complain("hob-log", started.error());
    if (auto started = start_builtin("hob-rc", true); !started) complain("hob-rc", started.error());
}

}  // namespace hob::svc
