// Screen: what a descriptor is to a reader: a terminal or not, how wide, with colours or without.
//
// Colours only on a terminal, and neither with NO_COLOR set (https://no-color.org) nor on a dumb one. Output
// is gathered and written in large pieces.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hob::tools {

enum class Colour { plain, good, bad, warning, busy, faint, strong };

class Screen {
  public:
    explicit Screen(int fd) noexcept;
    ~Screen() { flush(); }
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;

    [[nodiscard]] bool is_terminal() const noexcept { return terminal_; }
    [[nodiscard]] std::size_t width() const noexcept { return width_; }
    Screen& add(std::string_view text);
    Screen& add(Colour colour, std::string_view text);
    // Text from outside: raw bytes into a file or pipe, escaped on a terminal.
    Screen& add_foreign(std::string_view text);
    void flush() noexcept;

  private:
    int fd_;
    bool terminal_;
    bool colours_;
    std::size_t width_;
    std::string text_;
};

}  // namespace hob::tools
