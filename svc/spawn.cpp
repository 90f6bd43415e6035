// Launches: the queue, and what a service needs before it has a process.
#include "base/reason.hpp"
#include "svc/scanner.hpp"
#include "svc/step_text.hpp"

#include <cstring>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace hob::svc {

using base::failed;
using base::Program;
using base::Result;
using base::Role;
using base::ServiceId;

namespace {

constexpr std::size_t queue_keep = 256;

// Whose uid the process will have, as far as the plan says; else ours.
struct Owner {
    uid_t uid;
    gid_t gid;
};
Owner owner_of(const base::PlanView& plan) noexcept {
    Owner owner{::geteuid(), ::getegid()};
    for (const char* at = plan.begin(Program::main); at != plan.end(Program::main);
         at = base::Step{at}.next()) {
        const base::Step step{at};
        if (step.op() != base::StepOp::user) continue;
        owner = {static_cast<uid_t>(step.numbers()[0]), static_cast<gid_t>(step.numbers()[1])};
    }
    return owner;
}

}  // namespace

// Launches what is queued, as far as slots are free. The store hears of new descriptors before the first
// child that uses them exists.
void Scanner::pump() noexcept {
    while (queue_head_ < queue_.size() && launcher_.has_free_slot()) {
        Service* batch[launch_slots];
        std::size_t count = 0;
        std::size_t free = launcher_.free_slots();
        while (queue_head_ < queue_.size() && free > 0) {
            Service* const s = at(queue_[queue_head_++]);
            if (s == nullptr || !s->is_queued) continue;
            s->is_queued = false;
            if (auto prepared = prepare(*s); !prepared) {
                apply(*s, Event::no_process,
                      {base::ReasonKind::clone_failed, 0, static_cast<std::uint16_t>(prepared.error().code),
                       0});
                continue;
            }
            batch[count++] = s;
            --free;
        }
        if (!store_.flush()) {  // the keeper is slow: these wait, in their order
            for (std::size_t i = count; i > 0; --i) {
                batch[i - 1]->is_queued = true;
                queue_[--queue_head_] = batch[i - 1]->id;
            }
            return;
        }
        for (std::size_t i = 0; i < count; ++i) spawn(*batch[i]);
    }
    if (queue_head_ < queue_.size()) return;
    queue_.clear();
    queue_head_ = 0;
    if (queue_.capacity() > queue_keep) std::vector<ServiceId>{}.swap(queue_);
}

// What must be there, and in the store, before the clone. Kept when it cannot be used this time.
Result<void> Scanner::prepare(Service& s) noexcept {
    if (!s.plan || !s.plan.view().has(s.queued)) return failed(ENOENT, "plan");
    if (s.plan.view().policy().log != 0 && !s.log_write)
        if (auto opened = open_log(s); !opened) return opened;
    if (Service* const writer = at(s.reads_log_of); writer != nullptr && !writer->log_write)
        if (auto opened = open_log(*writer); !opened) return opened;
    if (s.queued != Program::main || s.plan.view().policy().ready != base::Readiness::notify) return {};
    if (!s.notify)
        if (auto opened = open_notify(s); !opened) return opened;
    return own_notify(s);
}

// Before every launch: the plan may have another user than the one before.
Result<void> Scanner::own_notify(const Service& s) noexcept {
    const Owner owner = owner_of(s.plan.view());
    if (::geteuid() != 0 && owner.uid == ::geteuid()) return {};
    const base::Text<16> name{s.id};
    if (::fchownat(notify_dir_.get(), name.c_str(), owner.uid, owner.gid, AT_SYMLINK_NOFOLLOW) < 0)
        return failed("owner of notify socket");
    return {};
}

void Scanner::spawn(Service& s) noexcept {
    const Program program = s.queued;
    const base::Status before = status(s);
    LaunchRequest request;
    request.id = s.id;
    request.plan = &s.plan.view();
    request.program = program;
    request.parent_tid = table_.launch_pid(s.id);
    request.name = record(s).name;
    request.exit = before.last_exit;
    if (s.log_write) request.out = s.log_write.get();
    if (s.log_write && !s.log_out_only) request.err = s.log_write.get();
    if (const Service* const writer = at(s.reads_log_of); writer != nullptr)
        request.in = writer->log_read.get();

    base::Fd ready_write;
    base::Text<128> notify;
    Result<void> ready;
    if (program == Program::main) ready = open_readiness(s, ready_write);
    if (ready_write) request.ready = ready_write.get();
    if (program == Program::main && s.notify) {
        notify.add(run_.view()).add("/notify/").add(s.id);
        request.notify = notify.c_str();
        discard_notify(s);
    }
    auto launched = ready ? launcher_.launch(request) : Result<Launched>{std::unexpected{ready.error()}};
    if (!launched) {
        close_readiness(s);
        const auto code = static_cast<std::uint16_t>(launched.error().code);
        return apply(s, Event::no_process, {base::ReasonKind::clone_failed, 0, code, 0});
    }
    s.slot = launched->slot;
    s.pidfd = std::move(launched->pidfd);
    track(s, launched->pid, true);
    base::Status now = before;
    now.pid = launched->pid;
    table_.commit(s.id, now);
    table_.set_degraded(launcher_.degraded());
}

