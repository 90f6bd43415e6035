#include "init/restarts.hpp"

#include <catch2/catch.hpp>

using hob::base::Instant;
using hob::base::millis;
using hob::base::seconds;
using hob::init::Restarts;

TEST_CASE("the first deaths are followed by a start at once") {
    Restarts restarts;
    const Instant start{seconds(100).count};
    for (const auto at : {millis(0), millis(10)}) {
        const auto next = restarts.death(start + at);
        CHECK_FALSE(next.rebuild);
        CHECK(next.delay.count == 0);
    }
}

TEST_CASE("three deaths within five seconds mean --rebuild, more of them a pause, for ever") {
    Restarts restarts;
    Instant now{seconds(100).count};
    (void)restarts.death(now);
    (void)restarts.death(now);
    const auto third = restarts.death(now);
    CHECK(third.rebuild);
    CHECK(third.delay.count == 0);
    for (int death = 0; death < 1000; ++death) {
        now = now + seconds(1);
        const auto next = restarts.death(now);
        CHECK(next.rebuild);
        CHECK(next.delay == Restarts::pause);
    }
}

TEST_CASE("deaths further apart are forgiven") {
    Restarts restarts;
    Instant now{seconds(100).count};
    for (int death = 0; death < 100; ++death) {
        const auto next = restarts.death(now);
        CHECK_FALSE(next.rebuild);
        CHECK(next.delay.count == 0);
        now = now + millis(2600);
    }
    (void)restarts.death(now);
    (void)restarts.death(now);
    CHECK(restarts.death(now).rebuild);
    now = now + seconds(60);
    CHECK_FALSE(restarts.death(now).rebuild);
}
