// The engine: keeps the core's picture equal to the table, sends what the core decides, and serves clients.
//
// It owns no state. What it needs is in the database, in the table and in the overlay; killed and started
// again it makes everything known to the scanner once more (known services keep their id), reads, and goes
// on. The table is read only when all that was sent has been carried out, so the core never decides on half a
// batch. While the scanner is away requests wait and questions are answered from what was known last.
#pragma once

#include "base/loop.hpp"
#include "base/protocol.hpp"
#include "base/table.hpp"
#include "base/tree.hpp"
#include "rc/engine/clients.hpp"
#include "rc/engine/core.hpp"
#include "rc/engine/overlay.hpp"
#include "rc/engine/scan_link.hpp"
#include "rc/engine/services.hpp"

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace hob::rc::engine {

class Engine {
  public:
    // `run` and `up`, what to bring up on a fresh boot, are borrowed.
    Engine(const char* run, const char* up, Database database);

    // Listens and connects; the rest happens in the loop.
    [[nodiscard]] base::Result<void> open();

    [[nodiscard]] const char* run() const noexcept { return run_; }
    [[nodiscard]] base::Loop& loop() noexcept { return loop_; }
    [[nodiscard]] Services& services() noexcept { return services_; }
    [[nodiscard]] Core& core() noexcept { return core_; }
    // The scanner has told everything once.
    [[nodiscard]] bool informed() const noexcept { return informed_; }
    // What the table says now.
    [[nodiscard]] std::optional<base::Status> status(Node n) noexcept;

    // Something new to do may have come up: does it as soon as the scanner is through with the last batch.
    void settle();
    // Forgets clients that are through: the last call of a handler of theirs.
    void sweep() { clients_.sweep(); }

    // The following are for requests, while settle() applies them.
    void wish(Node n, base::Wish wish, base::Asker asker, std::uint32_t uid);
    // Makes the instance known; its id comes with the next batch.
    void make_instance(std::string_view name, Node model);
    void read_overlay();
    void send_power(base::PowerAction action) { link_.add(base::Power{action}); }

  private:
    void connected() noexcept;
    void frame(const base::Frame& frame) noexcept;
    void lost() noexcept;
    void greeted(const base::Hello& hello) noexcept;
    void added(const base::Added& added);
    void touch(Node n) { touched_.push_back(n); }

    void add_services();
    void add_known_instances();
    void add_instance(Node n);
    [[nodiscard]] bool open_table();
    void learn();
    void wish_first();
    Node find_or_make(std::string_view name);
    void bar(Node n, bool missing);
    [[nodiscard]] bool has_told_needs(Node n) const noexcept;
    void read(Node n);
    void begin_shutdown();
    void decide();
    void send(const Action& action);

    const char* run_;
    const char* up_;
    base::Loop loop_;
    Services services_;
    Core core_;
    ScanLink link_;
    base::Path scan_path_;
    std::optional<base::TableView> table_;
    std::vector<Node> touched_;     // to be read again after the next batch
    std::vector<bool> told_needs_;  // of this connection
    std::vector<Node> read_;        // those of this turn
    std::vector<Action> actions_;   // kept for its room
    std::vector<std::pair<Node, Overlay>> overlay_;
    std::uint32_t next_key_ = 2;  // of plan sources; 1 is the database
    bool adding_ = true;          // the scanner is being told what there is
    bool informed_ = false;
    bool shutdown_asked_ = false;
    Clients clients_;
};

}  // namespace hob::rc::engine
