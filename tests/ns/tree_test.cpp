// The whole chain with the real programs: definitions → database → table → scanner, engine, logger → status.
#include "tests/ns/tree.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>
#include <sys/wait.h>

using namespace hob::tests;  // NOLINT(google-build-using-namespace): the subject

namespace {

// A longrun that is ready when it says so, appends its name to $WORK/order and dies of TERM.
std::string daemon(const std::string& extra = "") { return "ready = \"fd:3\"\n" + extra; }
std::string daemon_run(const std::string& dir) {
    return "#!/bin/sh\necho up ${0%/run} >>" + dir +
           "\necho 'hello from the service'\ntrap 'exit 0' TERM\necho >&3\nexec 3>&-\nwhile :; do sleep 1000 "
           "& wait $!; "
           "done\n";
}

const std::string order = "/run/order";

Tree::Files chain() {
    return {
        {"first/service.toml", "type = \"oneshot\"\nup = [\"/bin/true\"]\n"},
        {"second/service.toml", daemon("needs = [\"first\"]\n")},
        {"second/run", daemon_run(order)},
        {"third/service.toml", daemon("needs = [\"second\"]\nwants = [\"first\"]\n")},
        {"third/run", daemon_run(order)},
        {"other/service.toml", "exec = [\"/bin/sleep\", \"1000\"]\n"},
        {"default/service.toml", "type = \"bundle\"\ncontents = [\"third\", \"other\"]\n"},
    };
}

std::string said(Tree& tree, const Outcome& outcome) {
    return outcome.output + "\n--- tree:\n" + tree.inside().output();
}

}  // namespace

TEST_CASE("a tree comes up in dependency order and goes down with exit 0") {
    Tree tree{chain()};
    INFO(tree.inside().output());
    REQUIRE(tree.wait_state("default", "up"));
    const auto first = tree.service("first"), second = tree.service("second"), third = tree.service("third");
    CHECK(first["state"] == "done");
    CHECK(second["state"] == "up");
    CHECK(tree.state("other") == "up");
    CHECK(first["ready_since"].get<long long>() > 0);
    CHECK(first["ready_since"].get<long long>() <= second["ready_since"].get<long long>());
    CHECK(second["ready_since"].get<long long>() < third["ready_since"].get<long long>());
    CHECK(third["pid"].get<int>() > 0);
    const auto log = tree.hob({"log", "third"});
    CHECK(log.ok());
    CHECK(log.output.find("hello from the service") != std::string::npos);
    const auto status = tree.end();
    INFO(tree.inside().output());
    REQUIRE(status);
    CHECK(*status == 0);
}

TEST_CASE("down takes what needs it along, in reverse order, and up brings it back") {
    Tree tree{chain()};
    REQUIRE(tree.wait_state("default", "up"));
    auto down = tree.hob({"down", "second"});
    INFO(said(tree, down));
    CHECK(down.ok());
    CHECK(tree.state("second") == "down");
    CHECK(tree.state("third") == "blocked");
    CHECK(tree.state("other") == "up");
    const auto why = tree.hob({"status", "third"});
    CHECK(why.output.find("second") != std::string::npos);
    const auto up = tree.hob({"up", "third", "second"});
    INFO(said(tree, up));
    CHECK(up.ok());
    CHECK(tree.state("third") == "up");
    CHECK(tree.wait_state("default", "up"));
}

TEST_CASE("restart takes dependents down and brings them back with new processes") {
    Tree tree{chain()};
    REQUIRE(tree.wait_state("default", "up"));
    const int second = tree.pid("second"), third = tree.pid("third"), other = tree.pid("other");
    const auto restart = tree.hob({"restart", "second"});
    INFO(said(tree, restart));
    CHECK(restart.ok());
    REQUIRE(tree.wait_state("default", "up"));
    CHECK(tree.pid("second") != second);
    CHECK(tree.pid("third") != third);
    CHECK(tree.pid("other") == other);
}

TEST_CASE("a program that is missing fails by step and errno, its dependents say by whom they are blocked") {
    auto files = chain();
    files["broken/service.toml"] = "exec = [\"/no/such/program\"]\n";
    files["above/service.toml"] = "exec = [\"/bin/sleep\", \"1000\"]\nneeds = [\"broken\"]\n";
    files["default/service.toml"] = "type = \"bundle\"\ncontents = [\"third\", \"other\", \"above\"]\n";
    Tree tree{files};
    REQUIRE(tree.wait_state("above", "blocked"));
    const auto broken = tree.service("broken");
    CHECK(broken["state"] == "failed");
    const auto reason = broken["reason"].get<std::string>();
    INFO(reason);
    CHECK(reason.find("exec /no/such/program") != std::string::npos);
    CHECK(reason.find("No such file or directory") != std::string::npos);
    CHECK(tree.service("above")["reason"].get<std::string>().find("broken failed") != std::string::npos);
    CHECK(tree.wait_state("third", "up"));
    CHECK(tree.wait_state("other", "up"));
    CHECK(tree.state("default") == "blocked");
    const auto log = tree.hob({"log", "broken"});
    CHECK(log.output.find("No such file or directory") != std::string::npos);
    const auto up = tree.hob({"up", "above"});
    CHECK(WEXITSTATUS(up.status) == 1);
    INFO(up.output);
    CHECK(up.output.find("/no/such/program") != std::string::npos);
}

TEST_CASE("hob up of a failing service exits 1 and shows its last lines") {
    auto files = chain();
    files["sad/service.toml"] = "type = \"oneshot\"\n";
    files["sad/up"] = "#!/bin/sh\necho the disk is on fire\nexit 3\n";
    Tree tree{files};
    REQUIRE(tree.wait_state("default", "up"));
    const auto up = tree.hob({"up", "sad"});
    INFO(said(tree, up));
    CHECK(WEXITSTATUS(up.status) == 1);
    CHECK(up.output.find("exited 3") != std::string::npos);
    CHECK(up.output.find("the disk is on fire") != std::string::npos);
}

