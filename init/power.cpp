#include "init/power.hpp"

#include "base/sys.hpp"
#include "init/console.hpp"
#include "init/process.hpp"

#include <algorithm>

#include <poll.h>
#include <sys/reboot.h>
#include <unistd.h>

namespace hob::init {

namespace {

constexpr base::Nanos sync_limit = base::seconds(15), reboot_limit = base::seconds(30);

int power_off() noexcept { return ::reboot(static_cast<int>(RB_POWER_OFF)) < 0 ? errno : 0; }
int restart() noexcept { return ::reboot(static_cast<int>(RB_AUTOBOOT)) < 0 ? errno : 0; }
int stop_here() noexcept { return ::reboot(static_cast<int>(RB_HALT_SYSTEM)) < 0 ? errno : 0; }

Step call_for(base::PowerAction action) noexcept {
    if (action == base::PowerAction::reboot) return restart;
    return action == base::PowerAction::halt ? stop_here : power_off;
}

}  // namespace

std::optional<int> bounded(Step step, base::Nanos limit) noexcept {
    const pid_t child = fork_plain();
    if (child < 0) return std::nullopt;
    if (child == 0) ::_exit(step());
    const auto pidfd = base::sys::pidfd(child);
    pollfd ended{pidfd ? pidfd->get() : -1, POLLIN, 0};
    ::poll(&ended, 1, static_cast<int>(limit.count / 1'000'000));
    const auto exit = base::sys::reap(P_PID, static_cast<id_t>(child));
    if (!exit || exit->pid == 0 || !WIFEXITED(exit->status)) return std::nullopt;
    return WEXITSTATUS(exit->status);
}

void sync_disks() noexcept {
    const auto synced = bounded(
        []() noexcept {
            ::sync();
            return 0;
        },
        sync_limit);
    if (!synced) say("sync did not end in time; going on");
}

void reboot_now(base::PowerAction action) noexcept {
    if (const auto code = bounded(call_for(action), reboot_limit); code && *code != 0)
        say_error(*code, "reboot(2) failed; halting instead");
    else
        say("reboot(2) came back; halting instead");
    if (const auto code = bounded(stop_here, reboot_limit); code && *code != 0) say_error(*code, "halt");
    say("this machine may be switched off now");
    for (;;) ::pause();
}

}  // namespace hob::init
