#include "init/exit_queue.hpp"

#include <deque>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

using hob::init::ExitEntry;
using hob::init::ExitQueue;

namespace {

ExitEntry exit_of(int pid) { return {pid, 0, 0, 0, 0, 0}; }
std::vector<int> unsent(const ExitQueue& queue) {
    std::vector<int> pids;
    for (auto seq = queue.unsent(); seq != queue.end(); ++seq) pids.push_back(queue.at(seq).pid);
    return pids;
}

}  // namespace

TEST_CASE("exits are sent in order, once to each scanner, until acknowledged") {
    ExitEntry room[4];
    ExitQueue queue{room};
    CHECK(unsent(queue).empty());
    for (int pid = 1; pid <= 3; ++pid) queue.push(exit_of(pid));
    CHECK(unsent(queue) == std::vector{1, 2, 3});
    queue.sent(queue.end());
    CHECK(unsent(queue).empty());
    queue.acknowledge(2);
    queue.rewind();
    CHECK(unsent(queue) == std::vector{3});
    CHECK(queue.unsent() == 3);
    CHECK_FALSE(queue.lost());
}

TEST_CASE("a full queue drops the oldest and says so once") {
    ExitEntry room[2];
    ExitQueue queue{room};
    for (int pid = 1; pid <= 5; ++pid) queue.push(exit_of(pid));
    CHECK(queue.lost());
    queue.lost_told();
    CHECK_FALSE(queue.lost());
    CHECK(unsent(queue) == std::vector{4, 5});
    CHECK(queue.unsent() == 4);
}

TEST_CASE("acknowledging what was never given, or twice, changes nothing") {
    ExitEntry room[4];
    ExitQueue queue{room};
    queue.acknowledge(0);
    queue.acknowledge(1);
    queue.push(exit_of(1));
    queue.push(exit_of(2));
    queue.acknowledge(99);
    CHECK(queue.size() == 2);
    queue.acknowledge(1);
    queue.acknowledge(1);
    CHECK(queue.size() == 1);
}

TEST_CASE("an emptied queue uses its first entries again") {
    ExitEntry room[1000];
    ExitQueue queue{room};
    for (int i = 0; i < 500; ++i) {
        queue.push(exit_of(i));
        queue.sent(queue.end());
        CHECK(&queue.at(queue.end() - 1) == room);
        queue.acknowledge(queue.end() - 1);
    }
}

TEST_CASE("whatever happens, the queue is what a deque would be") {
    std::mt19937 random{7};
    ExitEntry room[7];
    ExitQueue queue{room};
    std::deque<int> model;
    std::uint64_t first = 1;
    for (int step = 0; step < 20'000; ++step) {
        if (random() % 3 != 0) {
            queue.push(exit_of(step));
            model.push_back(step);
            if (model.size() > 7) model.pop_front(), ++first;
        } else {
            const std::uint64_t seq = first + random() % 9;
            queue.acknowledge(seq);
            if (seq < first + model.size())
                for (; first <= seq; ++first) model.pop_front();
        }
        if (random() % 5 == 0) queue.sent(queue.end());
        queue.rewind();
        REQUIRE(unsent(queue) == std::vector<int>(model.begin(), model.end()));
        REQUIRE(queue.unsent() == first);
    }
}
