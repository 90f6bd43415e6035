#include "tools/vm/qemu.hpp"

#include "tools/vm/error.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace hob::vm {

namespace {

[[noreturn]] void fail(const std::string& what) { throw VmError{what + ": " + std::strerror(errno)}; }

// The child's side: only system calls, as the runner may have threads one day.
[[noreturn]] void become(char* const* argv, const std::vector<int>& inherit, int messages, pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(111);
    // A group of its own: Ctrl-C ends the runner, and the runner ends QEMU.
    ::setpgid(0, 0);
    for (const int fd : inherit) ::fcntl(fd, F_SETFD, 0);
    const int null = ::open("/dev/null", O_RDONLY);
    ::dup2(null, 0);
    ::dup2(messages, 1);
    ::dup2(messages, 2);
    ::execvp(argv[0], argv);
    ::_exit(127);
}

}  // namespace

std::vector<std::string> qemu_command(const MachineConfig& config) {
    return {
        "qemu-system-x86_64", "-accel", config.kvm ? "kvm" : "tcg", "-machine", "q35", "-cpu",
        config.kvm ? "host" : "qemu64", "-m", std::to_string(config.memory), "-nodefaults", "-no-user-config",
        "-display", "none",
        // a reboot ends QEMU, too: what was asked for is read from QMP
        "-no-reboot", "-kernel", config.image / "kernel", "-initrd", config.image / "initrd.cpio", "-append",
        // cryptomgr.notests, noreplace-smp: half a second less under emulation; panic=-1: a panic ends QEMU
        "console=ttyS0 quiet panic=-1 cryptomgr.notests noreplace-smp" +
            (config.append.empty() ? "" : " " + config.append)};
}

Pair socket_pair() {
    int fds[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) fail("socket pair for QEMU");
    return {base::Fd{fds[0]}, base::Fd{fds[1]}};
}

Qemu::Qemu(std::vector<std::string> command, const std::vector<int>& inherit,
           const std::filesystem::path& messages)
    : messages_{messages} {
    const base::Fd log{::open(messages.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)};
    if (!log) fail("write " + messages.string());
    std::vector<char*> argv;
    for (auto& word : command) argv.push_back(word.data());
    argv.push_back(nullptr);
    const pid_t self = ::getpid();
    const pid_t child = ::fork();
    if (child < 0) fail("start QEMU");
    if (child == 0) become(argv.data(), inherit, log.get(), self);
    pidfd_.reset(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
    if (!pidfd_) fail("pidfd of QEMU");
}

Qemu::~Qemu() {
    ::syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGKILL, nullptr, 0);
    ::siginfo_t info{};
    while (::waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &info, WEXITED) != 0 && errno == EINTR) {
    }
}

std::string Qemu::messages() const {
    std::ifstream in{messages_};
    return {std::istreambuf_iterator<char>{in}, {}};
}

}  // namespace hob::vm
