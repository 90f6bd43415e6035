#include "init/cmdline.hpp"

#include <string>

#include <catch2/catch.hpp>

using hob::init::BootWords;
using hob::init::CmdlineReader;

namespace {

struct Found {
    std::string up;
    long long timeout_s;
    bool shell;
};
// Fed in pieces of `piece` bytes: the result may not depend on how the line arrives.
Found read(std::string_view line, std::size_t piece) {
    BootWords words;
    CmdlineReader reader{&words};
    for (std::size_t at = 0; at < line.size(); at += piece) reader.feed(line.substr(at, piece));
    reader.finish();
    return {std::string{words.up.view()}, words.timeout.count / 1'000'000'000, words.shell};
}
Found read(std::string_view line) {
    const Found whole = read(line, line.size() + 1), bytes = read(line, 1);
    CHECK(whole.up == bytes.up);
    CHECK(whole.timeout_s == bytes.timeout_s);
    CHECK(whole.shell == bytes.shell);
    return whole;
}

}  // namespace

TEST_CASE("the words for hob are found among the others") {
    const auto found =
        read("BOOT_IMAGE=/vmlinuz root=/dev/vda1 ro quiet hob.up=rescue hob.timeout=90 hob.shell single\n");
    CHECK(found.up == "rescue");
    CHECK(found.timeout_s == 90);
    CHECK(found.shell);
}

TEST_CASE("nothing for hob means the defaults") {
    for (const char* const line :
         {"", "\n", "   ", "up=x xhob.up=y hob hob. hob.up.x=1 HOB.up=z nohob.shell"}) {
        const auto found = read(line);
        CHECK(found.up.empty());
        CHECK(found.timeout_s == 0);
        CHECK_FALSE(found.shell);
    }
}

TEST_CASE("the last of several words counts") {
    CHECK(read("hob.up=one hob.up=two").up == "two");
    CHECK(read("hob.timeout=5 hob.timeout=7").timeout_s == 7);
}

TEST_CASE("quotes are taken off as the kernel does") {
    CHECK(read("hob.up=\"rescue\"").up == "rescue");
    CHECK(read("\"hob.up=rescue\"").up == "rescue");
    CHECK(read("x=\"a hob.up=no b\" hob.up=yes").up == "yes");
    CHECK(read("x=\"never closed hob.up=no").up.empty());
    CHECK(read("hob.up=\"two words\"").up == "two words");
}

TEST_CASE("words behind -- are init's and not looked at") {
    CHECK(read("quiet -- hob.up=no").up.empty());
    CHECK(read("\"--\" hob.up=no").up.empty());
    CHECK(read("--x hob.up=yes").up == "yes");
}

TEST_CASE("a word that makes no sense changes nothing") {
    const auto found = read(
        "hob.up=default hob.up= hob.timeout=60 hob.timeout=never hob.timeout=0 hob.timeout= "
        "hob.timeout=1m hob.timeout=99999999999999999999 hob.timeout=-1 hob.shell=no");
    CHECK(found.up == "default");
    CHECK(found.timeout_s == 60);
    CHECK_FALSE(found.shell);
}

TEST_CASE("a word too long to be ours is none of ours") {
    const auto found =
        read("hob.up=" + std::string(4000, 'a') + " hob.up=b x=" + std::string(70'000, 'c') + " hob.shell");
    CHECK(found.up == "b");
    CHECK(found.shell);
}
