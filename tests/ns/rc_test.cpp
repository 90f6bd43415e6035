// The engine in a real tree: what survives its death, what a newer wish does, what it explains.
#include "tests/ns/tree.hpp"

#include <algorithm>

#include <catch2/catch.hpp>
#include <sys/wait.h>

using namespace hob::tests;  // NOLINT(google-build-using-namespace): the subject

namespace {

// Ready once the file $1 exists, and dies of TERM at once.
std::string gated(const std::string& gate) {
    return "#!/bin/sh\ntrap 'exit 0' TERM\nwhile ! test -e " + gate +
           "; do sleep 0.05; done\necho >&3\nexec 3>&-\nwhile :; do sleep 1000 & wait $!; done\n";
}
const std::string sleeper = "exec = [\"/bin/sleep\", \"1000\"]\n";

// top needs middle needs bottom, which is ready when /run/gate exists.
Tree::Files tower() {
    return {
        {"bottom/service.toml", "ready = \"fd:3\"\n"},
        {"bottom/run", gated("/run/gate")},
        {"middle/service.toml", sleeper + "needs = [\"bottom\"]\n"},
        {"top/service.toml", sleeper + "needs = [\"middle\"]\n"},
        {"other/service.toml", sleeper},
        {"default/service.toml", "type = \"bundle\"\ncontents = [\"top\", \"other\"]\n"},
    };
}

bool kill_engine(Tree& tree) {
    return tree.kill_all("hob-rc") &&
           tree.inside().wait_until([&] { return tree.shell("pgrep -x hob-rc").ok(); });
}

}  // namespace

TEST_CASE("nothing above a service starts before it is ready, however often the engine dies") {
    Tree tree{tower()};
    REQUIRE(tree.wait_state("bottom", "starting"));
    REQUIRE(tree.wait_state("other", "up"));
    for (int i = 0; i < 3; ++i) {
        REQUIRE(kill_engine(tree));
        CHECK(tree.state("middle") == "down");
    }
    REQUIRE(tree.shell("touch /run/gate").ok());
    REQUIRE(tree.wait_state("default", "up"));
    for (const char* name : {"bottom", "middle", "top", "other"}) CHECK(tree.service(name)["starts"] == 1);
}

TEST_CASE("a restart survives the engine's death in the middle of it") {
    Tree tree{tower()};
    REQUIRE(tree.shell("touch /run/gate").ok());
    REQUIRE(tree.wait_state("default", "up"));
    REQUIRE(tree.shell("rm /run/gate").ok());
    REQUIRE(tree.hob({"restart", "--no-wait", "bottom"}).ok());
    REQUIRE(tree.wait_state("bottom", "starting"));
    CHECK(tree.state("top") == "down");
    REQUIRE(kill_engine(tree));
    CHECK(tree.state("middle") == "down");
    REQUIRE(tree.shell("touch /run/gate").ok());
    REQUIRE(tree.wait_state("default", "up"));
    for (const char* name : {"bottom", "middle", "top"}) CHECK(tree.service(name)["starts"] == 2);
    CHECK(tree.service("other")["starts"] == 1);
}

TEST_CASE("the engine killed while the tree goes down: it ends all the same, in order") {
    auto files = tower();
    files["top/service.toml"] = "needs = [\"middle\"]\n";
    files["top/run"] =
        "#!/bin/sh\ntrap 'while ! test -e /run/go; do sleep 0.05; done; exit 0' TERM\n"
        "while :; do sleep 1000 & wait $!; done\n";
    Tree tree{files};
    REQUIRE(tree.shell("touch /run/gate").ok());
    REQUIRE(tree.wait_state("default", "up"));
    REQUIRE(tree.hob({"poweroff"}).ok());
    REQUIRE(tree.wait_state("top", "stopping"));
    REQUIRE(kill_engine(tree));
    const auto late = tree.hob({"up", "other"});
    CHECK(WEXITSTATUS(late.status) == 1);
    CHECK(late.output.find("shutting down") != std::string::npos);
    CHECK(tree.state("middle") == "up");
    REQUIRE(tree.shell("touch /run/go").ok());
    const auto status = tree.inside().wait_exit();
    INFO(tree.inside().output());
    REQUIRE(status);
    CHECK(*status == 0);
}

