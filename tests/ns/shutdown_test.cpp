// hob-shutdown in a user namespace of its own, where nothing of it can reach the machine.
#include "base/options.hpp"
#include "init/devices.hpp"
#include "tests/ns/namespace.hpp"

#include <cstdio>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace hob::tests;  // NOLINT(google-build-using-namespace): the subject

namespace {

// A shell that is PID 1 and becomes hob-shutdown.
Namespace::Options becoming(const std::string& before) {
    return {.command = {"/bin/sh", "-c", before + "; exec " + program("hob-shutdown") + " poweroff"},
            .env = {{"PATH", "/usr/bin:/bin"}},
            .user = true};
}
std::chrono::milliseconds since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
}

// The points of /proc/self/mountinfo below `top`, a line each.
std::string mounts_below(const std::string& top) {
    std::ifstream file{"/proc/self/mountinfo"};
    std::string all, word;
    for (std::string line; std::getline(file, line);) {
        std::istringstream fields{line};
        for (int i = 0; i < 5; ++i) fields >> word;
        if (word.starts_with(top)) all += word + "\n";
    }
    return all;
}
void mount_at(const std::string& path) {
    ::mkdir(path.c_str(), 0755);
    if (::mount("tmpfs", path.c_str(), "tmpfs", 0, nullptr) < 0) std::perror(path.c_str());
}

}  // namespace

TEST_CASE(
    "all processes get TERM and CONT, also stopped and orphaned ones, and it waits just until they are "
    "gone") {
    const auto start = std::chrono::steady_clock::now();
    Namespace ns{becoming(R"(
        (trap 'echo first got TERM; exit' TERM; echo 1; while :; do sleep 0.05; done) &
        setsid sh -c '(trap "echo orphan got TERM; exit" TERM; echo 2; while :; do sleep 0.05; done) &' &
        (trap 'echo stopped got TERM; exit' TERM; kill -STOP $(exec sh -c 'echo $PPID'); while :; do sleep 0.05; done) &
        until grep -q 'State:.T' /proc/[0-9]*/status; do sleep 0.05; done; sleep 0.3)")};
    const auto status = ns.wait_exit();
    INFO(ns.output());
    REQUIRE(status);
    CHECK(WIFEXITED(*status));
    CHECK(WEXITSTATUS(*status) == 0);
    CHECK(ns.output().find("hob-shutdown: ending processes\n") != std::string::npos);
    for (const char* const who : {"first", "orphan", "stopped"})
        CHECK(ns.output().find(std::string{who} + " got TERM\n") != std::string::npos);
    CHECK(since(start) < 4s);                                    // not the five seconds it would give them
    CHECK(ns.output().find("unmounting") == std::string::npos);  // this is no machine
}

TEST_CASE("a process that ignores TERM is killed") {
    Namespace ns{becoming("(trap '' TERM; echo here; while :; do sleep 0.05; done) & sleep 0.2")};
    const auto status = ns.wait_exit();
    REQUIRE(status);
    CHECK(WEXITSTATUS(*status) == 0);
    CHECK(ns.output().find("some processes ignore TERM; killing them\n") != std::string::npos);
}

TEST_CASE("who is not PID 1, and what is no action, is refused") {
    Namespace ns{{.command = {"/bin/sleep", "100"}, .user = true}};
    for (const Words& words : {Words{"poweroff"}, Words{"kexec"}, Words{}, Words{"halt", "now"}}) {
        Words command{program("hob-shutdown")};
        command.insert(command.end(), words.begin(), words.end());
        CHECK(WEXITSTATUS(ns.run(command).status) == hob::base::exit_usage);
    }
    CHECK(ns.alive());
    CHECK(ns.run({program("hob-shutdown"), "--help"}).ok());
}

TEST_CASE(
    "mounts are undone from the last to the first, with odd names, and what is busy is detached in the end") {
    Namespace ns{{.command = {"/bin/true"}, .user = true, .prepare = [] {
                      mount_at("/run/a");
                      mount_at("/run/a/b");
                      mount_at("/run/a/b/c");
                      mount_at("/run/with space\nand line");
                      mount_at("/run/over");
                      mount_at("/run/over");
                      mount_at("/run/busy");
                      const hob::base::Fd held{::open("/run/busy/file", O_RDWR | O_CREAT, 0600)};
                      for (int passes = 1; hob::init::unmount_pass() != 0; ++passes)
                          std::fprintf(stderr, "pass %d\n", passes);
                      std::fprintf(stderr, "left: %s", mounts_below("/run/").c_str());
                      std::fprintf(stderr, "some: %d\n", hob::init::detach_rest() > 0);
                      std::fprintf(stderr, "then: %s.\n", mounts_below("/run/").c_str());
                      std::fprintf(stderr, "proc: %d\n", mounts_below("/proc").empty());
                  }}};
    const auto status = ns.wait_exit();
    INFO(ns.output());
    REQUIRE(status);
    // One pass sufficed: nothing was tried before what is mounted on it.
    CHECK(ns.output().starts_with("pass 1\nleft: /run/busy\n"));
    CHECK(ns.output().find("some: 1\n") != std::string::npos);
    CHECK(ns.output().find("then: .\n") != std::string::npos);
    CHECK(ns.output().find("hob-init: still busy, detached: /run/busy\n") != std::string::npos);
    CHECK(ns.output().find("proc: 0\n") != std::string::npos);
}
