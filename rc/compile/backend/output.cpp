#include "rc/compile/backend/output.hpp"

#include "base/fd.hpp"
#include "base/sys.hpp"
#include "rc/database.hpp"

#include <string_view>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace hob::rc::compile {

namespace {

// The temporary file, which is gone with this object unless it was renamed.
class Temporary {
  public:
    Temporary(int dir, std::string name) : dir_{dir}, name_{std::move(name)} {}
    Temporary(const Temporary&) = delete;
    Temporary& operator=(const Temporary&) = delete;
    ~Temporary() {
        if (made_) (void)base::sys::unlink_at(dir_, name_.c_str());
    }

    base::Result<base::Fd> make() noexcept {
        auto file = base::sys::open_at(dir_, name_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0644);
        made_ = file.has_value();
        if (!file) return base::failed(file.error().code, "create a file beside the output");
        return file;
    }
    base::Result<void> rename_to(const char* name) noexcept {
        auto renamed = base::sys::rename_at(dir_, name_.c_str(), dir_, name);
        made_ = made_ && !renamed;
        return renamed;
    }

  private:
    int dir_;
    std::string name_;
    bool made_ = false;
};

base::Result<void> replaceable(int dir, const char* name) noexcept {
    const auto st = base::sys::stat_at(dir, name, AT_SYMLINK_NOFOLLOW);
    if (!st && st.error().code == ENOENT) return {};
    if (!st) return std::unexpected{st.error()};
    // A rename would put a file in the place of /dev/null.
    if (!S_ISREG(st->st_mode)) return base::failed(EEXIST, "output exists and is not a regular file");
    return {};
}

}  // namespace

base::Result<void> write_database(const std::string& path, std::span<const char> bytes) noexcept {
    const auto slash = path.rfind('/');
    const std::string directory = slash == path.npos ? "." : path.substr(0, slash + 1);
    const std::string name = slash == path.npos ? path : path.substr(slash + 1);
    if (name.empty()) return base::failed(EISDIR, "name of the output");
    auto dir = base::sys::open_dir_at(AT_FDCWD, directory.c_str());
    if (!dir) return base::failed(dir.error().code, "open the directory of the output");
    if (auto fine = replaceable(dir->get(), name.c_str()); !fine) return fine;

    Temporary temporary{dir->get(), "." + name + "." + std::to_string(::getpid()) + ".new"};
    auto file = temporary.make();
    if (!file) return std::unexpected{file.error()};
    auto done = base::sys::write_all(file->get(), {bytes.data(), bytes.size()});
    if (done) done = base::sys::sync_fd(file->get());
    if (!done) return base::failed(done.error().code, "write the output");
    auto checked = Database::from(*std::move(file), Check::full, any_machine);
    if (!checked) return std::unexpected{checked.error()};
    if (auto renamed = temporary.rename_to(name.c_str()); !renamed)
        return base::failed(renamed.error().code, "rename to the output");
    if (auto synced = base::sys::sync_fd(dir->get()); !synced && synced.error().code != EINVAL)
        return base::failed(synced.error().code, "sync the directory of the output");
    return {};
}

}  // namespace hob::rc::compile
