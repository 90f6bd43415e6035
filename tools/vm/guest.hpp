// What the runner knows about hob inside a machine: its services by `hob status --json`, and why one is not
// up.
#pragma once

#include "tools/vm/machine.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hob::vm {

struct Service {
    std::string name, type, state, reason, wanted;
    int pid = 0;
};

// Of the text of `hob status --json`; throws VmError when it is not that.
[[nodiscard]] std::vector<Service> parse_status(std::string_view json);

[[nodiscard]] std::vector<Service> services(Machine& machine);
// Throws when the machine knows no service of that name.
[[nodiscard]] Service service(Machine& machine, std::string_view name);
// Until the service is in `state`; the message at the deadline has its state and reason.
Service wait_state(Machine& machine, std::string_view name, std::string_view state, milliseconds limit);
// Until the service runs as another process than `old`, and is up.
Service wait_replaced(Machine& machine, std::string_view name, int old, milliseconds limit);

// Each service that is neither up, done nor down: its state, its reason, the last lines of its log.
[[nodiscard]] std::string explain(Machine& machine);
// `hob up NAME` inside, with explain() in the error when that fails.
void bring_up(Machine& machine, const std::string& name, seconds limit);

// Asks with `command` for power-off and judges the end: by QEMU's reason and by what hob-shutdown says last.
void power_off(Machine& machine, std::string_view command, milliseconds limit);

}  // namespace hob::vm
