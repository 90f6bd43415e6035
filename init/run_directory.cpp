#include "init/run_directory.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace hob::init {

int RunDirectory::name(const char* directory) noexcept {
    if (::mkdir(directory, 0755) < 0 && errno != EEXIST) return errno;
    if (::chdir(directory) < 0) return errno;
    char absolute[path_max];
    // The call itself: libc's may allocate.
    if (::syscall(SYS_getcwd, absolute, sizeof absolute) < 0) return errno == ERANGE ? ENAMETOOLONG : errno;
    path_.add(absolute);
    return ::chdir("/") < 0 ? errno : 0;
}

int RunDirectory::take(const char* directory) noexcept {
    if (const int code = name(directory); code != 0) return code;
    const base::Text<path_max + 8> file{path_.view(), "/lock"};
    lock_.reset(::open(file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    return !lock_ || ::flock(lock_.get(), LOCK_EX | LOCK_NB) < 0 ? errno : 0;
}

}  // namespace hob::init
