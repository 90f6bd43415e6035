// System calls in place of libc's wrappers, for the two programs that must be small (static musl only).
//
// What musl adds is for threads, cancellation and kernels older than ours: the vdso parser behind
// clock_gettime(), emulations of SOCK_CLOEXEC and SFD_CLOEXEC, a copy of every msghdr whose padding may not
// be zero (those of base/channel.cpp are). A static link takes these before it looks into libc.a.
#include <cstddef>
#include <ctime>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

extern "C" {

int clock_gettime(clockid_t clock, timespec* now) {
#ifdef SYS_clock_gettime64
    return static_cast<int>(::syscall(SYS_clock_gettime64, clock, now));
#else
    return static_cast<int>(::syscall(SYS_clock_gettime, clock, now));
#endif
}
int socketpair(int domain, int type, int protocol, int* ends) {
    return static_cast<int>(::syscall(SYS_socketpair, domain, type, protocol, ends));
}
ssize_t sendmsg(int socket, const msghdr* message, int flags) {
    return ::syscall(SYS_sendmsg, socket, message, flags);
}
ssize_t recvmsg(int socket, msghdr* message, int flags) {
    return ::syscall(SYS_recvmsg, socket, message, flags);
}
int signalfd(int fd, const sigset_t* mask, int flags) {
    return static_cast<int>(::syscall(SYS_signalfd4, fd, mask, std::size_t{8}, flags));
}
void* mmap(void* at, std::size_t size, int protection, int flags, int fd, off_t offset) {
#ifdef SYS_mmap2
    return reinterpret_cast<void*>(::syscall(SYS_mmap2, at, size, protection, flags, fd, offset / 4096));
#else
    return reinterpret_cast<void*>(::syscall(SYS_mmap, at, size, protection, flags, fd, offset));
#endif
}

}  // extern "C"

// Variadic in libc's headers, but called as any other function is; with all their arguments always present
// they need not save every register for va_arg. The names are libc's by their labels.
int open_file(const char* path, int flags, unsigned mode) asm("open");
int open_file_at(int directory, const char* path, int flags, unsigned mode) asm("openat");
int control_device(int fd, int request, void* value) asm("ioctl");
int control_process(int what, unsigned long value) asm("prctl");

int open_file(const char* path, int flags, unsigned mode) {
    return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags | O_LARGEFILE, mode));
}
int open_file_at(int directory, const char* path, int flags, unsigned mode) {
    return static_cast<int>(::syscall(SYS_openat, directory, path, flags | O_LARGEFILE, mode));
}
int control_device(int fd, int request, void* value) {
    return static_cast<int>(::syscall(SYS_ioctl, fd, request, value));
}
int control_process(int what, unsigned long value) {
    return static_cast<int>(::syscall(SYS_prctl, what, value, 0UL, 0UL, 0UL));
}
