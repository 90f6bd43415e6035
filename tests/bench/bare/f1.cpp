// F1: the bare loop plus the kernel objects that hob makes for each service, by raw calls: a log pipe, a
// readiness pipe, a launch report pipe, a pidfd; the pipes' ends and the pidfd (by the child itself, before
// its exec) in the store of another process; directory, FIFOs and cgroup when asked for. One epoll, 16
// launches at a time. It has no order, no table, no policy: what is left is what a supervisor costs.
#include "base/time.hpp"
#include "tests/bench/bare/child.hpp"
#include "tests/bench/bare/marks.hpp"
#include "tests/bench/bare/objects.hpp"
#include "tests/bench/bare/spawn.hpp"
#include "tests/bench/bare/work.hpp"

#include <algorithm>
#include <cerrno>
#include <vector>

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace hob::bench;  // NOLINT(google-build-using-namespace): main() is above the namespaces
using hob::base::read_clock;

struct Service {
    pid_t pid = 0;
    int pidfd = -1, log_read = -1, log_write = -1, ready_read = -1;
};
struct Slot {
    ChildOrder order;
    int report = -1;  // -1: free
};

enum Source : std::uint64_t { from_signals, from_report, from_ready };
constexpr std::uint64_t tag(Source source, std::size_t index) { return source << 32 | index; }

class F1 {
  public:
    explicit F1(const Work& work) noexcept;
    void up() noexcept;
    void down() noexcept;
    // Processor time so far, of this process and its store.
    [[nodiscard]] std::int64_t busy() const noexcept;

  private:
    void start(std::size_t index) noexcept;
    void lend(Slot& slot, const Service& service, const int report[2], const int ready[2],
              bool longrun) noexcept;
    void serve() noexcept;
    void reap() noexcept;
    void watch(int fd, std::uint64_t what) noexcept;
    void pipe(int ends[2]) noexcept;
    [[nodiscard]] Slot* free_slot() noexcept;

    const Work& work_;
    std::vector<Service> services_;
    std::vector<std::uint32_t> by_pid_;
    Slot slots_[slot_count];
    char* stacks_ = nullptr;
    pid_t keeper_ = 0;
    int store_ = -1, signals_ = -1, epoll_ = -1;
    std::size_t ready_ = 0, gone_ = 0;
    bool stopping_ = false;
};

F1::F1(const Work& work) noexcept : work_{work}, services_(work.services) {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    const rlim_t enough = std::max<rlim_t>(files.rlim_max, work.services * 6 + 256);
    const rlimit more{enough, enough};
    files.rlim_cur = files.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &more) < 0) ::setrlimit(RLIMIT_NOFILE, &files);  // may do all the same
    if (work.store) store_ = start_keeper(work.services, &keeper_);
    for (int fd = first_block; fd < blocks_end; ++fd) ::fcntl(2, F_DUPFD_CLOEXEC, fd);  // kept for the slots
    // While a child shares it, the kernel grows a descriptor table only after an RCU grace period, which is
    // milliseconds (expand_fdtable in fs/file.c): so it gets its size now.
    ::close(::fcntl(2, F_DUPFD_CLOEXEC, static_cast<int>(work.services * 5 + 128)));
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGCHLD);
    sigprocmask(SIG_SETMASK, &mask, nullptr);
    signals_ = ::signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    if (signals_ < 0 || epoll_ < 0) give_up("signalfd", errno);
    watch(signals_, tag(from_signals, 0));
    void* const at = ::mmap(nullptr, slot_count * 2 * stack_bytes, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) give_up("stacks", errno);
    stacks_ = static_cast<char*>(at);
}

void F1::watch(int fd, std::uint64_t what) noexcept {
    epoll_event event{.events = EPOLLIN, .data = {.u64 = what}};
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) < 0) give_up("epoll_ctl", errno);
}

void F1::pipe(int ends[2]) noexcept {
    if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) give_up("pipe", errno);
}

Slot* F1::free_slot() noexcept {
    for (Slot& slot : slots_)
        if (slot.report < 0) return &slot;
    return nullptr;
}

void F1::start(std::size_t index) noexcept {
    Slot* slot = free_slot();
    for (; slot == nullptr; slot = free_slot()) serve();
    const auto number = static_cast<std::size_t>(slot - slots_);
    const bool longrun = work_.is_longrun(index);
    Service& service = services_[index];
    int log[2] = {-1, -1}, report[2] = {-1, -1}, ready[2] = {-1, -1};
    const int cgroup = make_objects(work_, index);
    if (work_.log) pipe(log);
    if (work_.report) pipe(report);
    if (longrun) pipe(ready);
    service.log_read = log[0], service.log_write = log[1], service.ready_read = ready[0];
    slot->order = {.path = work_.payload(index),
                   .base = first_block + static_cast<int>(number) * hand_count,
                   .log = work_.log,
                   .report = work_.report,
                   .ready = longrun,
                   .store = work_.store,
                   .put = {static_cast<std::uint32_t>(index), 0}};
    lend(*slot, service, report, ready, longrun);
    // Without a report nobody says when slot and stack are free, so the parent waits for the exec.
    const Spawn how{
        .flags = CLONE_VM | CLONE_FILES | (work_.vfork || !work_.report ? std::uint64_t{CLONE_VFORK} : 0),
        .pidfd = &service.pidfd,
        .cgroup = cgroup};
    const long pid = spawn(how, stacks_ + number * 2 * stack_bytes, 2 * stack_bytes, run_child, &slot->order);
    if (pid < 0) give_up("clone3", static_cast<int>(-pid));
    service.pid = static_cast<pid_t>(pid);
    if (by_pid_.size() <= static_cast<std::size_t>(pid)) by_pid_.resize(static_cast<std::size_t>(pid) + 512);
    by_pid_[static_cast<std::size_t>(pid)] = static_cast<std::uint32_t>(index);
    if (cgroup >= 0) ::close(cgroup);
    if (report[1] >= 0) ::close(report[1]);
    if (ready[1] >= 0) ::close(ready[1]);
    if (work_.report) {
        slot->report = report[0];
        watch(report[0], tag(from_report, number));
    }
}

