// What the tests of hob-svscan run as services: one program, told by its first word what to do.
//
// Under a name that begins with "hob-" it stands in for hob's own programs: `init` succeeds, all else waits.
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace {

[[noreturn]] void wait_for_ever() {
    for (;;) ::pause();
}

std::string line_of(const char* file, std::string_view key) {
    std::ifstream in{file};
    for (std::string line; std::getline(in, line);)
        if (line.starts_with(key)) return line;
    return {};
}

// Everything a program inherits, one fact a line; written beside and renamed, so that it is seen whole.
void report(const std::string& path) {
    std::vector<int> open;
    DIR* const dir = ::opendir("/proc/self/fd");
    while (const dirent* const entry = ::readdir(dir))
        if (const int fd = std::atoi(entry->d_name); entry->d_name[0] != '.' && fd != ::dirfd(dir))
            open.push_back(fd);
    ::closedir(dir);
    std::ofstream out{path + ".new"};
    for (const int fd : open) {
        std::array<char, 4096> link{};
        (void)!::readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), link.data(), link.size() - 1);
        const std::string target = link.data();
        out << "fd " << fd << " " << target.substr(0, target.find(':')) << "\n";
    }
    for (const char* const key : {"SigBlk:", "SigIgn:", "SigPnd:", "Uid:", "Gid:", "Groups:", "NoNewPrivs:"})
        out << line_of("/proc/self/status", key) << "\n";
    std::array<char, 4096> cwd{};
    out << "cwd " << ::getcwd(cwd.data(), cwd.size()) << "\n";
    const mode_t mask = ::umask(0);
    out << "umask " << std::oct << mask << std::dec << "\n";
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    out << "nofile " << files.rlim_cur << " " << files.rlim_max << "\n";
    out << "session " << (::getsid(0) == ::getpid() && ::getpgrp() == ::getpid()) << "\n";
    out << "nice " << ::getpriority(PRIO_PROCESS, 0) << "\n";
    out << line_of("/proc/self/oom_score_adj", "") << " oom\n";
    for (char** word = environ; *word != nullptr; ++word) out << "env " << *word << "\n";
    out.close();
    std::rename((path + ".new").c_str(), path.c_str());
}

void append(const std::string& path, const std::string& line) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    (void)!::write(fd, line.data(), line.size());
    ::close(fd);
}

// One datagram to NOTIFY_SOCKET, with `fds` copies of standard error.
bool notify(std::string_view text, int fds = 0) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const char* const path = std::getenv("NOTIFY_SOCKET");
    if (path == nullptr) return false;
    std::strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    const int socket = ::socket(AF_UNIX, SOCK_DGRAM, 0);
    iovec part{const_cast<char*>(text.data()), text.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * 100)> control{};
    msghdr message{};
    message.msg_name = &address;
    message.msg_namelen = sizeof address;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (fds > 0) {
        message.msg_control = control.data();
        message.msg_controllen = CMSG_SPACE(sizeof(int) * static_cast<std::size_t>(fds));
        cmsghdr* const head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(sizeof(int) * static_cast<std::size_t>(fds));
        for (int i = 0; i < fds; ++i)
            std::memcpy(CMSG_DATA(head) + static_cast<std::size_t>(i) * sizeof(int), "\2\0\0\0", 4);
    }
    const bool sent = ::sendmsg(socket, &message, 0) >= 0;
    ::close(socket);
    return sent;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view own = ::basename(argv[0]);
    const std::string what = argc > 1 ? argv[1] : "", word = argc > 2 ? argv[2] : "";
    if (own.starts_with("hob-")) {
        if (what == "init") return 0;
        wait_for_ever();
    }
    if (what == "report") report(word);
    if (what == "exit") return std::atoi(word.c_str());
    if (what == "ready") (void)!::write(std::atoi(word.c_str()), "\n", 1);
    if (what == "close") ::close(std::atoi(word.c_str()));
    if (what == "notify") return notify("STATUS=well\nREADY=1\n") ? (wait_for_ever(), 0) : 1;
    if (what == "notify-badly") {
        notify("");
        notify(std::string_view{"READY=1\0", 9});
        notify(std::string_view{"STATUS=\0\nREADY=1", 16});
        notify(std::string(5000, 'x') + "\nREADY=1\n");
        notify("READY=0");
        notify("READY=11");
        notify("BARRIER=1", 1);
        notify("FDSTORE=1", 100);
        append(word, "sent\n");
        ::signal(SIGUSR1, [](int) { notify("READY=1"); });
    }
    if (what == "stubborn") {
        ::signal(SIGTERM, SIG_IGN);
        append(word, "ready\n");
    }
    if (what == "count") append(word, std::to_string(::getpid()) + "\n");
    if (what == "single") {
        const int lock = ::open((word + ".lock").c_str(), O_RDWR | O_CREAT, 0644);
        if (::flock(lock, LOCK_EX | LOCK_NB) < 0) append(word, "double\n");
        append(word, std::to_string(::getpid()) + "\n");
        (void)!::write(3, "\n", 1);
    }
    if (what == "arguments") {
        std::string line;
        for (int i = 3; i < argc; ++i) line += std::string{argv[i]} + (i + 1 < argc ? " " : "\n");
        append(word, line);
        return 0;
    }
    wait_for_ever();
}
