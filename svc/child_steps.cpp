// Single steps of a launch that set descriptors, limits and identity.
#include "svc/child_parts.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>

namespace hob::svc {

namespace {

// 32-bit ids everywhere: the plain names are the 16-bit calls on arm.
#ifdef SYS_setresuid32
constexpr long nr_setgroups = SYS_setgroups32, nr_setresgid = SYS_setresgid32, nr_setresuid = SYS_setresuid32,
               nr_getresgid = SYS_getresgid32, nr_getresuid = SYS_getresuid32;
#else
constexpr long nr_setgroups = SYS_setgroups, nr_setresgid = SYS_setresgid, nr_setresuid = SYS_setresuid,
               nr_getresgid = SYS_getresgid, nr_getresuid = SYS_getresuid;
#endif

constexpr std::size_t groups_max = 1024;

// An opened file becomes descriptor `target`; its first number goes away at exec.
int place_opened(Child& c, long fd, int target) noexcept {
    return fd < 0 ? error_of(fd) : place(c, static_cast<int>(fd), target);
}

int open_as(Child& c, const char* path, int flags, int target) noexcept {
    return place_opened(c, raw::call(SYS_openat, AT_FDCWD, path, flags | O_NOCTTY | O_CLOEXEC, 0644), target);
}

int open_terminal(Child& c, const char* path, int target) noexcept {
    const long fd = raw::call(SYS_openat, AT_FDCWD, path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) return error_of(fd);
    // The controlling terminal, taken from another session where that is allowed. No failure: a second use of
    // the same terminal is fine without.
    if (raw::call(SYS_ioctl, fd, TIOCSCTTY, 1) < 0) (void)raw::call(SYS_ioctl, fd, TIOCSCTTY, 0);
    return place_opened(c, fd, target);
}

bool ids_are(std::uint32_t uid, std::uint32_t gid) noexcept {
    std::uint32_t u[3] = {}, g[3] = {};
    if (raw::call(nr_getresuid, &u[0], &u[1], &u[2]) < 0) return false;
    if (raw::call(nr_getresgid, &g[0], &g[1], &g[2]) < 0) return false;
    for (int i = 0; i < 3; ++i)
        if (u[i] != uid || g[i] != gid) return false;
    return true;
}

bool all_digits(const char* s) noexcept {
    if (*s == '\0') return false;
    for (; *s != '\0'; ++s)
        if (*s < '0' || *s > '9') return false;
    return true;
}

bool is_id(std::int64_t n) noexcept { return n >= 0 && n < INT64_C(0xffffffff); }

}  // namespace

int step_stdio(Child& c, const base::Step& step) noexcept {
    const std::int64_t number = step.numbers()[0], kind = step.numbers()[1];
    if (number < 0 || number > 1023) return EBADF;
    if (kind < 0 || kind > static_cast<int>(base::StdioKind::last_)) return EINVAL;
    const auto what = static_cast<base::StdioKind>(kind);
    const int target = static_cast<int>(number);
    const char* const path = step.strings();
    using enum base::StdioKind;
    if (step.header().string_count == 0 && (what == read || what == append || what == tty)) return EINVAL;
    switch (what) {
        case null: return place(c, c.hand(Hand::null), target);
        case log: return place(c, c.args.has_out ? c.hand(Hand::out) : 2, target);
        case read: return open_as(c, path, O_RDONLY, target);
        case append: return open_as(c, path, O_WRONLY | O_CREAT | O_APPEND, target);
        case tty: return open_terminal(c, path, target);
        case inherit: return target <= 2 ? place(c, target, target) : EBADF;
    }
    return EINVAL;
}

int step_limit(const base::Step& step) noexcept {
    const auto n = step.numbers();
    const std::uint64_t limit[2] = {static_cast<std::uint64_t>(n[1]), static_cast<std::uint64_t>(n[2])};
    return error_of(raw::call(SYS_prlimit64, 0, n[0], limit, nullptr));
}

int write_oom_score(std::int64_t value) noexcept {
    char text[24];
    char* at = text + sizeof text;
    auto left = static_cast<std::uint64_t>(value);
    if (value < 0) left = 0 - left;
    do *--at = static_cast<char>('0' + left % 10);
    while ((left /= 10) != 0);
    if (value < 0) *--at = '-';
    const long fd = raw::call(SYS_openat, AT_FDCWD, "/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0) return error_of(fd);
    const long wrote = raw::call(SYS_write, fd, at, text + sizeof text - at);
    (void)raw::call(SYS_close, fd);
    return error_of(wrote);
}

int step_groups(Child& c, const base::Step& step) noexcept {
    const auto numbers = step.numbers();
    if (numbers.size() > groups_max) return EINVAL;
    std::uint32_t groups[groups_max];
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        if (!is_id(numbers[i])) return EINVAL;
        groups[i] = static_cast<std::uint32_t>(numbers[i]);
    }
    c.groups_set = true;
    return error_of(raw::call(nr_setgroups, numbers.size(), groups));
}

// setgroups, setresgid, setresuid, read back. Refused when the name is not what the compiler thought it is.
int step_user(Child& c, const base::Step& step) noexcept {
    const auto n = step.numbers();
    if (!is_id(n[0]) || !is_id(n[1])) return EINVAL;
    const auto uid = static_cast<std::uint32_t>(n[0]), gid = static_cast<std::uint32_t>(n[1]);
    const char* const name = step.strings();
    const char* const home = base::Step::next_string(name);
    if (!all_digits(name))
        if (const int error = check_user("/etc/passwd", name, uid); error != 0) return error;

    // Already so, and no right to set it: a tree of that very user.
    const bool settled = uid != 0 && ids_are(uid, gid);
    if (!settled) {
        long got = c.groups_set ? 0 : raw::call(nr_setgroups, 1, &gid);
        if (got == 0) got = raw::call(nr_setresgid, gid, gid, gid);
        if (got == 0) got = raw::call(nr_setresuid, uid, uid, uid);
        if (got < 0) return error_of(got);
        if (!ids_are(uid, gid)) return EPERM;
    }
    const char* const words[2] = {join(c, "USER=", name), join(c, "HOME=", *home != '\0' ? home : "/")};
    constexpr DefaultWord which[2] = {DefaultWord::user, DefaultWord::home};
    for (int i = 0; i < 2; ++i) {
        if (words[i] == nullptr) return E2BIG;
        // Only the default is replaced: the plan's own word wins wherever it stands.
        const auto at = static_cast<std::size_t>(which[i]);
        const char*& word = c.args.scratch->env[at];
        if (word == c.args.defaults[at]) word = words[i];
    }
    return 0;
}

}  // namespace hob::svc
