// The part of a client that carries its request out and waits for it to become so.
#include "base/options.hpp"
#include "rc/engine/client.hpp"
#include "rc/engine/engine.hpp"
#include "rc/engine/orders.hpp"
#include "rc/engine/overlay.hpp"

#include <algorithm>

namespace hob::rc::engine {

using base::Verb;

namespace {
using Words = base::Text<512>;
}

// True: the scanner has something to carry out, or this has ended.
bool Client::apply() {
    if (stage_ != Stage::queued) return false;
    stage_ = Stage::applied;
    if (ask_.verb == Verb::reload) return reload(), true;
    if (ask_.verb == Verb::power) {
        if (ask_.power == base::PowerAction::none) return refuse("no power action is named"), true;
        engine_.send_power(ask_.power);
        return true;
    }
    if (makes_instances()) {
        stage_ = Stage::queued;  // their ids come with the next batch
        return true;
    }
    if (ask_.verb != Verb::down) {
        for (const std::string& name : subjects_)
            if (is_masked(engine_.run(), name))
                return refuse(Words{name, " is masked: hob unmask ", name}.view()), true;
        reload();
    }
    for (const std::string& name : subjects_) named_.push_back(engine_.services().find(name));
    wish_all();
    return true;
}

void Client::repeat() noexcept {
    if (stage_ != Stage::applied || (ask_.verb != Verb::up && ask_.verb != Verb::down)) return;
    stage_ = Stage::queued;
    named_.clear();
    settled_count_ = cursor_ = 0;
}

// What has been decided about the subjects, or about all, counts from now on.
void Client::reload() {
    if (subjects_.empty()) renew_overlay(engine_.run());
    for (const std::string& name : subjects_) renew_overlay(engine_.run(), name);
    engine_.read_overlay();
    engine_.core().refresh();
}

bool Client::makes_instances() {
    bool made = false;
    Services& services = engine_.services();
    for (const std::string& name : subjects_) {
        if (services.find(name) != no_node) continue;
        engine_.make_instance(name, services.template_of(name));
        made = true;
    }
    return made;
}

void Client::wish_all() {
    order(engine_.core(), ask_.verb, named_,
          {this, [](void* self, Node n, base::Wish wish, base::Asker asker) {
               const Client& client = *static_cast<Client*>(self);
               client.engine_.wish(n, wish, asker, client.uid_);
           }});
    engine_.core().refresh();
    members_ = named_;
    if (ask_.verb == Verb::down)
        add_contents(engine_.core(), members_);
    else
        add_needs(engine_.core(), members_);
    std::ranges::sort(members_);
    settled_.assign(members_.size(), false);
    for (const Node n : members_) note(n);
}

Verdict Client::verdict(Node n) const noexcept {
    return ask_.verb == Verb::down ? verdict_down(engine_.core(), n) : verdict_up(engine_.core(), n);
}

// Counts member n as settled, or no longer.
void Client::note(Node n) {
    const auto at = std::ranges::lower_bound(members_, n);
    if (at == members_.end() || *at != n) return;
    const auto i = static_cast<std::size_t>(at - members_.begin());
    const bool now = verdict(n) != Verdict::pending;
    if (now == settled_[i]) return;
    settled_[i] = now;
    now ? ++settled_count_ : --settled_count_;
    if (settled_count_ <= settled_most_) return;  // a service that comes and goes is no progress
    settled_most_ = settled_count_;
    if (stage_ == Stage::applied && ask_.timeout_ns <= 0) arm();  // it goes on: new patience
}

void Client::progress(std::span<const Node> touched) {
    if (stage_ != Stage::applied) return;
    if (named_.empty() || (ask_.flags & base::request_no_wait) != 0) return end(base::exit_done);
    const auto total = static_cast<std::uint32_t>(members_.size());
    for (const Node n : touched) {
        if (!std::ranges::binary_search(members_, n)) continue;
        note(n);
        const auto settled = static_cast<std::uint32_t>(settled_count_);
        tell(base::Progress{engine_.services().id(n), engine_.core().seen(n).state, settled, total});
    }
    flush();
    if (all_settled()) finish();
}

// Goes on from the member that had not settled when it was asked last.
bool Client::all_settled() {
    for (std::size_t looked = 0; looked < members_.size(); ++looked) {
        if (verdict(members_[cursor_]) == Verdict::pending) return false;
        cursor_ = cursor_ + 1 == members_.size() ? 0 : cursor_ + 1;
    }
    return true;
}

// The subjects, then what keeps them from being so: what failed, is kept down, or cannot be had.
void Client::finish() {
    const Core& core = engine_.core();
    bool good = true;
    const auto tell_outcome = [&](Node n, bool is_good) {
        tell(base::Outcome{engine_.services().id(n), core.seen(n).state, is_good});
    };
    for (const Node n : named_) {
        const bool is_good = verdict(n) == Verdict::good;
        good = good && is_good;
        tell_outcome(n, is_good);
        if (!is_good) tell_overtaken(n);
    }
    for (const Node n : members_) {
        if (good || ask_.verb == Verb::down || std::ranges::count(named_, n) != 0) continue;
        if (core.has_failed(n) || core.kept_down(n) || core.bars(n).missing) tell_outcome(n, false);
    }
    end(good ? base::exit_done : base::exit_failed);
}

void Client::tell_overtaken(Node n) {
    const Core& core = engine_.core();
    const std::string_view name = engine_.services().name(n);
    if (core.bars(n).missing)
        report(Words{name, ": the scanner refuses it"}.view());
    else if (ask_.verb == Verb::down && core.may_run(n))
        report(Words{name, ": overtaken by a newer wish, up"}.view());
    else if (ask_.verb != Verb::down && core.kept_down(n))
        report(Words{name, ": overtaken by a newer wish, down"}.view());
}

// A service that has a deadline of its own decides when it ends; else patience is over.
void Client::timed_out() noexcept {
    if (over()) {
        gone_ = true;
        return engine_.sweep();  // destroys this
    }
    const Core& core = engine_.core();
    if (stage_ == Stage::applied && ask_.timeout_ns <= 0) {
        base::Instant last{};
        for (const Node n : members_) {
            const auto status = engine_.status(n);
            if (!status || verdict(n) != Verdict::pending || status->state == base::State::restarting)
                continue;
            last = std::max(last, base::Instant{status->deadline});
        }
        if (last > engine_.loop().now())
            return timer_.start<&Client::timed_out>(engine_.loop(), last + base::seconds(1), this);
    }
    if (stage_ == Stage::queued)
        report("the scanner does not answer; the request is dropped");
    else
        for (const Node n : members_) {
            if (verdict(n) != Verdict::pending) continue;
            const std::string_view state = name_of(shown(core.seen(n).state));
            report(Words{"no longer waiting: ", engine_.services().name(n), " is ", state}.view());
            break;
        }
    for (const Node n : named_)
        tell(base::Outcome{engine_.services().id(n), core.seen(n).state, verdict(n) == Verdict::good});
    end(base::exit_failed);
}

}  // namespace hob::rc::engine