// Into the slot's block, and into the store.
void F1::lend(Slot& slot, const Service& service, const int report[2], const int ready[2],
              bool longrun) noexcept {
    const int base = slot.order.base;
    if (work_.report) ::dup3(report[1], base + hand_report, O_CLOEXEC);
    if (work_.log) ::dup3(service.log_write, base + hand_log, O_CLOEXEC);
    if (work_.store) ::dup3(store_, base + hand_store, O_CLOEXEC);
    if (longrun) {
        ::dup3(ready[1], base + hand_ready, O_CLOEXEC);
        watch(ready[0], tag(from_ready, slot.order.put.index));
    }
    if (!work_.store) return;
    int fds[3];
    std::size_t count = 0;
    if (work_.log) fds[count++] = service.log_read, fds[count++] = service.log_write;
    if (longrun) fds[count++] = service.ready_read;
    if (count != 0) keep(store_, slot.order.put.index, fds, count);
}

void F1::serve() noexcept {
    epoll_event events[64];
    const int got = ::epoll_wait(epoll_, events, 64, -1);
    if (got < 0 && errno != EINTR) give_up("epoll_wait", errno);
    for (int i = 0; i < got; ++i) {
        const auto index = static_cast<std::size_t>(events[i].data.u64 & 0xffffffff);
        char bytes[16];
        switch (events[i].data.u64 >> 32) {
            case from_signals: reap(); break;
            case from_report: {
                // A byte: the child has a table of its own, take the writing end back. Then the end:
                // executed.
                Slot& slot = slots_[index];
                ssize_t seen = ::read(slot.report, bytes, sizeof bytes);
                if (seen > 0) {
                    ::dup3(2, slot.order.base + hand_report, O_CLOEXEC);
                    seen = ::read(slot.report, bytes, sizeof bytes);
                }
                if (seen != 0) break;
                ::close(slot.report);
                slot.report = -1;
                break;
            }
            case from_ready: {
                int& pipe = services_[index].ready_read;
                if (::read(pipe, bytes, sizeof bytes) > 0) ++ready_;
                ::close(pipe);
                pipe = -1;
                break;
            }
            default: break;
        }
    }
}

void F1::reap() noexcept {
    signalfd_siginfo signal;
    while (::read(signals_, &signal, sizeof signal) > 0) {
    }
    for (;;) {
        siginfo_t info{};
        if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG) < 0 || info.si_pid == 0) return;
        const auto index = by_pid_[static_cast<std::size_t>(info.si_pid)];
        if (!stopping_ && (info.si_code != CLD_EXITED || info.si_status != 0))
            give_up("a payload failed", ECHILD);
        Service& service = services_[index];
        ::close(service.pidfd);
        service.pidfd = -1;
        if (store_ >= 0) forget(store_, index);
        remove_cgroup(work_, index);
        work_.is_longrun(index) ? ++gone_ : ++ready_;
    }
}

void F1::up() noexcept {
    for (std::size_t i = 0; i < work_.services; ++i) start(i);
    while (ready_ < work_.services) serve();
}

void F1::down() noexcept {
    stopping_ = true;
    std::size_t longruns = 0;
    for (std::size_t i = 0; i < work_.services; ++i) {
        if (services_[i].pidfd < 0) continue;
        (void)hob::svc::raw::call(SYS_pidfd_send_signal, services_[i].pidfd, SIGTERM, nullptr, 0);
        ++longruns;
    }
    while (gone_ < longruns) serve();
}

std::int64_t F1::busy() const noexcept {
    clockid_t keeper{};
    const bool known = keeper_ != 0 && ::clock_getcpuclockid(keeper_, &keeper) == 0;
    return read_clock(CLOCK_PROCESS_CPUTIME_ID) + (known ? read_clock(keeper) : 0);
}

}  // namespace

int main(int argc, char** argv) {
    Times times{.start = read_clock(CLOCK_MONOTONIC)};
    Work work;
    int code = 0;
    if (!read_work("f1", argc, argv, &work, &code)) return code;
    F1 f1{work};
    f1.up();
    times.up = read_clock(CLOCK_MONOTONIC);
    times.busy_up = f1.busy();
    const bool machine = ::getpid() == 1;
    if (machine) say_up_and_wait(times.up);
    f1.down();
    times.down = read_clock(CLOCK_MONOTONIC);
    times.busy_down = f1.busy();
    if (machine) power_off();
    print_times(times);
}
