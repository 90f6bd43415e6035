#include "rc/engine/graph.hpp"

#include <algorithm>

namespace hob::rc::engine {

Node Graph::add(base::ServiceType type, std::span<const Edge> edges) {
    nodes_.push_back(
        {static_cast<std::uint32_t>(out_.size()), static_cast<std::uint32_t>(edges.size()), type});
    out_.insert(out_.end(), edges.begin(), edges.end());
    return size() - 1;
}

Node Graph::add_like(Node model) {
    nodes_.push_back(Place{nodes_[model]});
    return size() - 1;
}

void Graph::seal() {
    for (Place& place : nodes_) {
        Edge* const first = out_.data() + place.first;
        const auto end =
            std::remove_if(first, first + place.count, [&](Edge e) { return e.node() >= size(); });
        place.count = static_cast<std::uint32_t>(end - first);
    }
    // Counting sort by target, so that reverse edges come in the order of their owners.
    in_first_.assign(nodes_.size() + 1, 0);
    for (Node n = 0; n < size(); ++n)
        for (const Edge e : out(n)) ++in_first_[e.node() + 1];
    for (Node n = 0; n < size(); ++n) in_first_[n + 1] += in_first_[n];
    in_.assign(in_first_.back(), Edge{no_node, Link::after});
    std::vector<std::uint32_t> next(in_first_.begin(), in_first_.end() - 1);
    for (Node n = 0; n < size(); ++n)
        for (const Edge e : out(n)) in_[next[e.node()]++] = Edge{n, e.link()};
}

}  // namespace hob::rc::engine
