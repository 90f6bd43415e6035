#include "tests/ns/namespace.hpp"

#include <csignal>

#include <catch2/catch.hpp>
#include <sys/wait.h>
#include <unistd.h>

using namespace hob::tests;  // NOLINT(google-build-using-namespace): the subject

namespace {
Namespace::Options shell(std::string script, bool user = false) {
    return {
        .command = {"/bin/sh", "-c", std::move(script)}, .env = {{"PATH", "/usr/bin:/bin"}}, .user = user};
}
}  // namespace

TEST_CASE("a program runs as PID 1 and its output and exit code are seen") {
    for (const bool user : {false, true}) {
        Namespace ns{shell("echo pid $$; exit 7", user)};
        const auto status = ns.wait_exit();
        INFO(ns.output());
        REQUIRE(status);
        CHECK(WEXITSTATUS(*status) == 7);
        CHECK(ns.output() == "pid 1\n");
    }
}

TEST_CASE("the program can be kept from being PID 1") {
    auto options = shell("echo pid $$; exit 3");
    options.pid = false;
    Namespace ns{std::move(options)};
    const auto status = ns.wait_exit();
    REQUIRE(status);
    CHECK(WEXITSTATUS(*status) == 3);
    CHECK(ns.output() == "pid 2\n");
}

TEST_CASE("commands run inside and see the inside") {
    Namespace ns{shell("echo here > /run/file; echo ready; exec sleep 100")};
    REQUIRE(ns.wait_output("ready"));
    const auto seen = ns.run({"/bin/cat", "/run/file", "/proc/1/comm"});
    CHECK(seen.output == "here\nsleep\n");
    CHECK(seen.ok());
    CHECK(WEXITSTATUS(ns.run({"/bin/sh", "-c", "exit 5"}).status) == 5);
    CHECK(ns.run({"/bin/sleep", "100"}, 50ms).status == -1);
    CHECK(::access(ns.outside("/run/file").c_str(), F_OK) == 0);
}

TEST_CASE("what could touch the machine is out of reach") {
    Namespace ns{shell("echo ready; exec sleep 100")};
    REQUIRE(ns.wait_output("ready"));
    // SYS_MODULE 16, SYS_RAWIO 17, SYS_BOOT 22, SYS_TIME 25
    const auto bounding = std::stoull(status_field(ns.pid(), "CapBnd"), nullptr, 16);
    CHECK((bounding & (1ULL << 16 | 1ULL << 17 | 1ULL << 22 | 1ULL << 25)) == 0);
    CHECK_FALSE(ns.run({"/bin/sh", "-c", "echo x > /proc/sysrq-trigger"}).ok());
    CHECK_FALSE(ns.run({"/bin/sh", "-c", "echo 1 > /proc/sys/kernel/panic"}).ok());
    CHECK_FALSE(ns.run({"/bin/sh", "-c", "ls /dev/vd* /dev/sd* /dev/loop* 2>&1"}).ok());
}

TEST_CASE("nothing inside outlives the object") {
    pid_t inner = 0;
    {
        Namespace ns{shell("sleep 100 & echo ready; wait")};
        REQUIRE(ns.wait_output("ready"));
        inner = ns.pid();
    }
    CHECK(::kill(inner, 0) < 0);
}
