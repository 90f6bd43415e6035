// Launches and lives of services under the real scanner and the real hob-init.
#include "tests/ns/svscan_rig.hpp"

#include <algorithm>
#include <csignal>
#include <set>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

using namespace hob;         // NOLINT(google-build-using-namespace): the subject
using namespace hob::tests;  // NOLINT(google-build-using-namespace): the subject
using base::ReasonKind;
using base::State;
using base::StdioKind;
using base::StepOp;

namespace {

std::set<std::string> facts_in(const std::string& path) {
    const auto all = lines(path);
    return {all.begin(), all.end()};
}

std::vector<std::string> starting_with(const std::set<std::string>& facts, std::string_view head) {
    std::vector<std::string> found;
    for (const auto& fact : facts)
        if (fact.starts_with(head)) found.push_back(fact);
    return found;
}

void short_times(base::PlanBuilder& b) {
    b.policy.stop_timeout = base::millis(200);
    b.policy.start_timeout = base::millis(500);
}
void oneshot(base::PlanBuilder& b) {
    b.policy.type = base::ServiceType::oneshot;
    b.policy.ready = base::Readiness::exit;
    b.policy.restart = base::RestartPolicy::never;
}

constexpr int stdio(StdioKind kind) { return static_cast<int>(kind); }

}  // namespace

