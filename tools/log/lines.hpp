// Cuts what a service writes into lines of bounded length, without holding any of it.
//
// A log line on disk is a stamp, a mark, text, '\n'. The mark says what the text is; only hob-log writes
// `note`, so a service cannot forge one. A line longer than line_max goes on in lines marked `rest`: joining
// these to the line before, every byte that was written comes out again. Pieces arrive as the bytes do: a
// line may begin in one call and end many later; the Splitter remembers no more than how long it is already.
#pragma once

#include <cstddef>
#include <string_view>

namespace hob::log {

inline constexpr std::size_t line_max = 8192;

inline constexpr char mark_line = ' ';
inline constexpr char mark_rest = '+';  // goes on where the line before was cut
inline constexpr char mark_note = '!';  // said by hob-log about this log

struct Piece {
    char begins = '\0';  // mark of the line that begins with this piece; '\0': it goes on
    bool ends = false;   // the line ends with it
    std::string_view text;
};

class Splitter {
  public:
    // Takes the next piece off the front of `bytes`; false when they are used up.
    [[nodiscard]] bool next(std::string_view& bytes, Piece& piece) noexcept;
    // A line has begun and not ended.
    [[nodiscard]] bool inside() const noexcept { return inside_; }
    // Bytes of its text so far.
    [[nodiscard]] std::size_t length() const noexcept { return length_; }
    // What comes is the rest of a line that somebody else ended.
    void expect_rest() noexcept { inside_ = false, length_ = 0, next_mark_ = mark_rest; }
    // The line was ended from outside: the next byte begins one.
    void reset() noexcept { inside_ = false, length_ = 0, next_mark_ = mark_line; }

  private:
    bool inside_ = false;
    std::size_t length_ = 0;
    char next_mark_ = mark_line;
};

}  // namespace hob::log
