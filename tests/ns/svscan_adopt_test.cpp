// The scanner's death and what the next one makes of it.
#include "tests/ns/svscan_rig.hpp"

#include <csignal>
#include <cstdlib>
#include <map>
#include <random>

#include <catch2/catch.hpp>

using namespace hob;         // NOLINT(google-build-using-namespace): the subject
using namespace hob::tests;  // NOLINT(google-build-using-namespace): the subject
using base::ReasonKind;
using base::State;

namespace {

void ready_by_3(base::PlanBuilder& b) {
    b.policy.ready = base::Readiness::descriptor;
    b.policy.ready_fd = 3;
}

}  // namespace

TEST_CASE("a killed scanner is replaced and its services do not notice") {
    Rig rig;
    std::map<base::ServiceId, int> pids;
    for (int i = 0; i < 3; ++i) {
        const auto id = rig.add("s" + std::to_string(i), {"count", rig.path("starts" + std::to_string(i))});
        rig.start(id);
        REQUIRE(rig.wait_state(id, State::up));
        pids[id] = rig.status(id).pid;
    }
    for (int round = 0; round < 2; ++round) {
        rig.replace_scanner();
        for (const auto& [id, pid] : pids) {
            CHECK(rig.status(id).state == State::up);
            CHECK(rig.status(id).pid == pid);
            CHECK((rig.status(id).flags & base::status_adopted) != 0);
        }
    }
    for (int i = 0; i < 3; ++i) CHECK(lines(rig.path("starts" + std::to_string(i))).size() == 1);
    // An adopted service is stopped, and restarted, as any other.
    rig.stop(pids.begin()->first);
    CHECK(rig.wait_state(pids.begin()->first, State::down));
    const auto last = pids.rbegin()->first;
    rig.say(base::Signal{last, SIGKILL});
    REQUIRE(rig.inside().wait_until([&] { return rig.status(last).starts == 2; }));
    REQUIRE(rig.wait_state(last, State::up));
    CHECK(rig.status(last).last_exit == SIGKILL);
    CHECK((rig.status(last).flags & base::status_adopted) == 0);
}

TEST_CASE("a service that dies while there is no scanner is noticed once") {
    Rig rig;
    const std::string file = rig.path("starts");
    const auto id = rig.add("mortal", {"count", file});
    rig.start(id);
    REQUIRE(rig.wait_state(id, State::up));
    const int pid = rig.status(id).pid;
    const pid_t scanner = rig.scanner();
    ::kill(scanner, SIGSTOP);
    REQUIRE(rig.inside().run({"/bin/kill", "-KILL", std::to_string(pid)}).ok());
    rig.replace_scanner();
    REQUIRE(rig.inside().wait_until([&] { return rig.status(id).starts == 2; }));
    REQUIRE(rig.wait_state(id, State::up));
    CHECK(rig.status(id).last_exit == SIGKILL);
    REQUIRE(rig.inside().wait_until([&] { return lines(file).size() >= 2; }));  // up before it writes
    CHECK(lines(file).size() == 2);
}

TEST_CASE("deadlines and readiness go on under the next scanner") {
    Rig rig;
    const std::string file = rig.path("ready");
    const auto slow = rig.add("slow", {"stubborn", file}, [](base::PlanBuilder& b) {
        ready_by_3(b);
        b.policy.start_timeout = base::millis(1500);
        b.policy.stop_timeout = base::millis(100);
        b.policy.restart = base::RestartPolicy::never;
    });
    const auto notify = rig.add("notify", {"notify-badly", rig.path("sent")},
                                [](base::PlanBuilder& b) { b.policy.ready = base::Readiness::notify; });
    rig.start(slow);
    rig.start(notify);
    REQUIRE(rig.wait_file(file, "ready"));
    REQUIRE(rig.wait_file(rig.path("sent"), "sent"));
    REQUIRE(rig.wait_state(slow, State::starting));
    rig.replace_scanner();
    rig.say(base::Signal{notify, SIGUSR1});
    CHECK(rig.wait_state(notify, State::up));
    CHECK(rig.wait_state(slow, State::failed));
    CHECK(rig.status(slow).reason.kind == ReasonKind::start_timeout);
}

