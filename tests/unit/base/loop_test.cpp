#include "base/loop.hpp"

#include "base/sys.hpp"
#include "tests/unit/base/faults.hpp"

#include <algorithm>
#include <memory>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

using namespace hob::base;

namespace {

struct Listener {
    int served = 0;
    Listener* drops = nullptr;
    Watch watch;
    void on(std::uint32_t) noexcept {
        ++served;
        if (drops != nullptr) drops->watch.drop();
    }
};

struct Alarm {
    std::vector<std::int64_t>* fired = nullptr;
    std::int64_t label = 0;
    Timer timer{};
    void ring() noexcept { fired->push_back(label); }
};

}  // namespace

TEST_CASE("a readable descriptor calls its owner") {
    Loop loop;
    REQUIRE(loop.open());
    auto pipe = sys::pipe();
    REQUIRE(pipe);
    Listener listener;
    REQUIRE(listener.watch.start<&Listener::on>(loop, pipe->read.get(), EPOLLIN, &listener));
    REQUIRE(loop.turn(false));
    CHECK(listener.served == 0);
    REQUIRE(sys::write(pipe->write.get(), "x", 1));
    REQUIRE(loop.turn());
    CHECK(listener.served == 1);
}

TEST_CASE("a watch dropped by a handler of the same batch is not served") {
    Loop loop;
    REQUIRE(loop.open());
    auto one = sys::pipe(), two = sys::pipe();
    REQUIRE((one && two));
    Listener a, b;
    a.drops = &b, b.drops = &a;
    REQUIRE(a.watch.start<&Listener::on>(loop, one->read.get(), EPOLLIN, &a));
    REQUIRE(b.watch.start<&Listener::on>(loop, two->read.get(), EPOLLIN, &b));
    REQUIRE(sys::write(one->write.get(), "x", 1));
    REQUIRE(sys::write(two->write.get(), "x", 1));
    REQUIRE(loop.turn());
    CHECK(a.served + b.served == 1);
}

TEST_CASE("timers fire in the order of their deadlines, whatever the order they were set and stopped in") {
    Loop loop;
    REQUIRE(loop.open());
    std::mt19937 random{7};
    std::vector<std::int64_t> fired, expected;
    std::vector<std::unique_ptr<Alarm>> alarms;
    const Instant now = monotonic_now();
    for (int i = 0; i < 2000; ++i) {
        alarms.push_back(std::make_unique<Alarm>());
        auto& alarm = *alarms.back();
        alarm.fired = &fired;
        alarm.label = static_cast<std::int64_t>(random() % 500) + 1;
        alarm.timer.start<&Alarm::ring>(loop, now + Nanos{-alarm.label}, &alarm);
    }
    for (auto& alarm : alarms) {
        const auto what = random() % 4;
        if (what == 0) alarm->timer.stop();
        if (what == 1) {
            alarm->label = static_cast<std::int64_t>(random() % 500) + 1;
            alarm->timer.start<&Alarm::ring>(loop, now + Nanos{-alarm->label}, alarm.get());
        }
        if (alarm->timer.running()) expected.push_back(alarm->label);
    }
    std::sort(expected.rbegin(), expected.rend());  // the most overdue first
    REQUIRE(loop.turn());
    CHECK(fired == expected);
}

TEST_CASE("a timer wakes the loop and a destroyed one never fires") {
    Loop loop;
    REQUIRE(loop.open());
    std::vector<std::int64_t> fired;
    Alarm kept{.fired = &fired, .label = 1};
    kept.timer.start<&Alarm::ring>(loop, monotonic_now() + millis(5), &kept);
    {
        Alarm gone{.fired = &fired, .label = 2};
        gone.timer.start<&Alarm::ring>(loop, monotonic_now() + millis(1), &gone);
    }
    while (fired.empty()) REQUIRE(loop.turn());
    CHECK(fired == std::vector<std::int64_t>{1});
}

TEST_CASE("opening a loop and watching leaks nothing when any call fails") {
    auto pipe = sys::pipe();
    REQUIRE(pipe);
    const int before = hob::tests::open_fds();
    CHECK(hob::tests::each_fault(EMFILE, [&] {
              Loop loop;
              if (!loop.open()) return;
              Listener listener;
              (void)listener.watch.start<&Listener::on>(loop, pipe->read.get(), EPOLLIN, &listener);
          }) == 4);
    CHECK(hob::tests::open_fds() == before);
}
