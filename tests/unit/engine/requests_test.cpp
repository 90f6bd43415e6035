// What clients ask, what they are told, and when.
#include "base/time.hpp"
#include "rc/engine/suggest.hpp"
#include "tests/unit/engine/rig.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

using namespace hob::base;   // NOLINT(google-build-using-namespace): the subject
using namespace hob::tests;  // NOLINT(google-build-using-namespace): the subject
using Lines = std::vector<std::string>;
using Fate = Scanner::Fate;

namespace {

// Ids are in the order of names: app 0, cache 1, db 2, default 3, web 4.
const Files layers{
    {"default/service.toml", "type = \"bundle\"\ncontents = [\"web\"]\n"},
    {"web/service.toml", "exec = [\"/bin/web\"]\nneeds = [\"app\"]\nwants = [\"cache\"]\n"},
    {"app/service.toml", "exec = [\"/bin/app\"]\nneeds = [\"db\"]\n"},
    {"db/service.toml", "exec = [\"/bin/db\"]\n"},
    {"cache/service.toml", "exec = [\"/bin/cache\"]\n"},
};

void turn(Rig& rig, hob::tests::Asker& asker) {
    rig.settle();
    asker.turn();
}

}  // namespace

TEST_CASE("up waits until it is so") {
    Rig rig{layers};
    CHECK(rig.ask(Verb::down, {"default"})->code() == 0);
    rig.scanner.fate["app"] = Fate::hangs;
    auto up = rig.ask(Verb::up, {"web"});
    CHECK(up->code() == -1);
    CHECK(up->progress > 0);
    rig.scanner.change("app", State::up);
    turn(rig, *up);
    CHECK(up->code() == 0);
    CHECK(up->outcomes == Lines{"4 up good"});
}

TEST_CASE("up of what cannot come up names what is in the way") {
    Rig rig{layers, "cache"};
    rig.scanner.fate["db"] = Fate::fails;
    auto up = rig.ask(Verb::up, {"web"});
    CHECK(up->code() == 1);
    CHECK(up->outcomes == Lines{"4 blocked bad", "2 failed bad"});
    rig.scanner.fate["db"] = Fate::ready;  // mended
    auto again = rig.ask(Verb::up, {"web"});
    CHECK(again->code() == 0);
    CHECK(rig.state("web") == "up");
}

TEST_CASE("up of a bundle waits for all of it although one part has failed") {
    Files files = layers;
    files["default/service.toml"] = "type = \"bundle\"\ncontents = [\"web\", \"slow\"]\n";
    files["slow/service.toml"] = "exec = [\"/bin/slow\"]\n";
    Rig rig{files, "cache"};
    rig.scanner.fate["db"] = Fate::fails;
    rig.scanner.fate["slow"] = Fate::hangs;
    auto up = rig.ask(Verb::up, {"default"});
    CHECK(up->code() == -1);
    rig.scanner.change("slow", State::up);
    turn(rig, *up);
    CHECK(up->code() == 1);
    CHECK(up->outcomes == Lines{"3 blocked bad", "2 failed bad"});
}

TEST_CASE("a service that keeps restarting has not settled until it gives up") {
    Rig rig{layers, "cache"};
    rig.scanner.fate["db"] = Fate::hangs;
    auto up = rig.ask(Verb::up, {"db"});
    rig.scanner.change("db", State::restarting);
    turn(rig, *up);
    CHECK(up->code() == -1);
    rig.scanner.change("db", State::failed);
    turn(rig, *up);
    CHECK(up->code() == 1);
}

TEST_CASE("down goes from the top, expands a bundle, and stays") {
    Rig rig{layers};
    (void)rig.scanner.take_heard();
    auto down = rig.ask(Verb::down, {"app"});
    CHECK(down->code() == 0);
    CHECK(rig.scanner.take_heard() == Lines{"wish app down user", "stop default", "block default", "stop web",
                                            "block web", "stop app", "stop db"});
    CHECK(rig.state("cache") == "up");  // web, which is wanted, wants it
    CHECK(rig.ask(Verb::up, {"app"})->code() == 0);
    CHECK(rig.state("default") == "up");
    CHECK(rig.ask(Verb::down, {"default"})->code() == 0);
    CHECK(rig.state("web") == "down");
    CHECK(rig.scanner.status("web").wish == Wish::down);
    CHECK(rig.ask(Verb::up, {"default"})->code() == 0);
    CHECK(rig.scanner.status("web").wish == Wish::none);
}

