// What a definition says is what its launch plan does.
#include "tests/unit/rc/repository.hpp"

#include <algorithm>

#include <catch2/catch.hpp>
#include <sys/resource.h>

using namespace hob;
using base::Program;
using base::StepOp;
using tests::Directory;
using tests::Run;

namespace {

// A step as text: "user 33 33 www /var/www".
std::vector<std::string> steps(const base::PlanView& plan, Program program = Program::main) {
    std::vector<std::string> out;
    for (const char* at = plan.begin(program); at != plan.end(program); at = base::Step{at}.next()) {
        const base::Step step{at};
        std::string text{name_of(step.op())};
        for (const std::int64_t number : step.numbers()) text += " " + std::to_string(number);
        const char* s = step.strings();
        for (int i = 0; i < step.header().string_count; ++i, s = base::Step::next_string(s))
            text += " " + std::string{s};
        out.push_back(text);
    }
    return out;
}

// Compiles one service named `name` and looks at its plan.
struct One {
    Directory repository;
    std::optional<Run> run;
    std::optional<rc::Database> db;

    explicit One(std::string_view text, std::string_view name = "s") {
        repository.service(name, text);
        run.emplace(repository);
        db.emplace(tests::database_of(*run));
    }
    [[nodiscard]] base::PlanView plan() const { return *db->plan(0); }
    [[nodiscard]] const base::Policy& policy() const { return plan().policy(); }
};

}  // namespace

TEST_CASE("the steps of a plan come in the order that privileges ask for") {
    const Directory root;
    root.write("etc/passwd", "root:x:0:0::/root:/bin/sh\nwww:x:33:34::/var/www:/bin/sh\n");
    root.write("etc/group", "www:x:34:\nssl:x:110:www,other\nlog:x:7:\n");
    root.script("usr/bin/daemon");
    root.service("r/s", R"(
exec = ["daemon", "-f"]
user = "www"
groups = ["log", "ssl"]
directory = "/srv"
umask = "027"
nice = 5
oom-score = -500
no-new-privileges = true
environment = { TZ = "UTC", A = "1" }
[limits]
nofile = 1024
core = "infinity"
memlock = "64K"
[stdio]
stdin = "file:/in"
stdout = "null"
)");
    const Run run{{.repositories = {root.path("r")}, .root = root.path()}};
    const auto db = tests::database_of(run);
    CHECK(run.told().empty());
    CHECK(steps(*db.plan(0)) ==
          std::vector<std::string>{"limit " + std::to_string(RLIMIT_CORE) + " -1 -1",
                                   "limit " + std::to_string(RLIMIT_MEMLOCK) + " 65536 65536",
                                   "limit " + std::to_string(RLIMIT_NOFILE) + " 1024 1024", "nice 5",
                                   "oom-score -500", "stdio 0 2 /in", "stdio 1 0", "umask 23",
                                   "environment A=1 TZ=UTC", "groups 7 34 110", "user 33 34 www /var/www",
                                   "directory /srv", "no-new-privileges", "exec daemon -f"});
    CHECK(db.plan(0)->policy().log == 1);  // stderr still has one
}

TEST_CASE("a longrun without further words has the documented defaults") {
    const One one{"exec = [\"/bin/s\"]"};
    CHECK(one.db->type(0) == base::ServiceType::longrun);
    CHECK(one.policy().restart == base::RestartPolicy::always);
    CHECK(one.policy().ready == base::Readiness::spawn);
    CHECK(one.policy().start_timeout == base::seconds(30));
    CHECK(one.policy().stop_timeout == base::seconds(10));
    CHECK(one.policy().finish_timeout == base::seconds(5));
    CHECK(one.policy().delay == base::seconds(0));
    CHECK(one.policy().delay_max == base::seconds(60));
    CHECK(one.policy().stop_signal == 15);
    CHECK(one.policy().attempts == 5);
    CHECK(steps(one.plan()) == std::vector<std::string>{"exec /bin/s"});
}

