// The launcher with real children, in the test's own process.
#include "svc/launch.hpp"

#include "base/plan_builder.hpp"
#include "base/sys.hpp"
#include "tests/unit/base/faults.hpp"

#include <chrono>
#include <map>
#include <memory>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace hob;  // NOLINT(google-build-using-namespace): the subject

namespace {

struct Bench {
    Bench() {
        REQUIRE(loop.open());
        REQUIRE(launcher->open(loop, -1, this, [](void* self, const svc::LaunchEnd& end) noexcept {
            static_cast<Bench*>(self)->ends[end.id] = end;
        }));
    }
    // A plan of one program of these steps.
    static std::vector<char> blob(const std::function<void(base::PlanBuilder&)>& steps) {
        base::PlanBuilder builder;
        builder.begin(base::Program::main);
        steps(builder);
        return builder.finish();
    }
    base::Result<svc::Launched> launch(base::ServiceId id, const base::PlanView& plan) {
        svc::LaunchRequest request;
        request.id = id;
        request.plan = &plan;
        request.parent_tid = &tid;
        return launcher->launch(request);
    }
    bool wait_end(base::ServiceId id) {
        const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds{10};
        while (!ends.contains(id) && std::chrono::steady_clock::now() < limit) REQUIRE(loop.turn(false));
        return ends.contains(id);
    }
    static int wait_exit(const svc::Launched& launched) {
        int status = -1;
        ::waitpid(launched.pid, &status, 0);
        return status;
    }
    base::Loop loop;
    std::unique_ptr<svc::Launcher> launcher = std::make_unique<svc::Launcher>();
    std::map<base::ServiceId, svc::LaunchEnd> ends;
    std::int32_t tid = 0;
};

}  // namespace

TEST_CASE("a launch executes, and the kernel writes the pid where it shall") {
    Bench bench;
    const auto blob = Bench::blob([](auto& b) { b.step(base::StepOp::exec, {}, {"true"}); });
    const auto plan = base::PlanView::check(blob);
    const auto launched = bench.launch(5, *plan);
    REQUIRE(launched);
    CHECK(bench.tid == launched->pid);
    REQUIRE(bench.wait_end(5));
    CHECK_FALSE(bench.ends[5].failure);
    CHECK(Bench::wait_exit(*launched) == 0);
}

TEST_CASE("what cannot be executed is reported by step and errno") {
    Bench bench;
    const struct {
        const char* program;
        int error;
    } cases[] = {{"/no/such/program", ENOENT},
                 {"no-such-program", ENOENT},
                 {"/etc/passwd", EACCES},
                 {"/tmp", EACCES},
                 {"", ENOENT}};
    base::ServiceId id = 0;
    for (const auto& c : cases) {
        const auto blob = Bench::blob([&](auto& b) {
            b.step(base::StepOp::umask, {077}, {});
            b.step(base::StepOp::exec, {}, {c.program});
        });
        const auto plan = base::PlanView::check(blob);
        const auto launched = bench.launch(++id, *plan);
        REQUIRE(launched);
        REQUIRE(bench.wait_end(id));
        INFO(c.program);
        REQUIRE(bench.ends[id].failure);
        CHECK(bench.ends[id].failure->step == 1);
        CHECK(bench.ends[id].failure->error == c.error);
        CHECK(WEXITSTATUS(Bench::wait_exit(*launched)) == 127);
    }
}

TEST_CASE("a child that dies before it executes frees its slot") {
    Bench bench;
    const std::string fifo = "/tmp/hob-launch-" + std::to_string(::getpid());
    REQUIRE(::mknod(fifo.c_str(), S_IFIFO | 0600, 0) == 0);
    const auto blob = Bench::blob([&](auto& b) {
        b.step(base::StepOp::stdio, {0, static_cast<int>(base::StdioKind::read)}, {fifo});
        b.step(base::StepOp::exec, {}, {"true"});
    });
    const auto plan = base::PlanView::check(blob);
    for (int round = 0; round < 3; ++round) {
        std::vector<svc::Launched> all;
        while (bench.launcher->has_free_slot()) {
            auto launched = bench.launch(static_cast<base::ServiceId>(all.size()), *plan);
            REQUIRE(launched);
            all.push_back(*std::move(launched));
        }
        CHECK(all.size() == svc::launch_slots);
        for (const auto& one : all) REQUIRE(base::sys::signal_pidfd(one.pidfd.get(), SIGKILL));
        for (std::size_t i = 0; i < all.size(); ++i) {
            (void)Bench::wait_exit(all[i]);
            bench.launcher->child_died(all[i].slot, static_cast<base::ServiceId>(i));
        }
        for (int i = 0; i < 1000 && bench.launcher->free_slots() != svc::launch_slots; ++i)
            REQUIRE(bench.loop.turn(false));
        CHECK(bench.launcher->free_slots() == svc::launch_slots);
    }
    ::unlink(fifo.c_str());
}

TEST_CASE("a step that would change the parent runs on memory of its own") {
    Bench bench;
    const auto blob = Bench::blob([](auto& b) {
        b.step(base::StepOp::oom_score, {200}, {});
        b.step(base::StepOp::exec, {}, {"true"});
    });
    const auto plan = base::PlanView::check(blob);
    const auto own_score = [] {
        char text[16] = {};
        auto file = base::sys::open_at(AT_FDCWD, "/proc/self/oom_score_adj", O_RDONLY);
        REQUIRE(file);
        REQUIRE(base::sys::read(file->get(), text, sizeof text));
        return std::string{text};
    };
    const auto before = own_score();
    const auto launched = bench.launch(1, *plan);
    REQUIRE(launched);
    REQUIRE(bench.wait_end(1));
    CHECK_FALSE(bench.ends[1].failure);
    CHECK(Bench::wait_exit(*launched) == 0);
    CHECK(own_score() == before);
}

TEST_CASE("no failing call of a launch leaks a descriptor or a process") {
    Bench bench;
    const auto blob = Bench::blob([](auto& b) { b.step(base::StepOp::exec, {}, {"true"}); });
    const auto plan = base::PlanView::check(blob);
    const int before = tests::open_fds();
    for (const int code : {EMFILE, EAGAIN}) {
        const int failed = tests::each_fault(code, [&] {
            bench.ends.clear();
            const auto launched = bench.launch(1, *plan);
            if (!launched) return;
            base::sys::fault_hook = nullptr;
            REQUIRE(bench.wait_end(1));
            (void)Bench::wait_exit(*launched);
        });
        CHECK(failed >= 2);
        CHECK(tests::open_fds() == before);
        CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
    }
}
