// When the engine's core stops, blocks and brings back what.
#include "tests/unit/engine/scene.hpp"

#include <catch2/catch.hpp>

using namespace hob::base;  // NOLINT(google-build-using-namespace): the subject
using hob::tests::Names;
using hob::tests::Scene;
using Steps = std::vector<Names>;

namespace {
const std::vector<Scene::Entry> web_on_db{{"default", {.contents = {"web", "log"}}, ServiceType::bundle},
                                          {"web", {.needs = {"app"}}},
                                          {"app", {.needs = {"db"}, .after = {"log"}}},
                                          {"db"},
                                          {"log"}};

void bring_up(Scene& s, const std::string& name) {
    s.wish(name, Wish::up);
    (void)s.steps();
}
}  // namespace

TEST_CASE("what nobody wants any more goes down in the exact reverse of its start") {
    Scene s{web_on_db};
    s.wish("default", Wish::up);
    Steps up = s.steps();
    CHECK(up == Steps{{"start db", "start log"}, {"start app"}, {"start web"}, {"start default"}});
    s.wish("default", Wish::none);
    CHECK(s.steps() == Steps{{"stop default"}, {"stop web"}, {"stop app"}, {"stop db", "stop log"}});
}

TEST_CASE("a service waits until those above it are down, not only told") {
    Scene s{{{"web", {.needs = {"db"}}}, {"db"}}};
    bring_up(s, "web");
    s.wish("web", Wish::none);
    CHECK(s.actions() == Names{"stop web"});
    s.is("web", State::stopping);
    CHECK(s.actions().empty());
    CHECK(s.core.waits_for(s.id("db")) == s.id("web"));
    s.is("web", State::killing);
    CHECK(s.actions() == Names{"stop web"});  // its wish to run must be taken off
    s.is("web", State::down);
    CHECK(s.actions() == Names{"stop db"});
}

TEST_CASE("a service kept down takes what needs it down, and blocks it by its name") {
    Scene s{web_on_db};
    bring_up(s, "default");
    s.wish("db", Wish::down);
    CHECK(s.steps() == Steps{{"stop default"},
                             {"block default (db)", "stop web"},
                             {"block web (db)", "stop app"},
                             {"block app (db)", "stop db"}});
    CHECK(s.state("log") == State::up);
    s.wish("db", Wish::none);
    CHECK(s.steps() == Steps{{"start db", "stop app", "stop default", "stop web"},
                             {"start app"},
                             {"start web"},
                             {"start default"}});
}

TEST_CASE("a wish down leaves alone those that only want it") {
    Scene s{{{"web", {.wants = {"cache"}}}, {"cache"}}};
    bring_up(s, "web");
    s.wish("cache", Wish::down);
    CHECK(s.steps() == Steps{{"stop cache"}});
    CHECK(s.state("web") == State::up);
}

TEST_CASE("a masked service is never started, and blocks what needs it") {
    Scene s{{{"web", {.needs = {"db"}}}, {"db"}}};
    s.bar("db", {.masked = true});
    s.wish("web", Wish::up);
    s.wish("db", Wish::up);
    CHECK(s.steps() == Steps{{"block web (db)"}});
}

TEST_CASE("a failed need blocks by the name of the root, and the others come up") {
    Scene s{web_on_db};
    s.wish("default", Wish::up);
    CHECK(s.actions() == Names{"start db", "start log"});
    s.is("log", State::up);
    s.is("db", State::failed);
    CHECK(s.actions() ==
          Names{"block app (db failed)", "block default (db failed)", "block web (db failed)"});
}

TEST_CASE("a need that dies for good takes its dependents down in order; one that is restarted does not") {
    Scene s{web_on_db};
    bring_up(s, "default");
    s.is("db", State::restarting);
    CHECK(s.actions().empty());
    s.is("db", State::failed);
    CHECK(s.step() == Names{"stop default"});
    CHECK(s.step() == Names{"block default (db failed)", "stop web"});
    CHECK(s.step() == Names{"block web (db failed)", "stop app"});
    CHECK(s.step() == Names{"block app (db failed)"});
}

TEST_CASE("a service wanted up comes back when its need does") {
    Scene s{{{"web", {.needs = {"db"}}}, {"db"}}};
    s.wish("web", Wish::up);
    s.is("db", State::failed);
    CHECK(s.steps() == Steps{{"block web (db failed)"}});
    s.mark("db");  // tried again
    CHECK(s.actions() == Names{"start afresh db", "stop web"});
    s.wish("db", Wish::none);
    s.is("web", State::down);
    s.is("db", State::starting);
    CHECK(s.actions().empty());
    s.is("db", State::up);
    CHECK(s.actions() == Names{"start web"});
}

TEST_CASE("restart takes down what needs the service, in order, and brings it back") {
    Scene s{web_on_db};
    bring_up(s, "default");
    s.mark("app");
    CHECK(s.steps() == Steps{{"stop default"},
                             {"stop web"},
                             {"stop app"},
                             {"start afresh app"},
                             {"start web"},
                             {"start default"}});
}

TEST_CASE("a restart goes on where it was when the engine is replaced in the middle of it") {
    Scene s{web_on_db};
    bring_up(s, "default");
    s.mark("db");
    CHECK(s.step() == Names{"stop default"});
    CHECK(s.step() == Names{"stop web"});
    const hob::rc::engine::Core old = s.core;
    s.core = hob::rc::engine::Core{old.graph()};
    for (hob::rc::engine::Node n = 0; n < old.graph().size(); ++n) s.core.see(n, old.seen(n));
    CHECK(
        s.steps() ==
        Steps{
            {"stop app"}, {"stop db"}, {"start afresh db"}, {"start app"}, {"start web"}, {"start default"}});
}

TEST_CASE("a oneshot that is done and part of a restart is undone and run again") {
    Scene s{{{"web", {.needs = {"mount"}}}, {"mount", {}, ServiceType::oneshot}}};
    bring_up(s, "web");
    s.mark("mount");
    CHECK(s.steps() == Steps{{"stop web"}, {"stop mount"}, {"start afresh mount"}, {"start web"}});
    CHECK(s.state("mount") == State::done);
}

TEST_CASE("a newer wish overtakes: what is stopping is started again once it is down") {
    Scene s{{{"web"}}};
    bring_up(s, "web");
    s.wish("web", Wish::down);
    CHECK(s.actions() == Names{"stop web"});
    s.is("web", State::stopping);
    s.wish("web", Wish::up);
    CHECK(s.actions().empty());
    s.is("web", State::down);
    CHECK(s.actions() == Names{"start web"});
}

TEST_CASE("shutting down wins over every wish, in reverse order") {
    Scene s{web_on_db};
    bring_up(s, "default");
    s.is("db", State::restarting);
    s.core.shut_down();
    s.wish("web", Wish::up);
    CHECK(s.steps() == Steps{{"stop default"}, {"stop web"}, {"stop app"}, {"stop db", "stop log"}});
}

TEST_CASE("a wish down takes the mark of a failure off") {
    Scene s{{{"web"}}};
    s.wish("web", Wish::up);
    s.is("web", State::failed);
    CHECK(s.actions().empty());
    s.wish("web", Wish::down);
    CHECK(s.steps() == Steps{{"stop web"}});
}

TEST_CASE("a service the scanner does not have blocks what needs it") {
    Scene s{{{"web", {.needs = {"db"}}}, {"db"}}};
    s.bar("db", {.missing = true});
    s.wish("web", Wish::up);
    CHECK(s.steps() == Steps{{"block web (db)"}});
}
