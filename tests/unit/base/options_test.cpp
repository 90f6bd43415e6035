#include "base/options.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace hob::base;

namespace {

constexpr Option sample_options[] = {
    {"json", 'j', nullptr, "print JSON"},
    {"timeout", 't', "D", "give up after D"},
};
constexpr Command sample{"hob test", "NAME…", "A test.", sample_options, nullptr, 1};

struct Line {
    explicit Line(std::vector<std::string> given) : words{std::move(given)} {
        for (auto& w : words) argv.push_back(w.data());
        argv.push_back(nullptr);
        good = parse(sample, static_cast<int>(words.size()), argv.data(), parsed, &code);
    }
    std::vector<std::string> words;
    std::vector<char*> argv;
    Parsed parsed;
    int code = -1;
    bool good = false;
};

}  // namespace

TEST_CASE("flags, values and operands are told apart in any order") {
    for (const auto& words : std::vector<std::vector<std::string>>{{"x", "a", "-j", "--timeout", "5s", "b"},
                                                                   {"x", "--timeout=5s", "-j", "a", "b"},
                                                                   {"x", "-jt5s", "a", "b"},
                                                                   {"x", "-jt", "5s", "a", "b"}}) {
        Line line{words};
        REQUIRE(line.good);
        CHECK(line.parsed.has(0));
        CHECK(std::string{line.parsed.values[1]} == "5s");
        REQUIRE(line.parsed.operands.size() == 2);
        CHECK(std::string{line.parsed.operands[1]} == "b");
    }
}

TEST_CASE("what follows -- is an operand") {
    Line line{{"x", "--", "-j"}};
    REQUIRE(line.good);
    CHECK_FALSE(line.parsed.has(0));
    CHECK(std::string{line.parsed.operands[0]} == "-j");
}

TEST_CASE("a wrong line is a usage error") {
    for (const auto& words : std::vector<std::vector<std::string>>{
             {"x"}, {"x", "--nope", "a"}, {"x", "-q", "a"}, {"x", "a", "-t"}, {"x", "--json=1", "a"}}) {
        Line line{words};
        CHECK_FALSE(line.good);
        CHECK(line.code == exit_usage);
    }
}

TEST_CASE("durations are exact and bounded") {
    long long ns = 0;
    CHECK((parse_duration("1m30s", &ns) && ns == 90'000'000'000));
    CHECK((parse_duration("500ms", &ns) && ns == 500'000'000));
    CHECK((parse_duration("7", &ns) && ns == 7'000'000'000));
    CHECK((parse_duration("0", &ns) && ns == 0));
    for (const auto* bad : {"", "s", "5x", "-1s", "1.5s", " 1s", "9999999999999d", "1s2"})
        CHECK_FALSE(parse_duration(bad, &ns));
}

TEST_CASE("numbers and sizes are bounded") {
    unsigned long long n = 0;
    CHECK((parse_number("255", 255, &n) && n == 255));
    CHECK_FALSE(parse_number("256", 255, &n));
    CHECK_FALSE(parse_number("7", 5, &n));
    CHECK_FALSE(parse_number("0x1", 255, &n));
    CHECK((parse_size("64K", &n) && n == 65536));
    CHECK_FALSE(parse_size("18446744073709551615K", &n));
    CHECK_FALSE(parse_size("K", &n));
}

TEST_CASE("signals have names and numbers") {
    CHECK(parse_signal("TERM") == 15);
    CHECK(parse_signal("SIGHUP") == 1);
    CHECK(parse_signal("9") == 9);
    CHECK(parse_signal("NOPE") == 0);
    CHECK(parse_signal("65") == 0);
    CHECK(std::string{signal_name(11)} == "SEGV");
}
