// The front command against a live tree: what it does when others are killed, interrupted, or not there.
#include "tests/ns/tree.hpp"

#include <algorithm>

#include <catch2/catch.hpp>
#include <sys/wait.h>

using namespace hob::tests;  // NOLINT(google-build-using-namespace): the subject

namespace {

// `echo` prints what is written to /run/fifo; `slow` is ready when somebody writes to /run/go.
Tree::Files services() {
    return {{"echo/service.toml", ""},
            {"echo/run", "#!/bin/sh\nmkfifo /run/fifo 2>/dev/null\necho begun\nexec cat <>/run/fifo\n"},
            {"slow/service.toml", "ready = \"fd:3\"\n"},
            {"slow/run",
             "#!/bin/sh\nmkfifo /run/go 2>/dev/null\nread line <>/run/go\necho >&3\nexec sleep 1000\n"},
            {"default/service.toml", "type = \"bundle\"\ncontents = [\"echo\"]\n"}};
}

int code(const Outcome& outcome) { return WIFEXITED(outcome.status) ? WEXITSTATUS(outcome.status) : -1; }
bool has(const Outcome& outcome, std::string_view text) {
    return outcome.output.find(text) != std::string::npos;
}

// The command in the background, its output in /run/NAME.out, its exit code then in /run/NAME.code.
void begin(Tree& tree, const std::string& name, const std::string& words) {
    const std::string out = "/run/" + name;
    REQUIRE(tree.shell("{ HOB_RUN=" + tree.path("run") + " " + tree.path("bin") + "/hob " + words +
                       "; echo $? >" + out + ".code; } >" + out + ".out 2>&1 </dev/null &")
                .ok());
}
bool wait_file(Tree& tree, const std::string& file, const std::string& text) {
    return tree.inside().wait_until([&] { return has(tree.shell("cat /run/" + file), text); });
}
void print(Tree& tree, const std::string& text) { REQUIRE(tree.shell("echo " + text + " >/run/fifo").ok()); }

}  // namespace

TEST_CASE("following a log survives the logger, and shows each line once") {
    Tree tree{services()};
    INFO(tree.inside().output());
    REQUIRE(tree.wait_state("default", "up"));
    begin(tree, "follow", "log -f echo");
    REQUIRE(wait_file(tree, "follow.out", "begun"));
    std::string expected = "begun ";
    for (int round = 0; round < 4; ++round) {
        const std::string line = "line-" + std::to_string(round);
        if (round % 2 == 1) REQUIRE(tree.kill_all("hob-log"));
        print(tree, line);
        REQUIRE(wait_file(tree, "follow.out", line));
        expected += line + " ";
    }
    const auto shown = tree.shell("grep -o 'Z [a-z0-9-]*$' /run/follow.out | cut -c3- | tr '\\n' ' '");
    CHECK(shown.output == expected);
    const auto log = tree.hob({"log", "-n", "2", "echo"});
    CHECK(has(log, "line-3"));
    CHECK_FALSE(has(log, "line-1"));
}

TEST_CASE("an engine killed while hob up waits is asked again") {
    Tree tree{services()};
    REQUIRE(tree.wait_state("default", "up"));
    begin(tree, "up", "up slow");
    REQUIRE(tree.wait_state("slow", "starting"));
    REQUIRE(tree.kill_all("hob-rc"));
    REQUIRE(tree.shell("echo >/run/go").ok());
    const bool good = wait_file(tree, "up.code", "0");
    INFO(tree.shell("cat /run/up.out /run/up.code").output << tree.inside().output());
    CHECK(good);
    CHECK(tree.state("slow") == "up");
}

TEST_CASE("an interrupted hob up says that the change goes on, and it does") {
    Tree tree{services()};
    REQUIRE(tree.wait_state("default", "up"));
    begin(tree, "up", "up slow");
    REQUIRE(tree.wait_state("slow", "starting"));
    REQUIRE(tree.shell("kill -TERM $(pgrep -x hob)").ok());
    CHECK(wait_file(tree, "up.out", "goes on"));
    CHECK(wait_file(tree, "up.code", "143"));
    REQUIRE(tree.shell("echo >/run/go").ok());
    CHECK(tree.wait_state("slow", "up"));
}

