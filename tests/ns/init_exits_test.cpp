// What hob-init tells its scanner about processes that were not the scanner's children.
#include "base/time.hpp"
#include "tests/ns/init_rig.hpp"

#include <algorithm>
#include <csignal>

#include <catch2/catch.hpp>
#include <sys/wait.h>

using namespace hob::tests;  // NOLINT(google-build-using-namespace): the subject
using hob::base::MessageType;

namespace {

// Starts a process that outlives its scanner; its pid inside.
pid_t leave_a_service(Scanner& scanner) {
    scanner.command("stay");
    const std::string one = scanner.answer(), two = scanner.answer();  // its pid and "burnt", in any order
    return std::stoi(one == "burnt" ? two : one);
}
void kill_inside(Namespace& ns, pid_t pid, const char* signal) {
    REQUIRE(ns.run({"/bin/kill", signal, std::to_string(pid)}).ok());
}

}  // namespace

TEST_CASE("an exit while no scanner lives is delivered later, with status, time and resource usage") {
    InitRig rig;
    auto first = rig.accept();
    first.until(MessageType::store_end);
    const pid_t service = leave_a_service(first);
    // Neither the scanner's end nor the service's is seen before both have happened.
    rig.ns().signal(SIGSTOP);
    first.kill();
    REQUIRE(rig.ns().wait_until([&] { return status_field(first.pid(), "State").starts_with("Z"); }));
    kill_inside(rig.ns(), service, "-TERM");
    const std::string status = "/proc/" + std::to_string(service) + "/status";
    REQUIRE(rig.ns().wait_until([&] { return rig.ns().run({"/bin/grep", "-q", "State:.Z", status}).ok(); }));
    const auto before = hob::base::boot_now().ns;
    rig.ns().signal(SIGCONT);

    auto second = rig.accept();
    const auto exited = second.exit_of(service);
    CHECK(WIFSIGNALED(exited.status));
    CHECK(WTERMSIG(exited.status) == SIGTERM);
    CHECK(exited.when >= before);
    CHECK(exited.when <= hob::base::boot_now().ns);
    CHECK(exited.user_us + exited.system_us > 20'000);  // it has burnt 30 ms
    CHECK(exited.max_rss_kb > 100);
    second.until(MessageType::store_end);  // which comes after it
}

TEST_CASE("an exit is told to every new scanner until one acknowledges it") {
    InitRig rig;
    auto first = rig.accept();
    const pid_t a = leave_a_service(first), b = leave_a_service(first);
    first.kill();
    auto second = rig.accept();
    second.until(MessageType::store_end);
    kill_inside(rig.ns(), a, "-KILL");
    const auto told_a = second.exit_of(a);
    kill_inside(rig.ns(), b, "-KILL");
    const auto told_b = second.exit_of(b);
    CHECK(told_b.seq > told_a.seq);
    second.acknowledge(told_a.seq);
    second.acknowledge(told_b.seq + 1000);  // never given: changes nothing
    second.kill();

    auto third = rig.accept();
    std::vector<pid_t> again;
    for (const auto& told : third.until(MessageType::store_end))
        if (told.type == MessageType::exited) again.push_back(told.exited.pid);
    CHECK(again == std::vector<pid_t>{b});
    third.acknowledge(told_b.seq);
    third.kill();

    auto fourth = rig.accept();
    for (const auto& told : fourth.until(MessageType::store_end)) CHECK(told.type != MessageType::exited);
}

TEST_CASE("a storm of 50,000 orphans is reaped while the store goes on answering") {
    InitRig rig;
    auto scanner = rig.accept();
    scanner.until(MessageType::store_end);
    constexpr int count = 50'000;
    scanner.command("orphans " + std::to_string(count) + " 7");
    int reaped = 0, answers = 0;
    std::chrono::nanoseconds slowest{0};
    std::chrono::steady_clock::time_point asked{};
    while (reaped < count) {
        if (asked == std::chrono::steady_clock::time_point{} && reaped >= answers * 200) {
            asked = std::chrono::steady_clock::now();
            scanner.put(1, hob::base::Role::none, 0, 0);  // cannot be, and is answered by Refused
        }
        const auto told = scanner.next(60s);
        if (!told || told->type == MessageType::exits_lost) FAIL("after " << reaped << " exits");
        if (told->type == MessageType::refused) {
            slowest = std::max<std::chrono::nanoseconds>(slowest, std::chrono::steady_clock::now() - asked);
            asked = {};
            ++answers;
        }
        if (told->type != MessageType::exited) continue;
        if (WIFEXITED(told->exited.status) && WEXITSTATUS(told->exited.status) == 7) ++reaped;
        if (told->exited.seq % 256 == 0) scanner.acknowledge(told->exited.seq);
    }
    CHECK(scanner.answer() == "left");
    INFO(answers << " answers, the slowest after " << slowest.count() / 1'000'000 << " ms");
    CHECK(answers > 200);
    CHECK(slowest < 2s);
    // Nobody is left behind as a zombie: the scanner is PID 1's only child.
    CHECK(rig.ns().wait_until([&] {
        const auto listing = rig.ns().run({"/bin/cat", "/proc/1/task/1/children"}).output;
        return std::count(listing.begin(), listing.end(), ' ') == 1;
    }));
}

TEST_CASE("many exits at once do not keep the store waiting") {
    InitRig rig;
    auto scanner = rig.accept();
    scanner.until(MessageType::store_end);
    rig.ns().signal(SIGSTOP);
    scanner.command("orphans 3000 7");
    REQUIRE(scanner.answer() == "left");
    scanner.put(1, hob::base::Role::none, 0, 0);
    rig.ns().signal(SIGCONT);
    CHECK(scanner.until(MessageType::refused).size() < 500);  // the answer comes among the first exits
}

TEST_CASE("more exits than are kept: the oldest are dropped and the scanner is told so") {
    InitRig rig;
    auto scanner = rig.accept();
    scanner.until(MessageType::store_end);
    scanner.command("orphans 17000 3");  // 16384 are kept
    std::uint64_t last = 0;
    bool lost = false;
    while (!lost) {
        const auto told = scanner.next(60s);
        REQUIRE(told);
        lost = told->type == MessageType::exits_lost;
        if (told->type == MessageType::exited) last = told->exited.seq;
    }
    CHECK(last > 16000);  // those not yet sent then are not told before it
    CHECK(scanner.answer() == "left");
}
