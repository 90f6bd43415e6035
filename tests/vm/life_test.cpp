// A whole life of the machine, as `./boot --test` lives it, and what its users see on the way.
#include "tests/vm/booted.hpp"
#include "tools/vm/boot_test.hpp"

#include <catch2/catch.hpp>

namespace {

using hob::tests::vm::Booted;
using hob::vm::seconds;
namespace vm = hob::vm;

}  // namespace

TEST_CASE("the machine boots, serves, and powers off", "[life]") {
    Booted machine{"life", "test"};
    vm::boot_test(*machine);
}

TEST_CASE("a service that has a user of its own runs as that user, and a console has a shell", "[life]") {
    Booted machine{"users", "test"};
    vm::bring_up(*machine, "default", seconds{120});

    const auto redis = vm::service(*machine, "redis");
    CHECK(machine->check("stat -c %U:%G /proc/" + std::to_string(redis.pid)) == "redis:redis\n");
    CHECK(machine->check("awk '/^Umask/ {print $2}' /proc/" + std::to_string(redis.pid) + "/status") ==
          "0077\n");
    CHECK(machine->check("readlink /proc/" + std::to_string(redis.pid) + "/cwd") == "/var/lib/redis\n");
    CHECK(machine->check("wget -qO- http://127.0.0.1/status").find("nginx") != std::string::npos);

    vm::wait_state(*machine, "getty@ttyS0", "up", seconds{20});
    machine->wait_console("hob help", seconds{30});
    machine->wait_console("hearth:~# ", seconds{30});
    machine->type("echo kettle-$((40 + 2))\n");
    machine->wait_console("kettle-42", seconds{10});
    // A shell that is left comes back.
    const auto before = vm::service(*machine, "getty@ttyS0");
    machine->type("exit\n");
    vm::wait_replaced(*machine, "getty@ttyS0", before.pid, seconds{20});

    vm::power_off(*machine, "hob poweroff", seconds{40});
}
