// A service as the compiler understands it: typed, complete with defaults, names not yet resolved.
//
// Made from a document by model/define.hpp, linked with the others by model/graph.hpp, turned into a launch
// plan by backend/plan.hpp. Everything that a later message may be about keeps its place in the source.
#pragma once

#include "base/plan.hpp"
#include "base/service.hpp"
#include "rc/compile/diagnostics.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hob::rc::compile {

struct Word {
    std::string text;
    Location where;
};

struct Command {
    std::vector<std::string> argv;  // not empty
    Location where;
    bool script = false;
    std::string interpreter;  // of a script's #! line; empty: none
};

struct Limit {
    int resource;
    std::int64_t value;  // soft and hard; -1: infinity
};

struct Stdio {
    base::StdioKind kind;
    std::string path;
};

// Who the processes run as: numbers as they are on the target, with the name for a check at launch.
struct Account {
    std::int64_t uid = 0;
    std::int64_t gid = 0;
    std::vector<std::int64_t> groups;  // gid and the supplementary ones
    std::string name;
    std::string home;
};

struct Service {
    std::string name;
    Location where;
    bool broken = false;  // an error was told about it already
    base::ServiceType type = base::ServiceType::longrun;
    base::Policy policy;
    std::string description;

    std::array<std::optional<Command>, base::program_count> programs;
    std::uint64_t scripts_checksum = 0;

    std::vector<Word> needs, wants, after, before, contents;

    std::optional<Word> user, group;
    std::vector<Word> groups;
    std::optional<Account> account;  // of `user`, once looked up

    std::string directory;                 // empty: /
    std::vector<std::string> environment;  // KEY=value, sorted
    std::optional<int> umask, nice, oom_score;
    bool no_new_privileges = false;
    std::vector<Limit> limits;
    std::array<std::optional<Stdio>, 3> stdio;

    [[nodiscard]] std::optional<Command>& program(base::Program p) {
        return programs[static_cast<std::size_t>(p)];
    }
    [[nodiscard]] const std::optional<Command>& program(base::Program p) const {
        return programs[static_cast<std::size_t>(p)];
    }
};

}  // namespace hob::rc::compile
