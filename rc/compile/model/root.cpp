#include "rc/compile/model/root.hpp"

#include "base/sys.hpp"

#include <cerrno>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace hob::rc::compile {

base::Result<base::Fd> Root::open(std::string_view path, int flags) {
    if (!dir_) {
        auto dir = base::sys::open_dir_at(AT_FDCWD, directory_.empty() ? "/" : directory_.c_str());
        if (!dir) return dir;
        dir_ = *std::move(dir);
    }
    const std::string text{path};
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
    how.resolve = RESOLVE_IN_ROOT;
    const long fd = ::syscall(SYS_openat2, dir_.get(), text.c_str(), &how, sizeof how);
    if (fd >= 0) return base::Fd{static_cast<int>(fd)};
    if (errno != ENOSYS) return base::failed("open in root");
    // Before Linux 5.6: absolute links lead out of the root, which only costs a message its truth.
    return base::sys::open_at(AT_FDCWD, shown(path).c_str(), flags);
}

bool Root::has_program(const std::string& path) {
    const auto known = programs_.find(path);
    if (known != programs_.end()) return known->second;
    const auto fd = open(path, O_PATH);
    const auto st = fd ? base::sys::stat_fd(fd->get()) : base::failed(ENOENT, "open in root");
    const bool there = st && S_ISREG(st->st_mode) && (st->st_mode & 0111) != 0;
    programs_.emplace(path, there);
    return there;
}

}  // namespace hob::rc::compile
