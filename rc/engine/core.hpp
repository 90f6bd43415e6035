// The engine's core, pure: what the graph, the states and the wishes say is to be done now.
//
//   wanted     every node with the wish up, and what it needs, wants or contains; not past a node that is
//   kept
//              down (wish down, or masked), and past a disabled one only by needs
//   blamed     the node because of which another cannot be had: kept down, failed, or missing; what needs it,
//              however indirectly, is blocked by it. The nearest one is named
//   returning  a service that was told to restart (Asker::restart) and still runs, with all that needs it:
//   they
//              go down first; the mark is taken off when it is started again
//
// A node may run if it is wanted, has nobody to blame and is not returning; it is started once everything it
// needs is ready, and all it wants or comes after, as far as that is wanted, has settled. A running node that
// may not run is stopped once all that refer to it and must go down too are down: the exact reverse. A need
// that is being restarted takes nobody down; one that failed does. A service whose leave the scanner took
// back gets it again once its needs are ready.
//
// Everything here derives from the graph and what see() was told, so a new Core that is told the same comes
// to the same actions: nothing of a transition, not even a restart in progress, is lost with the engine.
// Actions are for the states told last: carry them out, tell the new states, and only then ask again.
// evaluate() looks at what changed: O(V + E) after a change of wishes or a failure, else the neighbours of
// what changed. No recursion; the heap only when the graph grows. It knows neither names nor time.
#pragma once

#include "base/service.hpp"
#include "rc/engine/graph.hpp"

#include <cstdint>
#include <vector>

namespace hob::rc::engine {

// What the table says of a service.
struct Seen {
    base::State state = base::State::down;
    base::Wish wish = base::Wish::none;
    base::Asker asker = base::Asker::nobody;
    bool may_start = false;
    bool told_up = false;                                  // status_wanted: Start without a Stop since
    base::ReasonKind blame_kind = base::ReasonKind::none;  // of a blocked one
    Node blame = no_node;
    friend bool operator==(const Seen&, const Seen&) = default;
};

// What the overlay, or the scanner, holds against a node.
struct Bars {
    bool disabled = false;  // not pulled in by wants and contents
    bool masked = false;    // never started
    bool missing = false;   // the scanner does not have it
    friend bool operator==(const Bars&, const Bars&) = default;
};

enum class Do : std::uint8_t {
    start,  // with leave as long as its needs are ready
    stop,   // also takes a blocked or failed mark off
    block   // say who is to blame
};
struct Action {
    Do what = Do::start;
    Node node = no_node;
    bool fresh = false;                              // start: take the restart mark off, forget failures
    base::ReasonKind kind = base::ReasonKind::none;  // block
    Node blame = no_node;                            // block
    friend bool operator==(const Action&, const Action&) = default;
};

// Has a process, or will have one without being told, or holds something that stopping undoes.
constexpr bool is_active(base::State s) { return !base::is_settled_down(s); }

class Core {
  public:
    explicit Core(const Graph& graph) : graph_{&graph} { grow(); }

    // The graph has more nodes than before, or other edges.
    void grow();
    void see(Node n, const Seen& seen);
    void bar(Node n, Bars bars);
    // From now on nothing is wanted, whatever the wishes say.
    void shut_down();
    // Appends what is to be done, each node at most once.
    void evaluate(std::vector<Action>& actions);
    // Only what the following answer, without deciding anything yet.
    void refresh();

    // As of the last evaluate() or refresh():
    [[nodiscard]] const Graph& graph() const noexcept { return *graph_; }
    [[nodiscard]] const Seen& seen(Node n) const noexcept { return nodes_[n].seen; }
    [[nodiscard]] Bars bars(Node n) const noexcept { return nodes_[n].bars; }
    [[nodiscard]] bool shutting_down() const noexcept { return shut_down_; }
    [[nodiscard]] bool kept_down(Node n) const noexcept {
        return nodes_[n].seen.wish == base::Wish::down || nodes_[n].bars.masked;
    }
    [[nodiscard]] bool marked(Node n) const noexcept {
        return nodes_[n].seen.asker == base::Asker::restart && !kept_down(n);
    }
    [[nodiscard]] bool wanted(Node n) const noexcept { return nodes_[n].derived.wanted; }
    // Who pulled it in; no_node: its own wish.
    [[nodiscard]] Node wanted_by(Node n) const noexcept { return nodes_[n].derived.wanted_by; }
    [[nodiscard]] Node blamed(Node n) const noexcept { return nodes_[n].derived.blamed; }
    [[nodiscard]] base::ReasonKind blame_kind(Node n) const noexcept { return nodes_[n].derived.blame_kind; }
    [[nodiscard]] bool returning(Node n) const noexcept { return nodes_[n].derived.returning; }
    [[nodiscard]] bool may_run(Node n) const noexcept {
        return wanted(n) && blamed(n) == no_node && !returning(n);
    }
    // What it waits for before it is started or stopped; no_node: nothing, or it is where it should be.
    [[nodiscard]] Node waits_for(Node n) const noexcept { return nodes_[n].waits_for; }
    // Ready, and not about to go down.
    [[nodiscard]] bool is_had(Node n) const noexcept { return base::is_ready(seen(n).state) && may_run(n); }
    // Failed, and nobody has asked to try it again.
    [[nodiscard]] bool has_failed(Node n) const noexcept {
        return seen(n).state == base::State::failed && !marked(n);
    }
    // Edges that count: a disabled service is no content, and is not wanted by others.
    [[nodiscard]] bool counts(Edge e) const noexcept {
        return (e.link() != Link::content && e.link() != Link::want) || !nodes_[e.node()].bars.disabled ||
               nodes_[e.node()].seen.wish == base::Wish::up;
    }

  private:
    struct Derived {
        bool wanted = false;
        bool returning = false;
        base::ReasonKind blame_kind = base::ReasonKind::none;
        Node wanted_by = no_node;
        Node blamed = no_node;
        friend bool operator==(const Derived&, const Derived&) = default;
    };
    struct Entry {
        Seen seen;
        Bars bars;
        bool queued = false;
        Derived derived;
        Node waits_for = no_node;
        std::uint32_t cursor = 0;  // where the last look for something to wait for ended
    };

    void survey();
    void find_wanted();
    void find_blamed();
    void find_returning();
    template <class Reach>
    void spread(Reach reach);
    void queue(Node n);
    void queue_around(Node n, bool all);
    void decide(Node n, std::vector<Action>& actions);
    void decide_up(Node n, std::vector<Action>& actions);
    void decide_down(Node n, std::vector<Action>& actions);
    template <class Holds>
    bool waits(Node n, std::span<const Edge> edges, Holds holds);
    bool holds_start(Edge e) const noexcept;
    bool holds_leave(Edge e) const noexcept;
    bool holds_stop(Edge e) const noexcept;
    [[nodiscard]] base::ReasonKind kind_of(Node culprit) const noexcept;

    const Graph* graph_;
    std::vector<Entry> nodes_;
    std::vector<Derived> before_;
    std::vector<Node> queue_;
    std::vector<Node> reached_;
    bool stale_ = true;  // the derived part is
    bool shut_down_ = false;
};

}  // namespace hob::rc::engine
