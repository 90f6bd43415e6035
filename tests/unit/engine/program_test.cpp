// The engine around the core: boot, its own death, the scanner's, the overlay, instances, shutdown.
#include "base/time.hpp"
#include "tests/unit/engine/rig.hpp"

#include <algorithm>
#include <filesystem>

#include <catch2/catch.hpp>

using namespace hob::base;   // NOLINT(google-build-using-namespace): the subject
using namespace hob::tests;  // NOLINT(google-build-using-namespace): the subject
using Lines = std::vector<std::string>;

namespace {

const Files web_on_db{
    {"default/service.toml", "type = \"bundle\"\ncontents = [\"web\", \"log\"]\n"},
    {"web/service.toml", "exec = [\"/bin/web\"]\nneeds = [\"db\"]\n"},
    {"db/service.toml", "exec = [\"/bin/db\"]\n"},
    {"log/service.toml", "exec = [\"/bin/log\"]\n"},
    {"other/service.toml", "exec = [\"/bin/other\"]\n"},
    {"getty@/service.toml", "exec = [\"/bin/getty\", \"${instance}\"]\nneeds = [\"db\"]\n"},
};

bool has(const Lines& lines, const std::string& word) { return std::ranges::count(lines, word) != 0; }

template <class Condition>
bool wait(Rig& rig, Condition condition) {
    const Instant end = monotonic_now() + seconds(5);
    while (!condition() && monotonic_now() < end) rig.settle();
    return condition();
}

}  // namespace

TEST_CASE("a fresh boot brings default up, in order") {
    Rig rig{web_on_db};
    CHECK(rig.scanner.take_heard() ==
          Lines{"wish default up boot", "start db", "start log", "start web", "start default"});
    CHECK(rig.state("other") == "down");
    CHECK(rig.scanner.names() == Lines{"db", "default", "log", "other", "web"});
}

TEST_CASE("what is to come up can be named, and a wrong name falls back to default") {
    Rig rig{web_on_db, "other"};
    CHECK(rig.scanner.take_heard() == Lines{"wish other up boot", "start other"});
    Rig wrong{web_on_db, "nothing"};
    CHECK(wrong.state("default") == "up");
    Rig instance{web_on_db, "getty@tty1"};
    CHECK(instance.state("getty@tty1") == "up");
}

TEST_CASE("without a default bundle nothing is brought up, and the tree obeys") {
    Rig rig{{{"web/service.toml", "exec = [\"/bin/web\"]\n"}}};
    CHECK(rig.scanner.take_heard().empty());
    CHECK(rig.ask(Verb::up, {"web"})->code() == 0);
    CHECK(rig.state("web") == "up");
}

TEST_CASE("a new engine changes nothing where nothing is to be done") {
    Rig rig{web_on_db};
    (void)rig.scanner.take_heard();
    rig.replace_engine();
    CHECK(rig.scanner.take_heard().empty());
    CHECK(rig.ask(Verb::down, {"default"})->code() == 0);
    (void)rig.scanner.take_heard();
    rig.replace_engine();  // not a fresh boot: the wish down stands
    CHECK(rig.scanner.take_heard().empty());
    CHECK(rig.state("web") == "down");
}

TEST_CASE("a new engine goes on with what the old one left half done") {
    Rig rig{web_on_db};
    rig.scanner.fate["db"] = Scanner::Fate::hangs;
    auto asker = rig.ask(Verb::restart, {"db"});
    CHECK(rig.state("db") == "starting");
    CHECK(rig.state("web") == "down");
    CHECK(asker->code() == -1);
    rig.replace_engine();
    rig.scanner.change("db", State::up);
    rig.settle();
    CHECK(rig.state("web") == "up");
    CHECK(rig.state("default") == "up");
    CHECK(rig.scanner.status("db").starts == 2);
}

TEST_CASE("a scanner that went away is found again, and nothing is done twice") {
    Rig rig{web_on_db};
    (void)rig.scanner.take_heard();
    rig.scanner.hang_up();
    rig.settle();
    rig.scanner.change("db", State::failed);  // while nobody listens
    REQUIRE(wait(rig, [&] { return rig.state("web") == "blocked"; }));
    CHECK(rig.scanner.take_heard() == Lines{"stop default", "block default", "stop web", "block web"});
}

