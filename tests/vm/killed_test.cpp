// hob's own programs die; the machine does not notice, or not for long.
#include "tests/vm/booted.hpp"
#include "tools/vm/boot_test.hpp"

#include <cstdlib>
#include <iostream>
#include <random>
#include <thread>

#include <catch2/catch.hpp>

namespace {

using hob::tests::vm::Booted;
using hob::tests::vm::pid_of;
using hob::vm::milliseconds;
using hob::vm::seconds;
namespace vm = hob::vm;

unsigned first_seed() {
    const char* given = std::getenv("HOB_SEED");
    return given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 10))
                            : std::random_device{}();
}

int rounds() {
    if (std::getenv("HOB_SEED") != nullptr) return 1;
    return std::getenv("HOB_NIGHTLY") != nullptr ? 50 : 3;
}

// Between the first service's start and, as a rule, somewhat after the last one's.
int kill_after(unsigned seed) {
    std::mt19937 random{seed};
    return std::uniform_int_distribution{0, 2500}(random);
}

}  // namespace

TEST_CASE("hob-rc killed at any moment of boot: everything comes up", "[engine]") {
    const unsigned start = first_seed();
    for (int round = 0; round < rounds(); ++round) {
        const unsigned seed = start + static_cast<unsigned>(round);
        const int after = kill_after(seed);
        std::cout << "hob-rc killed after " << after << " ms; again: HOB_SEED=" << seed << std::endl;
        Booted machine{"engine", "test", "hob-test.kill=hob-rc@" + std::to_string(after)};
        const auto killed = machine->wait_until("cat /run/test-chaos", seconds{30});
        std::cout << "  " << killed << std::flush;
        CHECK(killed.find("none") == std::string::npos);
        vm::bring_up(*machine, "default", seconds{120});
        CHECK(killed.find(' ' + std::to_string(pid_of(*machine, "hob-rc")) + ' ') == std::string::npos);
        vm::talk_to_nginx(*machine);
        vm::talk_to_redis(*machine);
        CHECK(machine->check("pidof redis-server | wc -w") == "1\n");
        CHECK(machine->check("pidof dropbear | wc -w") == "1\n");
        vm::power_off(*machine, "poweroff", seconds{40});
    }
}

TEST_CASE("hob-svscan killed: services stay, and the machine obeys as before", "[scanner]") {
    Booted machine{"scanner", "test"};
    vm::bring_up(*machine, "default", seconds{120});
    const auto nginx = vm::service(*machine, "nginx");
    const auto redis = vm::service(*machine, "redis");
    const int scanner = pid_of(*machine, "hob-svscan");

    machine->check("kill -KILL " + std::to_string(scanner));
    // Answered from the table, whether or not there is a scanner at this moment.
    CHECK(vm::service(*machine, "nginx").pid == nginx.pid);
    machine->wait_until("pid=$(pidof hob-svscan) && [ $pid != " + std::to_string(scanner) + " ]",
                        seconds{10});
    vm::talk_to_nginx(*machine);
    vm::talk_to_redis(*machine);
    CHECK(vm::service(*machine, "nginx").pid == nginx.pid);
    CHECK(vm::service(*machine, "redis").pid == redis.pid);
    CHECK(machine->check("[ -d /proc/" + std::to_string(nginx.pid) + " ] && echo there") == "there\n");
    CHECK(machine->check("pidof redis-server | wc -w") == "1\n");

    machine->check("hob restart nginx", seconds{30});
    const auto again = vm::service(*machine, "nginx");
    CHECK(again.state == "up");
    CHECK(again.pid != nginx.pid);
    vm::talk_to_nginx(*machine);
    vm::kill_nginx(*machine);
    CHECK(machine->agent_starts() == 1);
    vm::power_off(*machine, "poweroff", seconds{40});
}
