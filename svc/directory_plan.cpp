// From the files of a plain service directory to a launch plan.
#include "base/options.hpp"
#include "base/plan_builder.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "svc/directory.hpp"

#include <algorithm>
#include <optional>

#include <fcntl.h>

namespace hob::svc {

using base::failed;
using base::PlanBuilder;
using base::Result;
using base::StepOp;

namespace {

constexpr unsigned long long milliseconds_max = 1ULL << 40;

bool exists(int dir, const char* name) noexcept { return base::sys::stat_at(dir, name, 0).has_value(); }

// The first line of a small file, without blanks around it; nothing when there is no such file.
Result<std::optional<base::Text<64>>> first_line(int dir, const char* name) noexcept {
    auto file = base::sys::open_at(dir, name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (!file && file.error().code == ENOENT) return std::nullopt;
    if (!file) return failed(file.error().code, name);
    const auto st = base::sys::stat_fd(file->get());
    if (!st || !S_ISREG(st->st_mode)) return failed(EINVAL, name);
    char bytes[64];
    const auto got = base::sys::read(file->get(), bytes, sizeof bytes);
    if (!got) return failed(got.error().code, name);
    std::string_view text{bytes, *got};
    text = text.substr(0, text.find('\n'));
    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    return base::Text<64>{text};
}

// A number in a file; `value` stays when there is none.
Result<void> number(int dir, const char* name, unsigned long long max, unsigned long long& value) noexcept {
    auto line = first_line(dir, name);
    if (!line) return std::unexpected{line.error()};
    if (!*line) return {};
    if (!base::parse_number((*line)->view(), max, &value)) return failed(EINVAL, name);
    return {};
}

Result<void> read_policy(int dir, bool is_log, base::Policy& policy) noexcept {
    unsigned long long ready = 0, kill = 0, finish = 5000;
    if (exists(dir, "notification-fd")) {
        if (auto read = number(dir, "notification-fd", UINT8_MAX, ready); !read) return read;
        if (ready <= 2) return failed(EINVAL, "notification-fd");
        policy.ready = base::Readiness::descriptor;
        policy.ready_fd = static_cast<std::uint8_t>(ready);
    }
    if (auto read = number(dir, "timeout-kill", milliseconds_max, kill); !read) return read;
    if (auto read = number(dir, "timeout-finish", milliseconds_max, finish); !read) return read;
    // 0 is "never" there; a stop that never ends is bounded here all the same.
    if (kill != 0) policy.stop_timeout = base::millis(static_cast<std::int64_t>(kill));
    policy.finish_timeout = base::millis(static_cast<std::int64_t>(finish));
    auto signal = first_line(dir, "down-signal");
    if (!signal) return std::unexpected{signal.error()};
    if (is_log) policy.stop_signal = SIGCONT;  // it ends with its pipe
    if (*signal) {
        const int stop = base::parse_signal((*signal)->view());
        if (stop <= 0) return failed(EINVAL, "down-signal");
        policy.stop_signal = static_cast<std::uint8_t>(stop);
    }
    return {};
}

void add_program(PlanBuilder& builder, base::Program program, std::string_view path, const char* file) {
    builder.begin(program);
    builder.step(StepOp::directory, {}, {path});
    builder.step(StepOp::exec, {}, {base::Text<32>{"./", file}.view()});
}

}  // namespace

Result<std::vector<char>> directory_plan(int dir, std::string_view path, bool has_log, bool is_log) noexcept {
    PlanBuilder builder;
    base::Policy& policy = builder.policy;
    policy.attempts = 0;  // as daemontools does: again and again
    policy.delay_max = base::seconds(1);
    policy.log = has_log ? 1 : 0;
    policy.start_timeout = {};
    if (auto read = read_policy(dir, is_log, policy); !read) return std::unexpected{read.error()};

    builder.begin(base::Program::main);
    if (!is_log) builder.step(StepOp::stdio, {0, static_cast<int>(base::StdioKind::inherit)}, {});
    builder.step(StepOp::directory, {}, {path});
    builder.step(StepOp::exec, {}, {"./run"});
    if (exists(dir, "finish")) add_program(builder, base::Program::finish, path, "finish");
    return builder.finish();
}

}  // namespace hob::svc
