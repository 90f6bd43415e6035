#include "init/run_directory.hpp"

#include "base/sys.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace hob::init {

base::Result<void> RunDirectory::name(const char* directory) noexcept {
    auto made = base::sys::make_dir_at(AT_FDCWD, directory, 0755);
    if (!made) return made;
    char absolute[128];
    if (::chdir(directory) < 0) return base::failed("enter");
    // The call itself: libc's may allocate.
    const bool named = ::syscall(SYS_getcwd, absolute, sizeof absolute) > 0;
    const int code = named || errno != ERANGE ? errno : ENAMETOOLONG;
    if (::chdir("/") < 0) return base::failed("enter /");
    if (!named) return base::failed(code, "name");
    path_.clear();
    path_.add(std::string_view{absolute});
    if (path_.cut()) return base::failed(ENAMETOOLONG, "name");
    return {};
}

base::Result<void> RunDirectory::take(const char* directory) noexcept {
    auto named = name(directory);
    if (!named) return named;
    const base::Text<112> file{path_.view(), "/lock"};
    auto lock = base::sys::open_at(AT_FDCWD, file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
    if (!lock) return std::unexpected{lock.error()};
    if (::flock(lock->get(), LOCK_EX | LOCK_NB) < 0) return base::failed("lock");
    lock_ = *std::move(lock);
    return {};
}

}  // namespace hob::init
