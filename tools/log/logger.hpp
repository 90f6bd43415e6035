// Logger: all of hob-log: streams by service id, the scanner's link, followers, signals, the second try for
// full disks.
//
// Invariant: every byte a service has written is either in its pipe, in its log, in its Ring, or counted as
// dropped. TERM and INT drain every pipe once and end the program; nothing else does.
#pragma once

#include "base/fd.hpp"
#include "base/loop.hpp"
#include "base/service.hpp"
#include "tools/log/followers.hpp"
#include "tools/log/scanner_link.hpp"
#include "tools/log/stream.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace hob::log {

class Logger {
  public:
    // `run` names the live tree.
    Logger(std::string_view run, Limits limits) noexcept;
    // Opens everything; the link to the scanner may come later.
    [[nodiscard]] base::Result<void> start() noexcept;
    // Until TERM, then drains. The program's exit code.
    [[nodiscard]] int run() noexcept;

  private:
    static constexpr base::Nanos retry_first = base::millis(500), retry_last = base::seconds(8);

    void appeared(base::ServiceId id, std::string_view name, base::Fd pipe) noexcept;
    void gone(base::ServiceId id) noexcept;
    void drain(std::string_view name) noexcept;
    void on_signal(std::uint32_t events) noexcept;
    void retry() noexcept;
    void look_after() noexcept;
    static void say(std::string_view what, int code) noexcept;

    base::Loop loop_;
    Followers followers_;
    Shared shared_;
    base::Path socket_;
    std::vector<std::unique_ptr<Stream>> streams_;  // by service id
    ScannerLink link_;
    base::Fd signals_;
    base::Watch signal_watch_;
    base::Timer retry_;
    base::Nanos retry_delay_ = retry_first;
    bool ending_ = false;
};

}  // namespace hob::log
