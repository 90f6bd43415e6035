// Stream: the read end of one service's output pipe, and its way into the log.
//
// Each turn takes one bounded read, so a service that floods delays others by no more than that. Bytes go to
// disk in the turn they arrive, also the beginning of a line; only for followers, who get whole lines, is a
// beginning kept.
#pragma once

#include "base/loop.hpp"
#include "base/service.hpp"
#include "tools/log/followers.hpp"
#include "tools/log/lines.hpp"
#include "tools/log/writer.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace hob::log {

// What all streams of the program share. The buffers are left as they are: what is not used is never touched.
struct Shared {
    static constexpr std::size_t read_size = 16 * 1024;
    Shared(base::Loop& l, Followers& f, std::string r, Limits s) noexcept
        : loop{l}, followers{f}, root{std::move(r)}, limits{s} {}
    base::Loop& loop;
    Followers& followers;
    std::string root;  // RUN/log
    Limits limits;
    char input[read_size];
    WriteBuffer output;
};

class Stream {
  public:
    Stream(Shared& shared, std::string_view name) noexcept
        : shared_{shared}, name_{name}, writer_{shared.output, shared.root, name_, shared.limits} {}
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    // Reads from this pipe; what is left in an earlier one is drained first.
    [[nodiscard]] base::Result<void> attach(base::Fd pipe) noexcept;
    [[nodiscard]] bool is_same_pipe(int fd) const noexcept;
    // Reads all there is, at most a megabyte.
    void drain() noexcept;
    // The same, then ends the line and closes the pipe.
    void finish() noexcept;
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] Writer& writer() noexcept { return writer_; }

  private:
    void serve(std::uint32_t events) noexcept;
    bool read_once() noexcept;
    void take(std::string_view bytes, base::Wall now) noexcept;
    void follow(const Piece& piece) noexcept;
    void close() noexcept;

    Shared& shared_;
    std::string name_;
    Writer writer_;
    Splitter splitter_;
    base::Fd pipe_;
    base::Watch watch_;
    base::Wall line_time_{};  // stamp of the line being read
    std::string beginning_;   // its text of earlier turns, for followers
};

}  // namespace hob::log
