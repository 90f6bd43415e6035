// Where a measurement happens: namespaces of its own, with a private tmpfs on /run, and in them a live tree
// of the real programs.
//
// `bench` runs itself again inside (tests/ns/namespace.hpp) and measures from there, as a neighbour of what
// it measures: nothing crosses a namespace while the clock runs. Programs and payloads are copied to
// /run/bench/bin, so that every run starts from the same file system.
#pragma once

#include "base/table.hpp"
#include "tests/bench/graph.hpp"
#include "tests/bench/process.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace hob::bench {

inline constexpr const char* scene_root = "/run/bench";

// True in the inside. Otherwise runs this command line there, with the programs of $HOB_PROGRAMS; its exit
// code in *code.
[[nodiscard]] bool inside(int argc, char** argv, int* code);
// Inside, before anything else.
void prepare_scene();
// The file with what hob-init and its children wrote: shown when a measurement fails.
[[nodiscard]] std::string init_said();
// Where the programs are ("bench-ready" as "ready"), and one of them; throws if there is none.
[[nodiscard]] std::string programs();
[[nodiscard]] std::string program(const std::string& name);

// Compiles a repository of its own for the graph; the database's path.
[[nodiscard]] std::string compile_graph(Graph graph, const std::string& name);

class LiveTree {
  public:
    // Starts hob-init on the database and waits until `default` is up.
    explicit LiveTree(const std::string& database);
    ~LiveTree();
    LiveTree(const LiveTree&) = delete;
    LiveTree& operator=(const LiveTree&) = delete;

    // `hob WORDS…`, as a process; throws unless it exits 0.
    Ran hob(const Words& words);
    // Waits for it to look so, asking each millisecond; throws at the deadline, with `what`.
    void wait(const std::string& what, const std::function<bool()>& condition,
              std::chrono::seconds limit = std::chrono::seconds{60});
    // Services named s-… in a state that `good` accepts.
    [[nodiscard]] std::size_t count(const std::function<bool(base::State)>& good);
    [[nodiscard]] base::State state(const std::string& name);
    [[nodiscard]] base::TableView& table() { return table_; }
    [[nodiscard]] const std::string& run() const { return run_; }
    [[nodiscard]] pid_t init() const { return init_->pid(); }

  private:
    std::string run_;
    std::unique_ptr<Process> init_;
    base::TableView table_;
    bool opened_ = false;
};

}  // namespace hob::bench
