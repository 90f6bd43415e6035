// ScannerLink: hob-log's connection to the scanner, from which all streams come.
//
// Connects, says what it is, and hands every stream to its owner; when the scanner is gone (killed, upgraded)
// it connects again by itself, waiting 20 ms, then doubling to 1 s. The streams live on meanwhile: their
// pipes belong to the services. A scanner of another protocol version is told about once, and tried again.
#pragma once

#include "base/channel.hpp"
#include "base/loop.hpp"
#include "base/protocol.hpp"
#include "base/service.hpp"
#include "base/tree.hpp"

#include <cstdint>
#include <string_view>

namespace hob::log {

// Who wants the streams.
struct StreamSink {
    void* owner;
    void (*appeared)(void* owner, base::ServiceId id, std::string_view name, base::Fd pipe) noexcept;
    void (*gone)(void* owner, base::ServiceId id) noexcept;
    void (*say)(void* owner, std::string_view what, int code) noexcept;  // code 0: good news
};

class ScannerLink {
  public:
    ScannerLink(base::Loop& loop, base::Path socket, StreamSink sink) noexcept
        : loop_{loop}, path_{socket}, sink_{sink} {}
    // Connects now or later.
    void start() noexcept { connect(); }

  private:
    static constexpr base::Nanos first_delay = base::millis(20), last_delay = base::seconds(1);

    void connect() noexcept;
    void lost(std::string_view what, int code) noexcept;
    void serve(std::uint32_t events) noexcept;
    bool take(base::Packet& packet, const base::Frame& frame) noexcept;

    base::Loop& loop_;
    base::Path path_;
    StreamSink sink_;
    base::Fd socket_;
    base::Watch watch_;
    base::Timer retry_;
    base::Nanos delay_ = first_delay;
    bool complained_ = false;
};

}  // namespace hob::log
