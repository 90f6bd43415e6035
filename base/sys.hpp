// The system-call seam: every call of tiers 0 and 1 that can fail goes through here, so that tests can fail
// it.
//
// Each wrapper retries EINTR where that is right, creates descriptors CLOEXEC, and returns Result. Hosted
// builds (HOB_FAULTS) ask `fault_hook` first: each_fault() in tests makes the Nth call fail; products have no
// hook. Tier-0 code between clone and exec does not come here: it may not touch errno (see base/raw.hpp).
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>

namespace hob::base::sys {

#ifdef HOB_FAULTS
// Asked before each call with its name; a non-zero answer is the errno it fails with. Null: no faults.
extern int (*fault_hook)(const char* call) noexcept;
#endif

// Files. `dir` is a directory descriptor or AT_FDCWD; O_CLOEXEC is added.
Result<Fd> open_at(int dir, const char* path, int flags, mode_t mode = 0) noexcept;
Result<Fd> open_dir_at(int dir, const char* path) noexcept;                 // O_DIRECTORY | O_RDONLY
Result<void> make_dir_at(int dir, const char* path, mode_t mode) noexcept;  // an existing directory is fine
Result<void> unlink_at(int dir, const char* path, int flags = 0) noexcept;  // a missing one is fine
Result<void> rename_at(int from_dir, const char* from, int to_dir, const char* to) noexcept;
Result<void> symlink_at(const char* target, int dir, const char* path) noexcept;
Result<struct stat> stat_fd(int fd) noexcept;
Result<struct stat> stat_at(int dir, const char* path, int flags) noexcept;
Result<void> allocate(int fd, std::int64_t size) noexcept;  // real blocks, so that a mapping cannot SIGBUS
Result<void> truncate(int fd, std::int64_t size) noexcept;
Result<void> sync_fd(int fd) noexcept;
Result<Fd> memfd(const char* name) noexcept;  // sealable

// Bytes. A short count is the caller's business; 0 from read is end of file.
Result<std::size_t> read(int fd, void* data, std::size_t size) noexcept;
Result<std::size_t> write(int fd, const void* data, std::size_t size) noexcept;
Result<void> write_all(int fd, std::string_view bytes) noexcept;  // blocking descriptors only

// Mappings of files; never anonymous (tier 0 has no heap).
Result<void*> map(int fd, std::size_t size, int protection) noexcept;  // shared, at offset 0

struct Pipe {
    Fd read;
    Fd write;
};
Result<Pipe> pipe(int flags = 0) noexcept;
struct Pair {
    Fd one;
    Fd two;
};
Result<Pair> seqpacket_pair() noexcept;  // blocking; callers pass MSG_DONTWAIT
Result<Fd> unix_socket(int type) noexcept;
Result<void> bind_path(int socket, const char* path) noexcept;
Result<void> listen(int socket, int backlog) noexcept;
Result<void> connect_path(int socket, const char* path) noexcept;
Result<Fd> accept(int socket) noexcept;  // non-blocking
Result<ucred> peer(int socket) noexcept;
Result<std::size_t> send(int socket, const msghdr& message, int flags) noexcept;  // MSG_NOSIGNAL added
Result<std::size_t> receive(int socket, msghdr& message, int flags) noexcept;     // MSG_CMSG_CLOEXEC added

Result<Fd> epoll() noexcept;
Result<void> epoll_set(int epoll, int op, int fd, std::uint32_t events, void* data) noexcept;
Result<Fd> timer(clockid_t clock) noexcept;
Result<Fd> signals(const sigset_t& mask) noexcept;
Result<Fd> pidfd(pid_t pid) noexcept;
Result<void> signal_pidfd(int pidfd, int signal) noexcept;
Result<Fd> inotify() noexcept;

struct Exit {
    pid_t pid;   // 0: nobody has exited
    int status;  // as wait(2) encodes it
    rusage usage;
};
// Reaps one child of any kind without waiting (WNOHANG); ECHILD is "nobody".
Result<Exit> reap(idtype_t type, id_t id) noexcept;
// Looks without reaping (WNOWAIT).
Result<Exit> peek(idtype_t type, id_t id) noexcept;

}  // namespace hob::base::sys
