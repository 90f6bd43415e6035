#include "tools/vm/boot_test.hpp"

#include "tools/vm/guest.hpp"
#include "tools/vm/steps.hpp"

namespace hob::vm {

namespace {

void expect(Machine& machine, const char* command, std::string_view part) {
    const auto output = machine.check(command);
    if (output.find(part) == output.npos)
        throw VmError{"`" + std::string{command} + "` printed no \"" + std::string{part} + "\":\n" + output};
}

}  // namespace

// It is up once it is executed (ready = "spawn"), and listens a moment later.
void talk_to_nginx(Machine& machine) {
    machine.wait_until("wget -qO- http://127.0.0.1/ | grep kettle", seconds{10});
}
void talk_to_redis(Machine& machine) { expect(machine, "redis-cli ping", "PONG"); }
void talk_to_ssh(Machine& machine) {
    expect(machine, "nc -w 5 127.0.0.1 22 </dev/null | head -c 12", "SSH-2.0-");
}
void talk_to_dbus(Machine& machine) {
    expect(machine,
           "dbus-send --system --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.ListNames",
           "org.freedesktop.DBus");
}

void kill_nginx(Machine& machine) {
    const auto before = service(machine, "nginx");
    if (before.pid <= 0) throw VmError{"nginx has no pid before it is killed: " + before.state};
    // Only the master: what it leaves behind is the scanner's business, and holds the port until it is gone.
    machine.check("kill -KILL " + std::to_string(before.pid));
    wait_replaced(machine, "nginx", before.pid, seconds{20});
    talk_to_nginx(machine);
}

void boot_test(Machine& machine) {
    step("boot to the first service", [&] { machine.wait_agent(seconds{90}); });
    step("wait until `default` is up", [&] { bring_up(machine, "default", seconds{120}); });
    std::printf("\n%s\n", machine.check("hob status").c_str());
    std::printf("%s\n", machine.check("hob timeline").c_str());
    step("HTTP from nginx", [&] { talk_to_nginx(machine); });
    step("PONG from redis", [&] { talk_to_redis(machine); });
    step("names from the message bus", [&] { talk_to_dbus(machine); });
    step("greeting from ssh", [&] { talk_to_ssh(machine); });
    step("kill nginx: it is back", [&] { kill_nginx(machine); });
    step("power off", [&] { power_off(machine, "poweroff", seconds{40}); });
}

}  // namespace hob::vm
