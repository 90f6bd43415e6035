// Repositories of definitions to measure with: N services of a given graph, the same for the same seed.
//
// Services are named s-0, s-1, …; in a mixed one every second is a longrun (the payload `ready`, ready by
// descriptor 3), the others are oneshots. Beside them: the bundle `all`, whose contents are all of them, and
// `default`, a milestone that needs nothing, or whatever else `boot` names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hob::bench {

enum class Shape { layered, chain, star };
enum class Payload { mixed, ready, oneshot };

struct Graph {
    std::size_t services = 1000;
    Shape shape = Shape::layered;
    Payload payload = Payload::mixed;
    std::size_t layers = 5, needs = 3;  // of a layered one
    std::uint64_t seed = 1;
    std::string programs = "/bench";  // directory of the payloads
    std::string boot = {};            // definition of `default`; empty: a milestone

    // What service `index` needs; always services of smaller number.
    [[nodiscard]] std::vector<std::size_t> needs_of(std::size_t index) const;
    [[nodiscard]] bool is_longrun(std::size_t index) const {
        return payload == Payload::ready || (payload == Payload::mixed && index % 2 == 0);
    }
    [[nodiscard]] std::string definition(std::size_t index) const;
};

// The named shape or payload; throws std::invalid_argument.
[[nodiscard]] Shape parse_shape(std::string_view text);
[[nodiscard]] Payload parse_payload(std::string_view text);

// Writes DIR/NAME/service.toml for all of them. Throws when that fails.
void write_repository(const std::string& dir, const Graph& graph);
// One more definition.
void write_definition(const std::string& dir, const std::string& name, const std::string& text);

}  // namespace hob::bench
