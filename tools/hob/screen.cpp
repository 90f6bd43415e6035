#include "tools/hob/screen.hpp"

#include "base/sys.hpp"
#include "tools/hob/text.hpp"

#include <cstdlib>

#include <sys/ioctl.h>
#include <unistd.h>

namespace hob::tools {

namespace {

constexpr std::size_t gather = 32 * 1024;

bool wants_colours() noexcept {
    const char* const none = std::getenv("NO_COLOR");
    const char* const term = std::getenv("TERM");
    return (none == nullptr || *none == '\0') && term != nullptr && std::string_view{term} != "dumb";
}
std::size_t columns(int fd) noexcept {
    winsize size{};
    return ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col != 0 ? size.ws_col : 80;
}
const char* code(Colour colour) noexcept {
    switch (colour) {
        case Colour::plain: return "";
        case Colour::good: return "\x1b[32m";
        case Colour::bad: return "\x1b[31m";
        case Colour::warning: return "\x1b[33m";
        case Colour::busy: return "\x1b[36m";
        case Colour::faint: return "\x1b[2m";
        case Colour::strong: return "\x1b[1m";
    }
    return "";
}

}  // namespace

Screen::Screen(int fd) noexcept
    : fd_{fd}, terminal_{::isatty(fd) == 1}, colours_{terminal_ && wants_colours()}, width_{columns(fd)} {}

Screen& Screen::add(std::string_view text) {
    text_ += text;
    if (text_.size() > gather) flush();
    return *this;
}

Screen& Screen::add(Colour colour, std::string_view text) {
    if (!colours_ || colour == Colour::plain || text.empty()) return add(text);
    text_ += code(colour);
    text_ += text;
    text_ += "\x1b[0m";
    return *this;
}

Screen& Screen::add_foreign(std::string_view text) {
    if (!terminal_) return add(text);
    add_escaped(text_, text);
    return add("");
}

void Screen::flush() noexcept {
    (void)base::sys::write_all(fd_, text_);
    text_.clear();
}

}  // namespace hob::tools
