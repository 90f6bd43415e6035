#include "tests/ns/enter.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace hob::tests {

void give_up(const char* what) {
    std::fprintf(stderr, "namespace: %s: %s\n", what, std::strerror(errno));
    std::fflush(stderr);
    ::_exit(99);
}

void write_file(const std::string& path, const std::string& text) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0 || ::write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
        give_up(path.c_str());
    ::close(fd);
}

namespace {

void must_mount(const char* source, const char* target, const char* type, unsigned long flags,
                const char* data = nullptr) {
    if (::mount(source, target, type, flags, data) < 0) give_up(target);
}

void read_only(const char* path) {
    if (::access(path, F_OK) != 0) return;
    must_mount(path, path, nullptr, MS_BIND | MS_REC);
    // Without the flags it had, a user namespace refuses the change.
    if (::mount(nullptr, path, nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr) < 0 &&
        ::mount(nullptr, path, nullptr,
                MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RELATIME,
                nullptr) < 0)
        give_up(path);
}

// Built on the side and moved into place, since its nodes are those of the old /dev.
void arrange_dev() {
    const std::string dev = "/run/.dev";
    ::mkdir(dev.c_str(), 0755);
    must_mount("dev", dev.c_str(), "tmpfs", MS_NOSUID, "mode=0755");
    for (const char* node : {"null", "zero", "full", "random", "urandom", "tty"}) {
        const std::string target = dev + "/" + node, source = std::string{"/dev/"} + node;
        const int fd = ::open(target.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0666);
        if (fd < 0) give_up(target.c_str());
        ::close(fd);
        must_mount(source.c_str(), target.c_str(), nullptr, MS_BIND);
    }
    must_mount(dev.c_str(), "/dev", nullptr, MS_MOVE);
    ::rmdir(dev.c_str());
}

}  // namespace

void arrange_mounts(const Words& tmpfs) {
    must_mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE);
    must_mount("run", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755");
    arrange_dev();
    must_mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC);
    read_only("/proc/sys");
    read_only("/proc/sysrq-trigger");
    read_only("/sys");
    for (const auto& path : tmpfs) must_mount("tmpfs", path.c_str(), "tmpfs", MS_NOSUID | MS_NODEV);
}

void execute(const Words& command, const std::map<std::string, std::string>& env, int output, int fd3) {
    for (const int capability : {CAP_SYS_TIME, CAP_SYS_BOOT, CAP_SYS_MODULE, CAP_SYS_RAWIO})
        if (::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0) give_up("drop a capability");
    const int null = ::open("/dev/null", O_RDWR);
    if (null < 0) give_up("/dev/null");
    // Out of the way of the numbers that are about to be filled.
    const int high_output = ::fcntl(output, F_DUPFD, 20);
    const int high_fd3 = fd3 >= 0 ? ::fcntl(fd3, F_DUPFD, 20) : -1;
    ::dup2(null, 0);
    ::dup2(high_output, 1);
    ::dup2(high_output, 2);
    if (high_fd3 >= 0) ::dup2(high_fd3, 3);
    ::syscall(SYS_close_range, high_fd3 >= 0 ? 4U : 3U, ~0U, 0U);

    for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    std::vector<char*> argv, envp;
    std::vector<std::string> assignments;
    for (const auto& [name, value] : env) assignments.push_back(name + "=" + value);
    for (const auto& word : command) argv.push_back(const_cast<char*>(word.c_str()));
    for (const auto& word : assignments) envp.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    envp.push_back(nullptr);
    ::execve(argv[0], argv.data(), envp.data());
    give_up(argv[0]);
}

}  // namespace hob::tests
