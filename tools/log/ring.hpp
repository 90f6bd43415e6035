// Ring: the last 64 KiB of log lines that could not be written, oldest line dropped first.
//
// Holds formatted bytes in order. Invariant: what is dropped are whole lines counted from the front, the
// first of which may be the rest of a line whose beginning is on disk already. Each line is far shorter than
// the ring (line_max), so there always is one to drop. Allocated when a log cannot be written, freed when it
// can again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hob::log {

class Ring {
  public:
    static constexpr std::size_t capacity = 64 * 1024;

    // Keeps `bytes` (at most half of the capacity), dropping from the front what is in the way.
    void push(std::string_view bytes) noexcept;
    // The oldest bytes, as far as they lie in one piece; empty when there are none.
    [[nodiscard]] std::string_view front() const noexcept;
    void consume(std::size_t size) noexcept;
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

    // Lines dropped since forget_dropped().
    [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }
    void forget_dropped() noexcept { dropped_ = 0; }

  private:
    void drop_line() noexcept;
    std::size_t begin_ = 0;
    std::size_t size_ = 0;
    std::uint64_t dropped_ = 0;
    char data_[capacity];
};

}  // namespace hob::log
