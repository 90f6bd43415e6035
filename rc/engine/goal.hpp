// What a request waits for, pure: which services, and when each of them has settled.
#pragma once

#include "rc/engine/core.hpp"

#include <cstdint>
#include <vector>

namespace hob::rc::engine {

enum class Verdict : std::uint8_t { pending, good, bad };

// To be up: good when ready and not about to go down; bad when failed, blocked for good, kept down, or wanted
// no longer.
[[nodiscard]] Verdict verdict_up(const Core& core, Node n) noexcept;
// To be down: good without a process; bad when it is wanted again.
[[nodiscard]] Verdict verdict_down(const Core& core, Node n) noexcept;

// Adds to `nodes`, each once: the contents of bundles among them, of bundles in those, and so on.
void add_contents(const Core& core, std::vector<Node>& nodes);
// The same with all they need, directly or not: what settles before they do.
void add_needs(const Core& core, std::vector<Node>& nodes);

}  // namespace hob::rc::engine
