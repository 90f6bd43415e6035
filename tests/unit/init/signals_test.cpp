#include "init/signals.hpp"

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
        CHECK(rule_of(rule.number) == &rule);
    }
    CHECK(rule_of(SIGCHLD) == nullptr);
    CHECK(rule_of(SIGSEGV) == nullptr);
}

TEST_CASE("busybox's and systemd's numbers mean what they mean there") {
    CHECK(rule_of(SIGUSR1)->power == PowerAction::halt);
    CHECK(rule_of(SIGUSR2)->power == PowerAction::poweroff);
    CHECK(rule_of(SIGTERM)->power == PowerAction::reboot);
    CHECK(rule_of(37)->name ==
          "RTMIN+3");  // glibc's SIGRTMIN is 34, which is what `kill` and containers send
    CHECK(rule_of(38)->power == PowerAction::poweroff);
    CHECK(rule_of(39)->power == PowerAction::reboot);
    CHECK(rule_of(48)->machine == Act::stop_now);
}

TEST_CASE("the help has every signal and its text") {
    const std::string_view help{signal_help.text};
    CHECK(help.size() < 1000);
    for (const SignalRule& rule : signal_rules) {
        CHECK(help.find(rule.name) != help.npos);
        CHECK(help.find(rule.help) != help.npos);
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
        // "reboot (Ctrl-Alt-Del); tree: end" is "| reboot (Ctrl-Alt-Del) | end |" there.
        std::string help{rule.help};
        std::string tree = rule.tree == Act::nothing ? "" : help;
        if (const auto at = help.find("; tree: "); at != help.npos) {
            tree = help.substr(at + 8);
            help.resize(at);
        }
        const std::string row =
            "| " + std::string{rule.name} + " | " + help + " | " + (tree.empty() ? "" : tree + " ") + "|";
        INFO(row);
        CHECK(rows.erase(row) == 1);
    }
    CHECK(rows.empty());
}
