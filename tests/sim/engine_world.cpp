#include "tests/sim/engine_world.hpp"

#include <algorithm>
#include <cerrno>

namespace hob::tests::sim {

using namespace hob::base;  // NOLINT(google-build-using-namespace): the subject
using engine::Do;
using engine::Edge;
using engine::Link;
using svc::Act;
using svc::Event;

World::World(std::uint64_t seed) : random{seed} {
    const auto count = static_cast<Node>(2 + random() % (chance(8) ? 60 : 14));
    services.resize(count);
    bars.resize(count);
    for (Node n = 0; n < count; ++n) make_service(n);
    make_edges(count);
}

void World::make_service(Node n) {
    Service& s = services[n];
    Policy& policy = s.facts.policy;
    const unsigned kind = static_cast<unsigned>(random() % 10);
    policy.type = kind < 6   ? ServiceType::longrun
                  : kind < 8 ? ServiceType::oneshot
                  : kind < 9 ? ServiceType::milestone
                             : ServiceType::bundle;
    s.facts.has_main = kind < 8;
    s.facts.has_down = policy.type == ServiceType::oneshot && chance(2);
    s.facts.has_finish = policy.type == ServiceType::longrun && chance(4);
    policy.ready = chance(2) ? Readiness::spawn : Readiness::notify;
    policy.restart = static_cast<RestartPolicy>(random() % 3);
    policy.attempts = static_cast<std::uint16_t>(random() % 6);
    policy.max_retry = static_cast<std::uint16_t>(random() % 3);
    policy.delay = chance(2) ? Nanos{} : seconds(1);
    bars[n] = {.disabled = chance(12), .masked = chance(25), .missing = chance(40)};
}

// Edges lead to services earlier in a random order, so there is no cycle.
void World::make_edges(Node count) {
    std::vector<Node> order(count);
    for (Node n = 0; n < count; ++n) order[n] = n;
    std::shuffle(order.begin(), order.end(), random);
    std::vector<Node> place(count);
    for (Node i = 0; i < count; ++i) place[order[i]] = i;
    const unsigned density = 1 + static_cast<unsigned>(random() % 4);
    for (Node n = 0; n < count; ++n) {
        std::vector<Edge> edges;
        const auto wanted = random() % (2 * density);
        for (unsigned i = 0; place[n] > 0 && i < wanted; ++i) {
            const Node to = order[random() % place[n]];
            const bool bundle = services[n].facts.policy.type == ServiceType::bundle;
            const unsigned kind = static_cast<unsigned>(random() % 4);
            const Link link = bundle     ? Link::content
                              : kind < 2 ? Link::need
                              : kind < 3 ? Link::want
                                         : Link::after;
            edges.push_back(Edge{to, link});
        }
        graph.add(services[n].facts.policy.type, edges);
    }
    graph.seal();
}

engine::Seen World::seen(Node n) const {
    const Status& s = services[n].status;
    const bool blocked = s.state == State::blocked;
    return {.state = s.state,
            .wish = s.wish,
            .asker = s.asker,
            .may_start = (s.flags & status_may_start) != 0,
            .told_up = (s.flags & status_wanted) != 0,
            .blame_kind = blocked ? s.reason.kind : ReasonKind::none,
            .blame = blocked ? s.reason.arg : engine::no_node};
}

std::vector<Node> World::needs_of(Node n, const engine::Core& core) const {
    std::vector<Node> needs;
    for (const Edge e : graph.out(n))
        if (e.hard() && core.counts(e)) needs.push_back(e.node());
    return needs;
}

bool World::counts(Edge e) const {
    return e.link() == Link::need || !bars[e.node()].disabled || services[e.node()].status.wish == Wish::up;
}

void World::blame(Node n, const std::string& what) {
    if (!fault.empty()) return;
    fault = "service " + std::to_string(n) + " (" + std::string{name_of(services[n].status.state)} + "): ";
    fault += what;
}

bool World::needs_ready(const std::vector<Node>& needs) const {
    return std::ranges::all_of(needs, [&](Node m) { return is_ready(services[m].status.state); });
}

void World::carry_out(const Command& command) {
    const Node n = command.action.node;
    Service& s = services[n];
    if (command.kind == Command::Kind::wish) {
        s.status.wish = command.wish;
        if (!command.action.fresh)  // a newer wish overtakes a restart
            s.marked_at = command.asker == Asker::restart ? s.status.starts + 1 : 0;
        s.status.asker = command.asker;
        return;
    }
    switch (command.action.what) {
        case Do::start:
            // A need that stopped being ready while the command was on its way: the engine will ask again.
            if (!needs_ready(command.needs)) return;
            s.needs = command.needs;
            return send(n, command.action.fresh ? Event::start_fresh : Event::start);
        case Do::stop: check_stop(n); return send(n, Event::stop);
        case Do::block:
            return send(n, Event::mark_blocked, {command.action.kind, 0, 0, command.action.blame});
    }
}

void World::send(Node n, Event event, Reason reason, int exit) {
    Service& s = services[n];
    const Status before = s.status;
    const svc::Transition next = svc::step(s.facts, before, {event, {now_}, {now_}, reason, exit});
    s.status = next.status;
    if (next.status.starts != before.starts) check_launch(n);
    act(n, next.act);
    if (!is_ready(before.state) || is_ready(s.status.state)) return;
    for (Node m = 0; m < services.size(); ++m)
        if (std::ranges::count(services[m].needs, n) != 0) send(m, Event::leave_lost);
}

void World::act(Node n, Act what) {
    Service& s = services[n];
    switch (what) {
        case Act::none: return;
        case Act::send_stop: s.doomed = s.doomed || !s.stubborn; return;
        case Act::send_kill: s.doomed = true; return;
        default: break;
    }
    if (s.alive) return blame(n, "a process was launched beside another");
    if (!calm && chance(20)) return send(n, Event::no_process, {ReasonKind::clone_failed, 0, EAGAIN, 0});
    s.alive = true, s.executed = s.doomed = false;
    s.stubborn = chance(8);
}

void World::check_launch(Node n) {
    for (const Edge e : graph.out(n))
        if (e.hard() && counts(e) && !is_ready(services[e.node()].status.state))
            blame(n, "launched before its need " + std::to_string(e.node()) + " is ready");
}

void World::check_stop(Node n) {
    if (!engine::is_active(services[n].status.state)) return;
    for (const Edge e : graph.in(n)) {
        const Service& d = services[e.node()];
        if (e.hard() && counts(Edge{n, e.link()}) && engine::is_active(d.status.state))
            blame(n, "stopped before " + std::to_string(e.node()) + ", which needs it");
    }
}

void World::process_turn(Node n) {
    Service& s = services[n];
    if (!s.executed && !s.doomed) {
        if (!calm && chance(12)) {
            s.doomed = true;
            const auto code = static_cast<std::uint16_t>(chance(2) ? ENOENT : ETXTBSY);
            return send(n, Event::step_failed, {ReasonKind::launch_step, 0, code, 2});
        }
        s.executed = true;
        return send(n, Event::executed);
    }
    const bool ends = s.doomed || (!calm && chance(6)) || s.status.state == State::finishing ||
                      s.facts.policy.type == ServiceType::oneshot;
    if (!ends) return send(n, Event::ready);
    s.alive = false;
    const int codes[] = {0, 0, 256, 125 << 8, 9, 11};
    send(n, Event::exited, {}, calm ? 0 : codes[random() % 6]);
}

void World::happen() {
    const Node n = any();
    Service& s = services[n];
    now_ += static_cast<std::int64_t>(random() % 500'000'000);
    if (s.alive) return process_turn(n);
    if (s.status.deadline != 0 && chance(2)) {
        now_ = std::max(now_, s.status.deadline);
        send(n, Event::deadline);
    }
}

bool World::come_to_rest() {
    const std::size_t first = any();
    for (std::size_t i = 0; i < services.size(); ++i) {
        const auto n = static_cast<Node>((first + i) % services.size());
        Service& s = services[n];
        const bool runs = s.executed && !s.doomed && s.facts.policy.type == ServiceType::longrun;
        const bool sits = runs && (s.status.state == State::up || s.status.state == State::stopping);
        if (s.alive && !sits) return process_turn(n), true;
        if (s.status.deadline == 0) continue;
        now_ = std::max(now_, s.status.deadline);
        return send(n, Event::deadline), true;
    }
    return false;
}

}  // namespace hob::tests::sim
