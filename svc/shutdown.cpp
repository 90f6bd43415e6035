// The end of the tree: services by the engine, in order; then the engine, then the logger, then the scanner.
//
// The engine is told and given time. Is there none, and none comes back within two seconds, or does nothing
// change for 25 seconds in which no service's own deadline was to come, everything is stopped at once
// instead. The whole is bounded by hob-init; where there is none, by a limit of our own.
#include "svc/scanner.hpp"

namespace hob::svc {

using base::State;

namespace {

constexpr base::Nanos engine_absence = base::seconds(2);
constexpr base::Nanos stall_limit = base::seconds(25);
constexpr base::Nanos orphan_pause = base::millis(500);
constexpr base::Nanos whole_limit = base::seconds(55);

// Nothing is left to be done for a service in this state: no process, and no `down` of a oneshot.
constexpr bool is_over(State s) { return base::is_settled_down(s); }

}  // namespace

// hob's own, and what has no process, do not count: the tree is down when the rest is.
bool Scanner::counts(const Service& s) const noexcept {
    const base::Record& r = record(s);
    if (s.reads_log_of != base::no_service) return false;  // they come after
    return (r.flags & base::record_builtin) == 0 &&
           (r.type == base::ServiceType::longrun || r.type == base::ServiceType::oneshot);
}

void Scanner::count_settled(const Service& s, State before, State now) noexcept {
    if (is_over(before) == is_over(now) || !counts(s)) return;
    is_over(now) ? --unsettled_ : ++unsettled_;
}

void Scanner::begin_shutdown(base::PowerAction action) noexcept {
    if (shutting_down()) return;
    phase_ = Phase::services;
    action_ = action;
    if (!store_.connected())
        limit_.start<&Scanner::on_shutdown_limit>(loop_, loop_.now() + whole_limit, this);
    if (directory_.open()) return stop_everything();
    control_.shutdown(action);
    stalled_.start<&Scanner::on_stalled>(loop_, loop_.now() + stall_limit, this);
    if (!control_.has_engine())
        no_engine_.start<&Scanner::on_no_engine>(loop_, loop_.now() + engine_absence, this);
}

void Scanner::note_progress() noexcept {
    if (phase_ == Phase::services && !forced_)
        stalled_.start<&Scanner::on_stalled>(loop_, loop_.now() + stall_limit, this);
}

void Scanner::engine_lost() noexcept {
    if (phase_ == Phase::services && !forced_)
        no_engine_.start<&Scanner::on_no_engine>(loop_, loop_.now() + engine_absence, this);
}

void Scanner::on_no_engine() noexcept {
    if (phase_ != Phase::services) return;
    if (control_.has_engine()) {
        control_.shutdown(action_);  // a new one has not heard it
        return;
    }
    complain("no engine: stopping everything at once");
    stop_everything();
}

void Scanner::on_stalled() noexcept {
    if (phase_ != Phase::services || forced_) return;
    base::Instant last{};  // a service that stops slowly is no reason
    for (const auto& s : services_)
        if (s && has_process(status(*s).state)) last.ns = std::max(last.ns, status(*s).deadline);
    if (last > loop_.now()) return stalled_.start<&Scanner::on_stalled>(loop_, last + orphan_pause, this);
    complain("the engine does not go on: stopping everything at once");
    stop_everything();
}

void Scanner::on_shutdown_limit() noexcept {
    complain("not everything could be stopped");
    phase_ = Phase::over;
}

void Scanner::stop_everything() noexcept {
    forced_ = true;
    for (const auto& s : services_)
        if (s && (record(*s).flags & base::record_builtin) == 0 && at(s->reads_log_of) == nullptr) stop(*s);
}

// A log service of a plain directory drains its pipe until the end: nobody may hold the other end. Its plan's
// stop signal is harmless.
void Scanner::stop_loggers() noexcept {
    for (const auto& s : services_) {
        Service* const writer = s ? at(s->reads_log_of) : nullptr;
        if (writer == nullptr) continue;
        writer->log_write.reset();
        stop(*s);
    }
}

// Called once a turn while it goes on.
void Scanner::check_shutdown() noexcept {
    const auto builtin_gone = [&](std::string_view name) {
        Service* const s = find(name);
        return s == nullptr || !has_process(status(*s).state);
    };
    if (phase_ == Phase::services && unsettled_ == 0) {
        phase_ = Phase::engine;
        if (Service* const s = find("hob-rc"); s != nullptr && !directory_.open()) stop(*s);
    }
    if (phase_ == Phase::engine && (directory_.open() || builtin_gone("hob-rc"))) {
        phase_ = Phase::logger;
        if (directory_.open()) {
            stop_loggers();
        } else {
            for (const auto& s : services_)
                if (s) control_.log_gone(*s);
            control_.flush();
            if (Service* const s = find("hob-log"); s != nullptr) stop(*s);
        }
    }
    if (phase_ != Phase::logger) return;
    if (directory_.open() ? loggers_gone() : builtin_gone("hob-log")) phase_ = Phase::over;
}

bool Scanner::loggers_gone() const noexcept {
    for (const auto& s : services_)
        if (s && s->reads_log_of != base::no_service && has_process(status(*s).state)) return false;
    return true;
}

void Scanner::ask_power(base::PowerAction action) noexcept {
    if (store_.connected())
        store_.power(action);
    else
        begin_shutdown(action);
}

// hob-init is gone, which only happens in a tree that is no machine: nobody will give the terminal back or
// end this tree, so it ends itself. Not in the same moment: whoever killed hob-init may mean all of us.
void Scanner::store_lost() noexcept {
    orphaned_.start<&Scanner::on_orphaned>(loop_, loop_.now() + orphan_pause, this);
}

void Scanner::on_orphaned() noexcept {
    complain("hob-init is gone: shutting down");
    begin_shutdown(base::PowerAction::exit);
}

void Scanner::rescan() noexcept { directory_.rescan(); }

}  // namespace hob::svc