TEST_CASE("the overlay enables, disables and masks") {
    Rig rig{web_on_db};
    rig.folder.write("lib/overlay/other", "enabled\n");
    rig.folder.write("lib/overlay/log", "disabled\n");
    rig.folder.write("lib/overlay/nonsense", "enabled\n");
    rig.folder.write("lib/overlay/db", "what\n");
    CHECK(rig.ask(Verb::reload, {})->code() == 0);
    CHECK(rig.state("log") == "down");
    CHECK(rig.state("default") == "up");
    CHECK(rig.state("other") == "down");  // not a fresh boot
    rig.folder.write("lib/overlay/web", "masked\n");
    rig.replace_engine();
    CHECK(rig.state("web") == "up");  // decided, but nobody has said that it counts
    CHECK(rig.ask(Verb::up, {"web"})->code() == 1);
    CHECK(rig.state("web") == "up");
    std::filesystem::remove(rig.folder / "lib/overlay/web");
    CHECK(rig.ask(Verb::up, {"web"})->code() == 0);
    rig.folder.write("lib/overlay/db", "masked\n");
    CHECK(rig.ask(Verb::reload, {})->code() == 0);
    CHECK(rig.state("web") == "blocked");
    CHECK(rig.state("db") == "down");
    auto masked = rig.ask(Verb::up, {"db"});
    CHECK(masked->code() == 1);
    CHECK(masked->lines == Lines{"db is masked: hob unmask db"});
}

TEST_CASE("on a fresh boot what is enabled comes up, too") {
    Folder folder;
    compile(web_on_db, folder / "db");
    folder.write("overlay/other", "enabled\n");
    folder.write("overlay/getty@tty7", "enabled\n");
    Scanner scanner{folder.path()};
    hob::rc::engine::Engine engine{
        folder.path().c_str(), nullptr,
        *hob::rc::Database::open(-100, (folder / "db").c_str(), hob::rc::Check::full)};
    REQUIRE(engine.open());
    for (int quiet = 0; quiet < 64;) {
        const bool moved = scanner.turn();
        (void)engine.loop().turn(false);
        quiet = moved ? 0 : quiet + 1;
    }
    CHECK(scanner.status("other").state == State::up);
    CHECK(scanner.status("other").asker == hob::base::Asker::overlay);
    CHECK(scanner.status("getty@tty7").state == State::up);
    CHECK(scanner.status("default").state == State::up);
}

TEST_CASE("an instance is made from its template on request, and outlives the engine") {
    Rig rig{web_on_db};
    CHECK(rig.ask(Verb::up, {"getty@ttyS0"})->code() == 0);
    CHECK(rig.state("getty@ttyS0") == "up");
    (void)rig.scanner.take_heard();
    rig.replace_engine();
    CHECK(rig.scanner.take_heard().empty());
    CHECK(rig.ask(Verb::down, {"db"})->code() == 0);
    CHECK(rig.state("getty@ttyS0") == "blocked");  // it has its template's needs
    auto wrong = rig.ask(Verb::up, {"getty@"});
    CHECK(wrong->code() == 1);
    CHECK(wrong->lines == Lines{"getty@ is a template; name an instance: getty@NAME"});
}

TEST_CASE("shutdown takes everything down in reverse, tells who waits, and refuses what comes") {
    Rig rig{web_on_db};
    rig.scanner.fate["other"] = Scanner::Fate::hangs;
    auto waiting = rig.ask(Verb::up, {"other"});
    CHECK(waiting->code() == -1);
    (void)rig.scanner.take_heard();
    rig.scanner.shut_down();
    rig.settle();
    waiting->turn();
    CHECK(waiting->code() == 1);
    CHECK(waiting->lines == Lines{"the tree is shutting down"});
    const Lines heard = rig.scanner.take_heard();
    CHECK(has(heard, "wish default down shutdown"));
    Lines stops;
    std::ranges::copy_if(heard, std::back_inserter(stops),
                         [](const auto& s) { return s.starts_with("stop"); });
    CHECK(stops == Lines{"stop default", "stop other", "stop web", "stop log", "stop db"});
    auto late = rig.ask(Verb::up, {"web"});
    CHECK(late->code() == 1);
    rig.replace_engine();  // it sees from the table what is going on
    CHECK(rig.ask(Verb::up, {"web"})->code() == 1);
    CHECK(rig.state("web") == "down");
}
