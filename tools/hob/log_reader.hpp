// LogReader: the lines of one service's log, across its rotated files, oldest first, or only the last few.
//
// A snapshot: what is there when it is opened is read once and in order, whatever the logger rotates or
// deletes meanwhile; files that are deleted before they are reached are skipped. The last lines are found by
// reading blocks backwards, so their cost does not depend on the size of the log. Bytes that are no log line
// (a disk's fault) come as a line with the time of the one before. Borrowed text is valid until the next
// call.
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hob::tools {

struct LogLine {
    base::Wall when;
    char mark = ' ';  // tools/log/lines.hpp
    std::string_view text;
    bool whole = true;  // false: the last line, and its end has not been written yet
};

class LogReader {
  public:
    // `root` is RUN/log. A log that does not exist has no lines.
    [[nodiscard]] static base::Result<LogReader> open(std::string_view root, std::string_view name);

    // There is a log, empty or not.
    [[nodiscard]] bool exists() const noexcept { return !files_.empty(); }
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    // Leaves only the last `count` lines to read; how many there are. Before the first next().
    std::uint64_t keep_last(std::uint64_t count);
    [[nodiscard]] bool next(LogLine& line);

  private:
    struct File {
        std::string path;  // of a rotated one; opened when it is read
        base::Fd fd;       // of `current`
        std::uint64_t begin = 0;
        std::uint64_t end = UINT64_MAX;  // nothing behind it is read
    };
    bool open_file(File& file) const;
    enum class Fill { more, file_end, end };
    Fill fill();  // the buffer

    std::string name_;
    std::vector<File> files_;
    std::size_t at_file_ = 0;
    std::uint64_t offset_ = 0;  // of the next byte to read into the buffer
    bool begun_ = false;        // files_[at_file_] is open, offset_ is in it
    std::string buffer_;
    std::size_t taken_ = 0;  // bytes of the buffer that were handed out
    base::Wall last_{};
};

}  // namespace hob::tools
