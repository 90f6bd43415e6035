// The text of `hob-init --help`, made at compile time from the tables of options and signals.
#pragma once

#include "base/options.hpp"
#include "init/signals.hpp"

#include <cstddef>
#include <string_view>

namespace hob::init {

struct HelpText {
    char text[2048] = {};
    std::size_t size = 0;

    constexpr HelpText& add(std::string_view part) {
        for (const char c : part) text[size++] = c;
        return *this;
    }
    // Blanks up to column `to` of the current line.
    constexpr HelpText& pad(std::size_t to) {
        std::size_t column = 0;
        while (column < size && text[size - 1 - column] != '\n') ++column;
        for (; column < to; ++column) add(" ");
        return *this;
    }
};

// As base::print_help() would print it, and the signals.
consteval HelpText help_text(const base::Command& command) {
    HelpText help;
    help.add("usage: ").add(command.program).add(" [OPTIONS]\n").add(command.summary).add("\n\n");
    for (const base::Option& option : command.options) {
        const char letter[] = {'-', option.letter, ','};
        help.add("  ").add({letter, 3}).add(" --").add(option.name).add(" ").add(option.value);
        help.pad(28).add(option.help).add("\n");
    }
    help.add("\nSignals (in a container or directory, what ends a machine ends the tree):\n");
    for (const SignalRule& rule : signal_rules)
        help.add("  ").add(rule.name).pad(12).add(rule.help).add("\n");
    return help;
}

// Without the unused rest.
template <std::size_t Size>
struct CutText {
    char text[Size];
};
template <const HelpText& Help>
consteval auto cut() {
    CutText<Help.size> cut{};
    for (std::size_t i = 0; i < Help.size; ++i) cut.text[i] = Help.text[i];
    return cut;
}

}  // namespace hob::init
