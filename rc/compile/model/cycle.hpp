// Finds cycles in a directed graph: Tarjan's strongly connected components (1972), then a shortest cycle in
// each by breadth-first search.
//
// No recursion: a chain of any length does. Components take O(V + E). The search for the shortest cycle has a
// bounded amount of work for each component; beyond it, the shortest cycle found so far is taken.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace hob::rc::compile {

using Adjacency = std::vector<std::vector<std::uint32_t>>;

// Components with more than one node, each sorted, in the order of their first nodes. (A node with an edge to
// itself is not looked for: nobody can name themselves.)
[[nodiscard]] std::vector<std::vector<std::uint32_t>> components(const Adjacency& edges);

// A shortest cycle through the nodes of one component, beginning with its smallest node; the last node has an
// edge to the first.
[[nodiscard]] std::vector<std::uint32_t> shortest_cycle(const Adjacency& edges,
                                                        std::span<const std::uint32_t> component);

}  // namespace hob::rc::compile
