// The version of the suite, as `--version` prints it. One place; meson.build's project version must equal it.
#pragma once

#include <string_view>

namespace hob::base {
inline constexpr std::string_view version = "0.1.0";
}  // namespace hob::base
