#include "tools/hob/power.hpp"

#include "base/tree.hpp"
#include "tools/hob/engine.hpp"
#include "tools/hob/tree.hpp"

#include <cerrno>
#include <csignal>
#include <string_view>

#include <unistd.h>

namespace hob::tools {

namespace {

// To any other init the signal means something else, or death.
bool pid_1_is_ours() {
    char path[4096];
    const ssize_t size = ::readlink("/proc/1/exe", path, sizeof path);
    if (size <= 0) return false;
    std::string_view exe{path, static_cast<std::size_t>(size)};
    constexpr std::string_view replaced = " (deleted)";  // by an upgrade
    if (exe.ends_with(replaced)) exe.remove_suffix(replaced.size());
    return exe.ends_with("/hob-init");
}

}  // namespace

int power(const base::Command& line, const base::Parsed& parsed, base::PowerAction action, int signal) {
    const std::string_view run = base::run_directory(parsed.values[opt_run]);
    Conversation conversation;
    conversation.request.verb = base::Verb::power;
    conversation.request.power = action;
    conversation.report = [&](std::string_view text) { base::complain(line.program, text); };
    // An engine that hangs is as good as none, and a killed one has a successor: power must work.
    const base::Instant end = base::monotonic_now() + engine_patience;
    conversation.give_up = [&] { return base::monotonic_now() >= end; };
    Answer answer = talk(run, conversation);
    while (answer.ending == Ending::lost && base::monotonic_now() < end) answer = talk(run, conversation);
    if (answer.ending == Ending::finished || answer.ending == Ending::interrupted)
        return explain(line.program, run, answer);
    if (run != base::default_run || !pid_1_is_ours()) {
        int code = base::exit_done;
        if (!open_tree(line.program, parsed.values[opt_run], &code)) return code;
        return explain(line.program, run, answer);
    }
    if (::kill(1, signal) == 0) return base::exit_done;
    base::complain(line.program, "no engine answers, and signal PID 1", errno);
    return base::exit_failed;
}

}  // namespace hob::tools
