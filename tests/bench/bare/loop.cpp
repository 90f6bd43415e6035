// loop PROGRAM WORDS…: the bare restart loop. Starts PROGRAM again each time it has exited: signalfd, epoll,
// waitid, clone3 with VFORK, and nothing else. Ends with TERM, which it passes on.
#include "tests/bench/bare/spawn.hpp"
#include "tests/bench/bare/work.hpp"

#include <cerrno>

#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace hob::bench;  // NOLINT(google-build-using-namespace): main() is above the namespaces
namespace raw = hob::svc::raw;

alignas(16) char stack[2 * stack_bytes];
constexpr std::uint64_t no_signals = 0;

[[noreturn]] void child(void* words) {
    char* const* const argv = static_cast<char**>(words);
    (void)raw::call(SYS_rt_sigprocmask, SIG_SETMASK, &no_signals, nullptr, 8);
    (void)raw::call(SYS_execve, argv[0], argv, environ);
    for (;;) (void)raw::call(SYS_exit_group, 127);
}

pid_t launch(char** words) noexcept {
    const long pid =
        spawn({.flags = CLONE_VM | CLONE_VFORK}, stack, sizeof stack, child, static_cast<void*>(words));
    if (pid < 0) give_up("clone3", static_cast<int>(-pid));
    return static_cast<pid_t>(pid);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) return 100;
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGCHLD);
    sigaddset(&mask, SIGTERM);
    sigprocmask(SIG_SETMASK, &mask, nullptr);
    const int signals = ::signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
    const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
    epoll_event event{.events = EPOLLIN, .data = {}};
    if (signals < 0 || epoll < 0 || ::epoll_ctl(epoll, EPOLL_CTL_ADD, signals, &event) < 0)
        give_up("signalfd", errno);
    for (pid_t pid = launch(argv + 1);;) {
        if (::epoll_wait(epoll, &event, 1, -1) < 0 && errno != EINTR) give_up("epoll_wait", errno);
        signalfd_siginfo signal{};
        if (::read(signals, &signal, sizeof signal) < 0) continue;
        if (signal.ssi_signo == SIGTERM) {
            ::kill(pid, SIGTERM);
            return 0;
        }
        siginfo_t info{};
        while (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG) == 0 && info.si_pid != 0) {
            pid = launch(argv + 1);
            info.si_pid = 0;
        }
    }
}
