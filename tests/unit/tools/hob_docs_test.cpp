// docs/hob.md and the command table agree.
#include "tests/unit/tools/scratch.hpp"
#include "tools/hob/command.hpp"

#include <string>

#include <catch2/catch.hpp>

namespace {

const std::string page = hob::test::read_all(HOB_SOURCE "/docs/hob.md");

// The text below "### hob NAME", up to the next heading.
std::string section(std::string_view name) {
    const std::string heading = "\n### hob " + std::string{name} + "\n";
    const auto begin = page.find(heading);
    if (begin == page.npos) return {};
    return page.substr(begin, page.find("\n##", begin + heading.size()) - begin);
}

}  // namespace

TEST_CASE("every command has a section with its usage and all its options, and there are no others") {
    std::size_t sections = 0;
    for (std::size_t at = 0; (at = page.find("\n### hob ", at)) != page.npos; ++at) ++sections;
    CHECK(sections == hob::tools::subcommands().size());
    for (const auto& command : hob::tools::subcommands()) {
        INFO("hob " << command.name);
        const std::string text = section(command.name);
        REQUIRE_FALSE(text.empty());
        CHECK(text.find("\n`hob " + std::string{command.name}) != text.npos);
        if (*command.line->operands != '\0') CHECK(text.find(command.line->operands) != text.npos);
        for (const auto& option : command.line->options) {
            if (std::string_view{option.name} == "run") continue;
            INFO("--" << option.name);
            CHECK(text.find(std::string{"--"} + option.name) != text.npos);
            if (option.letter != 0) CHECK(text.find(std::string{"`-"} + option.letter) != text.npos);
        }
    }
}

TEST_CASE("every command takes --run first and says in one line what it is for") {
    for (const auto& command : hob::tools::subcommands()) {
        INFO("hob " << command.name);
        CHECK(command.line->program == "hob " + std::string{command.name});
        REQUIRE_FALSE(command.line->options.empty());
        CHECK(std::string_view{command.line->options[hob::tools::opt_run].name} == "run");
        const std::string_view summary = command.line->summary;
        CHECK(summary.ends_with('.'));
        CHECK(summary.find('\n') == summary.npos);
        CHECK(hob::tools::find_subcommand(command.name) == &command);
    }
}
