// A whole hob tree in namespaces: definitions written by the test, compiled by the real compiler, run by `hob
// run`.
//
// The tree lives below a TempDir; `hob` inside talks to it. Waiting has deadlines and looks at the table
// through `hob status --json`, as users do.
#pragma once

#include "tests/ns/namespace.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

namespace hob::tests {

class Tree {
  public:
    // Path of a file in a service's directory → content; "web/service.toml", "web/run" (scripts become
    // executable).
    using Files = std::map<std::string, std::string>;

    explicit Tree(const Files& files);

    // `hob WORDS…` inside.
    Outcome hob(const Words& words, std::chrono::milliseconds limit = patience);
    // One service's entry of `hob status --json`; null when it is not there.
    nlohmann::json service(const std::string& name);
    [[nodiscard]] std::string state(const std::string& name);
    [[nodiscard]] int pid(const std::string& name) { return service(name).value("pid", 0); }
    bool wait_state(const std::string& name, const std::string& state,
                    std::chrono::milliseconds limit = patience);
    // SIGKILL to every process of that name inside; false when there was none.
    bool kill_all(const std::string& comm);
    Outcome shell(const std::string& script);

    [[nodiscard]] std::string path(std::string_view name) const { return dir_ / name; }
    Namespace& inside() { return *ns_; }
    // TERM to the tree; its exit status.
    std::optional<int> end();

  private:
    TempDir dir_;
    std::string bin_;
    std::unique_ptr<Namespace> ns_;
};

}  // namespace hob::tests
