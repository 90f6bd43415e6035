// Links services: names become edges, instances that somebody names are made from their templates, cycles are
// found.
//
// The result is in the order of names, the order of the database. `before` of one service is `after` of the
// other. What is wrong is told: a name that nobody has, a template named as if it were a service, a cycle
// (the shortest one, with the place of every edge).
#pragma once

#include "rc/compile/model/cycle.hpp"
#include "rc/compile/model/service.hpp"

#include <cstdint>
#include <vector>

namespace hob::rc::compile {

struct Edges {
    std::vector<std::uint32_t> needs, wants, after, contents;
};

struct Graph {
    std::vector<Service> services;  // sorted by name
    std::vector<Edges> edges;       // of the service with the same index
};

[[nodiscard]] Graph link(std::vector<Service> services, Diagnostics& say);

// Adds the instances that are named anywhere and have a template but no definition of their own.
void add_instances(std::vector<Service>& services);

// Tells every cycle of needs, wants, after and contents.
void refuse_cycles(const Graph& graph, Diagnostics& say);

}  // namespace hob::rc::compile
