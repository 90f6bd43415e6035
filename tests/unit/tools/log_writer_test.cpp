#include "base/sys.hpp"
#include "tests/unit/tools/scratch.hpp"
#include "tools/log/files.hpp"
#include "tools/log/lines.hpp"
#include "tools/log/writer.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

using hob::base::Wall;
using hob::log::Limits;
using hob::log::Piece;
using hob::log::Splitter;
using hob::log::stamp_size;
using hob::log::WriteBuffer;
using hob::log::Writer;
using hob::test::read_all;
using hob::test::Scratch;
using hob::test::write_all;

namespace {

constexpr Wall now{1'795'176'395'000'000'000};

// A log of the service "web" in a directory of its own.
struct Log {
    explicit Log(Limits given = {}) : limits{given} { reopen(); }

    // A new logger, as after a kill.
    void reopen() {
        splitter = {};
        writer = std::make_unique<Writer>(buffer, root, "web", limits);
    }
    void write(std::string_view bytes, Wall when = now) {
        if (writer->prepare(when)) splitter.expect_rest();
        for (Piece piece; splitter.next(bytes, piece);) {
            if (piece.begins != '\0') writer->begin(piece.begins, when, piece.text.size());
            writer->text(piece.text);
            if (piece.ends) writer->end();
        }
        writer->flush();
    }
    std::vector<std::string> files() const {
        std::vector<std::string> names;
        if (!std::filesystem::exists(root + "/web")) return names;
        for (const auto& entry : std::filesystem::directory_iterator{root + "/web"})
            names.push_back(entry.path().filename());
        std::ranges::sort(names);
        return names;
    }
    std::string file(const std::string& name) const { return read_all(root + "/web/" + name); }
    std::string current() const { return file("current"); }
    // All files, oldest first.
    std::string all() const {
        std::string bytes;
        for (const auto& name : files()) bytes += file(name);
        return bytes;
    }

    Scratch scratch;
    std::string root = scratch / "log";
    WriteBuffer buffer;
    Limits limits;
    Splitter splitter;
    std::unique_ptr<Writer> writer;
};

// The marks and texts, one a line.
std::string without_stamps(std::string_view log) {
    std::string bytes;
    while (!log.empty()) {
        const auto end = std::min(log.find('\n'), log.size() - 1) + 1;
        bytes += log.substr(0, end).substr(std::min(stamp_size, end));
        log.remove_prefix(end);
    }
    return bytes;
}

// Fails calls of one name from the Nth on.
struct Fault {
    Fault(const char* name, int code, int after = 0) {
        call = name, error = code, left = after;
        hob::base::sys::fault_hook = [](const char* what) noexcept {
            return std::strcmp(what, call) == 0 && left-- <= 0 ? error : 0;
        };
    }
    ~Fault() { hob::base::sys::fault_hook = nullptr; }
    static inline const char* call = "";
    static inline int error = 0, left = 0;
};

}  // namespace

TEST_CASE("a log is made with its directory when the first byte comes") {
    Log log;
    CHECK(log.files().empty());
    log.write("hello\n");
    CHECK(log.current() == "2026-11-20T12:06:35.000000000Z hello\n");
}

TEST_CASE("lines of one moment get stamps that grow") {
    Log log;
    log.write("a\nb\n");
    log.write("c\n");
    CHECK(log.current() ==
          "2026-11-20T12:06:35.000000000Z a\n"
          "2026-11-20T12:06:35.000000001Z b\n"
          "2026-11-20T12:06:35.000000002Z c\n");
}

TEST_CASE("a clock that was set back is followed") {
    Log log;
    log.write("a\n");
    log.write("b\n", Wall{now.ns - 3'600'000'000'000});
    CHECK(log.current().substr(stamp_size + 3) == "2026-11-20T11:06:35.000000000Z b\n");
}

TEST_CASE("rotation loses nothing at any limit and any size of read") {
    std::string input;
    for (int i = 0; i < 60; ++i)
        input += std::string(static_cast<std::size_t>(i * 7 % 40), 'x') + std::to_string(i) + "\n";
    for (std::uint64_t limit = 1; limit < 400; limit += 3) {
        Log log{Limits{.size = limit, .keep = 1000}};
        const std::size_t read = 1 + limit % 37;
        for (std::size_t at = 0; at < input.size(); at += read)
            log.write(std::string_view{input}.substr(at, read));
        std::string expected;
        for (std::size_t at = 0; at < input.size();) {
            const auto end = input.find('\n', at) + 1;
            expected += " " + input.substr(at, end - at);
            at = end;
        }
        CHECK(without_stamps(log.all()) == expected);
        CHECK(log.files().size() > 2);
        for (const auto& name : log.files()) CHECK(log.file(name).size() <= limit + stamp_size + 2 + 42);
    }
}

TEST_CASE("only so many rotated files are kept, the newest") {
    Log log{Limits{.size = 1, .keep = 3}};
    for (int i = 0; i < 10; ++i) log.write(std::to_string(i) + "\n");
    CHECK(log.files().size() == 4);
    CHECK(without_stamps(log.all()) == " 6\n 7\n 8\n 9\n");
}

