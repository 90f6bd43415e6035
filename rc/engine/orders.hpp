// What a request does to the wishes.
//
//   up       a wish up on each subject; what the contents of a bundle were kept down for is taken back; what
//            failed among all they need is tried again
//   down     a wish down on each subject, and on the contents of a bundle
//   restart  a restart mark on each subject that runs or failed, of a bundle on its contents; others: up
#pragma once

#include "base/protocol.hpp"
#include "rc/engine/core.hpp"

#include <span>

namespace hob::rc::engine {

// Who makes a wish so: the engine in earnest, a preview on a copy. The core must see it before this returns.
struct Wisher {
    void* owner;
    void (*wish)(void* owner, Node n, base::Wish wish, base::Asker asker);
};

// `verb` is one of the three. The core is refreshed before and must be after.
void order(const Core& core, base::Verb verb, std::span<const Node> named, const Wisher& wisher);

}  // namespace hob::rc::engine
