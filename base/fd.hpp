// The one owner of a file descriptor.
//
// Invariant: a valid Fd is closed exactly once, by its destructor or reset(). close() is never retried: on
// Linux the descriptor is gone even after EINTR. errno survives. Functions that borrow take `int`, those that
// keep take `Fd`. It deliberately does not know what kind of file it holds.
#pragma once

#include <cerrno>
#include <utility>

#include <unistd.h>

namespace hob::base {

class [[nodiscard]] Fd {
  public:
    constexpr Fd() noexcept = default;
    constexpr explicit Fd(int fd) noexcept : fd_{fd} {}
    Fd(Fd&& other) noexcept : fd_{other.release()} {}
    Fd& operator=(Fd&& other) noexcept {
        if (this != &other) reset(other.release());
        return *this;
    }
    Fd(const Fd&) = delete;
    Fd& operator=(const Fd&) = delete;
    ~Fd() { reset(); }

    [[nodiscard]] int get() const noexcept { return fd_; }
    [[nodiscard]] explicit operator bool() const noexcept { return fd_ >= 0; }
    [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }
    void reset(int fd = -1) noexcept {
        const int old = std::exchange(fd_, fd);
        if (old < 0) return;
        const int saved = errno;
        ::close(old);
        errno = saved;
    }

  private:
    int fd_ = -1;
};

}  // namespace hob::base
