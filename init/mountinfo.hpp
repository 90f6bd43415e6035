// /proc/self/mountinfo (and /proc/swaps), a line at a time, in bounded memory. Pure.
//
// Fields are separated by blanks; blanks, newlines and backslashes inside a field come as \ooo.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace hob::init {

// Field number `n` (from 0) of a line; empty when it has none.
[[nodiscard]] std::string_view field(std::string_view line, std::size_t n) noexcept;
inline constexpr std::size_t mountinfo_point = 4, swaps_path = 0;

// starts_with(), which would bring the throwing substr() along.
[[nodiscard]] constexpr bool begins(std::string_view text, std::string_view with) noexcept {
    if (text.size() < with.size()) return false;
    text.remove_suffix(text.size() - with.size());
    return text == with;
}

// Writes `text` with its escapes undone and a terminator into `room`; false: it does not fit.
[[nodiscard]] bool unescape(std::string_view text, std::span<char> room) noexcept;

// Cuts a stream of bytes into lines. A line longer than the reader's room is left out as a whole.
class LineReader {
  public:
    // Appends what `read(room)` gives (0: the end) and calls `line(text)` for each whole line; false: the
    // end.
    template <class Read, class Line>
    bool turn(Read read, Line line) noexcept {
        const std::size_t got = read(std::span{buffer_ + size_, sizeof buffer_ - size_});
        if (got == 0) return false;
        size_ += got;
        std::size_t start = 0;
        for (std::size_t i = size_ - got; i < size_; ++i) {
            if (buffer_[i] != '\n') continue;
            if (!skipping_) line(std::string_view{buffer_ + start, i - start});
            skipping_ = false;
            start = i + 1;
        }
        for (std::size_t i = start; i < size_; ++i) buffer_[i - start] = buffer_[i];
        size_ -= start;
        if (size_ == sizeof buffer_) {
            skipping_ = true;
            size_ = 0;
        }
        return true;
    }

  private:
    std::size_t size_ = 0;
    bool skipping_ = false;
    char buffer_[6144];  // a path and its options; frames of tier 0 end at 8 KiB
};

// A mount that holds nothing to save and is needed to the end: /, /run itself, and all of /proc, /sys, /dev.
[[nodiscard]] bool stays(std::string_view point) noexcept;

// The latest paths of a list that may be longer than the memory for it: when full, it begins anew.
class LatestPaths {
  public:
    void add(std::string_view escaped) noexcept;
    // From the last to the first that is remembered; nullptr at the end.
    const char* pop() noexcept;

  private:
    std::size_t used_ = 0;
    char bytes_[65536];
};

}  // namespace hob::init
