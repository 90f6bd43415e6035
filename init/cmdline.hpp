// The words of the kernel command line that are meant for hob: hob.up=, hob.timeout=, hob.shell.
//
// Read as the kernel reads it: words end at white space outside double quotes, a quote that opens a word or
// its value is taken off with its partner, and `--` ends the kernel's part. Bounded: a word above 159 bytes
// is none of ours. What is not ours, and what makes no sense, is ignored with a message for the latter. Fed
// in pieces of any size, so that the caller needs no buffer for the whole line.
#pragma once

#include "base/name.hpp"
#include "base/text.hpp"
#include "base/time.hpp"

#include <string_view>

namespace hob::init {

struct BootWords {
    base::Text<base::name_max + 1> up;  // the bundle to bring up, as given; empty: the default
    base::Nanos timeout;                // of a whole shutdown; 0: not given
    bool shell = false;                 // a console shell before anything else
};

// A number from 1 to a million.
[[nodiscard]] bool parse_seconds(const char* text, base::Nanos* span) noexcept;

class CmdlineReader {
  public:
    explicit CmdlineReader(BootWords* words) noexcept : words_{words} {}
    void feed(std::string_view piece) noexcept;
    void finish() noexcept { end_word(); }

  private:
    void end_word() noexcept;
    void take(const char* word) noexcept;

    BootWords* words_;
    base::Text<160> word_;
    bool quoted_ = false;
    bool done_ = false;
};

}  // namespace hob::init
