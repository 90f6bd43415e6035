#include "tests/ns/namespace.hpp"

#include "tests/ns/enter.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace hob::tests {

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error{errno, std::generic_category(), what};
}

constexpr int namespaces =
    CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET;

struct Pipe {
    base::Fd read, write;
};
Pipe make_pipe(int flags = 0) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC | flags) < 0) fail("pipe");
    return {base::Fd{ends[0]}, base::Fd{ends[1]}};
}

int left_ms(Clock::time_point deadline) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    return static_cast<int>(std::max<std::chrono::milliseconds::rep>(left.count(), 0));
}

void drain(int fd, std::string& into) {
    char buffer[65536];
    for (;;) {
        const ssize_t got = ::read(fd, buffer, sizeof buffer);
        if (got <= 0) return;
        into.append(buffer, static_cast<std::size_t>(got));
    }
}

// PID 1 of a namespace whose program shall not be PID 1: starts it, reaps, and ends as it ended.
[[noreturn]] void stand_above(pid_t program) {
    for (;;) {
        int status = 0;
        const pid_t pid = ::wait(&status);
        if (pid == program) ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
        if (pid < 0 && errno == ECHILD) ::_exit(98);
    }
}

[[noreturn]] void inside(const Namespace::Options& options, int go, int output) {
    char byte;
    if (::read(go, &byte, 1) != 1) ::_exit(99);  // the maps are written now
    ::dup2(output, 2);
    arrange_mounts(options.tmpfs);
    if (options.prepare) options.prepare();
    if (!options.pid) {
        const pid_t child = ::fork();
        if (child < 0) give_up("fork");
        if (child > 0) stand_above(child);
    }
    execute(options.command, options.env, output, options.fd3);
}

void write_maps(pid_t pid) {
    const std::string proc = "/proc/" + std::to_string(pid) + "/";
    const auto put = [&](const char* name, const std::string& text) {
        std::ofstream file{proc + name};
        file << text;
        file.close();
        if (!file) throw Unsupported{"cannot write " + proc + name};
    };
    if (::geteuid() == 0) {
        put("uid_map", "0 0 65536\n");
        put("gid_map", "0 0 65536\n");
    } else {
        put("setgroups", "deny");
        put("uid_map", "0 " + std::to_string(::geteuid()) + " 1\n");
        put("gid_map", "0 " + std::to_string(::getegid()) + " 1\n");
    }
}

}  // namespace

TempDir::TempDir() {
    char name[] = "/tmp/hob-ns.XXXXXX";
    if (::mkdtemp(name) == nullptr) fail("temporary directory");
    path_ = name;
}
TempDir::~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string program(std::string_view name) {
    const char* const list = std::getenv("HOB_PROGRAMS");
    std::string_view left = list != nullptr ? list : "";
    while (!left.empty()) {
        const auto end = std::min(left.find(':'), left.size());
        const std::string path{left.substr(0, end)};
        if (path.ends_with("/" + std::string{name})) return path;
        left.remove_prefix(std::min(end + 1, left.size()));
    }
    throw Unsupported{"HOB_PROGRAMS names no " + std::string{name}};
}

std::string install(const TempDir& dir, const Words& names,
                    const std::map<std::string, std::string>& others) {
    const std::string bin = dir / "bin";
    std::filesystem::create_directories(bin);
    for (const auto& name : names) std::filesystem::copy_file(program(name), bin + "/" + name);
    for (const auto& [name, path] : others) std::filesystem::copy_file(path, bin + "/" + name);
    return bin;
}

Namespace::Namespace(Options options) : user_{options.user || ::geteuid() != 0} {
    const Pipe go = make_pipe();
    Pipe capture = make_pipe();
    ::fcntl(capture.write.get(), F_SETPIPE_SZ, 1 << 20);
    const unsigned long flags =
        static_cast<unsigned long>(namespaces | (user_ ? CLONE_NEWUSER : 0) | SIGCHLD);
    const long pid = ::syscall(SYS_clone, flags, 0UL, 0UL, 0UL, 0UL);
    if (pid < 0) throw Unsupported{std::string{"no namespaces here: "} + std::strerror(errno)};
    if (pid == 0) inside(options, go.read.get(), capture.write.get());
    pid_ = static_cast<pid_t>(pid);
    pidfd_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    capture_ = std::move(capture.read);
    ::fcntl(capture_.get(), F_SETFL, O_NONBLOCK);
    if (user_) write_maps(pid_);
    if (::write(go.write.get(), "", 1) != 1) fail("start");
}

