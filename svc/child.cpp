#include "svc/child.hpp"

#include "svc/child_parts.hpp"

#include <csignal>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

namespace hob::svc {

namespace {

constexpr unsigned unshare_range = 2, cloexec_range = 4;  // close_range(2)
constexpr std::uint64_t no_signals = 0;
constexpr std::size_t kernel_sigset = 8;

// A descriptor table of its own, without the other slots' blocks: a child that hangs must not keep the
// report pipes of its neighbours open.
int take_table(Child& c) noexcept {
    const int behind = c.args.base + block_size;
    const unsigned flags = c.args.own_files ? 0 : unshare_range;
    if (const long got = raw::call(raw::nr_close_range, behind, ~0U, flags); got < 0) return error_of(got);
    if (c.args.base > first_block) (void)raw::call(raw::nr_close_range, first_block, c.args.base - 1, 0);
    (void)raw::call(SYS_write, c.hand(Hand::report), &unshared_mark, 1);
    return 0;
}

// Step 0: the keeper of descriptors holds this process before it does anything.
int put_own_pidfd(Child& c) noexcept {
    if (c.args.put == nullptr) return 0;
    const long pidfd = raw::call(raw::nr_pidfd_open, raw::call(SYS_getpid), 0);
    if (pidfd < 0) return error_of(pidfd);
    const int fd = static_cast<int>(pidfd);
    iovec part{const_cast<void*>(c.args.put), c.args.put_size};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* const head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(head), &fd, sizeof fd);
    long sent;
    do sent = raw::call(SYS_sendmsg, c.hand(Hand::store), &message, MSG_NOSIGNAL);
    while (sent == -EINTR);
    (void)raw::call(SYS_close, fd);
    return error_of(sent);
}

int default_context(Child& c) noexcept {
    (void)raw::call(SYS_setsid);  // cannot fail: a new process leads nothing
    (void)raw::call(SYS_umask, 022);
    if (const long got = raw::call(SYS_chdir, "/"); got < 0) return error_of(got);
    if (c.args.nofile[1] != 0) {
        const long got = raw::call(SYS_prlimit64, 0, RLIMIT_NOFILE, c.args.nofile, nullptr);
        if (got < 0) return error_of(got);
    }
    if (c.args.reset_oom)
        if (const int error = write_oom_score(0); error != 0) return error;
    return default_environment(c);
}

// What steps left open: the default of 0 to 2, the readiness pipe, and nothing else.
int last_descriptors(Child& c) noexcept {
    int error = 0;
    if (!c.stdio_set[0]) error = place(c, c.hand(c.args.has_in ? Hand::in : Hand::null), 0);
    if (error == 0 && c.args.has_out && !c.stdio_set[1]) error = place(c, c.hand(Hand::out), 1);
    if (error == 0 && c.args.has_err && !c.stdio_set[2]) error = place(c, c.hand(Hand::err), 2);
    if (error == 0 && c.args.ready_fd >= 0) error = place(c, c.hand(Hand::ready), c.args.ready_fd);
    if (error != 0) return error;
    // All of ours close at exec anyway; this is for what came from elsewhere. Before 5.11: EINVAL, and ours
    // suffice.
    (void)raw::call(raw::nr_close_range, 3, ~0U, cloexec_range);
    for (std::uint16_t i = 0; i < c.planned_count && error == 0; ++i)
        error = error_of(raw::call(SYS_fcntl, c.planned[i], F_SETFD, 0));
    return error;
}

int perform(Child& c, const base::Step& step) noexcept {
    using enum base::StepOp;
    const auto numbers = step.numbers();
    switch (step.op()) {
        case stdio: return step_stdio(c, step);
        case environment: return step_environment(c, step);
        case umask: (void)raw::call(SYS_umask, numbers[0]); return 0;
        case directory: return error_of(raw::call(SYS_chdir, step.strings()));
        case nice: return error_of(raw::call(SYS_setpriority, PRIO_PROCESS, 0, numbers[0]));
        case limit: return step_limit(step);
        case oom_score: return write_oom_score(numbers[0]);
        case groups: return step_groups(c, step);
        case user: return step_user(c, step);
        case no_new_privileges: return error_of(raw::call(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
        case exec: break;
    }
    if (const int error = last_descriptors(c); error != 0) return error;
    (void)raw::call(SYS_rt_sigprocmask, SIG_SETMASK, &no_signals, nullptr, kernel_sigset);
    return step_exec(c, step);
}

[[noreturn]] void give_up(Child& c, int error) noexcept {
    const LaunchReport report{static_cast<std::uint16_t>(c.args.program), c.step, error};
    (void)raw::call(SYS_write, c.hand(Hand::report), &report, sizeof report);
    for (;;) (void)raw::call(SYS_exit_group, 127);
}

}  // namespace

int place(Child& c, int fd, int target) noexcept {
    long got = 0;
    if (fd == target) {
        got = raw::call(SYS_fcntl, fd, F_SETFD, 0);
    } else {
        for (int& ours : c.hands) {
            if (ours != target) continue;
            const long moved = raw::call(SYS_fcntl, ours, F_DUPFD_CLOEXEC, 3);
            if (moved < 0) return error_of(moved);
            ours = static_cast<int>(moved);
        }
        got = raw::call(SYS_dup3, fd, target, 0);
    }
    if (got < 0) return error_of(got);
    if (target <= 2) {
        c.stdio_set[target] = true;
        return 0;
    }
    if (c.planned_count == planned_max) return EMFILE;
    c.planned[c.planned_count++] = target;
    return 0;
}

void run_child(const ChildArgs& args) noexcept {
    Child c{args};
    if (const int error = take_table(c); error != 0) give_up(c, error);
    if (const int error = put_own_pidfd(c); error != 0) give_up(c, error);
    if (const int error = default_context(c); error != 0) give_up(c, error);
    c.step = 0;
    for (const char* at = args.begin; at != args.end; at = base::Step{at}.next(), ++c.step)
        if (const int error = perform(c, base::Step{at}); error != 0) give_up(c, error);
    give_up(c, ENOEXEC);  // not reached: a checked plan ends with exec
}

}  // namespace hob::svc
