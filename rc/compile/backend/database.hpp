// Writes the database that rc/database.hpp reads. The same graph gives the same bytes.
#pragma once

#include "rc/compile/model/graph.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace hob::rc::compile {

// The file's bytes. Tells a service whose plan cannot be made, and a result too large; then nullopt.
[[nodiscard]] std::optional<std::vector<char>> make_database(const Graph& graph, std::uint16_t machine,
                                                             Diagnostics& say);

// e_machine of "x86_64", "aarch64", …; nullopt: unknown. The names, for messages: "x86_64, aarch64, …".
[[nodiscard]] std::optional<std::uint16_t> parse_machine(std::string_view name);
[[nodiscard]] std::string machine_names();

}  // namespace hob::rc::compile
