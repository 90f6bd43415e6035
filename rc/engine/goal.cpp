#include "rc/engine/goal.hpp"

namespace hob::rc::engine {

using base::State;

Verdict verdict_up(const Core& core, Node n) noexcept {
    if (core.is_had(n)) return Verdict::good;
    if (core.bars(n).missing || !core.wanted(n) || core.has_failed(n)) return Verdict::bad;
    const State state = core.seen(n).state;
    const bool settled = state == State::blocked || state == State::failed;
    return settled && core.blamed(n) != no_node ? Verdict::bad : Verdict::pending;
}

Verdict verdict_down(const Core& core, Node n) noexcept {
    if (core.may_run(n)) return Verdict::bad;
    return base::is_settled_down(core.seen(n).state) ? Verdict::good : Verdict::pending;
}

namespace {

template <class Follow>
void spread(const Core& core, std::vector<Node>& nodes, Follow follow) {
    std::vector<bool> in(core.graph().size());
    std::size_t kept = 0;
    for (const Node n : nodes) {
        if (in[n]) continue;
        in[n] = true;
        nodes[kept++] = n;
    }
    nodes.resize(kept);
    for (std::size_t i = 0; i < nodes.size(); ++i)
        for (const Edge e : core.graph().out(nodes[i])) {
            if (!follow(e) || in[e.node()]) continue;
            in[e.node()] = true;
            nodes.push_back(e.node());
        }
}

}  // namespace

void add_contents(const Core& core, std::vector<Node>& nodes) {
    spread(core, nodes, [&](Edge e) { return e.link() == Link::content && core.counts(e); });
}

void add_needs(const Core& core, std::vector<Node>& nodes) {
    spread(core, nodes, [&](Edge e) { return e.hard() && core.counts(e); });
}

}  // namespace hob::rc::engine
