#include "tests/bench/process.hpp"

#include "base/fd.hpp"
#include "base/time.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace hob::bench {

namespace {

// `output`: the descriptor for 1; `errors`: for 2, or -1.
pid_t start(const Words& words, const std::map<std::string, std::string>& env, int output, int errors) {
    std::vector<std::string> assignments{"PATH=/usr/sbin:/usr/bin:/sbin:/bin"};
    for (const auto& [name, value] : env) assignments.emplace_back(name).append("=").append(value);
    std::vector<char*> argv, envp;
    for (const auto& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    for (const auto& word : assignments) envp.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    envp.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (output >= 0) posix_spawn_file_actions_adddup2(&actions, output, 1);
    if (errors >= 0) posix_spawn_file_actions_adddup2(&actions, errors, 2);
    pid_t pid = -1;
    const int error = ::posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), envp.data());
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) throw std::system_error{error, std::generic_category(), words[0]};
    return pid;
}

const base::Fd& null_device() {
    static const base::Fd null{::open("/dev/null", O_RDWR | O_CLOEXEC)};
    return null;
}

}  // namespace

std::int64_t now_ns() { return base::read_clock(CLOCK_MONOTONIC); }

Ran run(const Words& words, Output output, const std::map<std::string, std::string>& env) {
    Ran ran;
    int ends[2] = {-1, -1};
    if (output == Output::capture && ::pipe2(ends, O_CLOEXEC) < 0)
        throw std::system_error{errno, std::generic_category(), "pipe"};
    const base::Fd read{ends[0]};
    base::Fd write{ends[1]};
    const int out = output == Output::capture   ? write.get()
                    : output == Output::discard ? null_device().get()
                                                : -1;
    const std::int64_t begun = now_ns();
    const pid_t pid = start(words, env, out, output == Output::capture ? write.get() : -1);
    write.reset();
    char bytes[65536];
    for (ssize_t got; read && (got = ::read(read.get(), bytes, sizeof bytes)) > 0;)
        ran.output.append(bytes, static_cast<std::size_t>(got));
    while (::wait4(pid, &ran.status, 0, &ran.usage) < 0 && errno == EINTR) {
    }
    ran.wall = now_ns() - begun;
    return ran;
}

Ran must(const Words& words, const std::map<std::string, std::string>& env) {
    auto ran = run(words, Output::capture, env);
    if (ran.ok()) return ran;
    std::string line;
    for (const auto& word : words) line += (line.empty() ? "" : " ") + word;
    throw std::runtime_error{line + ": status " + std::to_string(ran.status) + "\n" + ran.output};
}

Process::Process(const Words& words, const std::map<std::string, std::string>& env, const std::string& said) {
    const base::Fd file{::open(said.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)};
    pid_ = start(words, env, file.get(), file.get());
}
Process::~Process() {
    if (!ended_) end();
}

int Process::end(std::chrono::seconds patience) {
    ended_ = true;
    const base::Fd pidfd{static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0))};
    ::kill(pid_, SIGTERM);  // our child, not yet reaped
    pollfd gone{pidfd.get(), POLLIN, 0};
    if (::poll(&gone, 1, static_cast<int>(patience.count() * 1000)) <= 0) ::kill(pid_, SIGKILL);
    int status = -1;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

pid_t find_process(const std::string& comm) {
    std::error_code gone;
    for (const auto& entry : std::filesystem::directory_iterator{"/proc", gone}) {
        const std::string name = entry.path().filename();
        if (name.find_first_not_of("0123456789") != name.npos) continue;
        std::ifstream file{entry.path() / "comm"};
        std::string line;
        if (std::getline(file, line) && line == comm) return std::stoi(name);
    }
    return 0;
}

long proc_number(pid_t pid, const std::string& file, const std::string& name) {
    std::ifstream lines{"/proc/" + std::to_string(pid) + "/" + file};
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with(name + ":")) return std::stol(line.substr(name.size() + 1));
    return -1;
}

}  // namespace hob::bench
