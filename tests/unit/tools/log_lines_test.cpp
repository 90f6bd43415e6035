#include "tools/log/lines.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include <catch2/catch.hpp>

using hob::log::line_max;
using hob::log::Piece;
using hob::log::Splitter;

namespace {

// What a log would hold: a mark, text and a newline for each line.
std::string split(Splitter& splitter, std::string_view bytes) {
    std::string log;
    for (Piece piece; splitter.next(bytes, piece);) {
        if (piece.begins != '\0') log += piece.begins;
        log += piece.text;
        if (piece.ends) log += '\n';
    }
    return log;
}

// What a service wrote, out of such a log.
std::string join(std::string_view log) {
    std::string bytes;
    while (!log.empty()) {
        const auto end = std::min(log.find('\n'), log.size());
        if (log[0] == hob::log::mark_rest && !bytes.empty()) bytes.pop_back();
        bytes += log.substr(1, end - 1);
        if (end != log.size()) bytes += '\n';
        log.remove_prefix(std::min(end + 1, log.size()));
    }
    return bytes;
}

}  // namespace

TEST_CASE("lines are cut at newlines, empty ones too") {
    Splitter splitter;
    CHECK(split(splitter, "one\n\ntwo\n") == " one\n \n two\n");
    CHECK_FALSE(splitter.inside());
}

TEST_CASE("a line that arrives in pieces begins once and ends once") {
    Splitter splitter;
    CHECK(split(splitter, "be") == " be");
    CHECK(splitter.inside());
    CHECK(splitter.length() == 2);
    CHECK(split(splitter, "gin") == "gin");
    CHECK(split(splitter, "\n") == "\n");
    CHECK_FALSE(splitter.inside());
}

TEST_CASE("a line of exactly the limit is not cut") {
    Splitter splitter;
    const std::string line(line_max, 'x');
    CHECK(split(splitter, line + "\nnext\n") == " " + line + "\n next\n");
}

TEST_CASE("a line one byte too long goes on in a marked line") {
    Splitter splitter;
    const std::string line(line_max, 'x');
    CHECK(split(splitter, line + "y\nnext\n") == " " + line + "\n+y\n next\n");
}

TEST_CASE("every byte comes out again, wherever the reads fall and however long the lines are") {
    const std::size_t sizes[] = {0, 1, line_max - 1, line_max, line_max + 1, 3 * line_max, 7};
    std::string bytes;
    for (const std::size_t size : sizes)
        bytes += std::string(size, static_cast<char>('a' + size % 26)) + "\n";
    const std::size_t reads[] = {1, 7, line_max - 1, line_max, line_max + 1, bytes.size()};
    for (const std::size_t read : reads) {
        Splitter splitter;
        std::string log;
        for (std::size_t at = 0; at < bytes.size(); at += read)
            log += split(splitter, std::string_view{bytes}.substr(at, read));
        CHECK(join(log) == bytes);
    }
}

TEST_CASE("NUL and bytes that are no text pass unchanged") {
    Splitter splitter;
    const std::string bytes{"a\0\xff\x1b[31m\n", 9};
    CHECK(split(splitter, bytes) == " " + bytes);
}

TEST_CASE("the rest of a line that somebody else ended is marked") {
    Splitter splitter;
    splitter.expect_rest();
    CHECK(split(splitter, "rest\nline\n") == "+rest\n line\n");
}
