#include "rc/engine/orders.hpp"

#include "rc/engine/goal.hpp"

namespace hob::rc::engine {

using base::Asker;
using base::Verb;
using base::Wish;

namespace {

struct Order {
    const Core& core;
    const Wisher& wisher;

    [[nodiscard]] Wish now(Node n) const noexcept { return core.seen(n).wish; }
    void wish(Node n, Wish wish, Asker asker) const { wisher.wish(wisher.owner, n, wish, asker); }

    void up(std::span<const Node> named) const {
        std::vector<Node> all{named.begin(), named.end()};
        add_contents(core, all);
        for (const Node n : all)
            if (now(n) == Wish::down) wish(n, Wish::none, Asker::user);
        for (const Node n : named)
            if (core.has_failed(n))
                wish(n, Wish::up, Asker::restart);
            else if (now(n) != Wish::up)
                wish(n, Wish::up, Asker::user);
        add_needs(core, all);
        for (const Node n : all)
            if (core.has_failed(n) && !core.kept_down(n)) wish(n, now(n), Asker::restart);
    }

    void down(std::span<const Node> named) const {
        std::vector<Node> all{named.begin(), named.end()};
        add_contents(core, all);
        for (const Node n : all)
            if (now(n) != Wish::down) wish(n, Wish::down, Asker::user);
    }

    void restart(std::span<const Node> named) const {
        std::vector<Node> all{named.begin(), named.end()};
        add_contents(core, all);
        for (const Node n : named)
            if (!core.wanted(n)) wish(n, Wish::up, Asker::user);
        for (const Node n : all) {
            const bool bundle = core.graph().type(n) == base::ServiceType::bundle;
            if (bundle || core.kept_down(n)) continue;
            if (is_active(core.seen(n).state) || core.has_failed(n)) wish(n, now(n), Asker::restart);
        }
    }
};

}  // namespace

void order(const Core& core, Verb verb, std::span<const Node> named, const Wisher& wisher) {
    const Order order{core, wisher};
    switch (verb) {
        case Verb::up: return order.up(named);
        case Verb::down: return order.down(named);
        case Verb::restart: return order.restart(named);
        default: return;
    }
}

}  // namespace hob::rc::engine
