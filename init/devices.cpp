#include "init/devices.hpp"

#include "base/fd.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "init/console.hpp"
#include "init/mountinfo.hpp"
#include "init/power.hpp"

#include <algorithm>
#include <cstring>

#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace hob::init {

namespace {

constexpr base::Nanos swap_limit = base::seconds(20), pass_limit = base::seconds(10);
constexpr int passes_max = 64;

LatestPaths paths;

// Reads a file of lines into `paths`, taking the field of each line that `wanted` lets through.
template <class Wanted>
void collect(const char* file, std::size_t number, Wanted wanted) noexcept {
    const auto lines = base::sys::open_at(AT_FDCWD, file, O_RDONLY);
    if (!lines) return say_error(lines.error().code, file);
    const auto read = [&](std::span<char> room) -> std::size_t {
        const auto got = base::sys::read(lines->get(), room.data(), room.size());
        return got ? *got : 0;
    };
    LineReader reader;
    while (reader.turn(read, [&](std::string_view line) {
        const auto path = field(line, number);
        if (wanted(path)) paths.add(path);
    })) {
    }
}

void collect_mounts() noexcept {
    collect("/proc/self/mountinfo", mountinfo_point, [](std::string_view point) { return !stays(point); });
}

int swap_off() noexcept {
    collect("/proc/swaps", swaps_path, [](std::string_view path) { return begins(path, "/"); });
    while (const char* const path = paths.pop())
        if (::swapoff(path) < 0) say_error(errno, path);
    return 0;
}

// Calls `each` with every name in /sys/block. readdir() would need memory.
template <class Each>
void each_block_device(Each each) noexcept {
    struct Entry {
        std::uint64_t inode;
        std::int64_t offset;
        unsigned short size;
        unsigned char type;
    };
    constexpr std::size_t name_at = 19;
    const auto directory = base::sys::open_dir_at(AT_FDCWD, "/sys/block");
    if (!directory) return;
    alignas(Entry) char entries[2048];
    for (;;) {
        const long got = ::syscall(SYS_getdents64, directory->get(), entries, sizeof entries);
        if (got <= 0) return;
        for (long at = 0; at < got;) {
            Entry entry;
            std::memcpy(&entry, entries + at, sizeof entry);
            each(std::string_view{entries + at + name_at});
            at += entry.size;
        }
    }
}

bool detach_loop(std::string_view name) noexcept {
    const base::Text<40> path{"/dev/", name};
    const auto device = base::sys::open_at(AT_FDCWD, path.c_str(), O_RDONLY | O_NONBLOCK);
    return device && ::ioctl(device->get(), LOOP_CLR_FD, 0) == 0;
}

bool remove_dm(std::string_view name) noexcept {
    const base::Text<64> path{"/sys/block/", name, "/dev"};  // "253:0"
    const auto number = base::sys::open_at(AT_FDCWD, path.c_str(), O_RDONLY);
    const auto control = base::sys::open_at(AT_FDCWD, "/dev/mapper/control", O_RDWR);
    char text[24] = {};
    if (!number || !control || !base::sys::read(number->get(), text, sizeof text - 1)) return false;
    std::uint64_t parts[2] = {};
    for (std::size_t i = 0, part = 0; text[i] != '\0' && part < 2; ++i) {
        if (text[i] >= '0' && text[i] <= '9')
            parts[part] = parts[part] * 10 + static_cast<std::uint64_t>(text[i] - '0');
        else
            ++part;
    }
    dm_ioctl remove{};
    remove.version[0] = DM_VERSION_MAJOR;
    remove.data_size = sizeof remove;
    remove.dev = (parts[1] & 0xff) | parts[0] << 8 | (parts[1] & ~std::uint64_t{0xff}) << 12;
    return ::syscall(SYS_ioctl, control->get(), DM_DEV_REMOVE, &remove) ==
           0;  // the libcs disagree on its type
}

int detach_devices() noexcept {
    int changed = 0;
    each_block_device([&](std::string_view name) {
        if ((begins(name, "loop") && detach_loop(name)) || (begins(name, "dm-") && remove_dm(name)))
            changed = 1;
    });
    return changed;
}

int root_read_only() noexcept {
    return ::mount(nullptr, "/", nullptr, MS_REMOUNT | MS_RDONLY, nullptr) < 0 ? errno : 0;
}

}  // namespace

void end_swap() noexcept {
    if (!bounded(swap_off, swap_limit)) say("swapoff did not end in time; going on");
}

int unmount_pass() noexcept {
    int changed = 0;
    collect_mounts();
    while (const char* const point = paths.pop())
        if (::umount2(point, UMOUNT_NOFOLLOW) == 0) changed = 1;
    return changed;
}

int detach_rest() noexcept {
    int left = 0;
    collect_mounts();
    while (const char* const point = paths.pop()) {
        say("still busy, detached: ", point);
        ::mount(nullptr, point, nullptr, MS_REMOUNT | MS_RDONLY, nullptr);
        ::umount2(point, MNT_DETACH | UMOUNT_NOFOLLOW);
        left = std::min(left + 1, 255);
    }
    return left;
}

void unmount_all() noexcept {
    for (int pass = 0; pass < passes_max; ++pass) {
        const auto unmounted = bounded(unmount_pass, pass_limit);
        const auto detached = bounded(detach_devices, pass_limit);
        if (!unmounted || !detached) say("unmounting hangs; going on");
        if (unmounted.value_or(0) == 0 && detached.value_or(0) == 0) break;
    }
    (void)bounded(detach_rest, pass_limit);
    const auto code = bounded(root_read_only, pass_limit);
    if (!code || *code != 0) say_error(code.value_or(ETIMEDOUT), "the root stays writable");
}

}  // namespace hob::init
