#include "base/loop.hpp"

#include "base/sys.hpp"

#include <algorithm>
#include <utility>

#include <sys/timerfd.h>
#include <unistd.h>

namespace hob::base {

Result<void> Watch::start(Loop& loop, int fd, std::uint32_t events, void* owner, Handler handler) noexcept {
    drop();
    auto added = sys::epoll_set(loop.epoll_.get(), EPOLL_CTL_ADD, fd, events, this);
    if (!added) return added;
    loop_ = &loop, fd_ = fd, events_ = events, owner_ = owner, handler_ = handler;
    return {};
}

Result<void> Watch::change(std::uint32_t events) noexcept {
    if (loop_ == nullptr) return failed(EBADF, "watch");
    if (events == events_) return {};
    auto changed = sys::epoll_set(loop_->epoll_.get(), EPOLL_CTL_MOD, fd_, events, this);
    if (changed) events_ = events;
    return changed;
}

void Watch::drop() noexcept {
    if (loop_ == nullptr) return;
    // Explicitly, before the close: a launched child may hold a copy that keeps the entry alive.
    ::epoll_ctl(loop_->epoll_.get(), EPOLL_CTL_DEL, fd_, nullptr);
    for (int i = 0; i < loop_->batch_size_; ++i)
        if (loop_->batch_[i].data.ptr == this) loop_->batch_[i].data.ptr = nullptr;
    loop_ = nullptr;
}

void Timer::start(Loop& loop, Instant due, void* owner, Handler handler) noexcept {
    stop();
    loop_ = &loop, due_ = due, owner_ = owner, handler_ = handler;
    loop.insert(*this);
}

void Timer::stop() noexcept {
    if (loop_ == nullptr) return;
    loop_->remove(*this);
    loop_ = nullptr;
}

// The smaller root takes the other as its first child.
Timer* Timer::meld(Timer* a, Timer* b) noexcept {
    if (a == nullptr) return b;
    if (b == nullptr) return a;
    if (b->due_ < a->due_) std::swap(a, b);
    b->next_ = a->child_;
    if (b->next_ != nullptr) b->next_->prev_ = b;
    b->prev_ = a;
    a->child_ = b;
    return a;
}

Loop::~Loop() {
    while (timers_ != nullptr) timers_->stop();
}

Result<void> Loop::open() noexcept {
    auto epoll = sys::epoll();
    if (!epoll) return std::unexpected{epoll.error()};
    auto timer = sys::timer(CLOCK_MONOTONIC);
    if (!timer) return std::unexpected{timer.error()};
    auto added = sys::epoll_set(epoll->get(), EPOLL_CTL_ADD, timer->get(), EPOLLIN, this);
    if (!added) return added;
    epoll_ = *std::move(epoll);
    timer_fd_ = *std::move(timer);
    now_ = monotonic_now();
    return {};
}

Result<void> Loop::turn(bool wait) noexcept {
    arm();
    const int got = ::epoll_wait(epoll_.get(), batch_, batch_max, wait ? -1 : 0);
    if (got < 0 && errno != EINTR) return failed("epoll_wait");
    now_ = monotonic_now();
    batch_size_ = std::max(got, 0);
    for (int i = 0; i < batch_size_; ++i) {
        void* const what = batch_[i].data.ptr;
        if (what == nullptr) continue;  // dropped by a handler of this batch
        if (what == this) {
            std::uint64_t expirations;
            (void)!::read(timer_fd_.get(), &expirations, sizeof expirations);
            armed_ = {};
            continue;
        }
        auto& watch = *static_cast<Watch*>(what);
        watch.handler_(watch.owner_, batch_[i].events);
    }
    batch_size_ = 0;
    fire_timers();
    return {};
}

Result<void> Loop::run() noexcept {
    stopped_ = false;
    while (!stopped_)
        if (auto turned = turn(); !turned) return turned;
    return {};
}

// One settime per change of the earliest deadline, none when it moves later than what is armed: that is one
// early wake-up. When the last deadline goes the clock is stopped, so that an idle program stays idle.
void Loop::arm() noexcept {
    const Instant first = next_deadline();
    if (first ? armed_ && armed_ <= first : !armed_) return;
    itimerspec when{};
    if (first) when.it_value = to_timespec(std::max<std::int64_t>(first.ns, 1));
    if (::timerfd_settime(timer_fd_.get(), TFD_TIMER_ABSTIME, &when, nullptr) == 0) armed_ = first;
}

void Loop::fire_timers() noexcept {
    while (timers_ != nullptr && timers_->due_ <= now_) {
        Timer& timer = *timers_;
        timer.stop();
        timer.handler_(timer.owner_);
    }
}

void Loop::insert(Timer& timer) noexcept {
    timer.child_ = timer.next_ = timer.prev_ = nullptr;
    timers_ = Timer::meld(timers_, &timer);
}

void Loop::remove(Timer& timer) noexcept {
    // Cut the node out of its siblings.
    if (timer.prev_ != nullptr) {
        (timer.prev_->child_ == &timer ? timer.prev_->child_ : timer.prev_->next_) = timer.next_;
        if (timer.next_ != nullptr) timer.next_->prev_ = timer.prev_;
    }
    // Two passes over its children: meld pairs left to right, then all of them right to left.
    Timer* pairs = nullptr;
    for (Timer* at = timer.child_; at != nullptr;) {
        Timer* const one = at;
        Timer* const two = one->next_;
        at = two != nullptr ? two->next_ : nullptr;
        one->next_ = one->prev_ = nullptr;
        if (two != nullptr) two->next_ = two->prev_ = nullptr;
        Timer* const root = Timer::meld(one, two);
        root->next_ = pairs;
        pairs = root;
    }
    Timer* rest = nullptr;
    while (pairs != nullptr) {
        Timer* const one = std::exchange(pairs, pairs->next_);
        one->next_ = nullptr;
        rest = Timer::meld(rest, one);
    }
    if (timers_ == &timer)
        timers_ = rest;
    else
        timers_ = Timer::meld(timers_, rest);
    if (timers_ != nullptr) timers_->prev_ = timers_->next_ = nullptr;
    timer.child_ = timer.next_ = timer.prev_ = nullptr;
}

}  // namespace hob::base
