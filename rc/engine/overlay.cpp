#include "rc/engine/overlay.hpp"

#include "base/name.hpp"
#include "base/options.hpp"
#include "base/sys.hpp"
#include "base/tree.hpp"

#include <optional>

#include <dirent.h>
#include <fcntl.h>

namespace hob::rc::engine {

namespace sys = base::sys;

namespace {

using Name = base::Text<base::name_max + 8>;
constexpr std::string_view words[] = {"enabled", "disabled", "masked"};

void complain(std::string_view name, std::string_view why) noexcept {
    base::complain("hob-rc", base::Text<512>{"overlay/", name, ": ", why, "; ignored"}.view());
}

// nullopt: there is no such file, or it has been complained of.
std::optional<Overlay> read_one(int dir, const char* name) noexcept {
    auto file = sys::open_at(dir, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
    if (!file && file.error().code == ENOENT) return std::nullopt;
    char bytes[32];
    auto size = file ? sys::read(file->get(), bytes, sizeof bytes) : base::failed(file.error().code, "open");
    if (!size) return complain(name, size.error().what), std::nullopt;
    std::string_view text{bytes, *size};
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
    for (std::size_t i = 0; i < std::size(words); ++i)
        if (text == words[i]) return static_cast<Overlay>(i);
    return complain(name, "neither enabled, disabled nor masked"), std::nullopt;
}

// Calls `visit` with the name of each file that could be a service's.
template <class Visit>
void visit_names(const base::Path& path, Visit visit) {
    DIR* const dir = ::opendir(path.c_str());
    if (dir == nullptr) return;
    while (const dirent* entry = ::readdir(dir)) {
        if (entry->d_name[0] == '.') continue;
        if (base::ServiceName::refusal(entry->d_name) == nullptr)
            visit(::dirfd(dir), entry->d_name);
        else
            complain(entry->d_name, "not a service's name");
    }
    ::closedir(dir);
}

std::optional<Overlay> decided(const char* run, const char* name) noexcept {
    auto dir = sys::open_dir_at(AT_FDCWD, base::in_tree(run, "lib/overlay").c_str());
    return dir ? read_one(dir->get(), name) : std::nullopt;
}

base::Result<void> write_one(int dir, const char* name, Overlay what) noexcept {
    const Name temporary{".", name, ".new"};
    auto file = sys::open_at(dir, temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0644);
    if (!file) return std::unexpected{file.error()};
    const Name text{words[static_cast<std::size_t>(what)], "\n"};
    if (auto written = sys::write_all(file->get(), text.view()); !written) return written;
    return sys::rename_at(dir, temporary.c_str(), dir, name);
}

}  // namespace

void renew_overlay(const char* run, std::string_view name) noexcept {
    if (base::ServiceName::refusal(name) != nullptr) return;
    const Name file{name};
    const auto what = decided(run, file.c_str());
    const base::Path path = base::in_tree(run, "overlay");
    if (what) (void)sys::make_dir_at(AT_FDCWD, path.c_str(), 0755);
    auto to = sys::open_dir_at(AT_FDCWD, path.c_str());
    if (!to && !what) return;
    auto done = !to    ? base::Result<void>{std::unexpected{to.error()}}
                : what ? write_one(to->get(), file.c_str(), *what)
                       : sys::unlink_at(to->get(), file.c_str());
    if (!done) base::complain("hob-rc", base::Path{path.view(), "/", name}.view(), done.error().code);
}

void renew_overlay(const char* run) noexcept {
    const auto renew = [&](int, const char* name) { renew_overlay(run, name); };
    visit_names(base::in_tree(run, "lib/overlay"), renew);
    visit_names(base::in_tree(run, "overlay"), renew);  // those that are no longer decided
}

bool is_masked(const char* run, std::string_view name) noexcept {
    return decided(run, Name{name}.c_str()) == Overlay::masked;
}

void read_overlay(const char* run, void* owner, OverlayFound found) {
    visit_names(base::in_tree(run, "overlay"), [&](int dir, const char* name) {
        if (const auto what = read_one(dir, name)) found(owner, name, *what);
    });
}

}  // namespace hob::rc::engine
