// The launch plan of a service.
#pragma once

#include "rc/compile/model/service.hpp"

#include <vector>

namespace hob::rc::compile {

// A blob that PlanView::check() accepts; empty: it would be larger than a plan may be, or has ${instance}
// left where there is no instance. Every program of the service gets the same steps before its exec: limits,
// nice, oom-score, stdio, umask, environment, groups, user, directory, no-new-privileges.
[[nodiscard]] std::vector<char> make_plan(const Service& service);

}  // namespace hob::rc::compile
