#include "tests/unit/tools/scratch.hpp"
#include "tools/hob/log_merge.hpp"
#include "tools/hob/log_reader.hpp"
#include "tools/log/files.hpp"
#include "tools/log/stamp.hpp"

#include <string>

#include <catch2/catch.hpp>

using hob::base::Wall;
using hob::test::Scratch;
using hob::tools::LogLine;
using hob::tools::LogMerge;
using hob::tools::LogReader;

namespace {

std::string stamp(std::int64_t ns) {
    std::string text(hob::log::stamp_size, '?');
    hob::log::write_stamp(text.data(), Wall{ns});
    return text;
}
std::string line(std::int64_t ns, const std::string& text) { return stamp(ns) + " " + text + "\n"; }
std::string rotated(std::int64_t ns) {
    std::string text(hob::log::label_size, '?');
    hob::log::write_label(text.data(), Wall{ns});
    return text + ".s";
}
std::string rest(LogReader& reader) {
    std::string all;
    for (LogLine l; reader.next(l);) all += std::string{l.text} + (l.whole ? "\n" : "~\n");
    return all;
}

}  // namespace

TEST_CASE("a log is read across its files in order") {
    const Scratch root;
    hob::test::write_all(root / ("web/" + rotated(20)), line(11, "c") + line(12, "d"));
    hob::test::write_all(root / ("web/" + rotated(10)), line(1, "a") + line(2, "b"));
    hob::test::write_all(root / "web/current", line(21, "e") + stamp(22) + " half");
    hob::test::write_all(root / "web/notes", "not a log\n");
    auto reader = LogReader::open(root.path(), "web").value();
    CHECK(rest(reader) == "a\nb\nc\nd\ne\nhalf~\n");
    CHECK_FALSE(LogReader::open(root.path(), "none").value().exists());
}

TEST_CASE("the last lines are found across files, whatever their number and length") {
    const Scratch root;
    std::vector<std::string> lines;
    std::string older, newer;
    for (int i = 0; i < 300; ++i) {
        lines.push_back(std::to_string(i) + std::string(static_cast<std::size_t>(i * 37 % 400), 'x'));
        (i < 150 ? older : newer) += line(i, lines.back());
    }
    hob::test::write_all(root / ("web/" + rotated(150)), older);
    hob::test::write_all(root / "web/current", newer);
    for (const std::size_t count : {0UL, 1UL, 2UL, 149UL, 150UL, 151UL, 299UL, 300UL, 301UL, 1000UL}) {
        auto reader = LogReader::open(root.path(), "web").value();
        const std::size_t there = std::min<std::size_t>(count, 300);
        CHECK(reader.keep_last(count) == there);
        std::string expected;
        for (std::size_t i = 300 - there; i < 300; ++i) expected += lines[i] + "\n";
        CHECK(rest(reader) == expected);
    }
}

TEST_CASE("a last line without its end counts as one") {
    const Scratch root;
    hob::test::write_all(root / "web/current", line(1, "a") + line(2, "b") + stamp(3) + " half");
    auto reader = LogReader::open(root.path(), "web").value();
    CHECK(reader.keep_last(2) == 2);
    CHECK(rest(reader) == "b\nhalf~\n");
}

TEST_CASE("a rotation after opening neither loses nor repeats a line") {
    const Scratch root;
    hob::test::write_all(root / "web/current", line(1, "a") + line(2, "b"));
    auto before = LogReader::open(root.path(), "web").value();
    std::filesystem::rename(root / "web/current", root / ("web/" + rotated(3)));
    hob::test::write_all(root / "web/current", line(4, "c"));
    CHECK(rest(before) == "a\nb\n");
    auto after = LogReader::open(root.path(), "web").value();
    CHECK(rest(after) == "a\nb\nc\n");
}

TEST_CASE("bytes that are no log line are shown, with the time before them") {
    const Scratch root;
    hob::test::write_all(root / "web/current",
                         line(5, "a") + "garbage\n" + std::string(100'000, 'x') + "\n" + line(6, "b"));
    auto reader = LogReader::open(root.path(), "web").value();
    LogLine l;
    REQUIRE(reader.next(l));
    REQUIRE(reader.next(l));
    CHECK(l.text == "garbage");
    CHECK(l.when == Wall{5});
    std::size_t size = 0;
    while (reader.next(l) && l.text != "b") size += l.text.size();
    CHECK(size == 100'000);
    CHECK(l.text == "b");
}

TEST_CASE("logs are merged by time, and the order within one is kept") {
    const Scratch root;
    hob::test::write_all(root / "a/current",
                         line(1, "1") + line(5, "5") + line(3, "3 by a clock set back") + line(9, "9"));
    hob::test::write_all(root / "b/current", line(2, "2") + line(5, "5 too") + line(6, "6"));
    hob::test::write_all(root / "c/current", "");
    const auto merged = [&](std::uint64_t last) {
        LogMerge merge;
        for (const char* name : {"a", "b", "c", "none"}) REQUIRE(merge.add(root.path(), name));
        if (last != 0) merge.keep_last(last);
        std::string all;
        std::string_view name;
        for (LogLine l; merge.next(l, name);) all += std::string{name} + " " + std::string{l.text} + "\n";
        return all;
    };
    CHECK(merged(0) == "a 1\nb 2\na 5\na 3 by a clock set back\nb 5 too\nb 6\na 9\n");
    CHECK(merged(3) == "b 5 too\nb 6\na 9\n");
    CHECK(merged(100) == merged(0));
}
