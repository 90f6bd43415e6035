// F0: the bare loop. Clones and executes N payloads as fast as one process can, and knows nothing about them
// but how many newlines came through the one pipe that all share as descriptor 3.
#include "base/time.hpp"
#include "tests/bench/bare/marks.hpp"
#include "tests/bench/bare/spawn.hpp"
#include "tests/bench/bare/work.hpp"

#include <cerrno>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace hob::bench;  // NOLINT(google-build-using-namespace): main() is above the namespaces
namespace raw = hob::svc::raw;
using hob::base::read_clock;

[[noreturn]] void child(void* path) {
    const char* const argv[] = {static_cast<const char*>(path), nullptr};
    const char* const env[] = {nullptr};
    (void)raw::call(SYS_execve, argv[0], argv, env);
    for (;;) (void)raw::call(SYS_exit_group, 127);
}

int share_pipe() noexcept {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0) give_up("pipe", errno);
    const int read = ::fcntl(ends[0], F_DUPFD_CLOEXEC, 10);
    if (ends[1] != 3 && ::dup2(ends[1], 3) < 0) give_up("pipe", errno);
    ::fcntl(3, F_SETFD, 0);
    return read;
}

// One payload that was expected to stay or to succeed did neither: the numbers would lie.
void reap_one() noexcept {
    siginfo_t info{};
    if (::waitid(P_ALL, 0, &info, WEXITED) < 0) give_up("waitid", errno);
    const bool asked = info.si_code == CLD_KILLED && info.si_status == SIGTERM;
    if (!asked && (info.si_code != CLD_EXITED || info.si_status != 0)) give_up("a payload failed", ECHILD);
}

std::int64_t run(const Work& work, int ready_pipe, std::vector<pid_t>& longruns) noexcept {
    void* const stacks = ::mmap(nullptr, work.services * stack_bytes, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (stacks == MAP_FAILED) give_up("stacks", errno);
    const Spawn how{.flags = CLONE_VM | (work.vfork ? std::uint64_t{CLONE_VFORK} : 0)};
    for (std::size_t i = 0; i < work.services; ++i) {
        char* const stack = static_cast<char*>(stacks) + (work.vfork ? 0 : i) * stack_bytes;
        const long pid = spawn(how, stack, stack_bytes, child, const_cast<char*>(work.payload(i)));
        if (pid < 0) give_up("clone3", static_cast<int>(-pid));
        if (work.is_longrun(i)) longruns.push_back(static_cast<pid_t>(pid));
    }
    for (std::size_t ready = 0; ready < longruns.size();) {
        char lines[4096];
        const ssize_t got = ::read(ready_pipe, lines, sizeof lines);
        if (got <= 0) give_up("read", got < 0 ? errno : EPIPE);
        ready += static_cast<std::size_t>(got);
    }
    for (std::size_t i = longruns.size(); i < work.services; ++i) reap_one();
    return read_clock(CLOCK_MONOTONIC);
}

}  // namespace

int main(int argc, char** argv) {
    Times times{.start = read_clock(CLOCK_MONOTONIC)};
    Work work;
    int code = 0;
    if (!read_work("f0", argc, argv, &work, &code)) return code;
    std::vector<pid_t> longruns;
    longruns.reserve(work.services);
    times.up = run(work, share_pipe(), longruns);
    times.busy_up = read_clock(CLOCK_PROCESS_CPUTIME_ID);
    const bool machine = ::getpid() == 1;
    if (machine) say_up_and_wait(times.up);
    for (const pid_t pid : longruns) ::kill(pid, SIGTERM);  // ours, not reaped: nobody else's pid
    for (std::size_t i = 0; i < longruns.size(); ++i) reap_one();
    times.down = read_clock(CLOCK_MONOTONIC);
    times.busy_down = read_clock(CLOCK_PROCESS_CPUTIME_ID);
    if (machine) power_off();
    print_times(times);
}
