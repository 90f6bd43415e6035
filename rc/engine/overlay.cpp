#include "rc/engine/overlay.hpp"

#include "base/name.hpp"
#include "base/options.hpp"
#include "base/sys.hpp"
#include "base/tree.hpp"

#include <dirent.h>
#include <fcntl.h>

namespace hob::rc::engine {

namespace {

void complain(std::string_view name, std::string_view why) noexcept {
    base::complain("hob-rc", base::Text<512>{"overlay/", name, ": ", why, "; ignored"}.view());
}

bool parse(std::string_view text, Overlay* what) noexcept {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
    if (text == "enabled")
        *what = Overlay::enabled;
    else if (text == "disabled")
        *what = Overlay::disabled;
    else if (text == "masked")
        *what = Overlay::masked;
    else
        return false;
    return true;
}

void read_one(int dir, const char* name, void* owner, OverlayFound found) {
    if (base::ServiceName::refusal(name) != nullptr) return complain(name, "not a service's name");
    auto file = base::sys::open_at(dir, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
    char text[32];
    auto size = file ? base::sys::read(file->get(), text, sizeof text)
                     : base::Result<std::size_t>{std::unexpected{file.error()}};
    if (!size) return complain(name, size.error().what);
    Overlay what;
    if (!parse({text, *size}, &what)) return complain(name, "neither enabled, disabled nor masked");
    found(owner, name, what);
}

}  // namespace

void read_overlay(const char* run, void* owner, OverlayFound found) {
    DIR* const dir = ::opendir(base::in_tree(run, "lib/overlay").c_str());
    if (dir == nullptr) return;
    while (const dirent* entry = ::readdir(dir))
        if (entry->d_name[0] != '.') read_one(::dirfd(dir), entry->d_name, owner, found);
    ::closedir(dir);
}

}  // namespace hob::rc::engine
