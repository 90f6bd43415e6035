#include "base/sys.hpp"

#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>

namespace hob::base::sys {

#ifdef HOB_FAULTS
int (*fault_hook)(const char* call) noexcept = nullptr;
#endif

namespace {

// Runs `call`, again after EINTR, unless a test wants `name` to fail.
template <class Call>
auto run([[maybe_unused]] const char* name, Call call) noexcept -> decltype(call()) {
#ifdef HOB_FAULTS
    if (fault_hook != nullptr) {
        if (const int code = fault_hook(name); code != 0) {
            errno = code;
            return static_cast<decltype(call())>(-1);
        }
    }
#endif
    for (;;) {
        const auto got = call();
        if (got != static_cast<decltype(got)>(-1) || errno != EINTR) return got;
    }
}

Result<Fd> fd_or(const char* what, int fd) noexcept {
    if (fd < 0) return failed(what);
    return Fd{fd};
}
Result<void> done_or(const char* what, long got) noexcept {
    if (got < 0) return failed(what);
    return {};
}
Result<std::size_t> size_or(const char* what, ssize_t got) noexcept {
    if (got < 0) return failed(what);
    return static_cast<std::size_t>(got);
}

Result<sockaddr_un> path_address(const char* path) noexcept {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::size_t size = std::strlen(path);
    if (size >= sizeof address.sun_path) return failed(ENAMETOOLONG, "socket path");
    std::memcpy(address.sun_path, path, size + 1);
    return address;
}

Result<Exit> wait_for(idtype_t type, id_t id, int options) noexcept {
    // The raw call: libc's waitid() has no rusage.
    siginfo_t info{};
    Exit exit{};
    const long got =
        run("waitid", [&] { return ::syscall(SYS_waitid, type, id, &info, options, &exit.usage); });
    if (got < 0) {
        if (errno == ECHILD) return Exit{};
        return failed("waitid");
    }
    exit.pid = info.si_pid;
    if (info.si_code == CLD_EXITED)
        exit.status = (info.si_status & 0xff) << 8;
    else
        exit.status = info.si_status | (info.si_code == CLD_DUMPED ? 0x80 : 0);
    return exit;
}

}  // namespace

Result<Fd> open_at(int dir, const char* path, int flags, mode_t mode) noexcept {
    return fd_or("open", run("openat", [&] { return ::openat(dir, path, flags | O_CLOEXEC, mode); }));
}
Result<Fd> open_dir_at(int dir, const char* path) noexcept {
    return open_at(dir, path, O_RDONLY | O_DIRECTORY);
}
Result<void> make_dir_at(int dir, const char* path, mode_t mode) noexcept {
    if (run("mkdirat", [&] { return ::mkdirat(dir, path, mode); }) < 0 && errno != EEXIST)
        return failed("mkdir");
    return {};
}
Result<void> unlink_at(int dir, const char* path, int flags) noexcept {
    if (run("unlinkat", [&] { return ::unlinkat(dir, path, flags); }) < 0 && errno != ENOENT)
        return failed("unlink");
    return {};
}
Result<void> rename_at(int from_dir, const char* from, int to_dir, const char* to) noexcept {
    return done_or("rename", run("renameat", [&] { return ::renameat(from_dir, from, to_dir, to); }));
}
Result<void> symlink_at(const char* target, int dir, const char* path) noexcept {
    return done_or("symlink", run("symlinkat", [&] { return ::symlinkat(target, dir, path); }));
}
Result<struct stat> stat_fd(int fd) noexcept {
    struct stat st{};
    if (run("fstat", [&] { return ::fstat(fd, &st); }) < 0) return failed("fstat");
    return st;
}
Result<struct stat> stat_at(int dir, const char* path, int flags) noexcept {
    struct stat st{};
    if (run("fstatat", [&] { return ::fstatat(dir, path, &st, flags); }) < 0) return failed("stat");
    return st;
}
Result<void> allocate(int fd, std::int64_t size) noexcept {
    return done_or("allocate", run("fallocate", [&] { return ::fallocate(fd, 0, 0, size); }));
}
Result<void> truncate(int fd, std::int64_t size) noexcept {
    return done_or("truncate", run("ftruncate", [&] { return ::ftruncate(fd, size); }));
}
Result<void> sync_fd(int fd) noexcept {
    return done_or("fsync", run("fsync", [&] { return ::fsync(fd); }));
}
Result<Fd> memfd(const char* name) noexcept {
    constexpr unsigned cloexec = 1, allow_sealing = 2;
    return fd_or("memfd_create", run("memfd_create", [&] {
                     return static_cast<int>(::syscall(SYS_memfd_create, name, cloexec | allow_sealing));
                 }));
}

Result<std::size_t> read(int fd, void* data, std::size_t size) noexcept {
    return size_or("read", run("read", [&] { return ::read(fd, data, size); }));
}
Result<std::size_t> write(int fd, const void* data, std::size_t size) noexcept {
    return size_or("write", run("write", [&] { return ::write(fd, data, size); }));
}
Result<void> write_all(int fd, std::string_view bytes) noexcept {
    while (!bytes.empty()) {
        const auto wrote = write(fd, bytes.data(), bytes.size());
        if (!wrote) return std::unexpected{wrote.error()};
        bytes.remove_prefix(*wrote);
    }
    return {};
}

Result<void*> map(int fd, std::size_t size, int protection) noexcept {
    const auto at = run("mmap", [&] {
        return reinterpret_cast<std::intptr_t>(::mmap(nullptr, size, protection, MAP_SHARED, fd, 0));
    });
    if (at == -1) return failed("map");
    return reinterpret_cast<void*>(at);
}

Result<Pipe> pipe(int flags) noexcept {
    int ends[2];
    if (run("pipe2", [&] { return ::pipe2(ends, flags | O_CLOEXEC); }) < 0) return failed("pipe");
    return Pipe{Fd{ends[0]}, Fd{ends[1]}};
}
Result<Pair> seqpacket_pair() noexcept {
    int ends[2];
    if (run("socketpair", [&] { return ::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends); }) < 0)
        return failed("socketpair");
    return Pair{Fd{ends[0]}, Fd{ends[1]}};
}
Result<Fd> unix_socket(int type) noexcept {
    return fd_or("socket", run("socket", [&] { return ::socket(AF_UNIX, type | SOCK_CLOEXEC, 0); }));
}
Result<void> bind_path(int socket, const char* path) noexcept {
    const auto address = path_address(path);
    if (!address) return std::unexpected{address.error()};
    return done_or("bind", run("bind", [&] {
                       return ::bind(socket, reinterpret_cast<const sockaddr*>(&*address), sizeof *address);
                   }));
}
Result<void> listen(int socket, int backlog) noexcept {
    return done_or("listen", run("listen", [&] { return ::listen(socket, backlog); }));
}
Result<void> connect_path(int socket, const char* path) noexcept {
    const auto address = path_address(path);
    if (!address) return std::unexpected{address.error()};
    return done_or("connect", run("connect", [&] {
                       return ::connect(socket, reinterpret_cast<const sockaddr*>(&*address),
                                        sizeof *address);
                   }));
}
Result<Fd> accept(int socket) noexcept {
    return fd_or("accept", run("accept4", [&] {
                     return ::accept4(socket, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
                 }));
}
Result<ucred> peer(int socket) noexcept {
    ucred who{};
    socklen_t size = sizeof who;
    if (run("getsockopt", [&] { return ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &who, &size); }) < 0)
        return failed("peer credentials");
    return who;
}
Result<std::size_t> send(int socket, const msghdr& message, int flags) noexcept {
    return size_or("send", run("sendmsg", [&] { return ::sendmsg(socket, &message, flags | MSG_NOSIGNAL); }));
}
Result<std::size_t> receive(int socket, msghdr& message, int flags) noexcept {
    return size_or("receive",
                   run("recvmsg", [&] { return ::recvmsg(socket, &message, flags | MSG_CMSG_CLOEXEC); }));
}

