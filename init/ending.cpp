#include "init/ending.hpp"

#include "init/console.hpp"
#include "init/kill_all.hpp"
#include "init/process.hpp"

#include <csignal>

#include <sys/reboot.h>
#include <unistd.h>

namespace hob::init {

namespace {

// Becomes hob-shutdown; without it, does the least there is to do.
[[noreturn]] void power_down(const Setup& setup, const Ending& ending) noexcept {
    const auto name = name_of(ending.action);
    const char* const words[] = {"hob-shutdown", name.data(), nullptr};
    // A copy in the live tree works when the file system of the other is already gone.
    const base::Text<112> copy{setup.run, "/hob-shutdown"};
    ::execve(copy.c_str(), const_cast<char* const*>(words), setup.environment->list());
    const ProgramPath file = beside("hob-shutdown");
    ::execve(file.c_str(), const_cast<char* const*>(words), setup.environment->list());
    say_error(errno, file.c_str());
    end_what_is_left(true, ending.signals);
    // In a child, since reboot(2) ends its caller when it comes back, and sync(2) may hang.
    if (fork_plain() == 0) {
        ::sync();
        const auto how = ending.action == base::PowerAction::reboot ? RB_AUTOBOOT
                         : ending.action == base::PowerAction::halt ? RB_HALT_SYSTEM
                                                                    : RB_POWER_OFF;
        ::reboot(static_cast<int>(how));
        ::_exit(1);
    }
    for (;;) ::pause();
}

}  // namespace

void conclude(const Setup& setup, bool pid_one, const Ending& ending) noexcept {
    // First those that could start others. Both are ours and not yet reaped.
    for (const pid_t child : {ending.scanner, ending.helper})
        if (child > 0) ::kill(child, SIGKILL);
    if (setup.machine) power_down(setup, ending);
    end_what_is_left(pid_one, ending.signals);
    ::_exit(ending.code);
}

}  // namespace hob::init
