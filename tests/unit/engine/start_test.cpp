// When the engine's core starts what.
#include "tests/unit/engine/scene.hpp"

#include <catch2/catch.hpp>

using namespace hob::base;  // NOLINT(google-build-using-namespace): the subject
using hob::tests::Names;
using hob::tests::Scene;
using Steps = std::vector<Names>;

TEST_CASE("a wish pulls in needs, wants and contents, each layer at once and nothing else") {
    Scene s{{{"default", {.contents = {"web", "log"}}, ServiceType::bundle},
             {"web", {.needs = {"db"}, .wants = {"cache"}}},
             {"db"},
             {"cache"},
             {"log"},
             {"other"}}};
    s.wish("default", Wish::up);
    CHECK(s.steps() == Steps{{"start cache", "start db", "start log"}, {"start web"}, {"start default"}});
    CHECK(s.state("other") == State::down);
}

TEST_CASE("a service is started when its needs are ready, not when they run") {
    Scene s{{{"web", {.needs = {"db"}}}, {"db"}}};
    s.wish("web", Wish::up);
    CHECK(s.actions() == Names{"start db"});
    s.is("db", State::launching);
    CHECK(s.actions().empty());
    CHECK(s.core.waits_for(s.id("web")) == s.id("db"));
    s.is("db", State::starting);
    CHECK(s.actions().empty());
    s.is("db", State::up);
    CHECK(s.actions() == Names{"start web"});
}

TEST_CASE("a want holds a start until it has settled, also by failing") {
    Scene s{{{"web", {.wants = {"cache"}}}, {"cache"}}};
    s.wish("web", Wish::up);
    CHECK(s.actions() == Names{"start cache"});
    s.is("cache", State::restarting);
    CHECK(s.actions().empty());
    s.is("cache", State::failed);
    CHECK(s.actions() == Names{"start web"});
}

TEST_CASE("a want that is kept down holds nobody") {
    Scene s{{{"web", {.wants = {"cache"}}}, {"cache"}}};
    s.wish("web", Wish::up);
    s.wish("cache", Wish::down);
    CHECK(s.steps() == Steps{{"start web"}});
}

TEST_CASE("a want that is blocked holds nobody") {
    Scene s{{{"web", {.wants = {"cache"}}}, {"cache", {.needs = {"disk"}}}, {"disk"}}};
    s.wish("web", Wish::up);
    s.is("disk", State::failed);
    CHECK(s.steps() == Steps{{"block cache (disk failed)", "start web"}});
}

TEST_CASE("after orders, but only among what is wanted") {
    Scene s{{{"web", {.after = {"fsck", "late"}}}, {"fsck", {}, ServiceType::oneshot}, {"late"}}};
    s.wish("web", Wish::up);
    s.wish("fsck", Wish::up);
    CHECK(s.steps() == Steps{{"start fsck"}, {"start web"}});
    CHECK(s.state("late") == State::down);
}

TEST_CASE("a oneshot that is done stays done") {
    Scene s{{{"mount", {}, ServiceType::oneshot}}};
    s.wish("mount", Wish::up);
    CHECK(s.steps() == Steps{{"start mount"}});
    CHECK(s.state("mount") == State::done);
    CHECK(s.actions().empty());
}

TEST_CASE("a service wanted for two reasons stays for the second") {
    Scene s{{{"a", {.needs = {"db"}}}, {"b", {.needs = {"db"}}}, {"db"}}};
    s.wish("a", Wish::up);
    s.wish("b", Wish::up);
    (void)s.steps();
    s.wish("a", Wish::none);
    CHECK(s.steps() == Steps{{"stop a"}});
    s.wish("b", Wish::none);
    CHECK(s.steps() == Steps{{"stop b"}, {"stop db"}});
}

TEST_CASE("who pulled a service in is known as a chain") {
    Scene s{
        {{"default", {.contents = {"web"}}, ServiceType::bundle}, {"web", {.needs = {"redis"}}}, {"redis"}}};
    s.wish("default", Wish::up);
    (void)s.actions();
    CHECK(s.core.wanted_by(s.id("redis")) == s.id("web"));
    CHECK(s.core.wanted_by(s.id("web")) == s.id("default"));
    CHECK(s.core.wanted_by(s.id("default")) == hob::rc::engine::no_node);
}

TEST_CASE("a restarting service that lost leave gets it back when its needs are ready") {
    Scene s{{{"web", {.needs = {"db"}}}, {"db"}}};
    s.wish("web", Wish::up);
    (void)s.steps();
    s.is("db", State::restarting);
    s.is("web", State::restarting, false);
    CHECK(s.actions().empty());
    CHECK(s.core.waits_for(s.id("web")) == s.id("db"));
    s.is("db", State::up);
    CHECK(s.actions() == Names{"start web"});
}

TEST_CASE("a running service that lost leave gets it back, too") {
    Scene s{{{"web", {.needs = {"db"}}}, {"db"}}};
    s.wish("web", Wish::up);
    (void)s.steps();
    s.is("db", State::launching);
    s.is("web", State::up, false);
    CHECK(s.actions().empty());
    s.is("db", State::up);
    CHECK(s.actions() == Names{"start web"});
}

TEST_CASE("a disabled service is pulled in by needs alone") {
    Scene s{{{"default", {.contents = {"web", "ftp"}}, ServiceType::bundle},
             {"web", {.wants = {"cache"}}},
             {"ftp"},
             {"cache"}}};
    s.wish("default", Wish::up);
    s.bar("ftp", {.disabled = true});
    s.bar("cache", {.disabled = true});
    CHECK(s.steps() == Steps{{"start web"}, {"start default"}});
    s.wish("ftp", Wish::up);
    CHECK(s.steps() == Steps{{"start ftp"}});
    Scene needed{{{"web", {.needs = {"db"}}}, {"db"}}};
    needed.wish("web", Wish::up);
    needed.bar("db", {.disabled = true});
    CHECK(needed.steps() == Steps{{"start db"}, {"start web"}});
}

TEST_CASE("an instance has the edges of its template") {
    hob::rc::engine::Graph graph;
    using hob::rc::engine::Edge;
    using hob::rc::engine::Link;
    const auto udev = graph.add(ServiceType::longrun, {});
    const Edge edges[] = {{udev, Link::need}};
    const auto getty = graph.add(ServiceType::longrun, edges);
    graph.seal();
    hob::rc::engine::Core core{graph};
    const auto tty1 = graph.add_like(getty);
    graph.seal();
    core.grow();
    core.see(tty1, {.wish = Wish::up});
    std::vector<hob::rc::engine::Action> actions;
    core.evaluate(actions);
    REQUIRE(actions.size() == 1);
    CHECK(actions[0].node == udev);
    CHECK(graph.in(udev).size() == 2);
}
