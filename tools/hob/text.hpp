// Pieces of what hob prints: spans of time, wait statuses, bytes that are safe on a terminal, lists of names.
//
// Pure; std::string because a client may use the heap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace hob::tools {

// "3 s", "2 min 5 s", "3 h 12 min", "4 d 3 h"; what is below a second is "0 s", a negative span too.
[[nodiscard]] std::string span_text(std::int64_t ns);
// "12.345" seconds.
[[nodiscard]] std::string seconds_text(std::int64_t ns);
// "exited 3", "killed by SIGSEGV (core dumped)".
[[nodiscard]] std::string exit_text(int wait_status);

// Appends `text` with control bytes, C1 controls and bytes that are no UTF-8 as \xNN, so that it can neither
// move the cursor nor forge a line. Tabs pass.
void add_escaped(std::string& to, std::string_view text);
// The size of the UTF-8 sequence `text` begins with; 0 when it begins with none.
[[nodiscard]] std::size_t utf8_size(std::string_view text) noexcept;

// "a, b and 3 more": as many names as fit `width` columns, at least one.
[[nodiscard]] std::string names_text(std::span<const std::string_view> names, std::size_t width);

// Pads to `width` columns with spaces; text that is longer stays.
[[nodiscard]] std::string padded(std::string_view text, std::size_t width);
[[nodiscard]] std::string padded_left(std::string_view text, std::size_t width);

}  // namespace hob::tools
