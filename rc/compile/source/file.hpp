// Reads one source file, trusting nothing about it: no symbolic link, no FIFO or device, no endless file, no
// endless line, nothing that is not UTF-8.
//
// A missing file is an answer; whatever else stands in the way is an error with the file's name.
#pragma once

#include "rc/compile/diagnostics.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <sys/types.h>

namespace hob::rc::compile {

inline constexpr std::size_t text_size_max = 1024 * 1024;
inline constexpr std::size_t script_size_max = 64 * 1024 * 1024;
inline constexpr std::size_t line_size_max = 16 * 1024;

enum class Content : std::uint8_t {
    text,    // a definition: UTF-8, lines of bounded length
    script,  // any bytes
};

struct File {
    std::string bytes;
    mode_t mode = 0;
};

// The file `name` of the directory `dir`, called `file` in messages. nullopt: it is missing, or an error was
// told (tell them apart with `missing`).
[[nodiscard]] std::optional<File> read_file(int dir, const char* name, Content content, Sources& sources,
                                            std::uint32_t file, Diagnostics& say, bool* missing);

// For an Error of base: "what: errno's text".
[[nodiscard]] std::string describe_errno(const char* what, int code);

}  // namespace hob::rc::compile