TEST_CASE("restart brings the same set back, of a bundle its contents") {
    Rig rig{layers};
    (void)rig.scanner.take_heard();
    auto restart = rig.ask(Verb::restart, {"app"});
    CHECK(restart->code() == 0);
    CHECK(rig.scanner.take_heard() == Lines{"wish app none restart", "stop default", "stop web", "stop app",
                                            "wish app none user", "start afresh app", "start web",
                                            "start default"});
    CHECK(rig.ask(Verb::restart, {"default"})->code() == 0);
    CHECK(rig.scanner.status("web").starts == 3);
    CHECK(rig.scanner.status("app").starts == 2);
    CHECK(rig.scanner.status("cache").starts == 1);
}

TEST_CASE("restart of what is down brings it up") {
    Rig rig{layers, "cache"};
    CHECK(rig.ask(Verb::restart, {"web"})->code() == 0);
    CHECK(rig.state("web") == "up");
    CHECK(rig.ask(Verb::down, {"web"})->code() == 0);
    CHECK(rig.ask(Verb::restart, {"web"})->code() == 0);
    CHECK(rig.state("web") == "up");
}

TEST_CASE("a newer wish overtakes one that waits, and that one is told") {
    Rig rig{layers, "cache"};
    rig.scanner.fate["db"] = Fate::hangs;
    auto up = rig.ask(Verb::up, {"db"});
    CHECK(up->code() == -1);
    CHECK(rig.ask(Verb::down, {"db"})->code() == 0);
    up->turn();
    CHECK(up->code() == 1);
    CHECK(up->lines == Lines{"db: overtaken by a newer wish, down"});
    CHECK(rig.state("db") == "down");
}

TEST_CASE("a client that does not wait is told at once, one that goes away takes nothing along") {
    Rig rig{layers, "cache"};
    rig.scanner.fate["db"] = Fate::hangs;
    CHECK(rig.ask(Verb::up, {"web"}, request_no_wait)->code() == 0);
    CHECK(rig.state("db") == "starting");
    {
        auto gone = rig.ask(Verb::up, {"app"});
    }
    rig.scanner.change("db", State::up);
    rig.settle();
    CHECK(rig.state("app") == "up");
    CHECK(rig.state("web") == "up");
}

TEST_CASE("a request outlives the connection to the scanner, and is repeated when it was not heard") {
    Rig rig{layers, "cache"};
    rig.scanner.fate["db"] = Fate::hangs;
    rig.askers.clear();
    hob::tests::Asker up{rig.folder.path(), Verb::up, {"app"}};
    while (up.code() < 0 && rig.engine->core().seen(0).wish != Wish::up) {  // until it is sent
        (void)rig.engine->loop().turn(false);
        up.turn();
    }
    CHECK(rig.scanner.status("app").wish == Wish::none);
    rig.scanner.hang_up();
    const Instant end = monotonic_now() + seconds(5);
    while (rig.scanner.status("app").wish != Wish::up && monotonic_now() < end) rig.settle();
    CHECK(rig.scanner.status("app").wish == Wish::up);
    rig.scanner.change("db", State::up);
    turn(rig, up);
    CHECK(up.code() == 0);
}

TEST_CASE("a request with a timeout ends by it, and the wish stands") {
    Rig rig{layers, "cache"};
    rig.scanner.fate["db"] = Fate::hangs;
    auto up = rig.ask(Verb::up, {"app"}, 0, millis(20).count);
    const Instant end = monotonic_now() + seconds(5);
    while (up->code() < 0 && monotonic_now() < end) turn(rig, *up);
    CHECK(up->code() == 1);
    CHECK(up->lines == Lines{"no longer waiting: app is down"});
    CHECK(rig.scanner.status("app").wish == Wish::up);
}