TEST_CASE("a stopped engine is said to be absent within seconds") {
    Tree tree{services()};
    REQUIRE(tree.wait_state("default", "up"));
    REQUIRE(tree.shell("kill -STOP $(pgrep -x hob-rc)").ok());
    for (const Words& words :
         {Words{"up", "echo"}, Words{"up", "--timeout", "1s", "slow"}, Words{"why", "echo"}}) {
        const auto answer = tree.hob(words);
        INFO(words[0] << ": " << answer.output);
        CHECK(code(answer) == 111);
        CHECK(has(answer, "no engine answers"));
    }
    REQUIRE(tree.shell("kill -CONT $(pgrep -x hob-rc)").ok());
    CHECK(tree.hob({"up", "echo"}).ok());
}

TEST_CASE("hob up gives up at its timeout and says what is missing") {
    Tree tree{services()};
    REQUIRE(tree.wait_state("default", "up"));
    const auto up = tree.hob({"up", "--timeout", "50ms", "slow"});
    INFO(up.output);
    CHECK(code(up) == 1);
    CHECK(has(up, "slow"));
    CHECK(tree.state("slow") == "starting");
}

TEST_CASE("names that are not known are answered with the nearest one") {
    Tree tree{services()};
    REQUIRE(tree.wait_state("default", "up"));
    for (const char* command : {"up", "status", "why", "log", "mask"}) {
        const auto answer = tree.hob({command, "ehco"});
        INFO(command << ": " << answer.output);
        CHECK(code(answer) == 1);
        CHECK(has(answer, "did you mean echo?"));
        CHECK(std::ranges::count(answer.output, '\n') == 1);
    }
}

TEST_CASE("status works with scanner and engine stopped, and says when the tree has ended") {
    Tree tree{services()};
    REQUIRE(tree.wait_state("default", "up"));
    REQUIRE(tree.shell("kill -STOP $(pgrep -x hob-rc) $(pgrep -x hob-svscan)").ok());
    const auto status = tree.hob({"status", "echo"});
    CHECK(status.ok());
    CHECK(has(status, "up for"));
    REQUIRE(tree.shell("kill -CONT $(pgrep -x hob-rc) $(pgrep -x hob-svscan)").ok());

    const std::string second = tree.path("second");
    const auto hob = tree.path("bin") + "/hob";
    REQUIRE(tree.shell(hob + " run --run " + second + " " + tree.path("repo") +
                       " >/run/second.out 2>&1 </dev/null &")
                .ok());
    REQUIRE(tree.inside().wait_until(
        [&] { return tree.shell(hob + " status --run " + second + " default").ok(); }));
    CHECK(tree.shell(hob + " poweroff --run " + second).ok());
    REQUIRE(tree.inside().wait_until(
        [&] { return has(tree.shell(hob + " status --run " + second), "has ended"); }));
    const auto up = tree.shell(hob + " up --run " + second + " echo");
    CHECK(code(up) == 111);
    CHECK(has(up, "no hob tree is running"));
}

TEST_CASE("no tree is one line and exit code 111") {
    Tree tree{services()};
    REQUIRE(tree.wait_state("default", "up"));
    for (const char* command : {"status", "list", "up echo", "log", "timeline", "why echo", "poweroff"}) {
        const auto answer = tree.shell(tree.path("bin") + "/hob --run /nowhere " + command);
        INFO(command << ": " << answer.output);
        CHECK(code(answer) == 111);
        CHECK(has(answer, "no hob tree is running at /nowhere"));
        CHECK(std::ranges::count(answer.output, '\n') == 1);
    }
}