TEST_CASE("a oneshot is ready by exiting, and not restarted") {
    const One one{"up = [\"/bin/up\"]\ndown = [\"/bin/down\", \"x\"]"};
    CHECK(one.db->type(0) == base::ServiceType::oneshot);
    CHECK(one.policy().restart == base::RestartPolicy::never);
    CHECK(one.policy().ready == base::Readiness::exit);
    CHECK(one.policy().start_timeout == base::seconds(120));
    CHECK(steps(one.plan(), Program::down) == std::vector<std::string>{"exec /bin/down x"});
}

TEST_CASE("milestones and bundles have plans without programs") {
    const Directory repository;
    repository.service("m", "type = \"milestone\"");
    repository.service("b", "type = \"bundle\"\ncontents = [\"m\"]");
    const auto db = tests::database_of(Run{repository});
    for (std::uint32_t i = 0; i < 2; ++i) {
        REQUIRE(db.plan(i));
        CHECK_FALSE(db.plan(i)->has(Program::main));
        CHECK(db.plan(i)->policy().type == db.type(i));
    }
}

TEST_CASE("readiness and restart come out as they were written") {
    const One fd{
        "exec = [\"/s\"]\nready = \"fd:7\"\n[restart]\npolicy = \"on-failure\"\ndelay = \"500ms\"\n"
        "delay-max = \"2s\"\nattempts = 0\nmax-retry = 9\n[stop]\nsignal = \"SIGQUIT\"\ntimeout = 3\n"};
    CHECK(fd.policy().ready == base::Readiness::descriptor);
    CHECK(fd.policy().ready_fd == 7);
    CHECK(fd.policy().restart == base::RestartPolicy::on_failure);
    CHECK(fd.policy().delay == base::millis(500));
    CHECK(fd.policy().attempts == 0);
    CHECK(fd.policy().max_retry == 9);
    CHECK(fd.policy().stop_signal == 3);
    CHECK(fd.policy().stop_timeout == base::seconds(3));
    CHECK(One{"exec = [\"/s\"]\nready = \"notify\""}.policy().ready == base::Readiness::notify);
}

TEST_CASE("scripts beside service.toml are executed where the repository is") {
    const Directory repository;
    repository.script("s/run");
    repository.script("s/finish");
    repository.script("o/up");
    repository.script("o/down");
    const auto db = tests::database_of(Run{repository});
    const auto s = *db.plan(*db.find("s"));
    CHECK(steps(s) == std::vector<std::string>{"exec " + repository.path("s/run")});
    CHECK(steps(s, Program::finish) == std::vector<std::string>{"exec " + repository.path("s/finish")});
    CHECK(db.type(*db.find("o")) == base::ServiceType::oneshot);
    CHECK(steps(*db.plan(*db.find("o")), Program::down) ==
          std::vector<std::string>{"exec " + repository.path("o/down")});
}

TEST_CASE("with --root a script's path is that on the target") {
    const Directory root;
    root.script("etc/hob/s/run");
    root.script("bin/sh");
    const Run run{{.repositories = {root.path("etc/hob/")}, .root = root.path() + "/"}};
    CHECK(steps(*tests::database_of(run).plan(0)) == std::vector<std::string>{"exec /etc/hob/s/run"});
    const Directory elsewhere;
    elsewhere.script("s/run");
    const Run outside{{.repositories = {elsewhere.path()}, .root = root.path()}};
    CHECK(outside.told("s/run:1:1: error: is not below --root"));
}

