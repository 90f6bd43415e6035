// Writer: lines into a LogFile, and into a bounded memory when the disk refuses.
//
// Lines are gathered in a buffer that all writers of the program share (one works at a time) and written once
// per turn. When the file cannot be written, what is left goes to a Ring; retry() then brings the file up to
// date, saying in the log how many lines had to be dropped. A log that was cut off by a kill is closed by a
// note, and what follows is marked as the rest. Failures are told once when they begin and once when they
// end, through `complaint()`.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "tools/log/log_file.hpp"
#include "tools/log/ring.hpp"

#include <cstddef>
#include <memory>
#include <string_view>

namespace hob::log {

// What is to be written, of one writer at a time.
struct WriteBuffer {
    static constexpr std::size_t capacity = 32 * 1024;  // at most half a Ring
    std::size_t size = 0;
    char data[capacity];
};

class Writer {
  public:
    Writer(WriteBuffer& buffer, std::string_view root, std::string_view name, Limits limits) noexcept
        : buffer_{buffer}, file_{root, name, limits} {}

    // Opens the file. True when its last line was cut off: what comes next is the rest of it.
    [[nodiscard]] bool prepare(base::Wall now) noexcept;
    // Begins a line whose text has at least `size` bytes; text() and end() make it whole. A later line of the
    // same buffer gets a later stamp: returns it.
    base::Wall begin(char mark, base::Wall now, std::size_t size) noexcept;
    void text(std::string_view text) noexcept;
    void end() noexcept { add("\n"); }
    // Everything so far to the file, or the ring.
    void flush() noexcept;
    // Tries the disk again. True when nothing is left in memory.
    bool retry(base::Wall now) noexcept;
    [[nodiscard]] bool behind() const noexcept { return ring_ != nullptr; }
    // What to tell the administrator, once: an error with a code, or code 0 when all is well again. nullptr:
    // nothing.
    [[nodiscard]] const base::Error* complaint() noexcept;
    // The last `size` bytes that were written, if they are in the file.
    [[nodiscard]] bool read_back(char* to, std::size_t size) const noexcept {
        return ring_ == nullptr && file_.read_back(to, size);
    }

  private:
    void add(std::string_view bytes) noexcept;
    void keep(std::string_view bytes) noexcept;
    void note(base::Wall now, std::string_view text) noexcept;
    bool explain(base::Wall now, std::string_view text) noexcept;

    WriteBuffer& buffer_;
    LogFile file_;
    std::unique_ptr<Ring> ring_;  // not null: the file is behind
    base::Wall last_{};
    base::Error error_{0, ""};
    bool told_ = true;
};

}  // namespace hob::log
