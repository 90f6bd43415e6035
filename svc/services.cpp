// What may be asked of services, by the engine, a client or a plain directory.
#include "svc/scanner.hpp"

#include <algorithm>
#include <cstring>

namespace hob::svc {

using base::failed;
using base::Result;
using base::ServiceId;
using base::State;
using base::Status;

Service& Scanner::make(ServiceId id) noexcept {
    if (services_.size() <= id) services_.resize(id + 1);
    services_[id] = std::make_unique<Service>(*this, id);
    names_.insert(name_key(table_.record(id).name), id);
    return *services_[id];
}

Service* Scanner::find(std::string_view name) noexcept {
    return at(names_.find(name_key(name), [&](ServiceId id) { return name == table_.record(id).name; }));
}

Result<Service*> Scanner::add(std::string_view name, base::ServiceType type, PlanRef plan,
                              std::uint8_t flags) noexcept {
    if (base::ServiceName::refusal(name) != nullptr) return failed(EINVAL, "name of a service");
    if (Service* const known = find(name); known != nullptr) {
        known->removing = false;
        give_plan(*known, std::move(plan));
        return known;
    }
    const auto id = table_.add(name, type, flags);
    if (!id) return std::unexpected{id.error()};
    Service& s = make(*id);
    give_plan(s, std::move(plan));
    return &s;
}

// A running service keeps the plan it runs by until its next start.
void Scanner::give_plan(Service& s, PlanRef plan) noexcept {
    if (s.plan && s.plan.same(plan)) {
        s.next_plan = PlanRef{};
        return;
    }
    if (s.plan && has_process(status(s).state) && !s.is_queued) {
        s.next_plan = std::move(plan);
        return;
    }
    use_plan(s, std::move(plan));
}

void Scanner::use_plan(Service& s, PlanRef plan) noexcept {
    s.plan = std::move(plan);
    const base::PlanHeader& header = s.plan.view().header();
    table_.set_plan(s.id, s.plan.key(), s.plan.offset(), header.size, header.checksum);
}

// Every need must be ready at this moment, whatever the engine knew when it asked: else it is told again how
// things are, and asks again.
void Scanner::start(Service& s, bool fresh, std::span<const ServiceId> needs) noexcept {
    if (shutting_down()) return;
    if (!std::ranges::equal(s.needs, needs)) {
        for (const ServiceId id : s.needs)
            if (Service* const need = at(id); need != nullptr) std::erase(need->needed_by, s.id);
        s.needs.assign(needs.begin(), needs.end());
        for (const ServiceId id : s.needs)
            if (Service* const need = at(id); need != nullptr) need->needed_by.push_back(s.id);
    }
    for (const ServiceId id : s.needs) {
        const Service* const need = at(id);
        if (need != nullptr && base::is_ready(status(*need).state)) continue;
        if (need != nullptr) control_.changed(id, status(*need));
        return control_.changed(s.id, status(s));
    }
    apply(s, fresh ? Event::start_fresh : Event::start);
}

void Scanner::set_wish(Service& s, const base::SetWish& wish) noexcept {
    Status now = status(s);
    now.wish = wish.wish, now.asker = wish.asker, now.wish_uid = wish.uid;
    now.wish_since = stamp().ns;
    table_.commit(s.id, now);
}

void Scanner::mark(Service& s, const base::Mark& mark) noexcept {
    const base::Reason reason{mark.reason, 0, 0, mark.arg};
    if (mark.state == State::blocked) return apply(s, Event::mark_blocked, reason);
    const Status before = status(s);
    if (mark.state != State::down || has_process(before.state) || before.state == State::done) return;
    Status now = before;
    if (now.state != State::down) now.since = stamp().ns;
    now.state = State::down;
    now.reason = reason;
    now.deadline = 0;
    now.flags = static_cast<std::uint8_t>(now.flags & ~(base::status_wanted | base::status_may_start));
    settle(s, before, now);
}

void Scanner::remove(Service& s) noexcept {
    if (has_process(status(s).state)) {
        s.removing = true;
        return stop(s);
    }
    for (const ServiceId id : s.needs)
        if (Service* const need = at(id); need != nullptr) std::erase(need->needed_by, s.id);
    for (const ServiceId id : s.needed_by)
        if (Service* const needer = at(id); needer != nullptr) std::erase(needer->needs, s.id);
    count_settled(s, status(s).state, State::down);
    control_.log_gone(s);
    store_.drop(s.id, base::Role::none);
    if (s.notify) (void)base::sys::unlink_at(notify_dir_.get(), base::Text<16>{s.id}.c_str());
    names_.erase(name_key(table_.record(s.id).name), s.id);
    table_.set_flags(s.id, static_cast<std::uint8_t>(table_.record(s.id).flags | base::record_removed));
    services_[s.id].reset();
}

Result<void> Scanner::set_plan_source(std::uint32_t key, base::Fd file) noexcept {
    if (key == 0) return failed(EINVAL, "plan source");
    store_.put(key, base::Role::plan_source, file.get());
    return sources_.set(key, std::move(file));
}

}  // namespace hob::svc