TEST_CASE("a newer wish overtakes one that is waited for") {
    Tree tree{tower()};
    REQUIRE(tree.wait_state("bottom", "starting"));
    REQUIRE(tree.shell("{ HOB_RUN=" + tree.path("run") + ' ' + tree.path("bin/hob") +
                       " up bottom; echo code $?; } >/run/said 2>&1 & sleep 0.2")
                .ok());
    CHECK(tree.hob({"down", "bottom"}).ok());
    CHECK(tree.wait_state("top", "blocked"));
    REQUIRE(tree.inside().wait_until([&] { return tree.shell("grep code /run/said").ok(); }));
    const auto said = tree.shell("cat /run/said").output;
    INFO(said);
    CHECK(said.find("overtaken by a newer wish, down") != std::string::npos);
    CHECK(said.find("code 1") != std::string::npos);
}

TEST_CASE("a need that gives up takes its dependents down; once it is mended they come back") {
    auto files = tower();
    files["bottom/service.toml"] = "ready = \"fd:3\"\n[restart]\npolicy = \"never\"\n";
    Tree tree{files};
    REQUIRE(tree.shell("touch /run/gate").ok());
    REQUIRE(tree.wait_state("default", "up"));
    const int top = tree.pid("top");
    REQUIRE(tree.shell("kill -9 " + std::to_string(tree.pid("bottom"))).ok());
    REQUIRE(tree.wait_state("bottom", "failed"));
    REQUIRE(tree.wait_state("top", "blocked"));
    REQUIRE(tree.wait_state("default", "blocked"));
    CHECK(tree.state("other") == "up");
    const auto why = tree.hob({"why", "top"});
    INFO(why.output);
    CHECK(why.output.find("default (boot) -> top") != std::string::npos);
    CHECK(why.output.find("top needs middle, middle needs bottom; bottom is failed: killed by SIGKILL") !=
          std::string::npos);
    const auto up = tree.hob({"up", "bottom"});
    CHECK(up.ok());
    REQUIRE(tree.wait_state("default", "up"));
    CHECK(tree.pid("top") != top);
}

TEST_CASE("a need that is restarted takes nobody down") {
    Tree tree{tower()};
    REQUIRE(tree.shell("touch /run/gate").ok());
    REQUIRE(tree.wait_state("default", "up"));
    const int top = tree.pid("top"), bottom = tree.pid("bottom");
    REQUIRE(tree.shell("kill -9 " + std::to_string(bottom)).ok());
    REQUIRE(tree.inside().wait_until(
        [&] { return tree.state("bottom") == "up" && tree.pid("bottom") != bottom; }));
    CHECK(tree.pid("top") == top);
    CHECK(tree.state("default") == "up");
}

TEST_CASE("masked and disabled services stay down, enabled ones come up with the tree") {
    auto files = tower();
    files["extra/service.toml"] = sleeper;
    Tree tree{files};
    REQUIRE(tree.shell("touch /run/gate").ok());
    REQUIRE(tree.wait_state("default", "up"));
    CHECK(tree.hob({"mask", "--now", "middle"}).ok());
    CHECK(tree.wait_state("top", "blocked"));
    CHECK(tree.wait_state("middle", "down"));
    const auto up = tree.hob({"up", "middle"});
    CHECK(WEXITSTATUS(up.status) == 1);
    CHECK(up.output.find("masked") != std::string::npos);
    CHECK(tree.hob({"unmask", "middle"}).ok());
    CHECK(tree.hob({"up", "middle"}).ok());
    CHECK(tree.wait_state("default", "up"));
    CHECK(tree.hob({"disable", "--now", "other"}).ok());
    CHECK(tree.wait_state("other", "down"));
    CHECK(tree.wait_state("default", "up"));
}

TEST_CASE("a plan says what would be done, in order, and does nothing") {
    Tree tree{tower()};
    REQUIRE(tree.shell("touch /run/gate").ok());
    REQUIRE(tree.wait_state("default", "up"));
    CHECK(tree.hob({"down", "default"}).ok());
    REQUIRE(tree.wait_state("bottom", "down"));  // nobody wants it any more
    const auto plan = tree.hob({"plan", "top"});
    INFO(plan.output);
    CHECK(plan.ok());
    CHECK(plan.output.find("1: start bottom\n2: start middle\n3: start top\n") != std::string::npos);
    CHECK(tree.state("bottom") == "down");
}
