#include "init/process.hpp"

#include "base/sys.hpp"
#include "base/text.hpp"
#include "init/console.hpp"

#include <algorithm>
#include <cstring>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace hob::init {

namespace {

constexpr int last_signal = 64;
constexpr rlim_t machine_files = 524288;  // the kernel gives PID 1 4096; services are given `first` again

rlimit first_files{};
char first_oom[8];
std::size_t first_oom_size = 0;

// The kernel's structure, which no libc declares; zero is the default disposition.
struct KernelAction {
    unsigned long words[8];
};

void set_mask(const sigset_t& mask) noexcept {
    // libc's own call would leave out the signals that libc keeps for itself.
    ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, nullptr, last_signal / 8);
}

void close_from(unsigned first) noexcept {
    if (::syscall(SYS_close_range, first, ~0U, 0U) == 0) return;
    for (int fd = static_cast<int>(first); fd < 1024; ++fd) ::close(fd);
}

constexpr const char* oom_file = "/proc/self/oom_score_adj";

// prlimit(2), not libc's setrlimit(), which would stop all threads first.
void raise_limits(bool machine) noexcept {
    if (::prlimit(0, RLIMIT_NOFILE, nullptr, &first_files) < 0) return;
    const rlimit most{first_files.rlim_max, first_files.rlim_max};
    const rlimit more{machine_files, machine_files};
    if (machine && most.rlim_max < machine_files && ::prlimit(0, RLIMIT_NOFILE, &more, nullptr) == 0) return;
    ::prlimit(0, RLIMIT_NOFILE, &most, nullptr);
}

void write_oom(std::string_view score) noexcept {
    const auto file = base::sys::open_at(AT_FDCWD, oom_file, O_WRONLY);
    if (file) (void)base::sys::write(file->get(), score.data(), score.size());
}

void take_terminal() noexcept {
    const int console = ::open("/dev/console", O_RDWR);
    if (console < 0) return;
    for (int fd = 0; fd <= 2; ++fd) ::dup2(console, fd);
    ::ioctl(0, TIOCSCTTY, 1);
}

[[noreturn]] void become(const Launch& launch) noexcept {
    if (first_oom_size != 0) write_oom({first_oom, first_oom_size});
    ::setsid();
    if (launch.console) take_terminal();
    if (launch.fd3 == 3)
        ::syscall(SYS_fcntl, 3, F_SETFD, 0);
    else if (launch.fd3 >= 0)
        ::dup2(launch.fd3, 3);
    close_from(launch.fd3 >= 0 ? 4 : 3);
    set_mask(sigset_t{});
    ::execve(launch.file, launch.arguments, launch.environment);
    say_error(errno, launch.file);
    ::_exit(127);
}

}  // namespace

sigset_t all_signals() noexcept {
    sigset_t all;
    std::memset(&all, 0xff, sizeof all);
    return all;
}

void block_signals() noexcept {
    set_mask(all_signals());
    const KernelAction standard{};
    for (int signal = 1; signal <= last_signal; ++signal)
        ::syscall(SYS_rt_sigaction, signal, &standard, nullptr, last_signal / 8);
}

void settle(bool machine) noexcept {
    close_from(3);
    ::umask(022);
    raise_limits(machine);
}

void shun_oom() noexcept {
    {
        const auto file = base::sys::open_at(AT_FDCWD, oom_file, O_RDONLY);
        if (!file) return;
        first_oom_size = base::sys::read(file->get(), first_oom, sizeof first_oom).value_or(0);
    }
    write_oom("-1000");
}

const rlimit& first_file_limit() noexcept { return first_files; }

pid_t fork_plain() noexcept { return static_cast<pid_t>(::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)); }

base::Result<pid_t> spawn(const Launch& launch) noexcept {
    const pid_t pid = fork_plain();
    if (pid < 0) return base::failed("fork");
    if (pid == 0) become(launch);
    return pid;
}

}  // namespace hob::init
