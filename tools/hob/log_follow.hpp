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
    // Connects, waiting at most `patience` for a logger to be there, and asks for `names` (none: all). When
    // it has answered, which may take `limit`, all that these services had printed is in their logs.
    [[nodiscard]] base::Result<void> open(std::string_view run, std::span<const std::string> names,
                                          base::Nanos patience, base::Nanos limit);
    // Waits for lines and hands them on; an error when the connection has ended (ECONNRESET) or broken.
    [[nodiscard]] base::Result<void> wait(const std::function<void(const base::Line&)>& line);

  private:
    base::Result<void> receive(int timeout_ms);
    base::Fd socket_;
};

// Lets a running logger catch up with what `names` (none: all) have printed; a third of a second at most.
void settle_logs(std::string_view run, std::span<const std::string> names);

}  // namespace hob::tools
