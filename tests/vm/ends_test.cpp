// The ways a machine ends, each by the signal that PID 1 gets for it.
#include "tests/vm/booted.hpp"

#include <catch2/catch.hpp>

namespace {

using hob::tests::vm::Booted;
using hob::vm::seconds;
namespace vm = hob::vm;

}  // namespace

TEST_CASE("reboot restarts the machine", "[ends]") {
    Booted machine{"reboot", "test-small"};
    vm::bring_up(*machine, "base", seconds{60});
    machine->send("reboot");
    CHECK(machine->wait_end(seconds{30}) == "guest-reset");
    CHECK(machine->console().text().find("reboot: Restarting system") != std::string::npos);
}

TEST_CASE("Ctrl-Alt-Del restarts the machine", "[ends]") {
    Booted machine{"ctrl-alt-del", "test-small"};
    vm::bring_up(*machine, "base", seconds{60});
    machine->press({"ctrl", "alt", "delete"});
    CHECK(machine->wait_end(seconds{30}) == "guest-reset");
    CHECK(machine->console().text().find("reboot: Restarting system") != std::string::npos);
}

TEST_CASE("halt stops the machine and leaves it on", "[ends]") {
    Booted machine{"halt", "test-small"};
    vm::bring_up(*machine, "base", seconds{60});
    machine->send("halt");
    machine->wait_console("reboot: System halted", seconds{30});
}
