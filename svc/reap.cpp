// Deaths: of own children by SIGCHLD and waitid, of adopted processes by what hob-init tells.
//
// An own child is looked at first, its death is committed, and only then is it reaped: killed in between, the
// scanner leaves a zombie whose status hob-init passes on to the next one.
#include "svc/pidfd.hpp"
#include "svc/scanner.hpp"

#include <csignal>

#include <sys/wait.h>

namespace hob::svc {

namespace {

constexpr int deaths_per_turn = 64;
constexpr int unknown_status = 255 << 8;

std::uint32_t pid_key(std::int32_t pid) noexcept { return static_cast<std::uint32_t>(pid); }

}  // namespace

void Scanner::track(Service& s, std::int32_t pid, bool own_child) noexcept {
    s.own_child = own_child;
    pids_.insert(pid_key(pid), s.id);
}

void Scanner::reap_children() noexcept {
    children_left_ = false;
    for (int i = 0; i < deaths_per_turn; ++i) {
        const auto death = base::sys::peek(P_ALL, 0);
        if (!death || death->pid == 0) return;
        const auto mine = [&](base::ServiceId id) { return services_[id] && services_[id]->own_child; };
        if (Service* const s = at(pids_.find(pid_key(death->pid), mine)); s != nullptr) {
            // What is left of its process group goes too, while the number is still taken.
            if (record(*s).type == base::ServiceType::longrun) ::kill(-death->pid, SIGKILL);
            ended(*s, death->status);
        }
        (void)base::sys::reap(P_PID, static_cast<id_t>(death->pid));
    }
    children_left_ = true;
}

void Scanner::foreign_exit(const base::Exited& exit) noexcept {
    // A number alone proves nothing: the process we hold must be dead.
    const auto adopted = [&](base::ServiceId id) {
        const Service* const s = at(id);
        return s != nullptr && !s->own_child && (!s->pidfd || is_dead(s->pidfd.get()));
    };
    if (Service* const s = at(pids_.find(pid_key(exit.pid), adopted)); s != nullptr) ended(*s, exit.status);
}

// Some exits were not kept for us: whoever is dead by now died unseen.
void Scanner::check_adopted() noexcept {
    const auto is_gone = [&](const Service& s) {
        if (s.pidfd) return is_dead(s.pidfd.get());
        const std::int32_t pid = status(s).pid;
        return pid > 0 && ::kill(pid, 0) < 0 && errno == ESRCH;
    };
    for (const auto& s : services_)
        if (s && !s->own_child && has_process(status(*s).state) && !s->is_queued && is_gone(*s))
            ended(*s, unknown_status);
}

// The process of `s` is dead. What it said before counts before that.
void Scanner::ended(Service& s, int how) noexcept {
    if (s.slot != Service::no_slot) launcher_.child_died(s.slot, s.id);
    s.slot = Service::no_slot;
    if (s.ready_read) read_readiness(s);
    if (s.notify) read_notify(s);
    const base::ServiceId id = s.id;
    pids_.erase(pid_key(status(s).pid), id);
    s.own_child = false;
    s.pidfd.reset();
    close_readiness(s);
    apply(s, Event::exited, {}, how);
    // The pidfd of the next process replaces the one in the store by itself.
    if (const Service* const left = at(id); left != nullptr && !left->is_queued)
        store_.drop(id, base::Role::pidfd);
}

}  // namespace hob::svc
