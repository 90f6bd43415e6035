// Reads repositories: directories with one directory per service, and users.toml.
//
//   REPO/users.toml        role = "user": who `user = "role"` is on this kind of machine
//   REPO/NAME/service.toml the definition
//   REPO/NAME/run          instead of exec, executable; `up` and `down` of a oneshot, `finish` of a longrun
//
// Later repositories win: a service of the same name replaces the earlier one as a whole, a role its mapping.
// Names that begin with '.' and plain files beside users.toml are passed over. The result is in the order of
// names, whatever order the file system has. A script is not read into the database: the machine executes it
// where the repository stands there, which is its path without `root`.
#pragma once

#include "rc/compile/diagnostics.hpp"
#include "rc/compile/source/document.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hob::rc::compile {

struct Script {
    std::string path;  // on the target
    Location where;
    std::uint64_t checksum = 0;  // of its bytes
    std::string interpreter;     // of its #! line; empty: it has none
};

enum class ScriptKind : std::uint8_t { run, up, down, finish, last_ = finish };
inline constexpr std::array<const char*, 4> script_names{"run", "up", "down", "finish"};

struct SourceService {
    std::string name;
    Location where;                             // its service.toml, or its directory when there is none
    std::optional<std::vector<Item>> document;  // nullopt: none, or one that could not be read
    std::array<std::optional<Script>, script_names.size()> scripts;
    bool broken = false;  // an error was told: what is missing here may not really be missing
};

struct Role {
    std::string user;
    Location where;
};

struct SourceTree {
    std::vector<SourceService> services;  // sorted by name, unique
    std::map<std::string, Role, std::less<>> roles;
};

// `root` is the --root directory or empty.
[[nodiscard]] SourceTree read_repositories(const std::vector<std::string>& repositories,
                                           const std::string& root, Sources& sources, Diagnostics& say);

}  // namespace hob::rc::compile
