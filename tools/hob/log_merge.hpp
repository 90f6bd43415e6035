// LogMerge: the lines of several logs in the order of their times.
//
// Of equal times, the log named first comes first. Within one log the order is never changed, also where its
// clock was set back.
#pragma once

#include "base/result.hpp"
#include "tools/hob/log_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace hob::tools {

class LogMerge {
  public:
    [[nodiscard]] base::Result<void> add(std::string_view root, std::string_view name);
    // Only the last `count` lines of all together. Before the first next().
    void keep_last(std::uint64_t count);
    // The next line and whose it is.
    [[nodiscard]] bool next(LogLine& line, std::string_view& name);

  private:
    struct Source {
        LogReader reader;
        LogLine line;  // the one to hand out next
    };
    void begin();
    void push(std::size_t source);
    [[nodiscard]] bool later(std::size_t a, std::size_t b) const noexcept;

    std::vector<std::unique_ptr<Source>> sources_;
    std::vector<std::size_t> heap_;  // sources with a line, the earliest first
    std::size_t handed_ = static_cast<std::size_t>(-1);
    bool begun_ = false;
    std::uint64_t skip_ = 0;
};

}  // namespace hob::tools
