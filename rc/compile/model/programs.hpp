// Looks whether the programs of a service are there, on a machine that is being built (--root).
//
// Only a warning: what is missing now may be installed before the machine boots. A service whose program is
// missing at launch is failed, and says so.
#pragma once

#include "rc/compile/model/root.hpp"
#include "rc/compile/model/service.hpp"

#include <string_view>

namespace hob::rc::compile {

// PATH of the default context of a service.
inline constexpr std::string_view default_path =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

void check_programs(const Service& service, Root& root, Diagnostics& say);

}  // namespace hob::rc::compile