TEST_CASE("labels of rotated files grow although the clock is set back") {
    Log log{Limits{.size = 1, .keep = 100}};
    for (int i = 0; i < 5; ++i) log.write(std::to_string(i) + "\n", Wall{now.ns - i * 3'600'000'000'000});
    CHECK(without_stamps(log.all()) == " 0\n 1\n 2\n 3\n 4\n");
}

TEST_CASE("a new logger appends") {
    Log log;
    log.write("one\n");
    log.reopen();
    log.write("two\n");
    CHECK(without_stamps(log.current()) == " one\n two\n");
}

TEST_CASE("a line cut off by a kill is ended, told, and what follows is its rest") {
    Log log;
    log.write("half a li");
    log.reopen();
    log.write("ne\nnext\n");
    CHECK(without_stamps(log.current()) ==
          " half a li\n!hob-log was ended in the middle of the line above\n+ne\n next\n");
}

TEST_CASE("a log moved away is begun anew") {
    Log log{Limits{.size = 40, .keep = 10}};
    log.write("one\n");
    std::filesystem::rename(log.root + "/web/current", log.root + "/web/mine");
    log.write("two\n");
    CHECK(without_stamps(log.file("mine")) == " one\n");
    CHECK(without_stamps(log.current()) == " two\n");
}

TEST_CASE("a FIFO in place of a log file is refused and does not block") {
    Log log;
    std::filesystem::create_directories(log.root + "/web");
    REQUIRE(::mkfifo((log.root + "/web/current").c_str(), 0600) == 0);
    log.write("one\n");
    CHECK(log.writer->behind());
    const auto* error = log.writer->complaint();
    REQUIRE(error != nullptr);
    CHECK(error->code == EINVAL);
}

TEST_CASE("what a full disk refuses is written when there is room again, in order") {
    Log log;
    log.write("one\n");
    {
        const Fault full{"write", ENOSPC};
        log.write("two\nhal");
        log.write("f\n");
        CHECK(log.writer->behind());
        CHECK_FALSE(log.writer->retry(now));
        const auto* error = log.writer->complaint();
        REQUIRE(error != nullptr);
        CHECK(error->code == ENOSPC);
        CHECK(log.writer->complaint() == nullptr);  // told once
    }
    log.write("three\n");
    CHECK(log.writer->retry(now));
    CHECK_FALSE(log.writer->behind());
    const auto* error = log.writer->complaint();
    REQUIRE(error != nullptr);
    CHECK(error->code == 0);
    log.write("four\n");
    CHECK(without_stamps(log.current()) == " one\n two\n half\n three\n four\n");
}

TEST_CASE("a directory that cannot be made is tried again") {
    Log log;
    {
        const Fault read_only{"mkdirat", EROFS};
        log.write("one\n");
        CHECK_FALSE(log.writer->retry(now));
    }
    CHECK(log.writer->retry(now));
    log.write("two\n");
    CHECK(without_stamps(log.current()) == " one\n two\n");
}

TEST_CASE("the oldest lines go when memory is full too, and the log says how many") {
    Log log;
    log.write("first\n");
    log.write("begun");
    constexpr int count = 10'000;
    {
        const Fault full{"write", ENOSPC};
        log.write("\n");
        for (int i = 0; i < count; ++i) log.write("line " + std::to_string(i) + "\n");
    }
    REQUIRE(log.writer->retry(now));
    const std::string text = without_stamps(log.current());
    CHECK(text.starts_with(" first\n begun\n!hob-log dropped "));
    CHECK(text.ends_with(" line 9999\n"));
    const auto dropped = std::stoi(text.substr(text.find("dropped ") + 8));
    const auto lines = std::ranges::count(text, '\n') - 3;  // first, begun, the note
    CHECK(dropped - 1 + lines == count);                    // the end of "begun" counts as one
    CHECK(log.current().size() < hob::log::Ring::capacity + 512);
}

TEST_CASE("a rotation that fails goes on with the old file and is told") {
    for (const char* call : {"renameat", "fsync"}) {
        Log log{Limits{.size = 40, .keep = 10}};
        log.write("one\n");
        {
            const Fault broken{call, EIO};
            log.write("two\n");
            CHECK(without_stamps(log.current()) == " one\n two\n");
            const auto* error = log.writer->complaint();
            REQUIRE(error != nullptr);
            CHECK(error->code == EIO);
        }
        for (int i = 0; i < 3; ++i) log.write("more\n");
        CHECK(log.files().size() > 1);
        CHECK(without_stamps(log.all()) == " one\n two\n more\n more\n more\n");
    }
}

TEST_CASE("a logger that cannot begin a new file after a rotation keeps the lines") {
    Log log{Limits{.size = 40, .keep = 10}};
    log.write("one\n");
    {
        const Fault broken{"openat", EMFILE, 1};  // the directory opens, the new file does not
        log.write("two\n");
        CHECK(log.writer->behind());
    }
    CHECK(log.writer->retry(now));
    CHECK(without_stamps(log.all()) == " one\n two\n");
}
