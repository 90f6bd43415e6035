#include "svc/lock.hpp"

#include "base/sys.hpp"
#include "svc/child.hpp"

#include <fcntl.h>

namespace hob::svc {

base::Result<void> lock_state(const char* path) noexcept {
    if (auto made = base::sys::make_dir_at(AT_FDCWD, path, 0755); !made) return made;
    auto dir = base::sys::open_dir_at(AT_FDCWD, path);
    if (!dir) return std::unexpected{dir.error()};
    auto file = base::sys::open_at(dir->get(), "lock", O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
    if (!file) return std::unexpected{file.error()};
    // Out of the way of the launch slots' blocks, and before locking: closing any descriptor of the file
    // unlocks.
    file = base::Fd{::fcntl(file->get(), F_DUPFD_CLOEXEC, blocks_end)};
    if (!*file) return base::failed("lock");
    struct flock whole{};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    if (::fcntl(file->get(), F_SETLK, &whole) < 0)
        return base::failed(errno == EACCES ? EAGAIN : errno, "another hob-svscan runs this directory");
    (void)file->release();  // as long as we live
    return {};
}

}  // namespace hob::svc
