#include "rc/engine/live_tree.hpp"

#include "base/options.hpp"
#include "base/sys.hpp"
#include "base/tree.hpp"
#include "rc/database.hpp"
#include "rc/engine/overlay.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include <dirent.h>
#include <fcntl.h>

namespace hob::rc::engine {

using base::Error;
using base::Fd;
using base::Path;
using base::Result;
namespace sys = base::sys;

namespace {

constexpr const char* copy_name = ".db.new";

void complain(std::string_view where, const Error& error) noexcept {
    const Path what{where, ": ", error.what};
    // What is wrong with the bytes has been said in full; other failures are the system's.
    const bool bytes =
        error.code == EBADMSG || error.code == EPROTO || error.code == ENOEXEC || error.code == EINVAL;
    bytes ? base::complain("hob-rc", what.view()) : base::complain("hob-rc", what.view(), error.code);
}

// mkdir -p. Relative and absolute.
Result<void> make_path(std::string_view path) noexcept {
    for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
        auto made = sys::make_dir_at(AT_FDCWD, Path{path.substr(0, end)}.c_str(), 0755);
        if (!made && (end == path.npos || made.error().code != EEXIST)) return made;
        if (end == path.npos) return {};
    }
}

// RUN/`name`: a link to `persistent` in the machine's own tree, else a folder. One that is there is kept.
Result<void> make_state(int run, bool machine, const char* name, const char* persistent) noexcept {
    if (!machine) return sys::make_dir_at(run, name, 0755);
    (void)make_path(persistent);  // a root file system that is read-only so early is no reason to stop
    auto linked = sys::symlink_at(persistent, run, name);
    if (!linked && linked.error().code != EEXIST) return linked;
    return {};
}

Result<Fd> make_tree(std::string_view path) noexcept {
    while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
    auto made = make_path(path);
    if (!made) return std::unexpected{made.error()};
    auto run = sys::open_dir_at(AT_FDCWD, Path{path}.c_str());
    if (!run) return run;
    for (const char* name : {"sock", "notify", "service"})
        if (auto dir = sys::make_dir_at(run->get(), name, 0755); !dir) return std::unexpected{dir.error()};
    const bool machine = path == base::default_run;
    if (auto lib = make_state(run->get(), machine, "lib", "/var/lib/hob"); !lib)
        return std::unexpected{lib.error()};
    if (auto log = make_state(run->get(), machine, "log", "/var/log/hob"); !log)
        return std::unexpected{log.error()};
    return run;
}

Result<void> copy(int from, int to) noexcept {
    static char block[64 * 1024];
    for (;;) {
        auto got = sys::read(from, block, sizeof block);
        if (!got) return std::unexpected{got.error()};
        if (*got == 0) return {};
        if (auto put = sys::write_all(to, {block, *got}); !put) return put;
    }
}

// A sound copy of the database at `path` as RUN/db.
Result<void> install(int run, int dir, const char* path) noexcept {
    auto source = sys::open_at(dir, path, O_RDONLY | O_NONBLOCK);
    if (!source) return std::unexpected{source.error()};
    auto st = sys::stat_fd(source->get());
    if (!st) return std::unexpected{st.error()};
    if (!S_ISREG(st->st_mode)) return base::failed(EINVAL, "not a regular file");
    if (static_cast<std::uint64_t>(st->st_size) > database_size_max) return base::failed(EFBIG, "database");
    (void)sys::unlink_at(run, copy_name);
    auto target = sys::open_at(run, copy_name, O_WRONLY | O_CREAT | O_EXCL, 0444);
    if (!target) return std::unexpected{target.error()};
    if (auto copied = copy(source->get(), target->get()); !copied) return copied;
    target->reset();
    auto checked = Database::open(run, copy_name, Check::full);
    if (!checked) {
        (void)sys::unlink_at(run, copy_name);
        return std::unexpected{checked.error()};
    }
    return sys::rename_at(run, copy_name, run, "db");
}

// The numbers of RUN/lib/generations/N.db, newest first.
std::vector<unsigned long long> generations(int run) {
    std::vector<unsigned long long> numbers;
    auto fd = sys::open_dir_at(run, "lib/generations");
    DIR* const dir = fd ? ::fdopendir(fd->get()) : nullptr;
    if (dir == nullptr) return numbers;
    (void)fd->release();
    while (const dirent* entry = ::readdir(dir)) {
        std::string_view name{entry->d_name};
        unsigned long long number = 0;
        if (!name.ends_with(".db")) continue;
        name.remove_suffix(3);
        if (base::parse_number(name, ~0ULL, &number)) numbers.push_back(number);
    }
    ::closedir(dir);
    std::ranges::sort(numbers, std::greater{});
    return numbers;
}

bool same_file(int run, const char* a, const char* b) noexcept {
    auto one = sys::stat_at(run, a, 0);
    auto two = sys::stat_at(run, b, 0);
    return one && two && one->st_dev == two->st_dev && one->st_ino == two->st_ino;
}

bool install_any(int run, std::string_view where) {
    auto current = install(run, run, "lib/current");
    if (current) return true;
    complain(Path{where, "/lib/current"}.view(), current.error());
    for (const auto number : generations(run)) {
        const Path path{"lib/generations/", number, ".db"};
        if (same_file(run, path.c_str(), "lib/current")) continue;
        auto installed = install(run, run, path.c_str());
        if (installed) {
            base::complain("hob-rc", Path{"using generation ", number, " instead"}.view());
            return true;
        }
        complain(Path{where, "/", path.view()}.view(), installed.error());
    }
    return false;
}

}  // namespace

int prepare_tree(const char* run, const char* database) {
    auto tree = make_tree(run);
    if (!tree) {
        complain(run, tree.error());
        return base::exit_failed;
    }
    renew_overlay(run);
    if (database != nullptr) {
        auto installed = install(tree->get(), AT_FDCWD, database);
        if (installed) return base::exit_done;
        complain(database, installed.error());
        return base::exit_failed;
    }
    if (install_any(tree->get(), run)) return base::exit_done;
    base::complain("hob-rc", Path{run, "/lib: no sound database; make one with hob compile"}.view());
    return base::exit_failed;
}

}  // namespace hob::rc::engine