TEST_CASE("the engine killed again and again while the tree comes up changes nothing") {
    for (int round = 0; round < 5; ++round) {
        Tree tree{chain()};
        for (int i = 0; i < 6; ++i) {
            tree.inside().wait_until([&] { return tree.kill_all("hob-rc"); }, 2s);
            tree.shell("sleep 0.0" + std::to_string(round * 2 + 1));
        }
        INFO(tree.inside().output());
        REQUIRE(tree.wait_state("default", "up"));
        CHECK(tree.service("third")["starts"] == 1);
        const auto status = tree.end();
        REQUIRE(status);
        CHECK(*status == 0);
    }
}

TEST_CASE("the scanner killed: no service notices, and a death in the gap is seen") {
    Tree tree{chain()};
    REQUIRE(tree.wait_state("default", "up"));
    const int second = tree.pid("second"), third = tree.pid("third");
    for (int i = 0; i < 2; ++i)
        REQUIRE(tree.inside().wait_until([&] { return tree.kill_all("hob-svscan"); }));
    CHECK(tree.pid("second") == second);
    CHECK(tree.pid("third") == third);
    CHECK(tree.wait_state("default", "up"));
    CHECK(tree.service("third")["starts"] == 1);
    const int other = tree.pid("other");
    // Both in one go: the service dies while nobody is there to see it.
    REQUIRE(tree.shell("kill -9 $(pgrep -x hob-svscan) " + std::to_string(other)).ok());
    REQUIRE(
        tree.inside().wait_until([&] { return tree.state("other") == "up" && tree.pid("other") != other; }));
    CHECK(tree.hob({"restart", "third"}).ok());
    CHECK(tree.pid("third") != third);
    const auto log = tree.hob({"log", "third"});
    CHECK(log.output.find("hello from the service") != log.output.rfind("hello from the service"));
    const auto status = tree.end();
    REQUIRE(status);
    CHECK(*status == 0);
}

TEST_CASE("a scanner that dies again and again is rebuilt from descriptors, and still no service notices") {
    Tree tree{chain()};
    REQUIRE(tree.wait_state("default", "up"));
    const int second = tree.pid("second"), third = tree.pid("third");
    for (int i = 0; i < 5; ++i)
        REQUIRE(tree.inside().wait_until([&] { return tree.kill_all("hob-svscan"); }));
    REQUIRE(tree.inside().wait_until([&] { return tree.hob({"restart", "other"}).ok(); }));
    CHECK(tree.pid("second") == second);
    CHECK(tree.pid("third") == third);
    CHECK(tree.service("third")["reason"].get<std::string>().find("history unknown") != std::string::npos);
    const auto status = tree.end();
    REQUIRE(status);
    CHECK(*status == 0);
}

TEST_CASE("the logger killed: services write on and every line arrives") {
    Tree::Files files{
        {"talker/service.toml", ""},
        {"talker/run",
         "#!/bin/sh\ni=0\nwhile [ $i -lt 2000 ]; do i=$((i+1)); echo line $i; done\nexec sleep 1000\n"},
        {"default/service.toml", "type = \"bundle\"\ncontents = [\"talker\"]\n"}};
    Tree tree{files};
    REQUIRE(tree.wait_state("default", "up"));
    const int pid = tree.pid("talker");
    tree.kill_all("hob-log");
    REQUIRE(tree.inside().wait_until(
        [&] { return tree.hob({"log", "talker"}).output.find("line 2000") != std::string::npos; }));
    CHECK(tree.pid("talker") == pid);
}

TEST_CASE("an instance of a template appears at run time, and survives engine and scanner") {
    auto files = chain();
    files["echo@/service.toml"] =
        "needs = [\"first\"]\nexec = [\"/bin/sh\", \"-c\", \"echo I am ${instance}; exec sleep 1000\"]\n";
    Tree tree{files};
    REQUIRE(tree.wait_state("default", "up"));
    const auto up = tree.hob({"up", "echo@seven"});
    INFO(said(tree, up));
    CHECK(up.ok());
    CHECK(tree.state("echo@seven") == "up");
    const int pid = tree.pid("echo@seven");
    CHECK(tree.inside().wait_until(
        [&] { return tree.hob({"log", "echo@seven"}).output.find("I am seven") != std::string::npos; }));
    tree.kill_all("hob-rc");
    tree.kill_all("hob-svscan");
    REQUIRE(tree.wait_state("echo@seven", "up"));
    CHECK(tree.pid("echo@seven") == pid);
    CHECK(tree.hob({"restart", "echo@seven"}).ok());
    CHECK(tree.pid("echo@seven") != pid);
    CHECK(tree.hob({"down", "echo@seven"}).ok());
}

TEST_CASE("names that are not there are one line with a suggestion") {
    Tree tree{chain()};
    REQUIRE(tree.wait_state("default", "up"));
    for (const auto* verb : {"up", "down", "restart", "why", "status", "log"}) {
        const auto got = tree.hob({verb, "thrid"});
        INFO(verb << ": " << got.output);
        CHECK(WEXITSTATUS(got.status) == 1);
        CHECK(got.output.find("third") != std::string::npos);
        CHECK(std::count(got.output.begin(), got.output.end(), '\n') == 1);
    }
    const auto unknown = tree.hob({"statsu"});
    CHECK(WEXITSTATUS(unknown.status) == 100);
    CHECK(unknown.output.find("status") != std::string::npos);
}
