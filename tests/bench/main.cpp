// bench: see docs/bench.md.
#include "tests/bench/command.hpp"
#include "tests/bench/scene.hpp"
#include "tests/ns/namespace.hpp"

#include <algorithm>
#include <exception>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace hob::bench {

namespace {

const Subcommand* const subcommands[] = {&up,     &restart, &adopt, &status,  &compile,
                                         &memory, &idle,    &boot,  &generate};

int help(int code) {
    std::string lines = "usage: bench MEASUREMENT [OPTION…]\n";
    for (const Subcommand* each : subcommands)
        lines += std::string{"  "} + each->line.program +
                 std::string(18 - std::string_view{each->line.program}.size(), ' ') + each->line.summary +
                 "\n";
    lines += "Each has --help. $HOB_PROGRAMS names the programs (`meson test --benchmark` sets it).\n";
    base::print(lines);
    return code;
}

int run(const Subcommand& chosen, int argc, char** argv) {
    base::Parsed parsed;
    int code = 0;
    // A copy of the words: parsing moves operands to the front.
    std::vector<char*> words(argv + 1, argv + argc);
    words.push_back(nullptr);
    if (!base::parse(chosen.line, argc - 1, words.data(), parsed, &code)) return code;
    if (chosen.in_scene) {
        if (!inside(argc, argv, &code)) return code;
        prepare_scene();
    }
    return chosen.run(parsed);
}

}  // namespace

std::size_t number(const base::Parsed& parsed, std::size_t option, std::size_t usual, std::size_t most) {
    if (!parsed.has(option)) return usual;
    unsigned long long value = 0;
    if (!base::parse_number(parsed.values[option], most, &value) || value == 0)
        throw std::invalid_argument{std::string{parsed.values[option]} + ": not a number from 1 to " +
                                    std::to_string(most)};
    return value;
}

std::string_view text(const base::Parsed& parsed, std::size_t option, std::string_view usual) {
    return parsed.has(option) ? parsed.values[option] : usual;
}

}  // namespace hob::bench

int main(int argc, char** argv) {
    using namespace hob::bench;  // NOLINT(google-build-using-namespace): main() is above the namespaces
    try {
        const std::string_view name = argc > 1 ? argv[1] : "";
        for (const Subcommand* each : subcommands)
            if (std::string_view{each->line.program}.ends_with(" " + std::string{name}))
                return run(*each, argc, argv);
        return help(name == "--help" || name == "-h" ? hob::base::exit_done : hob::base::exit_usage);
    } catch (const hob::tests::Unsupported& why) {
        hob::base::complain("bench", std::string{"skipped: "} + why.what());
        return 77;
    } catch (const std::invalid_argument& wrong) {
        hob::base::complain("bench", wrong.what());
        return hob::base::exit_usage;
    } catch (const std::exception& failure) {
        std::ifstream said{init_said()};
        const std::string lines{std::istreambuf_iterator<char>{said}, {}};
        hob::base::print(lines.substr(lines.size() - std::min<std::size_t>(lines.size(), 4000)));
        hob::base::complain("bench", failure.what());
        return hob::base::exit_failed;
    }
}
