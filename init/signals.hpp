// What each signal does to hob-init: one table, from which the behaviour, `--help` and the check of
// docs/hob-init.md are made.
//
// Numbers are those of busybox's and systemd's tools; RTMIN+n counts from 34 as glibc's kill does, whatever
// libc this was built with. A signal that is not here is ignored. "machine" is PID 1 of a machine; "tree" is
// everything else: PID 1 of a container, or a child subreaper, where every ending means the end of the tree.
#pragma once

#include "base/service.hpp"

#include <algorithm>
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
    std::string_view help;
};

constexpr int real_time(int n) { return 34 + n; }

inline constexpr std::array signal_rules = [] {
    using enum Act;
    using enum base::PowerAction;
    constexpr auto no_power = base::PowerAction::none;
    return std::to_array<SignalRule>({
        {SIGHUP, "HUP", rescan, no_power, rescan, "rescan"},
        {SIGINT, "INT", stop, reboot, stop, "reboot (Ctrl-Alt-Del); tree: end"},
        {SIGTERM, "TERM", stop, reboot, stop, "reboot; tree: end"},
        {SIGUSR1, "USR1", stop, halt, stop, "halt; tree: end"},
        {SIGUSR2, "USR2", stop, poweroff, stop, "power off; tree: end"},
        {SIGPWR, "PWR", stop, poweroff, stop, "power off; tree: end"},
        {SIGWINCH, "WINCH", report, no_power, nothing, "report on the console (keyboard request)"},
        {real_time(3), "RTMIN+3", stop, halt, stop, "halt; tree: end"},
        {real_time(4), "RTMIN+4", stop, poweroff, stop, "power off; tree: end"},
        {real_time(5), "RTMIN+5", stop, reboot, stop, "reboot; tree: end"},
        {real_time(13), "RTMIN+13", stop_now, halt, stop_now, "halt at once; tree: end at once"},
        {real_time(14), "RTMIN+14", stop_now, poweroff, stop_now, "power off at once; tree: end at once"},
        {real_time(15), "RTMIN+15", stop_now, reboot, stop_now, "reboot at once; tree: end at once"},
    });
}();

// The signal's rule, or nullptr: ignored.
constexpr const SignalRule* rule_of(int number) {
    const auto* const found = std::find_if(signal_rules.begin(), signal_rules.end(),
                                           [number](const SignalRule& r) { return r.number == number; });
    return found != signal_rules.end() ? found : nullptr;
}

namespace detail {
struct HelpText {
    char text[1000] = {};  // what base/options.hpp prints of details; a longer text does not compile
    std::size_t size = 0;
    constexpr void add(std::string_view part) {
        for (const char c : part) text[size++] = c;
    }
};
consteval HelpText signal_help() {
    HelpText help;
    help.add("Signals (all others are ignored):");
    for (const SignalRule& rule : signal_rules) {
        help.add("\n  ");
        help.add(rule.name);
        for (std::size_t i = rule.name.size(); i < 10; ++i) help.add(" ");
        help.add(rule.help);
    }
    return help;
}
}  // namespace detail
inline constexpr detail::HelpText signal_help = detail::signal_help();

}  // namespace hob::init
