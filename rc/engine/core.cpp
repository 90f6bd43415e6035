#include "rc/engine/core.hpp"

namespace hob::rc::engine {

using base::ReasonKind;
using base::State;

namespace {

// What a neighbour can tell apart.
enum class Stage : std::uint8_t { down, moving, ready, failed, blocked };
constexpr Stage stage(State s) noexcept {
    switch (s) {
        case State::down: return Stage::down;
        case State::failed: return Stage::failed;
        case State::blocked: return Stage::blocked;
        case State::up:
        case State::done: return Stage::ready;
        default: return Stage::moving;
    }
}

}  // namespace

void Core::grow() {
    const auto old = static_cast<Node>(nodes_.size());
    nodes_.resize(graph_->size());
    for (Node n = old; n < graph_->size(); ++n) queue(n);
    stale_ = true;
}

void Core::see(Node n, const Seen& seen) {
    Entry& entry = nodes_[n];
    if (entry.seen == seen) return;
    const Seen old = entry.seen;
    const bool was_marked = marked(n), had_failed = has_failed(n);
    entry.seen = seen;
    const bool turned = is_active(old.state) != is_active(seen.state);
    stale_ = stale_ || old.wish != seen.wish || was_marked != marked(n) || had_failed != has_failed(n) ||
             (turned && marked(n));
    queue(n);
    if (stage(old.state) != stage(seen.state) || had_failed != has_failed(n)) queue_around(n, false);
}

void Core::bar(Node n, Bars bars) {
    if (nodes_[n].bars == bars) return;
    nodes_[n].bars = bars;
    queue(n);
    queue_around(n, true);
    stale_ = true;
}

void Core::shut_down() {
    stale_ = stale_ || !shut_down_;
    shut_down_ = true;
}

void Core::queue(Node n) {
    if (nodes_[n].queued) return;
    nodes_[n].queued = true;
    queue_.push_back(n);
}

// Those whose decision may hang on n: a node that waits for another one need not look again.
void Core::queue_around(Node n, bool all) {
    const auto look = [&](std::span<const Edge> edges) {
        for (const Edge e : edges) {
            const Node waits_for = nodes_[e.node()].waits_for;
            if (all || waits_for == n || waits_for == no_node) queue(e.node());
        }
    };
    look(graph_->out(n));
    look(graph_->in(n));
}

void Core::refresh() {
    if (stale_) survey();
    stale_ = false;
}

void Core::evaluate(std::vector<Action>& actions) {
    refresh();
    for (std::size_t i = 0; i < queue_.size(); ++i) {
        nodes_[queue_[i]].queued = false;
        decide(queue_[i], actions);
    }
    queue_.clear();
}

void Core::decide(Node n, std::vector<Action>& actions) {
    nodes_[n].waits_for = no_node;
    if (nodes_[n].bars.missing) return;
    if (may_run(n))
        decide_up(n, actions);
    else
        decide_down(n, actions);
}

void Core::decide_up(Node n, std::vector<Action>& actions) {
    const Seen& seen = nodes_[n].seen;
    const auto start_holds = [this](Edge e) { return holds_start(e); };
    switch (seen.state) {
        case State::down:
        case State::blocked:
            if (!waits(n, graph_->out(n), start_holds))
                actions.push_back({.what = Do::start, .node = n, .fresh = marked(n)});
            else if (seen.state == State::blocked)
                actions.push_back({.what = Do::stop, .node = n});  // nobody is to blame any more
            return;
        case State::failed:
            if (marked(n) && !waits(n, graph_->out(n), start_holds))
                actions.push_back({.what = Do::start, .node = n, .fresh = true});
            return;
        case State::launching:
        case State::starting:
        case State::up:
        case State::restarting:
            // Names have no process that could come back by itself: leave means nothing to them.
            if (!seen.may_start && !graph_->is_name(n) &&
                !waits(n, graph_->out(n), [this](Edge e) { return holds_leave(e); }))
                actions.push_back({.what = Do::start, .node = n});
            return;
        case State::stopping:
        case State::killing:
        case State::finishing:
        case State::done: return;
    }
}

void Core::decide_down(Node n, std::vector<Action>& actions) {
    const Seen& seen = nodes_[n].seen;
    if (is_active(seen.state)) {
        if (waits(n, graph_->in(n), [this](Edge e) { return holds_stop(e); })) return;
        const bool ending =
            seen.state == State::stopping || seen.state == State::killing || seen.state == State::finishing;
        if (!ending || seen.told_up) actions.push_back({.what = Do::stop, .node = n});
        return;
    }
    if (!wanted(n)) {
        if (seen.state == State::blocked || (seen.state == State::failed && kept_down(n)))
            actions.push_back({.what = Do::stop, .node = n});
        return;
    }
    const Node blame = blamed(n);
    if (blame == no_node || seen.state == State::failed) return;
    const ReasonKind kind = blame_kind(n);
    const bool told = seen.state == State::blocked && seen.blame_kind == kind &&
                      (seen.blame == blame || kind == ReasonKind::need_missing);
    if (!told) actions.push_back({.what = Do::block, .node = n, .kind = kind, .blame = blame});
}

// Looks on from where the last look ended: a node that waits for ten thousand others looks at each about
// once.
template <class Holds>
bool Core::waits(Node n, std::span<const Edge> edges, Holds holds) {
    Entry& entry = nodes_[n];
    const auto count = static_cast<std::uint32_t>(edges.size());
    std::uint32_t at = entry.cursor < count ? entry.cursor : 0;
    for (std::uint32_t looked = 0; looked < count; ++looked) {
        if (holds(edges[at])) {
            entry.cursor = at;
            entry.waits_for = edges[at].node();
            return true;
        }
        if (++at == count) at = 0;
    }
    return false;
}

bool Core::holds_start(Edge e) const noexcept {
    if (e.hard()) return holds_leave(e);
    const Node t = e.node();
    if (!wanted(t) || is_had(t) || nodes_[t].bars.missing || has_failed(t)) return false;
    return blamed(t) == no_node || is_active(seen(t).state);
}

bool Core::holds_leave(Edge e) const noexcept { return e.hard() && counts(e) && !is_had(e.node()); }

bool Core::holds_stop(Edge e) const noexcept { return is_active(seen(e.node()).state) && !may_run(e.node()); }

}  // namespace hob::rc::engine
