// hob-shutdown: the last program of a machine; hob-init becomes it (docs/hob-shutdown.md).
#include "base/options.hpp"
#include "base/sys.hpp"
#include "init/console.hpp"
#include "init/devices.hpp"
#include "init/kill_all.hpp"
#include "init/power.hpp"
#include "init/process.hpp"

#include <sys/reboot.h>
#include <unistd.h>

namespace {

using namespace hob;  // NOLINT(google-build-using-namespace): main() is above the namespaces

constexpr base::Command command{
    .program = "hob-shutdown",
    .operands = "poweroff|reboot|halt",
    .summary = "End every process, unmount everything, and power off. PID 1 only: hob-init becomes it.",
    .options = {},
    .operands_min = 1,
    .operands_max = 1};

base::PowerAction action_of(std::string_view word) noexcept {
    for (const auto action :
         {base::PowerAction::poweroff, base::PowerAction::reboot, base::PowerAction::halt})
        if (word == base::name_of(action)) return action;
    return base::PowerAction::none;
}

const char* words_for(base::PowerAction action) noexcept {
    return action == base::PowerAction::poweroff ? "power off"
           : action == base::PowerAction::reboot ? "reboot"
                                                 : "halt";
}

}  // namespace

int main(int argc, char** argv) {
    init::block_signals();
    init::sane_descriptors();
    base::Parsed parsed;
    int code = 0;
    if (!base::parse(command, argc, argv, parsed, &code)) return code;
    const auto action = action_of(parsed.operands[0]);
    // Only a machine's PID 1 may set this; a container's storage and power are not its own.
    const bool machine = ::getpid() == 1 && ::reboot(RB_DISABLE_CAD) == 0;
    init::speak_as("hob-shutdown", machine);
    if (action == base::PowerAction::none || ::getpid() != 1) {
        init::say(action == base::PowerAction::none ? "poweroff, reboot or halt?"
                                                    : "not PID 1: use hob poweroff, hob reboot, hob halt");
        return base::exit_usage;
    }
    init::say("ending processes");
    const auto signals = base::sys::signals(init::all_signals());
    init::end_what_is_left(true, signals ? signals->get() : -1);
    if (!machine) return base::exit_done;  // and with PID 1 its namespace ends
    // From here on somebody at the keyboard may cut it short.
    ::reboot(static_cast<int>(RB_ENABLE_CAD));
    init::say("unmounting");
    init::end_swap();
    init::sync_disks();
    init::unmount_all();
    init::sync_disks();
    init::say(words_for(action));
    init::reboot_now(action);
}
