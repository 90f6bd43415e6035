// The services of the tree by number, name and the scanner's id: those of the database, and instances of its
// templates made at run time.
//
// A Node is the index in the database, then the number of the instance behind it. Ids come from the scanner
// and are forgotten when its connection is. Uses the heap when services are loaded.
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"
#include "base/service.hpp"
#include "rc/database.hpp"
#include "rc/engine/graph.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hob::rc::engine {

// A launch plan as a file of its own.
struct PlanFile {
    base::Fd file;
    std::uint32_t size = 0;
};

class Services {
  public:
    explicit Services(Database database);

    [[nodiscard]] const Database& database() const noexcept { return database_; }
    [[nodiscard]] const Graph& graph() const noexcept { return graph_; }
    [[nodiscard]] std::uint32_t size() const noexcept { return graph_.size(); }
    [[nodiscard]] std::string_view name(Node n) const noexcept;
    [[nodiscard]] bool is_template(Node n) const noexcept {
        return n < database_.size() && database_.is_template(n);
    }
    [[nodiscard]] bool is_instance(Node n) const noexcept { return n >= database_.size(); }

    // The service of that name, templates included; no_node: there is none.
    [[nodiscard]] Node find(std::string_view name) const noexcept;
    // Its template's node, if `name` is an instance of one that exists.
    [[nodiscard]] Node template_of(std::string_view name) const noexcept;
    // A new instance. The graph has one node more: everything that mirrors it must grow.
    Node add_instance(std::string_view name, Node model);
    // The plan of an instance, in a sealed memory file.
    [[nodiscard]] base::Result<PlanFile> plan_of_instance(Node n) const;

    [[nodiscard]] base::ServiceId id(Node n) const noexcept { return ids_[n]; }
    [[nodiscard]] Node node(base::ServiceId id) const noexcept {
        return id < nodes_.size() ? nodes_[id] : no_node;
    }
    void set_id(Node n, base::ServiceId id);
    void forget_ids() noexcept;

  private:
    struct Instance {
        std::string name;
        Node model;
    };
    [[nodiscard]] const Instance& instance(Node n) const noexcept {
        return *instances_[n - database_.size()];
    }

    Database database_;
    Graph graph_;
    std::vector<std::unique_ptr<Instance>> instances_;  // their names are borrowed: they stay where they are
    std::vector<base::ServiceId> ids_;                  // by node
    std::vector<Node> nodes_;                           // by id
};

}  // namespace hob::rc::engine
