#include "svc/directory.hpp"

#include "base/name.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "svc/scanner.hpp"

#include <algorithm>

#include <dirent.h>
#include <fcntl.h>
#include <sys/inotify.h>
#include <unistd.h>

namespace hob::svc {

using base::Result;

namespace {

constexpr base::Nanos burst = base::millis(20);
constexpr std::uint32_t in_directory =
    IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_MOVED_FROM | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
constexpr std::uint32_t in_candidate = IN_CREATE | IN_MOVED_TO | IN_ATTRIB | IN_CLOSE_WRITE | IN_ONLYDIR;

bool executable(int dir, const char* name) noexcept {
    const auto st = base::sys::stat_at(dir, name, 0);
    return st && S_ISREG(st->st_mode) && (st->st_mode & 0111) != 0;
}

}  // namespace

Result<void> Directory::start(base::Loop& loop, const char* path) noexcept {
    loop_ = &loop;
    path_ = path;
    auto dir = base::sys::open_dir_at(AT_FDCWD, path);
    if (!dir) return std::unexpected{dir.error()};
    dir_ = *std::move(dir);
    auto inotify = base::sys::inotify();
    if (inotify) {
        inotify_ = *std::move(inotify);
        auto watched = watch_.start<&Directory::on_change>(loop, inotify_.get(), EPOLLIN, this);
        if (!watched) return watched;
    }
    if (!inotify_ || ::inotify_add_watch(inotify_.get(), path, in_directory) < 0)
        scanner_.complain("changes of the directory are not seen: send HUP after one");
    rescan();
    return {};
}

void Directory::on_change(std::uint32_t) noexcept {
    char events[4096];
    (void)base::sys::read(inotify_.get(), events, sizeof events);
    if (!settle_.running()) settle_.start<&Directory::rescan>(*loop_, loop_->now() + burst, this);
}

void Directory::rescan() noexcept {
    if (!open() || scanner_.shutting_down()) return;
    for (const int watch : awaited_) (void)::inotify_rm_watch(inotify_.get(), watch);
    awaited_.clear();
    seen_.clear();
    const int copy = ::openat(dir_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR* const list = copy >= 0 ? ::fdopendir(copy) : nullptr;
    if (list == nullptr) {
        if (copy >= 0) ::close(copy);
        scanner_.complain("directory", base::Error{errno, "list"});
        return;
    }
    while (const dirent* const entry = ::readdir(list))
        if (entry->d_name[0] != '.') look(entry->d_name);
    ::closedir(list);
    forget_gone();
}

void Directory::look(const char* name) noexcept {
    auto dir = base::sys::open_dir_at(dir_.get(), name);
    if (!dir) return;  // no directory
    if (!executable(dir->get(), "run")) return await(name);
    const bool has_log = executable(dir->get(), "log/run");
    const base::Path path{path_.c_str(), "/", name};
    Service* const s = load(dir->get(), name, path.view(), has_log, nullptr);
    if (s != nullptr && has_log) load_logger(dir->get(), *s, name);
}

void Directory::load_logger(int dir, Service& writer, std::string_view name) noexcept {
    auto log = base::sys::open_dir_at(dir, "log");
    if (!log) return;
    const base::Path path{path_.c_str(), "/", name, "/log"};
    (void)load(log->get(), base::Text<128>{name, ":log"}.view(), path.view(), false, &writer);
}

Service* Directory::load(int dir, std::string_view name, std::string_view path, bool has_log,
                         Service* writer) noexcept {
    const auto refuse = [&](const base::Error& error) {
        scanner_.complain(base::Text<512>{name, ": left out"}.view(), error);
        return nullptr;
    };
    if (const char* const why = base::ServiceName::refusal(name); why != nullptr)
        return refuse({EINVAL, why});
    auto blob = directory_plan(dir, path, has_log, writer != nullptr);
    if (!blob) return refuse(blob.error());
    auto plan = scanner_.sources().keep(*std::move(blob));
    if (!plan) return refuse(plan.error());

    Service* s = scanner_.find(name);
    const bool starts = (s == nullptr || s->removing) && !base::sys::stat_at(dir, "down", 0);
    if (s == nullptr || s->removing || !s->plan || !s->plan.same_bytes(*plan)) {
        auto added = scanner_.add(name, base::ServiceType::longrun, *std::move(plan));
        if (!added) return refuse(added.error());
        s = *added;
    }
    seen_.push_back(s->id);
    if (writer != nullptr) s->reads_log_of = writer->id;
    s->log_out_only = has_log;
    // What was known before stays as it was left.
    if (starts) scanner_.start(*s, false, {});
    return s;
}

// No `run` yet: look again when something happens in there.
void Directory::await(const char* name) noexcept {
    const int watch =
        ::inotify_add_watch(inotify_.get(), base::Path{path_.c_str(), "/", name}.c_str(), in_candidate);
    if (watch >= 0) awaited_.push_back(watch);
}

void Directory::forget_gone() noexcept {
    for (const auto& known : scanner_.services()) {
        if (!known || std::ranges::find(seen_, known->id) != seen_.end()) continue;
        if (Service* const writer = scanner_.at(known->reads_log_of); writer != nullptr)
            writer->log_write.reset();
        scanner_.remove(*known);
    }
}

}  // namespace hob::svc
