// Where the machine gives less: no clone3, memory that others could read, no descriptors left, no privileges.
#include "tests/ns/svscan_rig.hpp"

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace hob;         // NOLINT(google-build-using-namespace): the subject
using namespace hob::tests;  // NOLINT(google-build-using-namespace): the subject
using base::ReasonKind;
using base::State;

namespace {

std::uint32_t degraded(Rig& rig) {
    auto table = base::TableView::open((rig.run() + "/table").c_str());
    return table ? table->header().degraded : ~0U;
}

// Every system call `number` fails with ENOSYS from here on.
void refuse(unsigned number) {
    sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog program{4, code};
    ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

void works(Rig& rig) {
    const std::string file = rig.path("report");
    const auto id = rig.add("probe", {"report", file});
    rig.start(id);
    REQUIRE(rig.wait_state(id, State::up));
    REQUIRE(rig.wait_file(file));
    const int pid = rig.status(id).pid;
    rig.replace_scanner();
    CHECK(rig.status(id).pid == pid);
    rig.stop(id);
    CHECK(rig.wait_state(id, State::down));
    const auto broken = rig.add("broken", {}, {}, [](base::PlanBuilder& b) {
        b.step(base::StepOp::directory, {}, {"/no/such/place"});
    });
    rig.start(broken);
    CHECK(rig.wait_state(broken, State::failed));
}

}  // namespace

TEST_CASE("where nothing is missing nothing is degraded") {
    Rig rig;
    works(rig);
    CHECK(degraded(rig) == 0);
}

TEST_CASE("where clone3 is refused the older call does") {
    Namespace::Options options;
    options.prepare = [] { refuse(435); };
    Rig rig{true, std::move(options)};
    works(rig);
    CHECK((degraded(rig) & base::degraded_clone) != 0);
}

TEST_CASE("where others could read the memory of a launch it is a copy") {
    const TempDir dir;
    std::ofstream{dir / "one"} << "1\n";
    Namespace::Options options;
    options.prepare = [&] {
        if (::mount((dir / "one").c_str(), "/proc/sys/fs/suid_dumpable", nullptr, MS_BIND, nullptr) != 0)
            ::_exit(97);
    };
    Rig rig{true, std::move(options)};
    works(rig);
    CHECK((degraded(rig) & base::degraded_fork) != 0);
}

TEST_CASE("without hob-init services run all the same") {
    Rig rig{false};
    const auto id = rig.add("alone", {"pause"});
    rig.start(id);
    REQUIRE(rig.wait_state(id, State::up));
    CHECK((degraded(rig) & base::degraded_store) != 0);
}

TEST_CASE("when descriptors run out services wait and come up once there are some again") {
    Namespace::Options options;
    options.prepare = [] {
        const rlimit files{230, 230};
        ::setrlimit(RLIMIT_NOFILE, &files);
    };
    Rig rig{false, std::move(options)};
    std::vector<base::ServiceId> ids;
    for (int i = 0; i < 30; ++i)
        ids.push_back(
            rig.add("s" + std::to_string(i), {"pause"}, [](base::PlanBuilder& b) { b.policy.attempts = 0; }));
    for (const auto id : ids) rig.start(id);
    const auto count = [&](State state) {
        return std::ranges::count_if(ids, [&](auto id) { return rig.status(id).state == state; });
    };
    REQUIRE(rig.inside().wait_until([&] { return count(State::up) + count(State::restarting) == 30; }));
    INFO(rig.said(ids[0]) << rig.said(ids[29]));
    REQUIRE(count(State::restarting) > 5);
    REQUIRE(count(State::up) > 5);
    for (const auto id : ids)
        if (rig.status(id).state == State::restarting)
            CHECK(rig.status(id).reason == base::Reason{ReasonKind::clone_failed, 0, EMFILE, 0});
    // Some leave for good, with all that was theirs.
    std::vector<base::ServiceId> waiting;
    int gone = 0;
    for (const auto id : ids) {
        if (rig.status(id).state == State::restarting) waiting.push_back(id);
        if (gone < 6 && rig.status(id).state == State::up) ++gone, rig.say(base::Remove{id});
    }
    CHECK(rig.inside().wait_until([&] {
        return std::ranges::count_if(waiting, [&](auto id) { return rig.status(id).state == State::up; }) >=
               4;
    }));
}

TEST_CASE("a user without privileges runs a directory of services") {
    const TempDir dir;
    const std::string bin = install(dir, {"hob-svscan"}, {{"payload", program("svscan_payload")}});
    std::filesystem::create_directories(dir / "services/probe");
    std::ofstream{dir / "services/probe/run"} << "#!/bin/sh\nexec " << bin << "/payload report "
                                              << dir / "report" << "\n";
    std::filesystem::permissions(dir / "services/probe/run", std::filesystem::perms{0755});
    for (const std::string& path : {dir.path(), dir / "services", dir / "services/probe"})
        REQUIRE(::chown(path.c_str(), 1234, 1234) == 0);
    Namespace ns{{.command = {"/usr/bin/setpriv", "--reuid=1234", "--regid=1234", "--clear-groups",
                              bin + "/hob-svscan", dir / "services"},
                  .env = {{"PATH", "/bin:/mine"}, {"HOME", dir.path()}, {"USER", "me"}, {"OTHER", "word"}},
                  .pid = false}};
    const bool reported = ns.wait_until([&] { return std::filesystem::exists(dir / "report"); });
    INFO(ns.output());
    REQUIRE(reported);
    const auto all = lines(dir / "report");
    const auto has = [&](const std::string& fact) { return std::ranges::find(all, fact) != all.end(); };
    INFO(content(dir / "report"));
    CHECK(has("env PATH=/bin:/mine"));
    CHECK(has("env HOME=" + dir.path()));
    CHECK(has("env USER=me"));
    CHECK_FALSE(has("env OTHER=word"));
    CHECK(has("Uid:\t1234\t1234\t1234\t1234"));
    CHECK(std::filesystem::exists(dir / "services/.hob/table"));
}
