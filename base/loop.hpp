// The one event loop: epoll for descriptors, one timerfd for CLOCK_MONOTONIC deadlines.
//
// Invariant: a Watch or Timer lives inside its owner, so registering allocates nothing; destroying one takes
// it out of the loop and out of the batch being served, so no handler ever runs for something that is gone.
// Nothing blocks, nothing wakes up when idle. Each handler does a bounded piece of work per turn; epoll is
// level triggered, so what is left comes again. `now()` is read once per turn. The loop deliberately knows no
// signals: a signalfd is a descriptor like any other.
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

#include <cstddef>
#include <cstdint>

#include <sys/epoll.h>

namespace hob::base {

class Loop;

// A descriptor watched by a loop. The descriptor is borrowed: drop() or destroy the Watch before closing it.
class Watch {
  public:
    using Handler = void (*)(void* owner, std::uint32_t events) noexcept;

    Watch() noexcept = default;
    ~Watch() { drop(); }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    // Calls Method of `owner` with the epoll events of each turn.
    template <auto Method, class Owner>
    [[nodiscard]] Result<void> start(Loop& loop, int fd, std::uint32_t events, Owner* owner) noexcept {
        return start(loop, fd, events, owner, [](void* self, std::uint32_t what) noexcept {
            (static_cast<Owner*>(self)->*Method)(what);
        });
    }
    [[nodiscard]] Result<void> start(Loop&, int fd, std::uint32_t events, void* owner, Handler) noexcept;
    [[nodiscard]] Result<void> change(std::uint32_t events) noexcept;  // 0: only errors and hang-ups
    void drop() noexcept;
    [[nodiscard]] bool active() const noexcept { return loop_ != nullptr; }
    [[nodiscard]] int fd() const noexcept { return fd_; }

  private:
    friend class Loop;
    Loop* loop_ = nullptr;
    int fd_ = -1;
    std::uint32_t events_ = 0;
    void* owner_ = nullptr;
    Handler handler_ = nullptr;
};

// A deadline: a node of the loop's pairing heap (Fredman et al. 1986; iterative, so any number of equal
// deadlines is fine). Fires once; equal deadlines fire in no promised order.
class Timer {
  public:
    using Handler = void (*)(void* owner) noexcept;

    Timer() noexcept = default;
    ~Timer() { stop(); }
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;

    template <auto Method, class Owner>
    void start(Loop& loop, Instant due, Owner* owner) noexcept {
        start(loop, due, owner, [](void* self) noexcept { (static_cast<Owner*>(self)->*Method)(); });
    }
    void start(Loop&, Instant due, void* owner, Handler) noexcept;  // moves a running one
    void stop() noexcept;
    [[nodiscard]] bool running() const noexcept { return loop_ != nullptr; }
    [[nodiscard]] Instant due() const noexcept { return due_; }

  private:
    friend class Loop;
    static Timer* meld(Timer* a, Timer* b) noexcept;  // two heaps into one
    Loop* loop_ = nullptr;
    Instant due_;
    void* owner_ = nullptr;
    Handler handler_ = nullptr;
    Timer* child_ = nullptr;
    Timer* next_ = nullptr;  // sibling
    Timer* prev_ = nullptr;  // sibling, or the parent of a first child
};

class Loop {
  public:
    Loop() noexcept = default;
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    [[nodiscard]] Result<void> open() noexcept;
    // Serves one batch of events; waits for one if `wait`.
    [[nodiscard]] Result<void> turn(bool wait = true) noexcept;
    // Turns until stop().
    [[nodiscard]] Result<void> run() noexcept;
    void stop() noexcept { stopped_ = true; }
    // Of this turn, not of this moment.
    [[nodiscard]] Instant now() const noexcept { return now_; }
    [[nodiscard]] Instant next_deadline() const noexcept {
        return timers_ != nullptr ? timers_->due_ : Instant{};
    }

  private:
    friend class Watch;
    friend class Timer;
    void arm() noexcept;
    void fire_timers() noexcept;
    void insert(Timer&) noexcept;
    void remove(Timer&) noexcept;

    static constexpr std::size_t batch_max = 64;
    Fd epoll_;
    Fd timer_fd_;
    Timer* timers_ = nullptr;
    Instant armed_;
    Instant now_;
    bool stopped_ = false;
    int batch_size_ = 0;
    epoll_event batch_[batch_max];
};

}  // namespace hob::base
