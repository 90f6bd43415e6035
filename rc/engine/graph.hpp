// The engine's graph: services as numbers, with their edges in both directions.
//
// Nodes are never removed and keep their number: those of the database first, in its order, then the
// instances made at run time, which share the edges of their template. Filled with add(), then seal()ed;
// queries are for a sealed graph. Uses the heap when services are loaded. It knows no states and no names,
// and does not look for cycles: the compiler refuses them, and nothing here or in the core hangs on one.
#pragma once

#include "base/service.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace hob::rc::engine {

using Node = std::uint32_t;
inline constexpr Node no_node = 0x3fffffff;

enum class Link : std::uint8_t {
    need,    // ready before me; I go down with it
    want,    // started with me, before me; may fail
    after,   // order only
    content  // of a bundle: a need, that the bundle's reader calls its contents
};

// One end of a relation: who is at the other one, and what kind it is.
class Edge {
  public:
    constexpr Edge(Node node, Link link) noexcept
        : bits_{node | static_cast<std::uint32_t>(link) << link_shift} {}
    [[nodiscard]] constexpr Node node() const noexcept { return bits_ & no_node; }
    [[nodiscard]] constexpr Link link() const noexcept { return static_cast<Link>(bits_ >> link_shift); }
    // What must be ready before, and takes down with it.
    [[nodiscard]] constexpr bool hard() const noexcept {
        return link() == Link::need || link() == Link::content;
    }

  private:
    static constexpr int link_shift = 30;
    std::uint32_t bits_;
};

class Graph {
  public:
    // A new node with these edges; they may point to nodes that come later.
    Node add(base::ServiceType type, std::span<const Edge> edges);
    // A new node like `model`.
    Node add_like(Node model);
    // After the last add(): makes the reverse edges. An edge to a node that does not exist is dropped.
    void seal();

    [[nodiscard]] std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(nodes_.size()); }
    [[nodiscard]] base::ServiceType type(Node n) const noexcept { return nodes_[n].type; }
    // Nothing to run: a milestone or a bundle.
    [[nodiscard]] bool is_name(Node n) const noexcept {
        return type(n) == base::ServiceType::milestone || type(n) == base::ServiceType::bundle;
    }
    // Whom the node refers to …
    [[nodiscard]] std::span<const Edge> out(Node n) const noexcept {
        return std::span{out_}.subspan(nodes_[n].first, nodes_[n].count);
    }
    // … and who refers to the node.
    [[nodiscard]] std::span<const Edge> in(Node n) const noexcept {
        return std::span{in_}.subspan(in_first_[n], in_first_[n + 1] - in_first_[n]);
    }

  private:
    struct Place {
        std::uint32_t first;
        std::uint32_t count;
        base::ServiceType type;
    };
    std::vector<Place> nodes_;
    std::vector<Edge> out_;
    std::vector<Edge> in_;
    std::vector<std::uint32_t> in_first_;
};

}  // namespace hob::rc::engine
