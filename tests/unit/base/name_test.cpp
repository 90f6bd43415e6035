#include "base/name.hpp"

#include <string>

#include <catch2/catch.hpp>

using hob::base::ServiceName;

TEST_CASE("names that are safe as path components are accepted") {
    for (const auto* good : {"a", "nginx", "getty@", "getty@ttyS0", "a.b_c:d+e-f", "0"})
        CHECK(ServiceName::refusal(good) == nullptr);
    CHECK(ServiceName::refusal(std::string(111, 'x')) == nullptr);
}

TEST_CASE("hostile names are refused") {
    for (const auto* bad :
         {"", ".", "..", "../x", "a/b", "-x", ".x", "@x", "a b", "a\n", "a\x1b", "\xff", "a@b@c", "ä"})
        CHECK(ServiceName::refusal(bad) != nullptr);
    CHECK(ServiceName::refusal(std::string_view{"a\0b", 3}) != nullptr);
    CHECK(ServiceName::refusal(std::string(112, 'x')) != nullptr);
    CHECK(ServiceName::refusal(std::string(1 << 20, 'x')) != nullptr);
}

TEST_CASE("a template and its instance know their parts") {
    const auto instance = ServiceName::parse("getty@tty1");
    REQUIRE(instance);
    CHECK(instance->is_instance());
    CHECK(instance->template_part() == "getty@");
    CHECK(instance->argument() == "tty1");
    const auto templ = ServiceName::parse("getty@");
    REQUIRE(templ);
    CHECK(templ->is_template());
    CHECK_FALSE(templ->is_instance());
    CHECK(templ->template_part().empty());
}
