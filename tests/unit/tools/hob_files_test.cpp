// What hob writes: the overlay, the directory of `hob run`.
#include "base/sys.hpp"
#include "tests/unit/tools/scratch.hpp"
#include "tools/hob/overlay.hpp"
#include "tools/hob/run_directory.hpp"

#include <cerrno>
#include <cstring>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace sys = hob::base::sys;
using hob::test::read_all;
using hob::test::Scratch;
using hob::test::write_all;
using hob::tools::RunDirectory;

TEST_CASE("a decision is one word in a file of its own, and can be taken back") {
    const Scratch lib;
    REQUIRE(hob::tools::write_overlay(lib.path(), "web", "disabled"));
    CHECK(read_all(lib / "overlay/web") == "disabled\n");
    REQUIRE(hob::tools::write_overlay(lib.path(), "web", "masked"));
    CHECK(read_all(lib / "overlay/web") == "masked\n");
    REQUIRE(hob::tools::remove_overlay(lib.path(), "web"));
    CHECK(std::filesystem::is_empty(lib / "overlay"));
    REQUIRE(hob::tools::remove_overlay(lib.path(), "web"));
    REQUIRE(hob::tools::remove_overlay(lib / "nowhere", "web"));
}

TEST_CASE("whichever call fails, the old decision or the new one is there, and nothing else") {
    const Scratch lib;
    REQUIRE(hob::tools::write_overlay(lib.path(), "web", "disabled"));
    static int left = 0;
    int failures = 0;
    for (int nth = 0; nth < 100; ++nth) {
        left = nth;
        sys::fault_hook = [](const char*) noexcept { return left-- == 0 ? EIO : 0; };
        const auto wrote = hob::tools::write_overlay(lib.path(), "web", "masked");
        sys::fault_hook = nullptr;
        if (wrote) break;
        ++failures;
        const std::string word = read_all(lib / "overlay/web");
        CHECK((word == "disabled\n" || word == "masked\n"));
        for (const auto& entry : std::filesystem::directory_iterator{lib / "overlay"})
            CHECK(entry.path().filename() == "web");
        REQUIRE(hob::tools::write_overlay(lib.path(), "web", "disabled"));
    }
    CHECK(failures > 4);
}

TEST_CASE("what a tree has left is removed, its state and logs are kept") {
    const Scratch run;
    for (const char* file : {"table", "db", "sock/rc", "notify/3", "service/web/supervise/status",
                             "lib/overlay/web", "log/web/current"})
        write_all(run / file, "x");
    std::filesystem::create_symlink("/etc", run / "service/link");
    RunDirectory directory{"hob run"};
    REQUIRE(directory.prepare(run.path().c_str()) == 0);
    for (const char* gone : {"table", "db", "sock", "notify", "service"})
        CHECK_FALSE(std::filesystem::exists(run / gone));
    CHECK(read_all(run / "lib/overlay/web") == "x");
    CHECK(read_all(run / "log/web/current") == "x");
    CHECK(std::filesystem::is_directory(run / "lib/generations"));
    CHECK(std::filesystem::exists("/etc/passwd"));
}

TEST_CASE("a directory whose lock is held is refused and left alone") {
    const Scratch run;
    write_all(run / "table", "x");
    const hob::base::Fd lock{::open((run / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    REQUIRE(::flock(lock.get(), LOCK_EX) == 0);
    RunDirectory directory{"hob run"};
    CHECK(directory.prepare(run.path().c_str()) == 1);
    CHECK(read_all(run / "table") == "x");
}

TEST_CASE("a path that does not fit a socket's address is refused") {
    const Scratch run;
    RunDirectory directory{"hob run"};
    CHECK(directory.prepare((run / std::string(90, 'x')).c_str()) == 1);
}

TEST_CASE("a link is replaced in one step") {
    const Scratch dir;
    REQUIRE(hob::tools::replace_link("one", dir / "current"));
    REQUIRE(hob::tools::replace_link("two", dir / "current"));
    CHECK(std::filesystem::read_symlink(dir / "current") == "two");
    write_all(dir / "from", std::string(100'000, 'y'));
    REQUIRE(hob::tools::copy_file((dir / "from").c_str(), dir / "to"));
    CHECK(read_all(dir / "to") == read_all(dir / "from"));
}
