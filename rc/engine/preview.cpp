#include "rc/engine/preview.hpp"

#include <utility>

namespace hob::rc::engine {

using base::State;

namespace {

void set(Core& core, Node n, State state) {
    Seen seen = core.seen(n);
    seen.state = state;
    seen.may_start = seen.told_up = is_active(state);
    core.see(n, seen);
}

State ready_state(const Core& core, Node n) noexcept {
    return core.graph().type(n) == base::ServiceType::oneshot ? State::done : State::up;
}

// What is on its way arrives.
void finish_transitions(Core& core) {
    for (Node n = 0; n < core.graph().size(); ++n) switch (core.seen(n).state) {
            case State::launching:
            case State::starting:
            case State::restarting: set(core, n, ready_state(core, n)); break;
            case State::stopping:
            case State::killing:
            case State::finishing: set(core, n, State::down); break;
            default: break;
        }
}

void carry_out(Core& core, const Action& action) {
    const Node n = action.node;
    switch (action.what) {
        case Do::stop: return set(core, n, State::down);
        case Do::start: set(core, n, ready_state(core, n)); break;
        case Do::block: set(core, n, State::blocked); break;
    }
    Seen seen = core.seen(n);
    if (action.fresh) seen.asker = base::Asker::user;
    if (action.what == Do::block) seen.blame = action.blame, seen.blame_kind = action.kind;
    core.see(n, seen);
}

}  // namespace

std::vector<Layer> preview(const Core& core, base::Verb verb, std::span<const Node> named) {
    Core copy = core;
    std::vector<Action> ignored;
    finish_transitions(copy);
    copy.evaluate(ignored);
    for (const Action& action : ignored) carry_out(copy, action);
    copy.refresh();
    order(copy, verb, named, {&copy, [](void* self, Node n, base::Wish wish, base::Asker asker) {
                                  Core& to = *static_cast<Core*>(self);
                                  Seen seen = to.seen(n);
                                  seen.wish = wish, seen.asker = asker;
                                  to.see(n, seen);
                              }});
    std::vector<Layer> layers;
    // Each service goes down and up at most once; a graph with a cycle stops early, too.
    for (std::size_t turns = 0; turns <= 3 * std::size_t{copy.graph().size()}; ++turns) {
        Layer layer;
        copy.evaluate(layer.actions);
        if (layer.actions.empty()) break;
        for (const Action& action : layer.actions) carry_out(copy, action);
        layers.push_back(std::move(layer));
    }
    return layers;
}

}  // namespace hob::rc::engine