Result<void> Scanner::open_log(Service& s) noexcept {
    auto pipe = base::sys::pipe();
    if (!pipe) return std::unexpected{pipe.error()};
    // A log service of a plain directory reads it as its stdin and expects to wait; hob-log does not.
    if (!s.log_out_only) (void)::fcntl(pipe->read.get(), F_SETFL, O_NONBLOCK);
    s.log_read = std::move(pipe->read);
    s.log_write = std::move(pipe->write);
    store_.put(s.id, Role::log_read, s.log_read.get());
    store_.put(s.id, Role::log_write, s.log_write.get());
    control_.log_stream(s);
    return {};
}

// RUN/notify/ID, writable by the service's user alone (and root).
Result<void> Scanner::open_notify(Service& s) noexcept {
    const base::Text<128> path{run_.view(), "/notify/", s.id};
    if (path.size() >= 108) return failed(ENAMETOOLONG, "notify socket");
    auto socket = base::sys::unix_socket(SOCK_DGRAM | SOCK_NONBLOCK);
    if (!socket) return std::unexpected{socket.error()};
    const int on = 1;
    if (::setsockopt(socket->get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0)
        return failed("notify socket");
    const base::Text<16> name{s.id};
    if (auto gone = base::sys::unlink_at(notify_dir_.get(), name.c_str()); !gone) return gone;
    const mode_t old = ::umask(0177);
    auto bound = base::sys::bind_path(socket->get(), path.c_str());
    ::umask(old);
    if (!bound) return bound;
    auto watched = s.notify_watch.start<&Service::on_notify>(loop_, socket->get(), EPOLLIN, &s);
    if (!watched) return watched;
    s.notify = *std::move(socket);
    store_.put(s.id, Role::notify, s.notify.get());
    return {};
}

Result<void> Scanner::open_readiness(Service& s, base::Fd& write_end) noexcept {
    if (s.plan.view().policy().ready != base::Readiness::descriptor) return {};
    auto pipe = base::sys::pipe();
    if (!pipe) return std::unexpected{pipe.error()};
    (void)::fcntl(pipe->read.get(), F_SETFL, O_NONBLOCK);
    auto watched = s.ready_watch.start<&Service::on_ready>(loop_, pipe->read.get(), EPOLLIN, &s);
    if (!watched) return watched;
    s.ready_read = std::move(pipe->read);
    write_end = std::move(pipe->write);
    store_.put(s.id, Role::ready_read, s.ready_read.get());
    return {};
}

void Scanner::close_readiness(Service& s) noexcept {
    if (!s.ready_read) return;
    s.ready_watch.drop();
    s.ready_read.reset();
    store_.drop(s.id, Role::ready_read);
}

void Scanner::launch_ended(void* self, const LaunchEnd& end) noexcept {
    auto& scanner = *static_cast<Scanner*>(self);
    Service* const s = scanner.at(end.id);
    if (s == nullptr) return;
    s->slot = Service::no_slot;
    if (!end.failure) return scanner.apply(*s, Event::executed);
    const std::uint32_t where = std::uint32_t{end.failure->program} << 16 | end.failure->step;
    const base::Reason reason{base::ReasonKind::launch_step, 0,
                              static_cast<std::uint16_t>(end.failure->error), where};
    scanner.say_in_log(*s, reason);
    scanner.apply(*s, Event::step_failed, reason);
}

// One line into the service's own log. Through an opening of our own, which may be non-blocking: the pipe may
// be full.
void Scanner::say_in_log(Service& s, const base::Reason& reason) noexcept {
    const base::ReasonText what = base::describe(reason, {}, step_text(s.plan.view(), reason.arg).view());
    if (!s.log_write) return complain(base::Text<512>{record(s).name, ": ", what.view()}.view());
    const base::Text<512> line{"hob-svscan: ", record(s).name, ": ", what.view(), "\n"};
    const base::Text<32> path{"/proc/self/fd/", s.log_write.get()};
    auto log = base::sys::open_at(AT_FDCWD, path.c_str(), O_WRONLY | O_NONBLOCK);
    if (log) (void)base::sys::write(log->get(), line.c_str(), line.size());
}

}  // namespace hob::svc
