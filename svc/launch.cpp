#include "svc/launch.hpp"

#include "base/protocol.hpp"
#include "base/sys.hpp"
#include "base/table.hpp"
#include "svc/raw.hpp"

#include <algorithm>
#include <bit>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x00001000
#endif

namespace hob::svc {

using base::failed;
using base::Result;

namespace {

constexpr std::uint64_t clone_clear_sighand = 0x100000000;

// A sanitizer's shadow knows nothing of a second process on the same memory.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif
#else
constexpr bool sanitized = false;
#endif

// The child runs here; `arg` is its ChildArgs.
[[noreturn]] void enter_child(void* arg) { run_child(*static_cast<const ChildArgs*>(arg)); }

bool wants_own_memory(const base::PlanView& plan, base::Program program) noexcept {
    for (const char* at = plan.begin(program); at != plan.end(program); at = base::Step{at}.next())
        if (base::Step{at}.op() == base::StepOp::oom_score) return true;
    return false;
}

// Decimal digits of a non-negative number, behind `text`.
void put_number(char* text, int number) noexcept {
    char digits[12];
    int n = 0;
    do digits[n++] = static_cast<char>('0' + number % 10);
    while ((number /= 10) != 0);
    while (n > 0) *text++ = digits[--n];
    *text = '\0';
}

}  // namespace

bool Launcher::must_copy(const LaunchRequest& request) noexcept {
    if (sanitized || reset_oom_ || wants_own_memory(*request.plan, request.program)) return true;
    if (!root_) return false;  // a child that cannot change its uid cannot show our memory to another
    char value = '1';
    if (dumpable_ && ::pread(dumpable_.get(), &value, 1, 0) != 1) value = '1';
    // 2 as well: before Linux 5.16 a dump of the child takes along all that share its memory.
    if (value != '0') degraded_ |= base::degraded_fork;
    return value != '0';
}

Result<Launched> Launcher::launch(const LaunchRequest& request) noexcept {
    if (!has_free_slot()) return failed(EAGAIN, "launch slot");
    const auto index = static_cast<std::size_t>(std::countr_one(busy_));
    Slot& slot = slots_[index];
    auto pipe = base::sys::pipe(O_NONBLOCK);
    if (!pipe) return std::unexpected{pipe.error()};
    fill(slot, index, request);
    auto watched = slot.watch.start<&Slot::on_report>(*loop_, pipe->read.get(), EPOLLIN, &slot);
    if (watched) watched = lend(slot, request, pipe->write.get());
    if (!watched) {
        slot.watch.drop();
        take_back(slot);
        return std::unexpected{watched.error()};
    }
    pipe->write.reset();
    slot.report = std::move(pipe->read);
    const bool copy = must_copy(request);
    auto launched = clone(slot, index, request, copy);
    if (!launched) {
        free(slot);
        return launched;
    }
    busy_ |= 1U << index;
    used_ |= 1U << index;
    slot.id = request.id;
    if (copy) take_back(slot);
    return launched;
}

void Launcher::fill(Slot& slot, std::size_t index, const LaunchRequest& request) noexcept {
    ChildArgs& a = slot.args;
    Scratch* const scratch = a.scratch;
    const int base = first_block + static_cast<int>(index) * block_size;
    a = ChildArgs{};
    a.scratch = scratch;
    a.base = base;
    a.begin = request.plan->begin(request.program);
    a.end = request.plan->end(request.program);
    a.program = request.program;
    std::ranges::copy(defaults_, a.defaults);
    a.nofile[0] = nofile_[0], a.nofile[1] = nofile_[1];
    a.has_in = request.in >= 0, a.has_out = request.out >= 0, a.has_err = request.err >= 0;
    if (request.ready >= 0) a.ready_fd = request.plan->policy().ready_fd;

    // Text of the launch lies at the end of the scratch; the child fills from the front.
    char* text = scratch->text + scratch_text;
    if (request.program == base::Program::finish) {
        text -= 32;
        const int signal = WIFSIGNALED(request.exit) ? WTERMSIG(request.exit) : 0;
        put_number(text, signal != 0 ? 256 : WEXITSTATUS(request.exit));
        put_number(text + 16, signal);
        a.appended[0] = text, a.appended[1] = text + 16, a.appended[2] = request.name;
    }
    if (request.notify != nullptr) {
        constexpr char key[] = "NOTIFY_SOCKET=";
        const std::size_t size = std::strlen(request.notify) + 1;
        text -= sizeof key - 1 + size;
        std::memcpy(text, key, sizeof key - 1);
        std::memcpy(text + sizeof key - 1, request.notify, size);
        a.notify = text;
    }
    slot.seen = 0;
    slot.put.clear();
    if (store_ >= 0 && slot.put.add(base::Put{request.id, base::Role::pidfd, 0})) {
        a.put = slot.put.bytes().data();
        a.put_size = static_cast<std::uint32_t>(slot.put.bytes().size());
    }
}

// Copies what the child shall have into the slot's block.
Result<void> Launcher::lend(Slot& slot, const LaunchRequest& request, int report) noexcept {
    const struct {
        Hand hand;
        int fd;
    } hands[] = {{Hand::report, report},   {Hand::in, request.in},       {Hand::out, request.out},
                 {Hand::err, request.err}, {Hand::ready, request.ready}, {Hand::store, store_}};
    for (const auto& h : hands) {
        if (h.fd < 0) continue;
        const int at = static_cast<int>(h.hand);
        if (::dup3(h.fd, slot.args.base + at, O_CLOEXEC) < 0) return failed("hand over descriptor");
        slot.lent = static_cast<std::uint8_t>(slot.lent | 1U << at);
    }
    return {};
}

// The block belongs to us alone again: put the placeholder back everywhere.
void Launcher::take_back(Slot& slot) noexcept {
    for (int i = 0; i < block_size; ++i)
        if ((slot.lent >> i & 1) != 0) (void)::dup3(null_.get(), slot.args.base + i, O_CLOEXEC);
    slot.lent = 0;
}

Result<Launched> Launcher::clone(Slot& slot, std::size_t index, const LaunchRequest& request,
                                 bool copy) noexcept {
    // The child of a copy finds its stack at the same address of its own memory.
    char* const scratch = reinterpret_cast<char*>(slot.args.scratch);
    const std::uint64_t shared = copy ? 0 : CLONE_VM | CLONE_FILES;
    slot.args.own_files = copy;
    slot.args.reset_oom = copy && reset_oom_;
    std::int32_t pidfd = -1;
    long pid = -ENOSYS;
    if (!legacy_) {
        raw::CloneArgs args{};
        args.flags = shared | CLONE_PIDFD | CLONE_PARENT_SETTID | clone_clear_sighand;
        args.pidfd = reinterpret_cast<std::uintptr_t>(&pidfd);
        args.parent_tid = reinterpret_cast<std::uintptr_t>(request.parent_tid);
        args.exit_signal = SIGCHLD;
        args.stack_size = launch_stack;
        args.stack = reinterpret_cast<std::uintptr_t>(scratch) - launch_stack;
        pid = raw::clone3(args, enter_child, &slot.args);
    }
    if (pid == -ENOSYS || pid == -EPERM) {
        pid = raw::clone(static_cast<unsigned long>(shared) | CLONE_PARENT_SETTID | SIGCHLD, scratch,
                         request.parent_tid, enter_child, &slot.args);
        if (pid > 0) {
            legacy_ = true;
            degraded_ |= base::degraded_clone;
            // Ours and not reaped: the pid cannot be another's.
            auto opened = base::sys::pidfd(static_cast<pid_t>(pid));
            if (opened) pidfd = opened->release();
        }
    }
    if (pid < 0) return failed(static_cast<int>(-pid), "clone");
    return Launched{static_cast<std::int32_t>(pid), base::Fd{pidfd}, static_cast<std::uint8_t>(index)};
}

void Launcher::Slot::on_report(std::uint32_t) noexcept { launcher->read_report(*this); }

void Launcher::read_report(Slot& slot) noexcept {
    for (;;) {
        char bytes[16];
        const auto got = base::sys::read(slot.report.get(), bytes, sizeof bytes);
        if (!got) return;  // EAGAIN: more will come
        if (*got == 0) break;
        std::size_t at = 0;
        if (slot.seen == 0) {  // the mark comes first, or the child has failed before it
            if (bytes[0] == unshared_mark) {
                take_back(slot);
                at = 1;
            }
            slot.seen = 1;
        }
        for (; at < *got && slot.seen <= sizeof slot.failure; ++at)
            reinterpret_cast<char*>(&slot.failure)[slot.seen++ - 1] = bytes[at];
    }
    LaunchEnd end{slot.id, {}};
    if (slot.seen == 1 + sizeof slot.failure) end.failure = slot.failure;
    free(slot);
    if (end.id != base::no_service) told_(owner_, end);
}

void Launcher::child_died(std::uint8_t index, base::ServiceId id) noexcept {
    if (index >= launch_slots || slots_[index].id != id) return;
    Slot& slot = slots_[index];
    take_back(slot);
    read_report(slot);
    slot.id = base::no_service;  // should a neighbour still hold the pipe: nobody is interested any more
}

void Launcher::free(Slot& slot) noexcept {
    slot.watch.drop();
    slot.report.reset();
    take_back(slot);
    slot.id = base::no_service;
    busy_ &= ~(1U << (&slot - slots_));
    // A burst is over: give its memory back, but for the slots of every day.
    if (busy_ == 0 && (used_ >> 2) != 0) {
        forget_memory();
        used_ &= 3;
    }
}

}  // namespace hob::svc
