#include "init/kill_all.hpp"

#include "base/fd.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "init/console.hpp"

#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

namespace hob::init {

namespace {

constexpr base::Nanos term_limit = base::seconds(5), kill_limit = base::seconds(2);

// To every child of this process. One that is listed is ours and not yet reaped, so its number is its own.
void signal_children(int signal) noexcept {
    const base::Text<64> path{"/proc/self/task/", ::getpid(), "/children"};
    const base::Fd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!file) return;
    char text[256];
    pid_t pid = 0;
    for (ssize_t got; (got = ::read(file.get(), text, sizeof text)) > 0;)
        for (ssize_t i = 0; i < got; ++i) {
            if (text[i] >= '0' && text[i] <= '9') {
                pid = pid * 10 + (text[i] - '0');
            } else if (pid != 0) {
                ::kill(pid, signal);
                pid = 0;
            }
        }
}

// False: there are no children.
bool reap_all() noexcept {
    for (;;) {
        siginfo_t info{};
        if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG) < 0) return errno != ECHILD;
        if (info.si_pid == 0) return true;
    }
}

// Until a signal comes (a child has ended) or it is `until`; false: that late.
bool wait_signal(int signals, base::Instant until) noexcept {
    const auto left = (until - base::monotonic_now()).count / 1'000'000 + 1;
    pollfd ready{signals, POLLIN, 0};
    if (left <= 0 || ::poll(&ready, 1, static_cast<int>(left)) == 0) return false;
    signalfd_siginfo got[4];
    while (::read(signals, got, sizeof got) == static_cast<ssize_t>(sizeof got)) {
    }
    return true;
}

// Signals, and waits until nobody is left; false: some are at the limit.
bool end_by(int signal, base::Nanos limit, bool namespace_init, int signals) noexcept {
    const base::Instant until = base::monotonic_now() + limit;
    if (namespace_init) {
        ::kill(-1, signal);
        ::kill(-1, SIGCONT);
    }
    for (;;) {
        if (!reap_all()) return true;
        if (!namespace_init) {  // again each time: the children of one that has ended are ours now
            signal_children(signal);
            signal_children(SIGCONT);
        }
        if (!wait_signal(signals, until)) return !reap_all();
    }
}

}  // namespace

void end_what_is_left(bool namespace_init, int signals) noexcept {
    if (end_by(SIGTERM, term_limit, namespace_init, signals)) return;
    say("some processes ignore TERM; killing them");
    if (!end_by(SIGKILL, kill_limit, namespace_init, signals)) say("some cannot be killed; leaving them");
}

}  // namespace hob::init
