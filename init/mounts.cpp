#include "init/mounts.hpp"

#include "init/console.hpp"

#include <cerrno>
#include <csignal>
#include <cstdint>

#include <fcntl.h>
#include <linux/kd.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace hob::init {

namespace {

struct FileSystem {
    const char* type;
    const char* target;
    unsigned long flags;
    const char* options;
};
constexpr unsigned long plain = MS_NOSUID | MS_NODEV;
constexpr FileSystem file_systems[] = {
    {"proc", "/proc", plain | MS_NOEXEC, nullptr},
    {"sysfs", "/sys", plain | MS_NOEXEC, nullptr},
    {"devtmpfs", "/dev", MS_NOSUID, "mode=0755"},
    {"devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, "gid=5,mode=620,ptmxmode=666"},
    {"tmpfs", "/dev/shm", plain, "mode=1777"},
    {"tmpfs", "/run", plain, "mode=0755"},
    {"cgroup2", "/sys/fs/cgroup", plain | MS_NOEXEC, "nsdelegate,memory_recursiveprot"},
};
constexpr const FileSystem& dev = file_systems[2];

// No pointers: the table is smaller than what it would point to.
struct Node {
    char name[8];
    std::uint8_t major, minor;
    std::uint16_t mode;
};
constexpr Node nodes[] = {
    {"null", 1, 3, 0666},   {"zero", 1, 5, 0666},    {"full", 1, 7, 0666},
    {"random", 1, 8, 0666}, {"urandom", 1, 9, 0666}, {"kmsg", 1, 11, 0644},
    {"tty", 5, 0, 0666},    {"console", 5, 1, 0600}, {"ptmx", 5, 2, 0666},
};

struct Link {
    const char* path;
    const char* target;
};
constexpr Link links[] = {
    {"/dev/fd", "/proc/self/fd"},
    {"/dev/stdin", "/proc/self/fd/0"},
    {"/dev/stdout", "/proc/self/fd/1"},
    {"/dev/stderr", "/proc/self/fd/2"},
};

// statx(2), of which libc has nothing or the wrong thing.
struct StatX {
    std::uint32_t mask, block_size;
    std::uint64_t attributes;
    std::uint64_t rest[30];
};
static_assert(sizeof(StatX) == 256);

bool is_mounted(const char* target) noexcept {
    constexpr std::uint64_t mount_root = 0x2000;  // STATX_ATTR_MOUNT_ROOT, Linux 5.8
    StatX file{};
    return ::syscall(SYS_statx, AT_FDCWD, target, 0, 0, &file) == 0 && (file.attributes & mount_root) != 0;
}

int mount_one(const FileSystem& fs) noexcept {
    ::mkdir(fs.target, 0755);
    if (::mount(fs.type, fs.target, fs.type, fs.flags, fs.options) == 0) return 0;
    // An older kernel knows fewer options.
    if (errno == EINVAL && ::mount(fs.type, fs.target, fs.type, fs.flags, nullptr) == 0) return 0;
    return errno;
}

// /dev without devtmpfs.
int make_dev() noexcept {
    if (::mount("dev", dev.target, "tmpfs", dev.flags, dev.options) < 0) return errno;
    const mode_t old = ::umask(0);
    for (const Node& n : nodes)
        ::mknod(base::Text<16>{"/dev/", n.name}.c_str(), S_IFCHR | n.mode, makedev(n.major, n.minor));
    ::umask(old);
    return 0;
}

bool expected(int code) noexcept {
    return code == 0 || code == EBUSY || code == ENODEV || code == EPERM || code == EACCES;
}

}  // namespace

void mount_missing(bool machine) noexcept {
    for (const FileSystem& fs : file_systems) {
        if (is_mounted(fs.target)) continue;
        // In a container devtmpfs would show the machine's devices.
        int code = &fs == &dev && !machine ? ENODEV : mount_one(fs);
        if (&fs == &dev && code == ENODEV) code = make_dev();
        if (!expected(code)) say_error(code, "cannot mount ", fs.target);
    }
    for (const Link& l : links) (void)!::symlink(l.target, l.path);
}

void take_keyboard_request() noexcept {
    const int tty = ::open("/dev/tty0", O_RDONLY | O_NOCTTY | O_CLOEXEC);
    if (tty < 0) return;
    ::ioctl(tty, KDSIGACCEPT, SIGWINCH);
    ::close(tty);
}

}  // namespace hob::init