TEST_CASE("another init is not signalled by hob poweroff") {
    const TempDir dir;
    const auto bin = install(dir, {"hob"});
    Namespace ns{
        {.command = {"/bin/sh", "-c",
                     "trap 'echo signalled' USR1 USR2 TERM; echo ready; while :; do sleep 0.05; done"},
         .env = {{"PATH", "/usr/bin:/bin"}}}};
    REQUIRE(ns.wait_output("ready"));
    for (const char* command : {"poweroff", "reboot", "halt"})
        CHECK(code(ns.run({bin + "/hob", command})) == 111);
    CHECK(ns.output().find("signalled") == std::string::npos);
    // It would have been seen.
    REQUIRE(ns.run({"/bin/sh", "-c", "kill -USR1 1"}).ok());
    CHECK(ns.wait_output("signalled"));
    CHECK(ns.output().find("signalled") == ns.output().rfind("signalled"));
}

TEST_CASE("a wrong command line is one line and exit code 100") {
    Tree tree{services()};
    REQUIRE(tree.wait_state("default", "up"));
    for (const char* line : {"stauts", "up", "up --nope echo", "up --timeout=soon echo", "up ../x",
                             "log --lines x", "list extra", "compile repo", "status --json=yes", "run"}) {
        const auto answer =
            tree.shell("HOB_RUN=" + tree.path("run") + " " + tree.path("bin") + "/hob " + line);
        INFO("hob " << line << ": " << answer.output);
        CHECK(code(answer) == 100);
        CHECK(std::ranges::count(answer.output, '\n') == 1);
    }
    CHECK(has(tree.hob({"stauts"}), "did you mean status?"));
}

TEST_CASE("every command has a help page, and help changes nothing") {
    Tree tree{services()};
    REQUIRE(tree.wait_state("default", "up"));
    const auto all = tree.hob({"--help"});
    CHECK(all.ok());
    CHECK(has(all, "poweroff"));
    for (const char* command : {"down", "poweroff", "restart", "mask", "run"}) {
        const auto one = tree.hob({command, "--help"});
        CHECK(one.ok());
        CHECK(has(one, "usage: hob " + std::string{command}));
    }
    CHECK(tree.state("echo") == "up");
}

TEST_CASE("a directory where a tree runs is refused; what a killed tree left is cleaned up") {
    Tree tree{services()};
    REQUIRE(tree.wait_state("default", "up"));
    const auto again = tree.hob({"run", tree.path("repo")});
    CHECK(code(again) == 1);
    CHECK(has(again, "a tree is running at"));
    CHECK(tree.state("echo") == "up");

    const std::string second = tree.path("second"), hob = tree.path("bin") + "/hob";
    const std::string run =
        hob + " run --run " + second + " " + tree.path("repo") + " >/run/second.out 2>&1 </dev/null &";
    const auto pid_of = [&](const char* service) {
        return tree
            .shell(hob + " status --json --run " + second + " " + service +
                   " | sed 's/.*\"pid\":\\([0-9]*\\).*/\\1/'")
            .output;
    };
    REQUIRE(tree.shell(run).ok());
    REQUIRE(tree.inside().wait_until(
        [&] { return tree.shell(hob + " status --run " + second + " default").ok(); }));
    const std::string old = pid_of("echo");
    // All of hob at once, so that nobody can take the service down.
    REQUIRE(tree.shell("kill -9 $(pgrep -f -- '[-]-run " + second + "')").ok());
    REQUIRE(tree.shell("kill -0 " + old).ok());
    REQUIRE(tree.shell(run).ok());
    // The old table is there, and says up, until the new tree has cleaned up.
    REQUIRE(tree.inside().wait_until([&] {
        return pid_of("echo") != old && tree.shell(hob + " status --run " + second + " default").ok();
    }));
    CHECK_FALSE(tree.shell("kill -0 " + old).ok());
    CHECK(pid_of("echo") != old);
    CHECK(has(tree.shell("cat /run/second.out"), "a killed tree had left"));
}

TEST_CASE("a masked service is not started, at boot neither, until it is unmasked") {
    Tree tree{services()};
    REQUIRE(tree.wait_state("default", "up"));
    CHECK(tree.hob({"mask", "--now", "echo"}).ok());
    CHECK(tree.state("echo") == "down");
    const auto up = tree.hob({"up", "echo"});
    CHECK(code(up) == 1);
    CHECK(has(up, "masked"));
    CHECK(tree.hob({"unmask", "echo"}).ok());
    CHECK(tree.hob({"up", "echo"}).ok());
}
