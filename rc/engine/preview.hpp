// What a request would do, pure: the real core on a copy, over a scanner to which nothing takes time or
// fails.
//
// Each round of the core's actions is one layer: what is in it happens at once, in parallel.
#pragma once

#include "rc/engine/orders.hpp"

#include <span>
#include <vector>

namespace hob::rc::engine {

struct Layer {
    std::vector<Action> actions;
};
[[nodiscard]] std::vector<Layer> preview(const Core& core, base::Verb verb, std::span<const Node> named);

}  // namespace hob::rc::engine
