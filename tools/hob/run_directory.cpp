#include "tools/hob/run_directory.hpp"

#include "base/options.hpp"
#include "base/sys.hpp"
#include "base/tree.hpp"
#include "tools/hob/leftovers.hpp"
#include "tools/log/files.hpp"

#include <climits>
#include <cstdlib>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace hob::tools {

namespace sys = base::sys;

namespace {

// RUN/notify/4294967295 and RUN/sock/scan must fit a socket address.
constexpr std::size_t path_limit = 107 - sizeof "/notify/4294967295";

constexpr const char* leftovers[] = {"table", "db", "sock", "notify", "service"};

struct Entries {
    std::vector<std::string> names;
    static void visit(void* self, const char* name) noexcept {
        const std::string_view text{name};
        if (text != "." && text != "..") static_cast<Entries*>(self)->names.emplace_back(name);
    }
};

base::Result<void> make_parents(const std::string& path) {
    for (std::size_t at = path.find('/', 1); at != path.npos; at = path.find('/', at + 1))
        if (auto made = sys::make_dir_at(AT_FDCWD, path.substr(0, at).c_str(), 0755); !made) return made;
    return sys::make_dir_at(AT_FDCWD, path.c_str(), 0755);
}

}  // namespace

int RunDirectory::fail(const std::string& what, int code) const noexcept {
    base::complain(program_, what, code);
    return base::exit_failed;
}

int RunDirectory::make_fresh() {
    const char* const runtime = std::getenv("XDG_RUNTIME_DIR");
    std::string parent = runtime != nullptr ? runtime : "";
    if (parent.empty() || ::access(parent.c_str(), W_OK) != 0) {
        parent = "/tmp/hob-" + std::to_string(::geteuid());
        if (auto made = sys::make_dir_at(AT_FDCWD, parent.c_str(), 0700); !made)
            return fail(parent, made.error().code);
        // /tmp is everybody's: somebody else may have made it, or a link.
        const auto st = sys::stat_at(AT_FDCWD, parent.c_str(), AT_SYMLINK_NOFOLLOW);
        if (!st || !S_ISDIR(st->st_mode) || st->st_uid != ::geteuid() || (st->st_mode & 022) != 0)
            return fail(parent + " is not a directory of your own (use --run DIR)", EPERM);
    }
    path_ = parent + "/hob-XXXXXX";
    if (::mkdtemp(path_.data()) == nullptr) return fail(path_, errno);
    fresh_ = true;
    return base::exit_done;
}

int RunDirectory::make(const char* wanted) {
    if (wanted == nullptr) {
        if (const int code = make_fresh(); code != base::exit_done) return code;
    } else {
        path_ = wanted;
        if (auto made = make_parents(path_); !made) return fail(path_, made.error().code);
    }
    char resolved[PATH_MAX];
    if (::realpath(path_.c_str(), resolved) == nullptr) return fail(path_, errno);
    path_ = resolved;
    if (path_ == base::default_run) {
        base::complain(
            program_, std::string{base::default_run} + " belongs to the machine's own tree: use another DIR");
        return base::exit_failed;
    }
    if (path_.size() > path_limit) {
        base::complain(program_, "the path of the tree is too long for its sockets, " +
                                     std::to_string(path_.size()) + " bytes (at most " +
                                     std::to_string(path_limit) + "): " + path_);
        return base::exit_failed;
    }
    return base::exit_done;
}

int RunDirectory::lock() {
    const std::string path = path_ + "/lock";
    auto file = sys::open_at(AT_FDCWD, path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
    if (!file) return fail(path, file.error().code);
    if (::flock(file->get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return fail(path, errno);
        base::complain(program_, "a tree is running at " + path_ + " already (hob status --run " + path_ +
                                     " shows it, hob poweroff --run " + path_ + " ends it)");
        return base::exit_failed;
    }
    lock_ = *std::move(file);
    return base::exit_done;
}

int RunDirectory::clear() {
    if (const int ended = end_leftovers(path_); ended != 0)
        base::complain(program_, "ended " + std::to_string(ended) +
                                     " processes that a killed tree had left at " + path_);
    auto dir = sys::open_dir_at(AT_FDCWD, path_.c_str());
    if (!dir) return fail(path_, dir.error().code);
    for (const char* const name : leftovers) remove_tree(dir->get(), name);
    if (auto made = make_parents(path_ + "/lib/generations"); !made)
        return fail(path_ + "/lib", made.error().code);
    return base::exit_done;
}

int RunDirectory::prepare(const char* wanted) {
    if (const int code = make(wanted); code != base::exit_done) return code;
    if (const int code = lock(); code != base::exit_done) return code;
    return clear();
}

void RunDirectory::discard() noexcept {
    if (fresh_) remove_tree(AT_FDCWD, path_.c_str());
}

base::Result<void> copy_file(const char* from, const std::string& to) {
    auto in = sys::open_at(AT_FDCWD, from, O_RDONLY);
    if (!in) return std::unexpected{in.error()};
    const std::string temporary = to + ".new";
    auto out = sys::open_at(AT_FDCWD, temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0644);
    if (!out) return std::unexpected{out.error()};
    char data[16 * 1024 - 512];
    for (;;) {
        const auto got = sys::read(in->get(), data, sizeof data);
        if (!got) return std::unexpected{got.error()};
        if (*got == 0) break;
        if (auto wrote = sys::write_all(out->get(), {data, *got}); !wrote) return wrote;
    }
    return sys::rename_at(AT_FDCWD, temporary.c_str(), AT_FDCWD, to.c_str());
}

base::Result<void> replace_link(const char* target, const std::string& path) {
    const std::string temporary = path + ".new";
    if (auto gone = sys::unlink_at(AT_FDCWD, temporary.c_str()); !gone) return gone;
    if (auto linked = sys::symlink_at(target, AT_FDCWD, temporary.c_str()); !linked) return linked;
    return sys::rename_at(AT_FDCWD, temporary.c_str(), AT_FDCWD, path.c_str());
}

void remove_tree(int dir, const char* name) noexcept {
    if (sys::unlink_at(dir, name)) return;
    auto inside = sys::open_at(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (!inside) return;
    Entries entries;
    if (!log::each_entry(inside->get(), &entries, &Entries::visit)) return;
    for (const auto& entry : entries.names) remove_tree(inside->get(), entry.c_str());
    (void)sys::unlink_at(dir, name, AT_REMOVEDIR);
}

}  // namespace hob::tools
