// A scanner and its services for the engine's core: the real per-service machine over fake processes, a
// random graph, and commands that arrive late or, when the engine dies, not at all.
//
// What must hold is checked where it happens: a launch only with every need ready, a stop only with
// everything that needs it down, no process doubled. `fault` keeps the first thing that did not.
#pragma once

#include "rc/engine/core.hpp"
#include "svc/machine.hpp"

#include <cstdint>
#include <deque>
#include <random>
#include <string>
#include <vector>

namespace hob::tests::sim {

namespace engine = rc::engine;
using engine::Node;

struct Service {
    svc::Facts facts;
    base::Status status;
    std::vector<Node> needs;  // as of the last Start
    bool alive = false;
    bool executed = false;
    bool doomed = false;          // will exit: a step failed, or it was told to
    bool stubborn = false;        // ignores the stop signal
    std::uint32_t marked_at = 0;  // 1 + starts when a restart was asked for last
};

// One command on its way to the scanner.
struct Command {
    enum class Kind : std::uint8_t { wish, act } kind = Kind::act;
    engine::Action action;                    // wish: only its node
    std::vector<Node> needs{};                // act: of a start
    base::Wish wish = base::Wish::none;       // wish
    base::Asker asker = base::Asker::nobody;  // wish
};

class World {
  public:
    explicit World(std::uint64_t seed);

    // The scanner's side of one command.
    void carry_out(const Command& command);
    // Something happens to a random service; nothing bad when `calm`.
    void happen();
    // The next thing that must happen when nobody asks for anything; false: all is at rest.
    bool come_to_rest();

    [[nodiscard]] engine::Seen seen(Node n) const;
    [[nodiscard]] std::vector<Node> needs_of(Node n, const engine::Core& core) const;
    bool chance(unsigned one_in) { return random() % one_in == 0; }
    Node any() { return static_cast<Node>(random() % services.size()); }

    std::mt19937_64 random;
    engine::Graph graph;
    std::vector<Service> services;
    std::vector<engine::Bars> bars;
    bool calm = false;
    std::string fault;

  private:
    void make_service(Node n);
    void make_edges(Node count);
    void send(Node n, svc::Event event, base::Reason reason = {}, int exit = 0);
    void act(Node n, svc::Act what);
    void process_turn(Node n);
    [[nodiscard]] bool needs_ready(const std::vector<Node>& needs) const;
    void check_launch(Node n);
    void check_stop(Node n);
    [[nodiscard]] bool counts(engine::Edge e) const;
    void blame(Node n, const std::string& what);
    std::int64_t now_ = 1;
};

}  // namespace hob::tests::sim
