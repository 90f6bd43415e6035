#include "tools/hob/progress.hpp"

#include "base/sys.hpp"
#include "tools/hob/screen.hpp"
#include "tools/hob/text.hpp"

#include <algorithm>
#include <cstdlib>

#include <unistd.h>

namespace hob::tools {

using base::State;

namespace {

bool is_moving(State state) noexcept {
    const State s = base::shown(state);
    return s == State::starting || s == State::stopping || s == State::restarting;
}
bool can_draw(int fd) noexcept {
    const char* const term = std::getenv("TERM");
    return ::isatty(fd) == 1 && term != nullptr && std::string_view{term} != "dumb";
}

}  // namespace

ProgressLine::ProgressLine(Tree& tree, int fd) noexcept : tree_{tree}, fd_{fd}, visible_{can_draw(fd)} {}

void ProgressLine::update(const base::Progress& p) {
    settled_ = p.settled, total_ = p.total;
    const auto known = std::ranges::find(moving_, p.id);
    if (is_moving(p.state) && known == moving_.end()) moving_.push_back(p.id);
    if (!is_moving(p.state) && known != moving_.end()) moving_.erase(known);
    draw();
}

std::string ProgressLine::text(std::size_t width) {
    std::string line = std::to_string(settled_) + "/" + std::to_string(total_);
    std::vector<std::string> names;
    const base::Stamp now = base::boot_now();
    for (const auto id : moving_) {
        if (id >= tree_.count()) continue;
        const Service s = tree_.service(id);
        if (!is_moving(s.status.state)) continue;  // the table is ahead of the messages
        names.push_back(s.name + " (" + std::string{base::name_of(base::shown(s.status.state))} + " " +
                        span_text(now.ns - s.status.since) + ")");
    }
    if (!names.empty()) {
        const std::vector<std::string_view> views{names.begin(), names.end()};
        line += "  waiting for " + names_text(views, width > 24 + line.size() ? width - 16 - line.size() : 8);
    }
    return line.substr(0, width > 1 ? width - 1 : 1);
}

void ProgressLine::draw() {
    if (!visible_) return;
    drawn_ = true;
    (void)base::sys::write_all(fd_, "\r\x1b[K" + text(Screen{fd_}.width()));
}

void ProgressLine::clear() noexcept {
    if (!drawn_) return;
    drawn_ = false;
    (void)base::sys::write_all(fd_, "\r\x1b[K");
}

}  // namespace hob::tools
