#include "tools/log/stream.hpp"

#include "base/sys.hpp"
#include "base/time.hpp"

#include <fcntl.h>

namespace hob::log {

namespace sys = base::sys;

base::Result<void> Stream::attach(base::Fd pipe) noexcept {
    if (pipe_) finish();
    const int flags = ::fcntl(pipe.get(), F_GETFL);
    if (flags < 0 || ::fcntl(pipe.get(), F_SETFL, flags | O_NONBLOCK) < 0) return base::failed("log pipe");
    auto started = watch_.start<&Stream::serve>(shared_.loop, pipe.get(), EPOLLIN, this);
    if (started) pipe_ = std::move(pipe);
    return started;
}

bool Stream::is_same_pipe(int fd) const noexcept {
    const auto mine = sys::stat_fd(pipe_.get());
    const auto other = sys::stat_fd(fd);
    return mine && other && mine->st_ino == other->st_ino && mine->st_dev == other->st_dev;
}

void Stream::serve(std::uint32_t) noexcept { (void)read_once(); }

// False when there is nothing more to read now; closes the pipe at its end.
bool Stream::read_once() noexcept {
    const auto got = sys::read(pipe_.get(), shared_.input, sizeof shared_.input);
    if (!got && got.error().code == EAGAIN) return false;
    if (!got || *got == 0) {
        close();
        return false;
    }
    take({shared_.input, *got}, base::wall_now());
    return true;
}

void Stream::drain() noexcept {
    constexpr std::size_t turns_max = 1024 * 1024 / Shared::read_size;
    for (std::size_t i = 0; pipe_ && i < turns_max && read_once(); ++i) {
    }
}

void Stream::finish() noexcept {
    drain();
    if (pipe_) close();
}

void Stream::close() noexcept {
    watch_.drop();
    pipe_.reset();
    if (!splitter_.inside()) return;
    writer_.end();
    writer_.flush();
    follow({.begins = '\0', .ends = true, .text = {}});
    splitter_.reset();
}

void Stream::take(std::string_view bytes, base::Wall now) noexcept {
    if (writer_.prepare(now)) splitter_.expect_rest();
    if (splitter_.inside() && beginning_.empty() && splitter_.length() != 0 && shared_.followers.any()) {
        beginning_.resize(splitter_.length());  // a follower came while the line was being written
        if (!writer_.read_back(beginning_.data(), beginning_.size())) beginning_.clear();
    }
    for (Piece piece; splitter_.next(bytes, piece);) {
        if (piece.begins != '\0') line_time_ = writer_.begin(piece.begins, now, piece.text.size());
        writer_.text(piece.text);
        if (piece.ends) writer_.end();
        follow(piece);
    }
    writer_.flush();
}

void Stream::follow(const Piece& piece) noexcept {
    if (!shared_.followers.any()) {
        if (!beginning_.empty()) beginning_ = {};
        return;
    }
    if (piece.ends && beginning_.empty()) return shared_.followers.deliver(name_, line_time_, piece.text);
    beginning_ += piece.text;
    if (!piece.ends) return;
    shared_.followers.deliver(name_, line_time_, beginning_);
    beginning_.clear();
}

}  // namespace hob::log
