// From a document to a typed Service: every key is known, of its form, and fits the type; what one service
// says is possible as a whole. Names of other services, users and programs are looked at later.
//
// Never fails: what is wrong is told, the service is marked broken, and the checks go on with what is left,
// so that one run tells everything.
#pragma once

#include "rc/compile/model/service.hpp"
#include "rc/compile/source/repository.hpp"

namespace hob::rc::compile {

[[nodiscard]] Service define(const SourceService& source, Diagnostics& say);

// The defaults of a service of this type, before its keys.
[[nodiscard]] base::Policy default_policy(base::ServiceType type);

}  // namespace hob::rc::compile
