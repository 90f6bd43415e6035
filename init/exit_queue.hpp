// Exits that the scanner has not yet acknowledged, oldest first, in a ring over borrowed memory.
//
// Each has a sequence number; numbers never repeat. An entry stays until acknowledged, also after it was
// sent: a new scanner gets it again (rewind). When the ring is full the oldest goes and lost() says so. An
// emptied queue starts at the ring's beginning again, so that its memory is touched only as far as it was
// needed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace hob::init {

struct ExitEntry {
    std::int32_t pid;
    std::int32_t status;  // as wait(2)
    std::int64_t when;    // Stamp
    std::uint64_t user_us;
    std::uint64_t system_us;
    std::uint64_t max_rss_kb;
};

class ExitQueue {
  public:
    ExitQueue() noexcept = default;
    explicit ExitQueue(std::span<ExitEntry> room) noexcept : room_{room} {}

    void push(const ExitEntry& entry) noexcept {
        if (size() == room_.size()) {
            ++first_;
            if (sent_ < first_) sent_ = first_;
            lost_ = true;
        }
        room_[index(end_++)] = entry;
    }
    // Everything up to `seq` has been recorded by the scanner. A number that was never given changes nothing.
    void acknowledge(std::uint64_t seq) noexcept {
        if (seq < first_ || seq >= end_) return;
        first_ = seq + 1;
        if (sent_ < first_) sent_ = first_;
        if (first_ == end_) base_ = first_;
    }
    // Numbers not yet sent to the scanner of now: [unsent(), end()).
    [[nodiscard]] std::uint64_t unsent() const noexcept { return sent_; }
    [[nodiscard]] std::uint64_t end() const noexcept { return end_; }
    [[nodiscard]] const ExitEntry& at(std::uint64_t seq) const noexcept { return room_[index(seq)]; }
    void sent(std::uint64_t up_to) noexcept { sent_ = up_to; }  // `up_to` itself not
    // A new scanner: send everything again.
    void rewind() noexcept { sent_ = first_; }

    [[nodiscard]] bool lost() const noexcept { return lost_; }
    void lost_told() noexcept { lost_ = false; }
    [[nodiscard]] std::size_t size() const noexcept { return static_cast<std::size_t>(end_ - first_); }

  private:
    [[nodiscard]] std::size_t index(std::uint64_t seq) const noexcept {
        return static_cast<std::size_t>((seq - base_) % room_.size());
    }
    std::span<ExitEntry> room_;
    std::uint64_t base_ = 1;   // the number that lies at the ring's beginning
    std::uint64_t first_ = 1;  // oldest not acknowledged
    std::uint64_t sent_ = 1;   // first not sent to the scanner of now
    std::uint64_t end_ = 1;    // next to give
    bool lost_ = false;
};

}  // namespace hob::init