Result<Fd> epoll() noexcept {
    return fd_or("epoll_create", run("epoll_create1", [] { return ::epoll_create1(EPOLL_CLOEXEC); }));
}
Result<void> epoll_set(int epoll, int op, int fd, std::uint32_t events, void* data) noexcept {
    epoll_event event{};
    event.events = events;
    event.data.ptr = data;
    return done_or("epoll_ctl", run("epoll_ctl", [&] { return ::epoll_ctl(epoll, op, fd, &event); }));
}
Result<Fd> timer(clockid_t clock) noexcept {
    return fd_or("timerfd_create",
                 run("timerfd_create", [&] { return ::timerfd_create(clock, TFD_CLOEXEC | TFD_NONBLOCK); }));
}
Result<Fd> signals(const sigset_t& mask) noexcept {
    return fd_or("signalfd",
                 run("signalfd", [&] { return ::signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK); }));
}
Result<Fd> pidfd(pid_t pid) noexcept {
    return fd_or("pidfd_open", run("pidfd_open", [&] {
                     return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));  // CLOEXEC by itself
                 }));
}
Result<void> signal_pidfd(int pidfd, int signal) noexcept {
    return done_or("signal", run("pidfd_send_signal", [&] {
                       return ::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0);
                   }));
}
Result<Fd> inotify() noexcept {
    return fd_or("inotify", run("inotify_init1", [] { return ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK); }));
}

Result<Exit> reap(idtype_t type, id_t id) noexcept { return wait_for(type, id, WEXITED | WNOHANG); }
Result<Exit> peek(idtype_t type, id_t id) noexcept { return wait_for(type, id, WEXITED | WNOHANG | WNOWAIT); }

}  // namespace hob::base::sys
