// Adoption: what a new scanner makes of the table and the descriptors of a dead one (DESIGN §3).
//
// A process is known by its stored pidfd, never by a number; deaths in the gap come as Exited, and wait for
// that. A launch that was recorded but not made (launch_pid 0) is made now. A damaged record, or a rebuild,
// believes only the pidfds: alive is up, with unknown history. Nothing is killed, nothing is started twice.
#include "svc/pidfd.hpp"
#include "svc/scanner.hpp"

#include <charconv>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>

namespace hob::svc {

using base::Program;
using base::Role;
using base::ServiceId;
using base::State;
using base::Status;

namespace {

constexpr base::Nanos look_again = base::millis(20);

// The pid behind a pidfd, as the kernel shows it to us; -1 when it is reaped, 0 when that cannot be seen.
std::int32_t pid_of(int pidfd) noexcept {
    char text[1024];
    auto file = base::sys::open_at(AT_FDCWD, base::Text<40>{"/proc/self/fdinfo/", pidfd}.c_str(), O_RDONLY);
    const std::size_t size = file ? base::sys::read(file->get(), text, sizeof text).value_or(0) : 0;
    const std::string_view info{text, size};
    const std::size_t at = info.find("\nPid:\t");
    std::int32_t pid = 0;
    if (at != info.npos) std::from_chars(text + at + 6, text + size, pid);
    return pid;
}

// The process still runs this program: it has not executed its own yet.
bool runs_us(std::int32_t pid) noexcept {
    struct stat ours{}, its{};
    if (::stat("/proc/self/exe", &ours) < 0) return false;
    if (::stat(base::Text<40>{"/proc/", pid, "/exe"}.c_str(), &its) < 0) return false;
    return ours.st_dev == its.st_dev && ours.st_ino == its.st_ino;
}

// What a service is called whose record cannot be read. The first two ids are always hob's own, which must
// not run a second time.
base::Text<32> lost_name(ServiceId id) noexcept {
    if (id == 0) return base::Text<32>{"hob-log"};
    if (id == 1) return base::Text<32>{"hob-rc"};
    return base::Text<32>{"lost.", id};
}
constexpr std::uint8_t lost_flags(ServiceId id) { return id < 2 ? base::record_builtin : std::uint8_t{0}; }

// Which program a state without a process was about to launch.
Program program_of(State state) noexcept {
    if (state == State::finishing) return Program::finish;
    return state == State::launching ? Program::main : Program::down;
}

}  // namespace

void Scanner::adopt(Replay& replay) noexcept {
    for (auto& item : replay.items) {
        if (item.role != Role::plan_source || !item.fd) continue;
        if (auto set = sources_.set(item.id, std::move(item.fd)); !set) complain("plan source", set.error());
    }
    const bool believe = !replay.rebuild;
    adopt_records(believe);
    adopt_descriptors(replay);
    for (ServiceId id = 0; id < services_.size(); ++id)
        if (services_[id]) adopt_service(*services_[id], believe);
    for (const base::Exited& exit : replay.exits) {
        foreign_exit(exit);
        store_.acknowledge(exit.seq);
    }
    if (replay.exits_lost) check_adopted();
    look_at_launches();
}

// One Service per record that has a name; a damaged one gets a new name, if only to show that it was there.
void Scanner::adopt_records(bool believe) noexcept {
    for (ServiceId id = 0; id < table_.count(); ++id) {
        const base::Record& r = table_.record(id);
        const bool sound = base::identity_sound(r, id);
        if (sound && (r.flags & base::record_removed) != 0) continue;
        if (!sound) table_.rename(id, lost_name(id).view(), base::ServiceType::longrun, lost_flags(id));
        Service& s = make(id);
        if (!believe || !sound || r.plan_check != base::plan_ref_check(r)) continue;
        auto plan = sources_.find(r.plan_source, r.plan_offset, r.plan_size);
        if (plan && plan->view().header().checksum == r.plan_sum) s.plan = *std::move(plan);
    }
}

void Scanner::adopt_descriptors(Replay& replay) noexcept {
    for (auto& item : replay.items) {
        if (!item.fd || item.id == base::no_service) continue;
        // Without a table there are only pidfds, and their ids are all that is known.
        while (item.role == Role::pidfd && item.id >= table_.count()) {
            const ServiceId next = table_.count();
            if (!table_.add(lost_name(next).view(), base::ServiceType::longrun, lost_flags(next))) break;
            make(next);
        }
        Service* const s = at(item.id);
        if (s == nullptr) continue;
        switch (item.role) {
            case Role::pidfd: s->pidfd = std::move(item.fd); break;
            case Role::log_read: s->log_read = std::move(item.fd); break;
            case Role::log_write: s->log_write = std::move(item.fd); break;
            case Role::ready_read: s->ready_read = std::move(item.fd); break;
            case Role::notify: s->notify = std::move(item.fd); break;
            default: break;
        }
    }
}

// What a service is when its record is not believed: up if its process is alive. Its wish stands if it can be
// read; one that is up without a wish known is wished up, so that nobody takes it down.
Status Scanner::unbelieved_status(const std::optional<Status>& known, bool alive) noexcept {
    Status now;
    if (known) now.wish = known->wish, now.asker = known->asker, now.wish_uid = known->wish_uid;
    now.since = stamp().ns;
    now.wish_since = now.since;
    if (!alive) return now;
    if (!known) now.wish = base::Wish::up;
    now.state = State::up;
    now.reason = {base::ReasonKind::history_unknown, 0, 0, 0};
    now.flags = base::status_wanted | base::status_may_start;
    now.started = now.ready_since = now.since;
    return now;
}

void Scanner::adopt_service(Service& s, bool believe) noexcept {
    if (!s.log_read || !s.log_write) s.log_read.reset(), s.log_write.reset();
    if (s.notify) (void)s.notify_watch.start<&Service::on_notify>(loop_, s.notify.get(), EPOLLIN, &s);
    const bool alive = s.pidfd && !is_dead(s.pidfd.get());
    const auto known = base::read_status(table_.record(s.id));
    const bool believed = believe && known;
    Status now = believed ? *known : unbelieved_status(known, alive);
    // Who needs whom was the dead scanner's knowledge: the engine, seeing this, says it again.
    if ((now.flags & base::status_may_start) != 0)
        now.flags = static_cast<std::uint8_t>(now.flags | base::status_adopted);
    if (!believed && alive) *table_.launch_pid(s.id) = pid_of(s.pidfd.get());
    count_settled(s, State::down, now.state);
    if (has_process(now.state)) adopt_process(s, now, alive);
    table_.commit(s.id, now);
    if (now.deadline != 0) s.deadline.start<&Service::on_deadline>(loop_, base::Instant{now.deadline}, &s);
    if (!has_process(now.state)) s.pidfd.reset();
}

void Scanner::adopt_process(Service& s, Status& now, bool alive) noexcept {
    const std::int32_t pid = *table_.launch_pid(s.id);
    if (pid <= 0 && !alive) {  // recorded, never made
        s.pidfd.reset();
        if (s.plan && s.plan.view().has(program_of(now.state))) return queue(s, program_of(now.state));
        now.pid = 0;
        now.state = State::restarting;  // what should have been made is not known any more
        now.deadline = (loop_.now() + look_again).ns;
        return;
    }
    now.pid = pid;
    now.flags = static_cast<std::uint8_t>(now.flags | base::status_adopted);
    if (pid > 0) track(s, pid, false);
    // A stored pidfd that is dead may be of the process before: what counts then is the exit of this number.
    if (!alive) s.pidfd.reset();
    if (s.ready_read && (now.state == State::starting || now.state == State::launching))
        (void)s.ready_watch.start<&Service::on_ready>(loop_, s.ready_read.get(), EPOLLIN, &s);
    else
        s.ready_read.reset();
    if (alive && now.state == State::launching) adopted_launches_.push_back(s.id);
}

// Launches under way go on by themselves, but their report went to the dead scanner. Seen from outside, one
// has executed when it runs another program.
void Scanner::look_at_launches() noexcept {
    std::erase_if(adopted_launches_, [&](ServiceId id) {
        Service* const s = at(id);
        if (s == nullptr || s->own_child || status(*s).state != State::launching) return true;
        if (runs_us(status(*s).pid)) return false;
        apply(*s, Event::executed);
        return true;
    });
    if (!adopted_launches_.empty())
        look_timer_.start<&Scanner::look_at_launches>(loop_, base::monotonic_now() + look_again, this);
}

}  // namespace hob::svc
