#include "tests/vm/booted.hpp"

#include <charconv>
#include <cstdlib>
#include <exception>
#include <iostream>

namespace hob::tests::vm {

using hob::vm::seconds;

namespace {

hob::vm::MachineConfig config_for(const std::string& name, const std::string& append) {
    const char* image = std::getenv("HOB_TEST_IMAGE");
    if (image == nullptr) throw hob::vm::VmError{"HOB_TEST_IMAGE names no image (tests/vm/run sets it)"};
    // Always emulated: timing is then much the same everywhere.
    return {.image = image, .log = std::string{image} + "/" + name + ".log", .memory = 256, .append = append};
}

}  // namespace

Booted::Booted(const std::string& name, const std::string& bundle, const std::string& append)
    : config_{config_for(name, "hob.up=" + bundle + (append.empty() ? "" : " " + append))},
      machine_{config_},
      exceptions_{std::uncaught_exceptions()} {
    try {
        machine_.wait_agent(seconds{90});
    } catch (const hob::vm::VmError& error) {
        throw hob::vm::VmError{std::string{error.what()} + "\n--- console (" + config_.log.string() + ")\n" +
                               machine_.console().tail(30)};
    }
}

Booted::~Booted() {
    if (std::uncaught_exceptions() <= exceptions_) return;
    std::cout << "--- console (" << config_.log.string() << ")\n" << machine_.console().tail(30) << std::endl;
}

int pid_of(hob::vm::Machine& machine, const std::string& program) {
    const auto text = machine.check("pidof " + program);
    int pid = 0;
    std::from_chars(text.data(), text.data() + text.size(), pid);
    if (pid <= 0) throw hob::vm::VmError{"pidof " + program + " printed " + text};
    return pid;
}

}  // namespace hob::tests::vm
