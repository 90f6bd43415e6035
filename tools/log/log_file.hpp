// LogFile: the files of one service's log: appends to `current`, rotates it, deletes the oldest.
//
// Invariant: at any instant, also of a kill or a power cut, the rotated files and `current`, in the order of
// their names, are a prefix of what was appended (minus deleted oldest files); only the last line of
// `current` may be cut. A rotation syncs the file, renames it, syncs the directory, then begins a new one. A
// failed rotation goes on writing to the old file and tries again later. Nothing is opened before the first
// byte. Blocks as long as the disk does.
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hob::log {

struct Limits {
    std::uint64_t size = 1024 * 1024;  // of a file; a longer line does not fit, but is written
    unsigned keep = 10;                // rotated files
};

class LogFile {
  public:
    // Both are borrowed: `root` is RUN/log, `name` the service's.
    LogFile(std::string_view root, std::string_view name, Limits limits) noexcept
        : root_{root}, name_{name}, limits_{limits} {}

    // Opens `current`, making what is missing. Nothing when it is open.
    [[nodiscard]] base::Result<void> open() noexcept;
    [[nodiscard]] bool is_open() const noexcept { return static_cast<bool>(file_); }
    // Writes as much as there is room for; less than all of it with the reason in *error.
    std::size_t append(std::string_view bytes, base::Error* error) noexcept;
    // A line of `size` bytes, after `pending` not yet appended, belongs into a new file.
    [[nodiscard]] bool is_full(std::size_t pending, std::size_t size) const noexcept {
        const std::uint64_t there = size_ + pending;
        return there != 0 && there > threshold_ - (size < threshold_ ? size : threshold_);
    }
    // Call at the beginning of a line, with everything appended.
    [[nodiscard]] base::Result<void> rotate(base::Wall now) noexcept;
    // The last byte in the file is not a newline.
    [[nodiscard]] bool inside_line() const noexcept { return inside_line_; }
    // Reads the last `size` bytes of the file to `to`; false when it cannot.
    [[nodiscard]] bool read_back(char* to, std::size_t size) const noexcept;

  private:
    base::Result<void> make_directory() noexcept;
    bool still_current() noexcept;
    void prune(int dir, unsigned count) noexcept;

    std::string_view root_;
    std::string_view name_;
    Limits limits_;
    base::Fd file_;
    std::uint64_t size_ = 0;
    std::uint64_t threshold_ = limits_.size;  // moved up by a failed rotation
    bool inside_line_ = false;
};

}  // namespace hob::log
