// A service that cannot start is named, with the reason, and costs only those that need it.
#include "tests/vm/booted.hpp"
#include "tools/vm/boot_test.hpp"

#include <catch2/catch.hpp>

namespace {

using hob::tests::vm::Booted;
using hob::vm::seconds;
namespace vm = hob::vm;

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a service without its program fails by name; the rest is up", "[faulty]") {
    Booted machine{"faulty", "test-faulty"};
    vm::bring_up(*machine, "default", seconds{120});
    const auto missing = vm::wait_state(*machine, "missing", "failed", seconds{20});
    CHECK(has(missing.reason, "exec"));
    CHECK(has(missing.reason, "No such file or directory"));
    const auto blocked = vm::wait_state(*machine, "needs-missing", "blocked", seconds{20});
    CHECK(has(blocked.reason, "missing"));
    CHECK(has(machine->check("hob log missing"), "no-such-program"));

    const auto up = machine->run("hob up needs-missing", seconds{30});
    CHECK(up.status == 1);
    CHECK(has(up.output, "missing"));
    vm::talk_to_nginx(*machine);
    // The program arrives: no reboot is needed.
    machine->check("printf '#!/bin/sh\\nexec sleep 1000000\\n' >/usr/bin/no-such-program");
    machine->check("chmod +x /usr/bin/no-such-program");
    machine->check("hob up needs-missing", seconds{30});
    vm::wait_state(*machine, "missing", "up", seconds{10});
    vm::power_off(*machine, "poweroff", seconds{40});
}
