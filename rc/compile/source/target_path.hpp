// Where a file of this machine will be on the machine that is compiled for.
#pragma once

#include <optional>
#include <string>

namespace hob::rc::compile {

// `path` as an absolute path without the prefix `root` (empty or "/": none to remove). nullopt: it is not
// below root. The path is taken as the user wrote it where possible; symbolic links are followed only to find
// out that a path is below root after all.
[[nodiscard]] std::optional<std::string> target_path(const std::string& path, const std::string& root);

}  // namespace hob::rc::compile
