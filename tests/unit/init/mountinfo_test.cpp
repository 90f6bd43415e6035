#include "init/mountinfo.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace hob::init;  // NOLINT(google-build-using-namespace): the subject

namespace {

// The lines that LineReader makes of `text` when it comes in pieces of `piece` bytes.
std::vector<std::string> lines_of(const std::string& text, std::size_t piece) {
    std::vector<std::string> lines;
    const auto reader = std::make_unique<LineReader>();
    std::size_t at = 0;
    const auto read = [&](std::span<char> room) {
        const std::size_t size = std::min({piece, room.size(), text.size() - at});
        std::memcpy(room.data(), text.data() + at, size);
        at += size;
        return size;
    };
    while (reader->turn(read, [&](std::string_view line) { lines.emplace_back(line); })) {
    }
    return lines;
}
std::string unescaped(std::string_view text) {
    char room[64];
    return unescape(text, room) ? room : "(too long)";
}

}  // namespace

TEST_CASE("fields of a line are found") {
    const std::string_view line =
        "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue";
    CHECK(field(line, mountinfo_point) == "/mnt2");
    CHECK(field(line, 0) == "36");
    CHECK(field(line, 10) == "rw,errors=continue");
    CHECK(field(line, 11).empty());
    CHECK(field("", 0).empty());
    CHECK(field("/dev/vda2                               partition\t1000", swaps_path) == "/dev/vda2");
}

TEST_CASE("escapes are undone, and only escapes") {
    CHECK(unescaped("/mnt/a\\040b\\011c\\012d\\134e") == "/mnt/a b\tc\nd\\e");
    CHECK(unescaped("\\04") == "\\04");
    CHECK(unescaped("\\089") == "\\089");
    CHECK(unescaped("").empty());
    CHECK(unescaped(std::string(63, 'x')) == std::string(63, 'x'));
    CHECK(unescaped(std::string(64, 'x')) == "(too long)");
}

TEST_CASE("lines are the same however they arrive, and one that is too long is left out") {
    const std::string text =
        "one\n\ntwo two\n" + std::string(10'000, 'x') + "\nthree\n" + std::string(6'000, 'y') + "\nrest";
    for (const std::size_t piece : {1UL, 2UL, 7UL, 4096UL, 100'000UL}) {
        const auto lines = lines_of(text, piece);
        INFO(piece);
        CHECK(lines == std::vector<std::string>{"one", "", "two two", "three", std::string(6'000, 'y')});
    }
}

TEST_CASE("what is needed to the end stays") {
    for (const char* const point : {"/", "/run", "/proc", "/sys", "/dev", "/dev/shm", "/sys/fs/cgroup"})
        CHECK(stays(point));
    for (const char* const point : {"/home", "/run/media", "/device", "/procs", "/mnt/dev", "/systems"})
        CHECK_FALSE(stays(point));
}

TEST_CASE("paths come back latest first, and the latest are those that are kept") {
    const auto paths = std::make_unique<LatestPaths>();
    CHECK(paths->pop() == nullptr);
    paths->add("/a");
    paths->add("/a/b\\040c");
    CHECK(paths->pop() == std::string{"/a/b c"});
    paths->add("/d");
    CHECK(paths->pop() == std::string{"/d"});
    CHECK(paths->pop() == std::string{"/a"});
    CHECK(paths->pop() == nullptr);
    for (int i = 0; i < 100'000; ++i) paths->add("/mnt/" + std::to_string(i));
    int next = 99'999;
    for (const char* path = nullptr; (path = paths->pop()) != nullptr; --next)
        REQUIRE(path == "/mnt/" + std::to_string(next));
    CHECK(next < 99'999 - 100);
    paths->add(std::string(70'000, 'x'));  // no path: left out
    CHECK(paths->pop() == nullptr);
}
