// Launcher: the parent's side of a launch (DESIGN §3, Spawning).
//
// Up to 16 launches are under way at once, each in a slot with a stack, scratch memory and a block of low
// descriptors of its own. launch() never waits for the child: clone3 without VFORK, the child's end of the
// story comes through the slot's report pipe. A slot is free again only at the end of file of that pipe, when
// the child has executed or is gone, so memory it may still run on is never given to another. A child that
// hangs keeps its slot until its start deadline kills it; the others are not delayed.
//
// Memory is shared with the child only while that is safe: fs.suid_dumpable is read at every launch, and 1,
// or a step that must not change the parent (oom_score: the kernel gives it to all that share memory), means
// a plain copy (CLONE_VM and CLONE_FILES left out). clone3 refused: legacy clone and pidfd_open.
// Failure: an Error and no trace, no process, no descriptor.
#pragma once

#include "base/fd.hpp"
#include "base/loop.hpp"
#include "base/plan.hpp"
#include "base/result.hpp"
#include "base/service.hpp"
#include "base/wire.hpp"
#include "svc/child.hpp"

#include <bit>
#include <optional>

namespace hob::svc {

// What differs from launch to launch. Descriptors are borrowed; -1: none.
struct LaunchRequest {
    base::ServiceId id = base::no_service;
    const base::PlanView* plan = nullptr;
    base::Program program = base::Program::main;
    std::int32_t* parent_tid = nullptr;  // in the table: the kernel writes the pid there
    int in = -1;                         // else null
    int out = -1;                        // else inherited
    int err = -1;
    int ready = -1;                // write end of the readiness pipe
    const char* notify = nullptr;  // path of the NOTIFY_SOCKET
    int exit = 0;                  // wait status of what `finish` finishes
    const char* name = nullptr;
};

struct Launched {
    std::int32_t pid = 0;
    base::Fd pidfd;  // may be missing where clone3 is
    std::uint8_t slot = 0;
};

inline constexpr std::size_t launch_stack = 48 * 1024;

// How a launch ended, told once per launch.
struct LaunchEnd {
    base::ServiceId id = base::no_service;
    std::optional<LaunchReport> failure;  // none: executed
};

class Launcher {
  public:
    using Told = void (*)(void* owner, const LaunchEnd&) noexcept;

    ~Launcher();
    // Reserves the blocks of descriptors: call it before much else is open. `store` is lent to children (-1:
    // there is none). `told` is called from the loop.
    [[nodiscard]] base::Result<void> open(base::Loop&, int store, void* owner, Told told) noexcept;

    [[nodiscard]] bool has_free_slot() const noexcept { return busy_ != all_slots; }
    [[nodiscard]] std::size_t free_slots() const noexcept {
        return launch_slots - static_cast<std::size_t>(std::popcount(busy_));
    }
    [[nodiscard]] base::Result<Launched> launch(const LaunchRequest&) noexcept;
    // The child of that slot has died: nothing it shared is in use any more. Tells how the launch ended, if
    // that is not known yet.
    void child_died(std::uint8_t slot, base::ServiceId id) noexcept;
    // base::degraded_… bits found out so far.
    [[nodiscard]] std::uint32_t degraded() const noexcept { return degraded_; }
    // What a child gets for RLIMIT_NOFILE; 0, 0: what the scanner has.
    void set_nofile(std::uint64_t soft, std::uint64_t hard) noexcept { nofile_[0] = soft, nofile_[1] = hard; }

  private:
    struct Slot {
        Launcher* launcher = nullptr;
        base::ServiceId id = base::no_service;
        base::Fd report;
        base::Watch watch;
        std::uint8_t lent = 0;  // hands that lie in the block: the child may still use our descriptor table
        std::uint8_t seen = 0;  // bytes of `failure`
        LaunchReport failure;
        ChildArgs args;
        base::PacketBuffer<64> put;
        void on_report(std::uint32_t events) noexcept;
    };
    static constexpr std::uint32_t all_slots = (1U << launch_slots) - 1;

    base::Result<void> reserve_descriptors() noexcept;
    base::Result<void> map_memory() noexcept;
    void set_default_words() noexcept;
    bool must_copy(const LaunchRequest&) noexcept;
    void fill(Slot&, std::size_t index, const LaunchRequest&) noexcept;
    base::Result<void> lend(Slot&, const LaunchRequest&, int report) noexcept;
    base::Result<Launched> clone(Slot&, std::size_t index, const LaunchRequest&, bool copy) noexcept;
    void take_back(Slot&) noexcept;
    void read_report(Slot&) noexcept;
    void free(Slot&) noexcept;
    void forget_memory() noexcept;

    base::Loop* loop_ = nullptr;
    void* owner_ = nullptr;
    Told told_ = nullptr;
    int store_ = -1;
    base::Fd null_;
    base::Fd dumpable_;  // /proc/sys/fs/suid_dumpable
    char* memory_ = nullptr;
    std::uint32_t busy_ = 0;
    std::uint32_t used_ = 0;  // slots whose memory has been touched
    std::uint32_t degraded_ = 0;
    bool root_ = false;
    bool reset_oom_ = false;
    bool legacy_ = false;
    std::uint64_t nofile_[2] = {};
    const char* defaults_[default_words] = {};
    Slot slots_[launch_slots];
};

}  // namespace hob::svc