TEST_CASE("a child starts in the default context and inherits nothing else") {
    Namespace::Options options;
    options.prepare = [] {
        const rlimit files{700, 4000};
        ::setrlimit(RLIMIT_NOFILE, &files);
        (void)!::open("/etc/passwd", O_RDONLY);  // a stray descriptor, handed down
        ::umask(0);
        ::signal(SIGHUP, SIG_IGN);
    };
    Rig rig{true, std::move(options)};
    const std::string file = rig.path("report");
    const auto id = rig.add("probe", {"report", file});
    rig.start(id);
    REQUIRE(rig.wait_state(id, State::up));
    REQUIRE(rig.wait_file(file));
    const auto facts = facts_in(file);
    INFO(content(file));
    CHECK(starting_with(facts, "fd ") ==
          std::vector<std::string>{"fd 0 /dev/null", "fd 1 pipe", "fd 2 pipe"});
    CHECK(starting_with(facts, "env ") ==
          std::vector<std::string>{"env HOME=/root", "env LANG=C.UTF-8",
                                   "env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                                   "env USER=root"});
    CHECK(facts.contains("cwd /"));
    CHECK(facts.contains("umask 22"));
    CHECK(facts.contains("session 1"));
    CHECK(facts.contains("SigBlk:\t0000000000000000"));
    CHECK(facts.contains("SigIgn:\t0000000000000000"));
    CHECK(facts.contains("0 oom"));
    CHECK(facts.contains("nofile 700 4000"));  // raised for hob, given back
    CHECK(rig.wait_state(id, State::up));
    CHECK(rig.status(id).pid > 0);
}

TEST_CASE("the steps of a plan are what the child gets") {
    Rig rig;
    const std::string file = rig.path("out/report");
    REQUIRE(rig.inside().run({"/bin/sh", "-c", "mkdir -m 777 " + rig.path("out")}).ok());
    const auto steps = [&](base::PlanBuilder& b) {
        b.step(StepOp::environment, {}, {"A=1", "PATH=/bin", "A=2", "HOME=/elsewhere"});
        b.step(StepOp::umask, {027}, {});
        b.step(StepOp::nice, {3}, {});
        b.step(StepOp::limit, {RLIMIT_NOFILE, 100, 200}, {});
        b.step(StepOp::oom_score, {300}, {});
        b.step(StepOp::stdio, {0, stdio(StdioKind::read)}, {"/etc/passwd"});
        b.step(StepOp::stdio, {1, stdio(StdioKind::append)}, {rig.path("out/log")});
        b.step(StepOp::stdio, {12, stdio(StdioKind::null)}, {});
        b.step(StepOp::groups, {7, 8}, {});
        b.step(StepOp::user, {1234, 1235}, {"1234", "/home/it"});
        b.step(StepOp::no_new_privileges, {}, {});
        b.step(StepOp::directory, {}, {"/usr"});
    };
    const auto id = rig.add("probe", {"report", file}, {}, steps);
    rig.start(id);
    REQUIRE(rig.wait_state(id, State::up));
    REQUIRE(rig.wait_file(file));
    const auto facts = facts_in(file);
    INFO(content(file));
    CHECK(starting_with(facts, "fd ") == std::vector<std::string>{"fd 0 /etc/passwd",
                                                                  "fd 1 " + rig.path("out/log"),
                                                                  "fd 12 /dev/null", "fd 2 pipe"});
    CHECK(starting_with(facts, "env ") == std::vector<std::string>{"env A=2", "env HOME=/elsewhere",
                                                                   "env LANG=C.UTF-8", "env PATH=/bin",
                                                                   "env USER=1234"});
    CHECK(facts.contains("Uid:\t1234\t1234\t1234\t1234"));
    CHECK(facts.contains("Gid:\t1235\t1235\t1235\t1235"));
    CHECK(starting_with(facts, "Groups:\t7 8").size() == 1);
    CHECK(facts.contains("NoNewPrivs:\t1"));
    CHECK(facts.contains("nofile 100 200"));
    CHECK(facts.contains("umask 27"));
    CHECK(facts.contains("nice 3"));
    CHECK(facts.contains("300 oom"));
    CHECK(facts.contains("cwd /usr"));
    // The scanner itself is what it was: that launch did not share its memory.
    CHECK(content("/proc/" + std::to_string(rig.scanner()) + "/oom_score_adj") == "0\n");
}

TEST_CASE("a step that fails is reported with its number and errno, and nothing is executed") {
    Rig rig;
    const std::string file = rig.path("report");
    const auto missing = [](base::PlanBuilder& b) {
        b.step(StepOp::umask, {0}, {});
        b.step(StepOp::directory, {}, {"/no/such/place"});
    };
    const auto id = rig.add("probe", {"report", file}, {}, missing);
    rig.start(id);
    REQUIRE(rig.wait_state(id, State::failed));
    const auto status = rig.status(id);
    CHECK(status.reason == base::Reason{ReasonKind::launch_step, 0, ENOENT, 1});
    CHECK(::access(file.c_str(), F_OK) != 0);

    const auto nobody = [](base::PlanBuilder& b) { b.step(StepOp::user, {77, 77}, {"nobody-at-all", "/"}); };
    const auto other = rig.add("unknown-user", {"report", file}, {}, nobody);
    rig.start(other);
    REQUIRE(rig.wait_state(other, State::failed));
    CHECK(rig.status(other).reason.code == ENODATA);

    const auto shifted = [](base::PlanBuilder& b) { b.step(StepOp::user, {77, 77}, {"root", "/"}); };
    const auto third = rig.add("wrong-uid", {"report", file}, {}, shifted);
    rig.start(third);
    REQUIRE(rig.wait_state(third, State::failed));
    CHECK(rig.status(third).reason.code == EUCLEAN);
    CHECK(::access(file.c_str(), F_OK) != 0);
}

TEST_CASE("readiness by descriptor: only a newline counts") {
    Rig rig;
    const auto by_fd = [](base::PlanBuilder& b) {
        b.policy.ready = base::Readiness::descriptor;
        b.policy.ready_fd = 5;
    };
    const auto quick = rig.add("ready", {"ready", "5"}, by_fd);
    const auto never = rig.add("closes", {"close", "5"}, [&](base::PlanBuilder& b) {
        by_fd(b);
        short_times(b);
        b.policy.restart = base::RestartPolicy::never;
    });
    rig.start(quick);
    rig.start(never);
    CHECK(rig.wait_state(quick, State::up));
    CHECK(rig.wait_state(never, State::failed));
    CHECK(rig.status(never).ready_since == 0);
    // A descriptor where the launch itself keeps something is no trouble.
    const auto odd = rig.add("odd", {"ready", "13"}, [](base::PlanBuilder& b) {
        b.policy.ready = base::Readiness::descriptor;
        b.policy.ready_fd = 13;
    });
    rig.start(odd);
    CHECK(rig.wait_state(odd, State::up));
}

TEST_CASE("readiness by NOTIFY_SOCKET, also of a service that is another user") {
    Rig rig;
    const auto by_notify = [](base::PlanBuilder& b) { b.policy.ready = base::Readiness::notify; };
    const auto plain = rig.add("plain", {"notify"}, by_notify);
    const auto dropped = rig.add("dropped", {"notify"}, by_notify, [](base::PlanBuilder& b) {
        b.step(StepOp::user, {1234, 1234}, {"1234", "/"});
    });
    rig.start(plain);
    rig.start(dropped);
    CHECK(rig.wait_state(plain, State::up));
    CHECK(rig.wait_state(dropped, State::up));
}

TEST_CASE("messages that make no sense are dropped and the socket goes on working") {
    Rig rig;
    const std::string file = rig.path("sent");
    const auto id = rig.add("rude", {"notify-badly", file},
                            [](base::PlanBuilder& b) { b.policy.ready = base::Readiness::notify; });
    const auto before = open_files(rig.scanner()).size();
    rig.start(id);
    REQUIRE(rig.wait_file(file, "sent"));
    REQUIRE(rig.wait_state(id, State::starting));
    const auto after = open_files(rig.scanner()).size();
    CHECK(after <=
          before + 6);  // pidfd, log pipe, notify socket, the launch's report: nothing that was sent along
    rig.say(base::Signal{id, SIGUSR1});
    CHECK(rig.wait_state(id, State::up));
}

TEST_CASE("a service that dies is started again, after its delay") {
    Rig rig;
    const std::string file = rig.path("pids");
    const auto id =
        rig.add("again", {"count", file}, [](base::PlanBuilder& b) { b.policy.delay = base::millis(100); });
    rig.start(id);
    REQUIRE(rig.wait_state(id, State::up));
    rig.say(base::Signal{id, SIGKILL});
    REQUIRE(rig.inside().wait_until([&] { return rig.status(id).starts == 2; }));
    REQUIRE(rig.wait_state(id, State::up));  // once executed; it writes a moment later
    REQUIRE(rig.inside().wait_until([&] { return lines(file).size() >= 2; }));
    CHECK(lines(file).size() == 2);
    CHECK(rig.status(id).last_exit == SIGKILL);
    const auto s = rig.status(id);
    CHECK(s.started - s.exited >= 100'000'000);
}

TEST_CASE("a service that ignores TERM is killed at its deadline") {
    Rig rig;
    const std::string file = rig.path("ready");
    const auto id = rig.add("stubborn", {"stubborn", file}, short_times);
    rig.start(id);
    REQUIRE(rig.wait_file(file, "ready"));
    REQUIRE(rig.wait_state(id, State::up));
    rig.stop(id);
    REQUIRE(rig.wait_state(id, State::down));
    CHECK(rig.status(id).last_exit == SIGKILL);
    CHECK(rig.status(id).reason.kind == ReasonKind::stop_timeout);
}

TEST_CASE("finish is told how the service ended") {
    Rig rig;
    const std::string file = rig.path("arguments");
    const std::string payload = rig.payload();
    const auto finish = [&](base::PlanBuilder& b) {
        b.begin(base::Program::finish);
        b.step(StepOp::exec, {}, {payload, "arguments", file});
    };
    const auto never = [](base::PlanBuilder& b) { b.policy.restart = base::RestartPolicy::never; };
    const auto id = rig.add("exits", {"exit", "3"}, never, {}, finish);
    rig.start(id);
    REQUIRE(rig.wait_file(file, "3 0 exits\n"));
    const auto other = rig.add("killed", {"pause"}, never, {}, finish);
    rig.start(other);
    REQUIRE(rig.wait_state(other, State::up));
    rig.say(base::Signal{other, SIGUSR2});
    CHECK(rig.wait_file(file, "256 " + std::to_string(SIGUSR2) + " killed\n"));
}

TEST_CASE("a launch that hangs delays no other and ends at its deadline") {
    Rig rig;
    const std::string fifo = rig.path("fifo");
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    const auto hang = [&](base::PlanBuilder& b) {
        b.step(StepOp::stdio, {0, stdio(StdioKind::read)}, {fifo});
    };
    std::vector<base::ServiceId> stuck;
    for (int i = 0; i < 10; ++i)
        stuck.push_back(rig.add(
            "stuck" + std::to_string(i), {"pause"},
            [](base::PlanBuilder& b) {
                b.policy.start_timeout = base::seconds(2);
                b.policy.restart = base::RestartPolicy::never;
            },
            hang));
    for (const auto id : stuck) rig.start(id);
    for (int i = 0; i < 20; ++i) {
        const auto id = rig.add("free" + std::to_string(i), {"pause"});
        rig.start(id);
        CHECK(rig.wait_state(id, State::up, 1500ms));
    }
    for (const auto id : stuck) CHECK(rig.status(id).state == State::launching);
    for (const auto id : stuck) CHECK(rig.wait_state(id, State::failed));
    // Their slots are free again: more than there are start at once.
    std::vector<base::ServiceId> more;
    for (int i = 0; i < 20; ++i) more.push_back(rig.add("more" + std::to_string(i), {"pause"}));
    for (const auto id : more) rig.start(id);
    for (const auto id : more) CHECK(rig.wait_state(id, State::up));
}

TEST_CASE("a launch that hangs does not keep its neighbours' pipes") {
    Rig rig;
    const std::string fifo = rig.path("fifo");
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    std::vector<base::ServiceId> together;
    for (int i = 0; i < 7; ++i) together.push_back(rig.add("free" + std::to_string(i), {"pause"}));
    const auto stuck = rig.add("stuck", {"pause"}, {}, [&](base::PlanBuilder& b) {
        b.step(StepOp::stdio, {0, stdio(StdioKind::read)}, {fifo});
    });
    // Last, so that it copies a table in which the others' descriptors still lie.
    together.push_back(stuck);
    rig.start_together(together);
    together.pop_back();
    for (const auto id : together) CHECK(rig.wait_state(id, State::up, 3000ms));
    CHECK(rig.status(stuck).state == State::launching);
}

TEST_CASE("a need that stops being ready takes back the leave to start") {
    Rig rig;
    const auto need = rig.add("need", {"pause"}, [](base::PlanBuilder& b) {
        b.policy.delay = base::seconds(100);
        b.policy.delay_max = base::seconds(100);
    });
    const auto user = rig.add("user", {"pause"});
    rig.start(user, false, {need});
    rig.start(need);
    REQUIRE(rig.wait_state(need, State::up));
    CHECK(rig.status(user).state == State::down);  // asked too early
    rig.start(user, false, {need});
    REQUIRE(rig.wait_state(user, State::up));
    rig.say(base::Signal{need, SIGKILL});
    REQUIRE(rig.wait_state(need, State::restarting));
    rig.say(base::Signal{user, SIGKILL});
    REQUIRE(rig.wait_state(user, State::restarting));
    CHECK(rig.status(user).deadline == 0);
    CHECK((rig.status(user).flags & base::status_may_start) == 0);
}

TEST_CASE("oneshots, their down, and milestones") {
    Rig rig;
    const std::string file = rig.path("order");
    const std::string payload = rig.payload();
    const auto id = rig.add("once", {"arguments", file, "up"}, oneshot, {}, [&](base::PlanBuilder& b) {
        b.begin(base::Program::down);
        b.step(StepOp::exec, {}, {payload, "arguments", file, "down"});
    });
    rig.start(id);
    REQUIRE(rig.wait_state(id, State::done));
    rig.stop(id);
    REQUIRE(rig.wait_state(id, State::down));
    CHECK(content(file) == "up\ndown\n");
}

TEST_CASE("a thousand services come up and go down") {
    Rig rig;
    std::vector<base::ServiceId> ids;
    for (int i = 0; i < 1000; ++i)
        ids.push_back(rig.add("s" + std::to_string(i), {"ready", "3"}, [](base::PlanBuilder& b) {
            b.policy.ready = base::Readiness::descriptor;
            b.policy.ready_fd = 3;
        }));
    for (const auto id : ids) rig.start(id);
    const auto all = [&](State state) {
        auto table = base::TableView::open((rig.run() + "/table").c_str());
        if (!table || table->count() < ids.size()) return false;
        return std::ranges::all_of(
            ids, [&](auto id) { return base::committed_state(table->record(id).commit.load()) == state; });
    };
    REQUIRE(rig.inside().wait_until([&] { return all(State::up); }, 60s));
    for (const auto id : ids) rig.stop(id);
    REQUIRE(rig.inside().wait_until([&] { return all(State::down); }, 60s));
    CHECK(open_files(rig.scanner()).size() > 1000);  // log pipes stay
}
