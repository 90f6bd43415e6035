// The part of the core that looks at the whole graph: who is wanted, who is to blame, who is returning.
#include "rc/engine/core.hpp"

namespace hob::rc::engine {

using base::ReasonKind;
using base::Wish;

void Core::survey() {
    before_.resize(nodes_.size());
    for (Node n = 0; n < nodes_.size(); ++n) {
        before_[n] = nodes_[n].derived;
        nodes_[n].derived = {};
    }
    if (!shut_down_) {
        find_wanted();
        find_blamed();
        find_returning();
    }
    for (Node n = 0; n < nodes_.size(); ++n) {
        if (before_[n] == nodes_[n].derived) continue;
        queue(n);
        queue_around(n, true);
    }
}

// Visits reached_, which grows while `reach` is at it: each node once, nearest first.
template <class Reach>
void Core::spread(Reach reach) {
    for (std::size_t i = 0; i < reached_.size(); ++i) reach(reached_[i]);
    reached_.clear();
}

void Core::find_wanted() {
    for (Node n = 0; n < nodes_.size(); ++n) {
        if (nodes_[n].seen.wish != Wish::up || kept_down(n)) continue;
        nodes_[n].derived.wanted = true;
        reached_.push_back(n);
    }
    spread([&](Node n) {
        for (const Edge e : graph_->out(n)) {
            Derived& d = nodes_[e.node()].derived;
            if (e.link() == Link::after || !counts(e) || kept_down(e.node()) || d.wanted) continue;
            d.wanted = true;
            d.wanted_by = n;
            reached_.push_back(e.node());
        }
    });
}

void Core::find_blamed() {
    const auto is_culprit = [&](Node n) { return kept_down(n) || has_failed(n) || nodes_[n].bars.missing; };
    for (Node n = 0; n < nodes_.size(); ++n)
        if (is_culprit(n)) reached_.push_back(n);
    spread([&](Node n) {
        const Node blame = is_culprit(n) ? n : nodes_[n].derived.blamed;
        for (const Edge e : graph_->in(n)) {
            Derived& d = nodes_[e.node()].derived;
            if (!e.hard() || !counts(Edge{n, e.link()}) || d.blamed != no_node) continue;
            d.blamed = blame;
            d.blame_kind = kind_of(blame);
            if (!is_culprit(e.node())) reached_.push_back(e.node());
        }
    });
}

ReasonKind Core::kind_of(Node culprit) const noexcept {
    if (nodes_[culprit].bars.missing) return ReasonKind::need_missing;
    return kept_down(culprit) ? ReasonKind::need_down : ReasonKind::need_failed;
}

void Core::find_returning() {
    for (Node n = 0; n < nodes_.size(); ++n) {
        if (!marked(n) || !is_active(nodes_[n].seen.state)) continue;
        nodes_[n].derived.returning = true;
        reached_.push_back(n);
    }
    spread([&](Node n) {
        for (const Edge e : graph_->in(n)) {
            Derived& d = nodes_[e.node()].derived;
            if (!e.hard() || !counts(Edge{n, e.link()}) || d.returning) continue;
            d.returning = true;
            reached_.push_back(e.node());
        }
    });
}

}  // namespace hob::rc::engine
