// Where logs are: RUN/log/NAME/{@LABEL.s …, current}; shared by the logger and by those who read.
//
// `current` is being written; a file named by a TAI64N label with ".s" is complete, on disk, and never
// changes until it is deleted as the oldest. Labels of one log only grow, whatever the clock does, so the
// byte order of the names is the order of the lines.
#pragma once

#include "base/result.hpp"
#include "base/text.hpp"
#include "tools/log/stamp.hpp"

#include <cstddef>
#include <string_view>

namespace hob::log {

inline constexpr const char* current_name = "current";
inline constexpr std::string_view rotated_suffix = ".s";
inline constexpr std::size_t rotated_size = label_size + rotated_suffix.size();

// True for the name of a rotated file.
[[nodiscard]] inline bool is_rotated(std::string_view name) noexcept {
    return name.size() == rotated_size && name.ends_with(rotated_suffix) && read_label(name);
}

// Long enough for any tree, whose sockets are the shorter limit; small, for the logger's stack.
using LogPath = base::Text<512>;
// "ROOT/NAME/FILE"; `root` is RUN/log.
[[nodiscard]] inline LogPath log_path(std::string_view root, std::string_view name,
                                      std::string_view file) noexcept {
    return LogPath{root, "/", name, "/", file};
}

// Calls `visit(owner, name)` for each entry of the open directory `dir`, in no order; reads it from its
// beginning. No heap.
[[nodiscard]] base::Result<void> each_entry(int dir, void* owner,
                                            void (*visit)(void* owner, const char* name) noexcept) noexcept;

}  // namespace hob::log
