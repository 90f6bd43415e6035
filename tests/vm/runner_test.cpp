// The runner's own logic: framing, console, QMP, options. No machine is started.
#include "tools/vm/agent.hpp"
#include "tools/vm/console.hpp"
#include "tools/vm/guest.hpp"
#include "tools/vm/options.hpp"
#include "tools/vm/qmp.hpp"

#include <array>
#include <filesystem>

#include <catch2/catch.hpp>

namespace {

namespace vm = hob::vm;

std::optional<vm::Options> parse(std::vector<std::string> words, std::string& complaint) {
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    return vm::parse_options(argv, complaint);
}

}  // namespace

TEST_CASE("a request carries its command in base64, on one line", "[framing]") {
    CHECK(vm::base64({}).empty());
    CHECK(vm::base64("a") == "YQ==");
    CHECK(vm::base64("ab") == "YWI=");
    CHECK(vm::base64("abc") == "YWJj");
    CHECK(vm::base64("\xff\xfe\xfd") == "//79");
    CHECK(vm::request(7, 20, "a\nb") == "run 7 20 YQpi\n");
}

TEST_CASE("answers come out whole however the bytes are cut, with any bytes in them", "[framing]") {
    const std::string stream = std::string{"SeaBIOS\r\n\x01hob-agent ready\n"} +
                               "noise\x01hob-agent 3 1 9\n\x01hob-agen\x01hob-agent 4 0 0\n";
    for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
        vm::FrameReader reader;
        std::vector<vm::Frame> frames;
        for (std::size_t at = 0; at < stream.size(); at += piece) {
            reader.feed(std::string_view{stream}.substr(at, piece));
            while (auto frame = reader.next()) frames.push_back(*frame);
        }
        REQUIRE(frames.size() == 3);
        CHECK(frames[0].ready);
        CHECK(frames[1].id == 3);
        CHECK(frames[1].answer.status == 1);
        CHECK(frames[1].answer.output == "\x01hob-agen");
        CHECK(frames[2].id == 4);
        CHECK(frames[2].answer.output.empty());
    }
}

TEST_CASE("a header with bad numbers is noise", "[framing]") {
    for (const char* header : {"1 0", "1 256 0", "1 0 99999999999", "x 0 0", "1 0 0 0", "1 0 -1", ""}) {
        vm::FrameReader reader;
        reader.feed(std::string{"\x01hob-agent "} + header + "\n\x01hob-agent 9 0 2\nok");
        const auto frame = reader.next();
        REQUIRE(frame);
        CHECK(frame->id == 9);
        CHECK(frame->answer.output == "ok");
    }
}

TEST_CASE("an answer cut off by the agent's death does not swallow its successor", "[framing]") {
    vm::FrameReader reader;
    reader.feed("\x01hob-agent 1 0 1000\nhalf of\x01hob-agent ready\n");
    const auto frame = reader.next();
    REQUIRE(frame);
    CHECK(frame->ready);
    CHECK_FALSE(reader.next());
}

TEST_CASE("the console knows the kernel's last words, and shows its tail without escapes", "[console]") {
    const auto log = std::filesystem::temp_directory_path() / ("hob-console-" + std::to_string(::getpid()));
    {
        vm::Console console{log};
        console.feed("one\r\ntwo\r\n\x1b[6n\x1b[1;31mred\x1b[0m\r\n[    1.2] Kernel panic - not syn");
        CHECK_FALSE(console.fatal());
        console.feed("cing: Attempted to kill init!\r\nlast");
        REQUIRE(console.fatal());
        CHECK(*console.fatal() == "[    1.2] Kernel panic - not syncing: Attempted to kill init!");
        CHECK(console.tail(1) == "last");
        CHECK(console.tail(3).starts_with("red\n"));
        CHECK(console.tail(100).starts_with("one\ntwo\nred\n"));
    }
    std::filesystem::remove(log);
}

TEST_CASE("QMP's first shutdown reason counts, and errors are kept", "[qmp]") {
    vm::QmpReader reader;
    reader.feed(R"({"QMP": {"version": {}}})"
                "\r\n"
                R"({"return": {}})"
                "\r\nnot json\r\n"
                R"({"event": "SHUT)");
    CHECK_FALSE(reader.shutdown_reason());
    reader.feed(R"(DOWN", "data": {"guest": true, "reason": "guest-reset"}})"
                "\r\n");
    reader.feed(R"({"event": "SHUTDOWN", "data": {"reason": "host-signal"}})"
                "\n");
    CHECK(reader.shutdown_reason() == "guest-reset");
    CHECK_FALSE(reader.error());
    reader.feed(R"({"error": {"class": "GenericError", "desc": "no such key"}})"
                "\n");
    CHECK(reader.error() == "no such key");
}

TEST_CASE("a status is read with what it has, and refused when it is none", "[status]") {
    const auto all = vm::parse_status(
        R"({"services":[{"name":"a","type":"longrun","state":"up","pid":7,"reason":null,"wanted":"up"},)"
        R"({"name":"b","state":"failed","reason":"exec: No such file"}]})");
    REQUIRE(all.size() == 2);
    CHECK(all[0].pid == 7);
    CHECK(all[0].reason.empty());
    CHECK(all[1].pid == 0);
    CHECK(all[1].reason == "exec: No such file");
    for (const char* bad : {"", "[]", "{}", R"({"services":3})", R"({"services":[{"pid":1}]})"})
        CHECK_THROWS_AS(vm::parse_status(bad), vm::VmError);
}

TEST_CASE("options: wrong words get one line", "[options]") {
    std::string complaint;
    CHECK_FALSE(parse({}, complaint));
    CHECK_FALSE(parse({"test"}, complaint));
    CHECK(complaint == "--image is missing");
    CHECK_FALSE(parse({"test", "--image"}, complaint));
    CHECK_FALSE(parse({"test", "--nonsense"}, complaint));
    CHECK(complaint == "unknown option '--nonsense'");
    CHECK_FALSE(parse({"test", "--image", "d", "--memory", "12x"}, complaint));
    const auto good = parse({"console", "--image", "d", "--memory", "512", "--no-kvm"}, complaint);
    REQUIRE(good);
    CHECK(good->mode == vm::Mode::console);
    CHECK(good->kvm == vm::Kvm::never);
    CHECK(good->machine.memory == 512);
    CHECK(good->machine.log == "d/console.log");
}
