// Where things are in a live tree: RUN, by default /run/hob, else --run DIR or HOB_RUN.
//
//   RUN/db            the database in use (a copy)           RUN/table     base/table.hpp
//   RUN/sock/NAME     scan, rc, log                          RUN/lib       symlink: persistent state
//   (/var/lib/hob) RUN/log           symlink: logs (/var/log/hob)           RUN/notify/ID one NOTIFY_SOCKET
//   per service RUN/service/NAME  plain directory of a service (daemontools tools work on it)
#pragma once

#include "base/text.hpp"

#include <string_view>

namespace hob::base {

inline constexpr const char* default_run = "/run/hob";
inline constexpr const char* run_variable = "HOB_RUN";

using Path = Text<4096>;
using ShortPath = Text<108>;  // fits sun_path

// "RUN/WHAT".
inline Path in_tree(std::string_view run, std::string_view what) noexcept { return Path{run, "/", what}; }

// --run's value if given, else HOB_RUN, else the default.
[[nodiscard]] const char* run_directory(const char* option) noexcept;

}  // namespace hob::base
