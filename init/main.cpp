// hob-init: PID 1 of a machine or of a container, or the subreaper of one directory's tree
// (docs/hob-init.md).
#include "base/options.hpp"
#include "base/tree.hpp"
#include "init/arguments.hpp"
#include "init/console.hpp"
#include "init/ending.hpp"
#include "init/mounts.hpp"
#include "init/process.hpp"
#include "init/run_directory.hpp"
#include "init/storage.hpp"
#include "init/supervisor.hpp"

#include <cstddef>
#include <new>

#include <sys/prctl.h>
#include <sys/reboot.h>
#include <unistd.h>

namespace {

using namespace hob;  // NOLINT(google-build-using-namespace): main() is above the namespaces

constexpr base::Nanos usual_stop_limit = base::seconds(60);

// Too large for a stack, and never unmade: a static object's destructor would need libc's list of them.
alignas(init::Supervisor) std::byte supervisor_room[sizeof(init::Supervisor)];

// PID 1 of a machine has nowhere to go: without a tree directory it still offers its shell.
bool take_run_directory(init::RunDirectory& run, const char* directory, bool machine, int* code) noexcept {
    const int error = run.take(directory);
    if (error == 0) return true;
    const bool busy = error == EWOULDBLOCK;
    if (busy)
        init::say("another hob-init has ", directory);
    else
        init::say_error(error, directory);
    *code = busy ? base::exit_usage : base::exit_failed;
    return machine;
}

void become_init(bool pid_one, bool machine) noexcept {
    init::settle(machine);
    if (pid_one) {
        ::setsid();
        init::mount_missing(machine);
        init::take_console();
    } else {
        ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    }
    if (machine) init::take_keyboard_request();
    init::shun_oom();
}

}  // namespace

int main(int argc, char** argv) {
    init::block_signals();
    init::sane_descriptors();
    const bool pid_one = ::getpid() == 1;
    // Ctrl-Alt-Del shall become SIGINT. Only PID 1 of a machine may ask for that (pid_namespaces(7)).
    const bool machine = pid_one && ::reboot(RB_DISABLE_CAD) == 0;
    init::speak_as("hob-init", machine);
    init::Arguments arguments;
    int code = 0;
    if (!machine && !init::read_arguments(argc, argv, pid_one, &arguments, &code)) return code;
    become_init(pid_one, machine);
    if (machine) init::read_kernel_words(&arguments.boot);
    init::find_programs(argv[0]);

    init::RunDirectory run;
    if (!take_run_directory(run, arguments.run != nullptr ? arguments.run : base::default_run, machine,
                            &code))
        return code;
    init::Environment environment;
    environment.make(machine, run.path(), arguments.boot.up.c_str());
    const base::Nanos limit = arguments.boot.timeout.count > 0 ? arguments.boot.timeout : usual_stop_limit;
    const init::Setup setup{machine, arguments.boot.shell, run.path(), limit, &environment};
    const init::Storage storage = init::make_storage();
    auto& supervisor = *new (supervisor_room) init::Supervisor{setup, storage.store, storage.exits};
    init::Ending ending;
    if (const auto ran = supervisor.run(&ending); !ran) {
        init::say_error(ran.error().code, ran.error().what);
        ending.action = base::PowerAction::halt;
        ending.code = base::exit_temporary;
    }
    init::conclude(setup, pid_one, ending);
}
