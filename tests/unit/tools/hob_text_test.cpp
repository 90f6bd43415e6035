#include "tools/hob/chart.hpp"
#include "tools/hob/json.hpp"
#include "tools/hob/suggest.hpp"
#include "tools/hob/table_text.hpp"
#include "tools/hob/text.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <unistd.h>

using namespace hob::tools;  // NOLINT(google-build-using-namespace): the subject

namespace {

constexpr std::int64_t second = 1'000'000'000;

std::string escaped(std::string_view text) {
    std::string out;
    add_escaped(out, text);
    return out;
}
std::string json(std::string_view text) {
    std::string out;
    add_json(out, text);
    return out;
}
std::string rendered(const Columns& columns) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    {
        Screen screen{ends[1]};
        columns.print(screen);
    }
    ::close(ends[1]);
    char data[4096];
    const ssize_t got = ::read(ends[0], data, sizeof data);
    ::close(ends[0]);
    return {data, static_cast<std::size_t>(got)};
}

}  // namespace

TEST_CASE("spans are told in the two largest units") {
    CHECK(span_text(-5) == "0 s");
    CHECK(span_text(999'999'999) == "0 s");
    CHECK(span_text(3 * second) == "3 s");
    CHECK(span_text(59 * second) == "59 s");
    CHECK(span_text(60 * second) == "1 min 0 s");
    CHECK(span_text(125 * second) == "2 min 5 s");
    CHECK(span_text(3599 * second) == "59 min 59 s");
    CHECK(span_text((3 * 3600 + 12 * 60 + 59) * second) == "3 h 12 min");
    CHECK(span_text((4 * 86400 + 3 * 3600) * second) == "4 d 3 h");
    CHECK(seconds_text(12'345'999'999) == "12.345");
    CHECK(seconds_text(5'000'000) == "0.005");
}

TEST_CASE("wait statuses are told as what happened") {
    CHECK(exit_text(0) == "exited 0");
    CHECK(exit_text(3 << 8) == "exited 3");
    CHECK(exit_text(9) == "killed by SIGKILL");
    CHECK(exit_text(11 | 0x80) == "killed by SIGSEGV (core dumped)");
}

TEST_CASE("nothing from outside can move a terminal's cursor or forge a line") {
    CHECK(escaped("plain \t text äöü €") == "plain \t text äöü €");
    CHECK(escaped("\x1b[31m") == "\\x1b[31m");
    CHECK(escaped("a\nb\r\x7f") == "a\\x0ab\\x0d\\x7f");
    CHECK(escaped("\xc2\x9b"
                  "31m") == "\\xc2\\x9b31m");  // C1: CSI in UTF-8
    CHECK(escaped("\x9b\xff\xc3") == "\\x9b\\xff\\xc3");
    CHECK(escaped("\xc0\xaf\xed\xa0\x80") == "\\xc0\\xaf\\xed\\xa0\\x80");  // too long a form; a surrogate
    CHECK(escaped(std::string_view{"\0", 1}) == "\\x00");
}

TEST_CASE("JSON strings are valid whatever is in them") {
    CHECK(json("plain") == "\"plain\"");
    CHECK(json("a\"b\\c\n\t\x01\x7f") == "\"a\\\"b\\\\c\\n\\t\\u0001\\u007f\"");
    CHECK(json("€\xff") == "\"€\xef\xbf\xbd\"");
    Json document;
    document.begin_object().begin_array("all").begin_object().field("n", 1).field("yes", true).end_object();
    document.begin_object()
        .null("x")
        .field("s", "t")
        .end_object()
        .element("e")
        .end_array()
        .field("z", -5)
        .end_object();
    CHECK(document.text() == R"({"all":[{"n":1,"yes":true},{"x":null,"s":"t"},"e"],"z":-5})");
}

TEST_CASE("names are cut to a width with the count of the rest") {
    const std::vector<std::string_view> names{"nginx", "redis", "dbus", "cron"};
    CHECK(names_text(names, 80) == "nginx, redis, dbus, cron");
    CHECK(names_text(names, 24) == "nginx, redis, dbus, cron");
    CHECK(names_text(names, 23) == "nginx, redis and 2 more");
    CHECK(names_text(names, 1) == "nginx and 3 more");
}

TEST_CASE("the nearest name is suggested, and nothing that is far") {
    CHECK(distance("nginx", "nginx") == 0);
    CHECK(distance("ngnix", "nginx") == 1);
    CHECK(distance("", "abc") == 3);
    Suggestion suggestion{"ngnix"};
    for (const char* known : {"redis", "nginx", "nginy"}) suggestion.consider(known);
    CHECK(suggestion.text() == " (did you mean nginx?)");
    Suggestion none{"web"};
    none.consider("cron");
    none.consider("database");
    CHECK(none.text().empty());
}

TEST_CASE("columns are aligned and lines have no blanks at their ends") {
    Columns columns;
    columns.row({{"NAME"}, {"STATE"}, {"PID", Colour::faint, true}, {"SINCE"}});
    columns.row({{"a"}, {"up"}, {"7", Colour::plain, true}, {"3 s"}});
    columns.row({{"longer"}, {"failed"}, {""}, {""}});
    CHECK(rendered(columns) ==
          "NAME    STATE   PID  SINCE\n"
          "a       up        7  3 s\n"
          "longer  failed\n");
}

TEST_CASE("bars lie where their times are, and are never empty") {
    CHECK(bar(0, 100, 0, 100, 10) == "==========");
    CHECK(bar(50, 100, 0, 100, 10) == "     =====");
    CHECK(bar(100, 100, 0, 100, 10) == "         =");
    CHECK(bar(30, 30, 0, 100, 10) == "   =");
    CHECK(bar(5, 5, 5, 5, 10) == "=");
    CHECK(bar(0, INT64_MAX, 0, 100, 10) == "==========");
}

TEST_CASE("the chart is ordered by start, and leaves later starts out") {
    const std::vector<Span> spans{
        {.name = "web", .started = 2 * second, .ready = 4 * second, .starts = 1, .state = "up"},
        {.name = "net", .started = second, .ready = 2 * second, .starts = 1, .state = "done"},
        {.name = "bad", .started = 2 * second, .ready = 0, .starts = 1, .state = "failed"},
        {.name = "again", .started = 3 * second, .ready = 3 * second, .starts = 4, .state = "up"},
        {.name = "late", .started = 100 * second, .ready = 0, .starts = 1, .state = "starting"}};
    CHECK(chart(spans, 200 * second, 69, false) ==
          "NAME      START     READY     TOOK   |\n"
          "net       1.000     2.000    1.000   |==========\n"
          "bad       2.000    failed            |          ====================\n"
          "web       2.000     4.000    2.000   |          ====================\n"
          "again     3.000     3.000    0.000   | started 4 times\n"
          "      seconds since the kernel's start\n"
          "1 later starts are not shown (--all)\n");
    CHECK(chart(spans, 200 * second, 69, true).find("late") != std::string::npos);
    CHECK(chart({}, 0, 80, false).starts_with("NAME"));
}
