#include "tools/log/log_file.hpp"

#include "base/sys.hpp"
#include "tools/log/files.hpp"

#include <algorithm>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace hob::log {

namespace sys = base::sys;
using base::Result;

namespace {

// The rotated files of a directory: how many, and the first and the last name.
struct Rotated {
    unsigned count = 0;
    char first[rotated_size + 1] = "";
    char last[rotated_size + 1] = "";

    static void visit(void* self, const char* name) noexcept {
        auto& all = *static_cast<Rotated*>(self);
        if (!is_rotated(name)) return;
        if (all.count == 0 || std::strcmp(name, all.first) < 0) std::strcpy(all.first, name);
        if (all.count == 0 || std::strcmp(name, all.last) > 0) std::strcpy(all.last, name);
        ++all.count;
    }
};

}  // namespace

// RUN/log may be a link to a directory that nobody has made yet.
Result<void> LogFile::make_directory() noexcept {
    const LogPath root{root_};
    if (auto made = sys::make_dir_at(AT_FDCWD, root.c_str(), 0755); !made) return made;
    const LogPath path{root_, "/", name_};
    auto made = sys::make_dir_at(AT_FDCWD, path.c_str(), 0755);
    if (made || made.error().code != ENOENT) return made;
    char target[512];
    const ssize_t size = ::readlink(root.c_str(), target, sizeof target - 1);
    if (size < 0) return made;
    target[size] = '\0';
    if (auto base = sys::make_dir_at(AT_FDCWD, target, 0755); !base) return base;
    return sys::make_dir_at(AT_FDCWD, path.c_str(), 0755);
}

Result<void> LogFile::open() noexcept {
    if (file_) return {};
    constexpr int flags = O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
    const LogPath path = log_path(root_, name_, current_name);
    if (path.cut()) return base::failed(ENAMETOOLONG, "open log");
    auto file = sys::open_at(AT_FDCWD, path.c_str(), flags, 0644);
    if (!file && file.error().code == ENOENT) {
        if (auto made = make_directory(); !made) return made;
        file = sys::open_at(AT_FDCWD, path.c_str(), flags, 0644);
    }
    if (!file) return base::failed(file.error().code, "open log");
    auto st = sys::stat_fd(file->get());
    if (!st) return std::unexpected{st.error()};
    if (!S_ISREG(st->st_mode)) return base::failed(EINVAL, "open log");
    size_ = static_cast<std::uint64_t>(st->st_size);
    threshold_ = limits_.size;
    char last = '\n';
    if (size_ != 0 && ::pread(file->get(), &last, 1, st->st_size - 1) != 1) last = '\0';
    inside_line_ = last != '\n';
    file_ = *std::move(file);
    return {};
}

std::size_t LogFile::append(std::string_view bytes, base::Error* error) noexcept {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const auto wrote = sys::write(file_.get(), bytes.data() + done, bytes.size() - done);
        if (!wrote) {
            *error = {wrote.error().code, "write log"};
            break;
        }
        done += *wrote;
    }
    size_ += done;
    if (done != 0) inside_line_ = bytes[done - 1] != '\n';
    return done;
}

// Somebody may have moved the file away, or mounted another file system over the directory.
bool LogFile::still_current() noexcept {
    const auto mine = sys::stat_fd(file_.get());
    const auto named =
        sys::stat_at(AT_FDCWD, log_path(root_, name_, current_name).c_str(), AT_SYMLINK_NOFOLLOW);
    return mine && named && mine->st_ino == named->st_ino && mine->st_dev == named->st_dev;
}

Result<void> LogFile::rotate(base::Wall now) noexcept {
    const auto later = [&](const char* what, int code) {
        threshold_ = size_ + std::max<std::uint64_t>(limits_.size / 4, 1);
        return base::failed(code, what);
    };
    if (!still_current()) {
        file_.reset();
        return open();
    }
    auto dir = sys::open_dir_at(AT_FDCWD, LogPath{root_, "/", name_}.c_str());
    if (!dir) return later("open log directory", dir.error().code);
    Rotated there;
    if (auto listed = each_entry(dir->get(), &there, &Rotated::visit); !listed)
        return later(listed.error().what, listed.error().code);
    char label[rotated_size + 1];
    if (const auto last = read_label(there.last); last && now <= *last) now.ns = last->ns + 1;
    write_label(label, now);
    std::memcpy(label + label_size, rotated_suffix.data(), rotated_suffix.size() + 1);
    if (auto synced = sys::sync_fd(file_.get()); !synced) return later("sync log", synced.error().code);
    if (auto moved = sys::rename_at(dir->get(), current_name, dir->get(), label); !moved)
        return later("rotate log", moved.error().code);
    (void)sys::sync_fd(dir->get());
    file_.reset();
    size_ = 0;
    inside_line_ = false;
    prune(dir->get(), there.count + 1);
    return open();
}

void LogFile::prune(int dir, unsigned count) noexcept {
    for (; count > limits_.keep; --count) {
        Rotated there;
        if (!each_entry(dir, &there, &Rotated::visit) || there.count <= limits_.keep) return;
        if (!sys::unlink_at(dir, there.first)) return;
    }
}

bool LogFile::read_back(char* to, std::size_t size) const noexcept {
    if (!file_ || size > size_) return false;
    return ::pread(file_.get(), to, size, static_cast<off_t>(size_ - size)) == static_cast<ssize_t>(size);
}

}  // namespace hob::log
