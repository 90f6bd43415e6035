#include "rc/compile/model/cycle.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace hob::rc::compile {

namespace {

constexpr std::uint32_t none = 0xffffffff;
constexpr std::size_t search_budget = 300'000'000;  // edges looked at: about a second

// Tarjan's algorithm with the call stack as data.
class Components {
  public:
    explicit Components(const Adjacency& edges)
        : edges_{edges}, index_(edges.size(), none), low_(edges.size(), 0), stacked_(edges.size(), false) {}

    std::vector<std::vector<std::uint32_t>> find() {
        for (std::uint32_t node = 0; node < edges_.size(); ++node)
            if (index_[node] == none) walk(node);
        std::ranges::sort(found_);
        return std::move(found_);
    }

  private:
    struct Frame {
        std::uint32_t node;
        std::size_t edge;
    };

    void enter(std::uint32_t node) {
        index_[node] = low_[node] = next_++;
        stack_.push_back(node);
        stacked_[node] = true;
        frames_.push_back({node, 0});
    }

    void leave(std::uint32_t node) {
        frames_.pop_back();
        if (!frames_.empty()) {
            std::uint32_t& low = low_[frames_.back().node];
            low = std::min(low, low_[node]);
        }
        if (low_[node] != index_[node]) return;
        std::vector<std::uint32_t> component;
        do {
            component.push_back(stack_.back());
            stacked_[stack_.back()] = false;
            stack_.pop_back();
        } while (component.back() != node);
        if (component.size() < 2) return;
        std::ranges::sort(component);
        found_.push_back(std::move(component));
    }

    void walk(std::uint32_t start) {
        enter(start);
        while (!frames_.empty()) {
            const std::uint32_t node = frames_.back().node;
            const std::size_t edge = frames_.back().edge++;
            if (edge == edges_[node].size()) {
                leave(node);
                continue;
            }
            const std::uint32_t to = edges_[node][edge];
            if (index_[to] == none)
                enter(to);
            else if (stacked_[to])
                low_[node] = std::min(low_[node], index_[to]);
        }
    }

    const Adjacency& edges_;
    std::vector<std::uint32_t> index_, low_;
    std::vector<bool> stacked_;
    std::vector<std::uint32_t> stack_;
    std::vector<Frame> frames_;
    std::vector<std::vector<std::uint32_t>> found_;
    std::uint32_t next_ = 0;
};

// Breadth-first from one node of a component back to it, no further than `limit` edges.
class Search {
  public:
    Search(const Adjacency& edges, std::span<const std::uint32_t> component)
        : edges_{edges}, inside_(edges.size(), false), parent_(edges.size(), none) {
        for (const std::uint32_t node : component) inside_[node] = true;
    }

    // The cycle, or nothing when every one through `start` is longer than `limit`.
    std::optional<std::vector<std::uint32_t>> from(std::uint32_t start, std::size_t limit,
                                                   std::size_t& work) {
        for (const std::uint32_t node : seen_) parent_[node] = none;
        seen_.assign(1, start);
        parent_[start] = start;
        std::size_t level_end = 1;
        std::size_t depth = 1;  // edges from start to what is found now
        for (std::size_t at = 0; at < seen_.size() && depth <= limit; ++at) {
            if (at == level_end) {
                level_end = seen_.size();
                if (++depth > limit) break;
            }
            work += edges_[seen_[at]].size();
            for (const std::uint32_t to : edges_[seen_[at]]) {
                if (to == start) return path(seen_[at]);
                if (!inside_[to] || parent_[to] != none) continue;
                parent_[to] = seen_[at];
                seen_.push_back(to);
            }
        }
        return std::nullopt;
    }

  private:
    [[nodiscard]] std::vector<std::uint32_t> path(std::uint32_t last) const {
        std::vector<std::uint32_t> out{last};
        while (parent_[out.back()] != out.back()) out.push_back(parent_[out.back()]);
        std::ranges::reverse(out);
        return out;
    }

    const Adjacency& edges_;
    std::vector<bool> inside_;
    std::vector<std::uint32_t> parent_;
    std::vector<std::uint32_t> seen_;
};

}  // namespace

std::vector<std::vector<std::uint32_t>> components(const Adjacency& edges) {
    return Components{edges}.find();
}

std::vector<std::uint32_t> shortest_cycle(const Adjacency& edges, std::span<const std::uint32_t> component) {
    Search search{edges, component};
    std::vector<std::uint32_t> best;
    std::size_t limit = component.size();
    std::size_t work = 0;
    for (const std::uint32_t start : component) {
        if (!best.empty() && work > search_budget) break;
        auto found = search.from(start, limit, work);
        if (!found) continue;
        best = *std::move(found);
        if (best.size() <= 2) break;
        limit = best.size() - 1;
    }
    std::ranges::rotate(best, std::ranges::min_element(best));
    return best;
}

}  // namespace hob::rc::compile