TEST_CASE("what a service wrote while nobody watched is in its log pipe") {
    Rig rig;
    const auto id = rig.add("talker", {"pause"});
    rig.start(id);
    REQUIRE(rig.wait_state(id, State::up));
    const auto before = open_files(rig.scanner());
    rig.replace_scanner();
    auto logger = base::connect_to((rig.run() + "/sock/scan").c_str());
    REQUIRE(logger);
    REQUIRE(base::send_message(logger->get(), base::Hello{.peer = base::Peer::logger}));
    base::Packet packet;
    bool found = false;
    REQUIRE(rig.inside().wait_until([&] {
        if (!base::receive_packet(logger->get(), packet)) return false;
        base::PacketReader reader{packet.bytes()};
        base::LogStream stream;
        for (base::Frame frame; reader.next(frame);)
            if (base::decode(frame, stream) && stream.id == id) found = stream.name == "talker";
        return found;
    }));
}

TEST_CASE("a rebuild believes only the descriptors") {
    Rig rig;
    const auto id = rig.add("kept", {"pause"});
    rig.start(id);
    REQUIRE(rig.wait_state(id, State::up));
    const int pid = rig.status(id).pid;
    // Three quick deaths in a row: hob-init starts the next one with --rebuild.
    for (int i = 0; i < 5 && rig.status(id).reason.kind != ReasonKind::history_unknown; ++i)
        rig.replace_scanner();
    CHECK(rig.status(id).reason.kind == ReasonKind::history_unknown);
    CHECK(rig.status(id).state == State::up);
    CHECK(rig.status(id).pid == pid);
    rig.stop(id);
    CHECK(rig.wait_state(id, State::down));
}

TEST_CASE("scanners killed at random moments of launches and deaths lose nothing and double nothing") {
    Rig rig;
    constexpr int services = 12;
    const bool nightly = std::getenv("HOB_NIGHTLY") != nullptr;
    std::vector<base::ServiceId> ids;
    std::vector<std::string> files;
    for (int i = 0; i < services; ++i) {
        files.push_back(rig.path("starts" + std::to_string(i)));
        ids.push_back(rig.add("s" + std::to_string(i), {"single", files.back()}, [](base::PlanBuilder& b) {
            ready_by_3(b);
            b.policy.attempts = 0;
            b.policy.delay_max = base::millis(50);
        }));
        rig.start(ids.back());
    }
    for (const auto id : ids) REQUIRE(rig.wait_state(id, State::up));
    std::mt19937 random{11};
    for (int round = 0; round < (nightly ? 100 : 6); ++round) {
        // Deaths and restarts are under way when the scanner goes, some microseconds later each time. Its own
        // death is in the past of hob-init's three-in-five-seconds rule: a pause first.
        const auto pause = std::chrono::steady_clock::now() + 2600ms;
        REQUIRE(rig.inside().wait_until([&] { return std::chrono::steady_clock::now() > pause; }));
        for (const auto id : ids)
            if (random() % 2 == 0) rig.say(base::Signal{id, SIGKILL});
        const auto moment = std::chrono::steady_clock::now() + std::chrono::microseconds{random() % 3000};
        while (std::chrono::steady_clock::now() < moment) {
        }
        rig.replace_scanner();
        for (const auto id : ids) {
            INFO("round " << round << ", service " << id);
            REQUIRE(rig.wait_state(id, State::up));
        }
    }
    for (const auto& file : files) {
        INFO(content(file));
        CHECK(content(file).find("double") == std::string::npos);
    }
}

TEST_CASE("the tree goes down on request, services first, and everything ends") {
    Rig rig;
    const auto id = rig.add("service", {"pause"});
    rig.start(id);
    REQUIRE(rig.wait_state(id, State::up));
    rig.say(base::Power{base::PowerAction::exit});
    base::Shutdown shutdown;
    REQUIRE(rig.hear(shutdown));
    rig.stop(id);
    const auto ended = rig.inside().wait_exit();
    INFO(rig.said());
    REQUIRE(ended);
    CHECK(*ended == 0);
}

TEST_CASE("an engine that does not come back does not hold up the end") {
    Rig rig;
    const auto id = rig.add("service", {"pause"});
    rig.start(id);
    REQUIRE(rig.wait_state(id, State::up));
    rig.say(base::Power{base::PowerAction::exit});
    base::Shutdown shutdown;
    REQUIRE(rig.hear(shutdown));
    rig.hang_up();
    const auto ended = rig.inside().wait_exit();
    INFO(rig.said());
    REQUIRE(ended);
    CHECK(*ended == 0);
}
