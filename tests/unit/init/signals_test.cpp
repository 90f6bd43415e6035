#include "init/signals.hpp"

#include "init/help.hpp"

#include <fstream>
#include <set>
#include <string>

#include <catch2/catch.hpp>

using namespace hob::init;  // NOLINT(google-build-using-namespace): the subject
using hob::base::PowerAction;

TEST_CASE("no signal has two rules, and stops have an action") {
    std::set<int> numbers;
    for (const SignalRule& rule : signal_rules) {
        INFO(rule.name);
        CHECK(numbers.insert(rule.number).second);
        CHECK(rule.number >= 1);
        CHECK(rule.number <= 64);
        const bool stops = rule.machine == Act::stop || rule.machine == Act::stop_now;
        CHECK(stops == (rule.power != PowerAction::none));
        CHECK(reaction_to(rule.number).machine == rule.machine);
    }
    CHECK(reaction_to(SIGCHLD).machine == Act::nothing);
    CHECK(reaction_to(SIGSEGV).tree == Act::nothing);
}

TEST_CASE("busybox's and systemd's numbers mean what they mean there") {
    CHECK(reaction_to(SIGUSR1).power == PowerAction::halt);
    CHECK(reaction_to(SIGUSR2).power == PowerAction::poweroff);
    CHECK(reaction_to(SIGTERM).power == PowerAction::reboot);
    // RTMIN+3: glibc counts from 34, and that is what `kill` and containers send.
    CHECK(reaction_to(37).power == PowerAction::halt);
    CHECK(reaction_to(38).power == PowerAction::poweroff);
    CHECK(reaction_to(39).power == PowerAction::reboot);
    CHECK(reaction_to(48).machine == Act::stop_now);
}

TEST_CASE("the help has every option and every signal") {
    static constexpr hob::base::Option options[] = {{"run", 'r', "DIR", "where"}};
    static constexpr HelpText help =
        help_text({.program = "it", .operands = "", .summary = "Does.", .options = options});
    const std::string_view text{help.text, help.size};
    CHECK(text.starts_with("usage: it [OPTIONS]\nDoes.\n\n  -r, --run DIR             where\n\nSignals"));
    for (const SignalRule& rule : signal_rules) {
        CHECK(text.find(rule.name) != text.npos);
        CHECK(text.find(rule.help) != text.npos);
    }
}

TEST_CASE("the manual's table is this table") {
    std::ifstream file{HOB_SOURCE "/docs/hob-init.md"};
    REQUIRE(file);
    std::set<std::string> rows;
    bool inside = false;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("## ")) inside = line == "## Signals";
        if (inside && line.starts_with("| ") && !line.starts_with("| signal")) rows.insert(line);
    }
    for (const SignalRule& rule : signal_rules) {
        const std::string tree = rule.tree == Act::stop       ? "end "
                                 : rule.tree == Act::stop_now ? "end at once "
                                 : rule.tree == Act::rescan   ? "rescan "
                                                              : "";
        const std::string row =
            "| " + std::string{rule.name} + " | " + std::string{rule.help} + " | " + tree + "|";
        INFO(row);
        CHECK(rows.erase(row) == 1);
    }
    CHECK(rows.empty());
}
