// Why a service is as it is, and what a request would do, in lines for people.
#pragma once

#include "base/text.hpp"
#include "rc/engine/preview.hpp"

#include <span>
#include <string_view>

namespace hob::rc::engine {

class Engine;

// Where the lines go.
struct Lines {
    void* owner;
    void (*line)(void* owner, std::string_view text);
};

// State and reason; who wants it, from a wish on; what it waits for; which failure blocks it.
void explain(Engine& engine, Node n, const Lines& lines);
// The layers of a preview: "1: stop web", "2: start db cache". Long ones take several lines.
void explain(Engine& engine, std::span<const Layer> layers, const Lines& lines);
// The service whose name is nearest to `name`, as "; did you mean web?"; or nothing.
[[nodiscard]] base::Text<512> suggestion(Engine& engine, std::string_view name);

}  // namespace hob::rc::engine
