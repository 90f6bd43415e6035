// What each signal does to hob-init: one table, from which the behaviour, `--help` and the check of
// docs/hob-init.md are made.
//
// Numbers are those of busybox's and systemd's tools; RTMIN+n counts from 34 as glibc's kill does, whatever
// libc this was built with. A signal that is not here is ignored. "machine" is PID 1 of a machine; "tree" is
// everything else: PID 1 of a container, or a child subreaper, where every ending means the end of the tree.
#pragma once

#include "base/service.hpp"

#include <array>
#include <csignal>
#include <cstdint>
#include <string_view>

namespace hob::init {

enum class Act : std::uint8_t {
    nothing,
    rescan,    // the scanner looks again
    report,    // one line about itself on the console
    stop,      // down in order, then SignalRule::power
    stop_now,  // the same without the services' leave
};

struct SignalRule {
    int number;
    std::string_view name;
    Act machine;
    base::PowerAction power;  // of stop and stop_now on a machine
    Act tree;
    std::string_view help;  // on a machine
};

constexpr int real_time(int n) { return 34 + n; }

inline constexpr std::array signal_rules = [] {
    using enum Act;
    using enum base::PowerAction;
    constexpr auto no_power = base::PowerAction::none;
    return std::to_array<SignalRule>({
        {SIGHUP, "HUP", rescan, no_power, rescan, "rescan"},
        {SIGINT, "INT", stop, reboot, stop, "reboot (Ctrl-Alt-Del)"},
        {SIGTERM, "TERM", stop, reboot, stop, "reboot"},
        {SIGUSR1, "USR1", stop, halt, stop, "halt"},
        {SIGUSR2, "USR2", stop, poweroff, stop, "power off"},
        {SIGPWR, "PWR", stop, poweroff, stop, "power off"},
        {SIGWINCH, "WINCH", report, no_power, nothing, "report on the console (keyboard request)"},
        {real_time(3), "RTMIN+3", stop, halt, stop, "halt"},
        {real_time(4), "RTMIN+4", stop, poweroff, stop, "power off"},
        {real_time(5), "RTMIN+5", stop, reboot, stop, "reboot"},
        {real_time(13), "RTMIN+13", stop_now, halt, stop_now, "halt at once"},
        {real_time(14), "RTMIN+14", stop_now, poweroff, stop_now, "power off at once"},
        {real_time(15), "RTMIN+15", stop_now, reboot, stop_now, "reboot at once"},
    });
}();

// The rule as the running program needs it: without its words.
struct Reaction {
    std::uint8_t number;
    Act machine;
    base::PowerAction power;
    Act tree;
};
inline constexpr auto reactions = [] {
    std::array<Reaction, signal_rules.size()> table{};
    for (std::size_t i = 0; i < table.size(); ++i) {
        const SignalRule& rule = signal_rules[i];
        table[i] = {static_cast<std::uint8_t>(rule.number), rule.machine, rule.power, rule.tree};
    }
    return table;
}();

// What to do about a signal; one that has no rule is ignored.
constexpr Reaction reaction_to(int signal) {
    for (const Reaction& reaction : reactions)
        if (reaction.number == signal) return reaction;
    return {};
}

}  // namespace hob::init