TEST_CASE("one unknown name, and nothing is done") {
    Rig rig{layers, "cache"};
    (void)rig.scanner.take_heard();
    auto up = rig.ask(Verb::up, {"web", "cahce", "../x"});
    CHECK(up->code() == 1);
    REQUIRE(up->lines.size() == 2);
    CHECK(up->lines[0] == "cahce: no such service; did you mean cache?");
    CHECK(rig.scanner.take_heard().empty());
}

TEST_CASE("names are near by edit distance") {
    using hob::rc::engine::distance;
    STATIC_REQUIRE(distance("", "") == 0);
    STATIC_REQUIRE(distance("web", "") == 3);
    STATIC_REQUIRE(distance("thrid", "third") == 1);
    STATIC_REQUIRE(distance("nginx", "ngin") == 1);
    STATIC_REQUIRE(distance("redis", "rides") == 2);
}

TEST_CASE("plan and dry runs say what would happen and do nothing") {
    Rig rig{layers, "cache"};
    (void)rig.scanner.take_heard();
    auto plan = rig.ask(Verb::plan, {"default"});
    CHECK(plan->code() == 0);
    CHECK(plan->lines == Lines{"1: start db", "2: start app", "3: start web", "4: start default"});
    CHECK(rig.ask(Verb::plan, {"cache"})->lines == Lines{"nothing to do"});
    CHECK(rig.ask(Verb::up, {"default"})->code() == 0);
    auto restart = rig.ask(Verb::restart, {"app"}, request_dry_run);
    CHECK(restart->lines == Lines{"1: stop default", "2: stop web", "3: stop app", "4: start app",
                                  "5: start web", "6: start default"});
    auto down = rig.ask(Verb::down, {"app"}, request_dry_run);
    CHECK(down->lines.front() == "1: stop default");
    CHECK(rig.state("app") == "up");
    CHECK(rig.scanner.status("app").wish == Wish::none);
}

TEST_CASE("why says the state, the chain of wishes, the wait and the culprit") {
    Rig rig{layers};
    auto up = rig.ask(Verb::why, {"db"});
    CHECK(up->code() == 0);
    REQUIRE(up->lines.size() == 2);
    CHECK(up->lines[0].starts_with("db is up"));
    CHECK(up->lines[1] == "wanted: default (boot) -> web -> app -> db");
    rig.scanner.change("db", State::failed, {ReasonKind::exited, 0, 3, 0});
    rig.settle();
    auto blocked = rig.ask(Verb::why, {"web"});
    REQUIRE(blocked->lines.size() == 3);
    CHECK(blocked->lines[0].starts_with("web is blocked: db failed"));
    CHECK(blocked->lines[2] == "blocked: web needs app, app needs db; db is failed: exited 3");
    rig.scanner.fate["app"] = Fate::hangs;
    CHECK(rig.ask(Verb::up, {"db"})->code() == 0);
    auto waits = rig.ask(Verb::why, {"web"});
    CHECK(waits->lines.back() == "web waits for app, which is starting");
    (void)rig.ask(Verb::down, {"web"});
    CHECK(rig.ask(Verb::why, {"web"})->lines[1].starts_with("kept down by a wish of uid"));
}

TEST_CASE("the sixty-fifth client is told, and there is room again when others have gone") {
    Rig rig{layers, "cache"};
    rig.scanner.fate["db"] = Fate::hangs;
    std::vector<std::unique_ptr<hob::tests::Asker>> all;
    for (int i = 0; i < 64; ++i) all.push_back(rig.ask(Verb::up, {"db"}));
    auto refused = rig.ask(Verb::up, {"db"});
    CHECK(refused->code() == 1);
    CHECK(refused->lines == Lines{"too many clients at once; try again"});
    all.clear();
    rig.settle();
    CHECK(rig.ask(Verb::why, {"db"})->code() == 0);
}

TEST_CASE("a power request is passed on to the scanner") {
    Rig rig{layers, "cache"};
    (void)rig.scanner.take_heard();
    CHECK(rig.ask(Verb::power, {})->code() == 0);
    CHECK(rig.scanner.take_heard() == Lines{"power reboot"});
}
