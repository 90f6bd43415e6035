// LogFollower: lines as hob-log writes them, from RUN/sock/log.
//
// After open() no line is left out, so the files read then and the lines that come overlap: a line is new if
// its time is later than the last one shown of its log, because times of one log differ.
#pragma once

#include "base/channel.hpp"
#include "base/fd.hpp"
#include "base/protocol.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace hob::tools {

class LogFollower {
  public:
    // Connects, waiting at most `patience` for a logger to be there, and asks for `names` (none: all).
    [[nodiscard]] base::Result<void> open(std::string_view run, std::span<const std::string> names,
                                          base::Nanos patience);
    // Waits for lines and hands them on; an error when the connection has ended (ECONNRESET) or broken.
    [[nodiscard]] base::Result<void> wait(const std::function<void(const base::Line&)>& line);

  private:
    base::Result<void> receive();
    base::Fd socket_;
};

}  // namespace hob::tools
