// A Reason as a sentence a person understands: "exited 3", "killed by SIGSEGV (core dumped)", "not ready in
// 10 s".
//
// The names of other services and the step of a plan are not in the reason itself; whoever knows them (a
// reader of table and plan) passes them in. No heap.
#pragma once

#include "base/service.hpp"
#include "base/text.hpp"

#include <string_view>

namespace hob::base {

using ReasonText = Text<256>;

// `other`: the name of the service Reason::arg names, for need_…; `step`: what the plan says of step
// Reason::arg, for launch_step ("start step user www"). Empty: the number is printed.
[[nodiscard]] ReasonText describe(const Reason&, std::string_view other, std::string_view step) noexcept;

}  // namespace hob::base