TEST_CASE("an instance that somebody names is made from its template") {
    const Directory repository;
    repository.service("tty@",
                       "exec = [\"/getty\", \"${instance}\"]\ndescription = \"on ${instance}\"\n"
                       "needs = [\"base\"]\n[stdio]\nstdin = \"tty:/dev/${instance}\"");
    repository.script("sh@/run");
    repository.service("all", "contents = [\"tty@tty1\", \"sh@a\"]");
    repository.service("base", "type = \"milestone\"");
    const auto db = tests::database_of(Run{repository});
    CHECK(db.size() == 6);
    const auto tty = *db.find("tty@tty1");
    CHECK(db.description(tty) == "on tty1");
    CHECK_FALSE(db.is_template(tty));
    CHECK(db.name(db.needs(tty)[0]) == "base");
    CHECK(steps(*db.plan(tty)) == std::vector<std::string>{"stdio 0 4 /dev/tty1", "exec /getty tty1"});
    CHECK(db.plan(*db.find("tty@"))->is_template());
    CHECK(steps(*db.plan(*db.find("sh@a"))) ==
          std::vector<std::string>{"exec " + repository.path("sh@/run") + " a"});
}

TEST_CASE("an instance with a definition of its own is that definition") {
    const Directory repository;
    repository.service("tty@", "exec = [\"/getty\", \"${instance}\"]");
    repository.service("tty@a", "exec = [\"/other\", \"${instance}\"]");
    repository.service("all", "contents = [\"tty@a\"]");
    const auto db = tests::database_of(Run{repository});
    CHECK(steps(*db.plan(*db.find("tty@a"))) == std::vector<std::string>{"exec /other a"});
}

TEST_CASE("before of one service is after of the other, once") {
    const Directory repository;
    repository.service("a", "exec = [\"/a\"]\nbefore = [\"b\"]");
    repository.service("b", "exec = [\"/b\"]\nafter = [\"a\"]");
    const auto db = tests::database_of(Run{repository});
    CHECK(db.after(0).empty());
    REQUIRE(db.after(1).size() == 1);
    CHECK(db.after(1)[0] == 0);
}

TEST_CASE("a later repository replaces a service as a whole, and roles one by one") {
    const Directory root;
    root.write("etc/passwd", "www-data:x:33:33::/:/bin/sh\nhttp:x:80:80::/:/bin/sh\n");
    root.write("etc/group", "");
    root.write("vendor/users.toml", "www = \"www-data\"\nlog = \"nobody\"\n");
    root.service("vendor/web", "exec = [\"/vendor\"]\nuser = \"www\"\nnice = 3");
    root.service("vendor/other", "exec = [\"/other\"]");
    root.write("admin/users.toml", "www = \"http\"\n");
    root.service("admin/web", "exec = [\"/admin\"]\nuser = \"www\"");
    const Run run{{.repositories = {root.path("vendor"), root.path("admin")}, .root = root.path()}};
    const auto db = tests::database_of(run);
    CHECK(db.size() == 2);
    CHECK(steps(*db.plan(1)) == std::vector<std::string>{"groups 80", "user 80 80 http /", "exec /admin"});
}

TEST_CASE("a program that is missing below --root is a warning") {
    const Directory root;
    root.service("r/a", "exec = [\"/usr/bin/none\"]");
    root.service("r/b", "exec = [\"none\"]");
    root.script("r/c/run", "#!/bin/none -x\n");
    root.script("usr/bin/there");
    std::filesystem::create_symlink("/usr/bin/there", root.path("link"));
    root.service("r/d", "exec = [\"/link\"]");  // an absolute link starts at the root
    const Run run{{.repositories = {root.path("r")}, .root = root.path()}};
    CHECK(run.compiled);
    CHECK(run.say.messages().size() == 3);
    CHECK(run.told("a/service.toml:1:8: warning: program '/usr/bin/none' is not in "));
    CHECK(run.told("b/service.toml:1:8: warning: program 'none'"));
    CHECK(run.told("c/run:1:1: warning: its interpreter '/bin/none'"));
}

TEST_CASE("CRLF line ends and a byte order mark are fine") {
    const One one{
        "\xef\xbb\xbf"
        "exec = [\"/s\"]\r\ndescription = \"fine\"\r\n[stop]\r\ntimeout = \"1s\"\r\n"};
    CHECK(one.db->description(0) == "fine");
    CHECK(one.policy().stop_timeout == base::seconds(1));
}
