// Tree: a live tree as a reader sees it: its table and its database, both mapped; nobody is asked.
//
// Works with engine and scanner dead. The database is optional: a tree of plain directories has none, and
// without it only descriptions, dependencies and the wording of failed launch steps are missing. Damaged
// records are shown as such, never believed.
#pragma once

#include "base/reason.hpp"
#include "base/result.hpp"
#include "base/table.hpp"
#include "rc/database.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hob::tools {

// One service, copied out of the table at one moment.
struct Service {
    base::ServiceId id = base::no_service;
    std::string name;
    base::ServiceType type = base::ServiceType::longrun;
    bool builtin = false;
    bool sound = true;  // false: its record is damaged, and `status` says nothing
    base::Status status;
};

class Tree {
  public:
    // Of the live tree `run`. Failed: no table (ENOENT), another version (EPROTO), …
    [[nodiscard]] static base::Result<Tree> open(std::string run);

    [[nodiscard]] const std::string& run() const noexcept { return run_; }
    // All services by name; hob's own only if asked for.
    [[nodiscard]] std::vector<Service> services(bool builtins);
    [[nodiscard]] std::optional<Service> find(std::string_view name);
    [[nodiscard]] Service service(base::ServiceId id) const;
    [[nodiscard]] std::uint32_t count() noexcept { return table_.count(); }
    [[nodiscard]] const base::TableHeader& header() const noexcept { return table_.header(); }

    // No hob-init holds the tree's lock and no scanner lives: the table says how the tree ended.
    [[nodiscard]] bool is_over() const;

    // The database's node of `name`, an instance's template included.
    [[nodiscard]] std::optional<std::uint32_t> node(std::string_view name) const noexcept;
    [[nodiscard]] const rc::Database* database() const noexcept { return database_ ? &*database_ : nullptr; }
    [[nodiscard]] std::string_view description(std::string_view name) const noexcept;
    // A known service, or a name an instance may be made of.
    [[nodiscard]] bool knows(std::string_view name);
    // " (did you mean NAME?)", or nothing.
    [[nodiscard]] std::string suggestion(std::string_view name);

    // Why it is in its state, as a sentence; empty when there is nothing to say.
    [[nodiscard]] std::string reason(const Service& service) const;

  private:
    [[nodiscard]] bool came_back(const Service& service) const;
    [[nodiscard]] std::string step_text(const Service& service) const;

    std::string run_;
    base::TableView table_;
    std::optional<rc::Database> database_;
};

// Opens the tree that `option` or HOB_RUN names, or complains for `program` with one line and leaves the exit
// code.
[[nodiscard]] std::optional<Tree> open_tree(const char* program, const char* option, int* code);
// The line for a tree that cannot be opened.
[[nodiscard]] std::string no_tree_text(std::string_view run, const base::Error& error);

}  // namespace hob::tools