Namespace::~Namespace() {
    if (exit_) return;
    ::kill(pid_, SIGKILL);  // our child, not yet reaped; the kernel takes the rest of its namespace along
    ::waitpid(pid_, nullptr, 0);
}

void Namespace::signal(int number) const {
    if (::syscall(SYS_pidfd_send_signal, pidfd_.get(), number, nullptr, 0) < 0) fail("signal");
}

Outcome Namespace::run(const Words& command, std::chrono::milliseconds limit) {
    Pipe capture = make_pipe();
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(capture.write.get(), 2);
        if (::setns(pidfd_.get(), namespaces | (user_ ? CLONE_NEWUSER : 0)) < 0) give_up("setns");
        const pid_t inner = ::fork();  // only a child is in the PID namespace
        if (inner < 0) give_up("fork");
        if (inner == 0)
            execute(command, {{"PATH", "/usr/sbin:/usr/bin:/sbin:/bin"}}, capture.write.get(), -1);
        int status = 0;
        while (::waitpid(inner, &status, 0) < 0 && errno == EINTR) {
        }
        ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    }
    if (child < 0) fail("fork");
    capture.write.reset();
    ::fcntl(capture.read.get(), F_SETFL, O_NONBLOCK);
    const base::Fd pidfd{static_cast<int>(::syscall(SYS_pidfd_open, child, 0))};
    Outcome outcome{-1, {}};
    const auto deadline = Clock::now() + limit;
    pollfd fds[2] = {{pidfd.get(), POLLIN, 0}, {capture.read.get(), POLLIN, 0}};
    do {
        if (::poll(fds, 2, left_ms(deadline)) <= 0) break;
        drain(capture.read.get(), outcome.output);
        if ((fds[1].revents & POLLHUP) != 0) fds[1].fd = -1;
    } while (fds[0].revents == 0);
    if (fds[0].revents == 0) ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    drain(capture.read.get(), outcome.output);
    if (fds[0].revents != 0) outcome.status = status;
    return outcome;
}

std::string Namespace::outside(std::string_view path) const {
    return "/proc/" + std::to_string(pid_) + "/root" + std::string{path};
}

// Takes what there is; waits at most `timeout_ms` for output or the end. False: neither came.
bool Namespace::pump(int timeout_ms) {
    drain(capture_.get(), output_);
    if (exit_) return true;
    pollfd fds[2] = {{pidfd_.get(), POLLIN, 0}, {capture_.get(), POLLIN, 0}};
    const int got = ::poll(fds, 2, timeout_ms);
    drain(capture_.get(), output_);
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
        exit_ = status;
        drain(capture_.get(), output_);
    }
    return got > 0;
}

const std::string& Namespace::output() {
    pump(0);
    return output_;
}

bool Namespace::wait_output(std::string_view text, std::chrono::milliseconds limit) {
    const auto deadline = Clock::now() + limit;
    for (;;) {
        pump(0);
        if (output_.find(text) != output_.npos) return true;
        if (exit_ || left_ms(deadline) == 0) return false;
        pump(left_ms(deadline));
    }
}

std::optional<int> Namespace::wait_exit(std::chrono::milliseconds limit) {
    const auto deadline = Clock::now() + limit;
    while (!exit_ && left_ms(deadline) > 0) pump(left_ms(deadline));
    return exit_;
}

bool Namespace::alive() {
    pump(0);
    return !exit_;
}

bool Namespace::wait_until(const std::function<bool()>& condition, std::chrono::milliseconds limit) {
    const auto deadline = Clock::now() + limit;
    while (!condition()) {
        if (left_ms(deadline) == 0) return false;
        pollfd tick{exit_ ? -1 : pidfd_.get(), POLLIN, 0};
        ::poll(&tick, 1, 5);
        pump(0);
    }
    return true;
}

std::map<int, std::string> open_files(pid_t pid) {
    std::map<int, std::string> files;
    std::error_code gone;
    for (const auto& entry :
         std::filesystem::directory_iterator{"/proc/" + std::to_string(pid) + "/fd", gone}) {
        const auto target = std::filesystem::read_symlink(entry.path(), gone);
        if (!gone) files[std::stoi(entry.path().filename())] = target.string();
    }
    return files;
}

std::string status_field(pid_t pid, std::string_view name) {
    std::ifstream file{"/proc/" + std::to_string(pid) + "/status"};
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with(name) || line.size() <= name.size() || line[name.size()] != ':') continue;
        const auto start = line.find_first_not_of(" \t", name.size() + 1);
        return start == line.npos ? "" : line.substr(start);
    }
    return {};
}

}  // namespace hob::tests
