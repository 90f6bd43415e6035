#include "rc/engine/explain.hpp"

#include "base/reason.hpp"
#include "base/time.hpp"
#include "rc/engine/engine.hpp"
#include "rc/engine/suggest.hpp"

#include <algorithm>
#include <string>

namespace hob::rc::engine {

using base::ReasonKind;
using base::State;

namespace {

using Line = base::Text<1000>;
constexpr std::size_t chain_max = 32, waits_max = 4;

// "3.2 s", "5 m 10 s", "2 h 3 m".
void add_span(Line& line, std::int64_t ns) noexcept {
    const std::int64_t s = std::max<std::int64_t>(ns, 0) / 1'000'000'000;
    if (s < 60)
        line.add(s).add('.').add(ns / 100'000'000 % 10).add(" s");
    else if (s < 3600)
        line.add(s / 60).add(" m ").add(s % 60).add(" s");
    else
        line.add(s / 3600).add(" h ").add(s / 60 % 60).add(" m");
}

struct Explanation {
    Engine& engine;
    const Core& core = engine.core();
    const Services& services = engine.services();

    [[nodiscard]] std::string_view name(Node n) const noexcept { return services.name(n); }

    // "start step user www", from the plan; empty when it cannot be told.
    [[nodiscard]] base::Text<256> step_text(Node n, std::uint32_t arg) const noexcept {
        base::Text<256> text;
        if (services.is_instance(n)) return text;
        const auto plan = services.database().plan(n);
        const std::uint32_t program = arg >> 16;
        if (!plan || program >= base::program_count) return text;
        const auto p = static_cast<base::Program>(program);
        if (!plan->has(p)) return text;
        const char* at = plan->begin(p);
        for (std::uint32_t i = arg & 0xffff; i > 0 && at != plan->end(p); --i) at = base::Step{at}.next();
        if (at == plan->end(p)) return text;
        const base::Step step{at};
        text.add(base::program_names[program]).add(" step ").add(name_of(step.op()));
        if (step.header().string_count > 0) text.add(' ').add(step.strings());
        return text;
    }

    // "web is failed: exited 3"
    void add_state(Line& line, Node n) const noexcept {
        const State state = core.seen(n).state;
        line.add(name(n)).add(" is ").add(name_of(shown(state)));
        const auto status = engine.status(n);
        if (!status || status->reason.kind == ReasonKind::none) return;
        const base::Reason& reason = status->reason;
        if (reason.kind == ReasonKind::asked && state == State::down && core.wanted(n)) return;
        const bool names_other =
            reason.kind == ReasonKind::need_failed || reason.kind == ReasonKind::need_down;
        const Node other = names_other ? services.node(reason.arg) : no_node;
        const auto step =
            reason.kind == ReasonKind::launch_step ? step_text(n, reason.arg) : base::Text<256>{};
        const auto why = base::describe(reason, other == no_node ? "" : name(other), step.view());
        line.add(": ").add(why.view());
    }

    [[nodiscard]] Line state(Node n) const noexcept {
        Line line;
        add_state(line, n);
        const auto status = engine.status(n);
        if (!status) return line;
        if (status->since != 0) add_span(line.add(", for "), base::boot_now().ns - status->since);
        if (status->pid != 0) line.add(", pid ").add(status->pid);
        return line;
    }

    // "wanted: default (boot) -> web -> redis"
    [[nodiscard]] Line wanted(Node n) const noexcept {
        Line line;
        const auto status = engine.status(n);
        if (core.shutting_down()) return line.add("not wanted: the tree is shutting down"), line;
        if (core.bars(n).masked) return line.add("masked"), line;
        if (core.kept_down(n)) {
            line.add("kept down by a wish");
            if (status) line.add(" of uid ").add(status->wish_uid);
            return line;
        }
        if (!core.wanted(n)) {
            line.add("not wanted: no wish, and nothing that is wanted pulls it in");
            if (core.bars(n).disabled) line.add(" (it is disabled)");
            return line;
        }
        Node chain[chain_max];
        std::size_t length = 0;
        Node at = n;
        for (; at != no_node && length < chain_max; at = core.wanted_by(at)) chain[length++] = at;
        line.add("wanted: ");
        if (at != no_node) line.add("… -> ");
        while (length-- > 0) {
            line.add(name(chain[length]));
            if (core.wanted_by(chain[length]) == no_node) add_asker(line, chain[length]);
            if (length > 0) line.add(" -> ");
        }
        return line;
    }
    void add_asker(Line& line, Node n) const noexcept {
        const base::Asker asker = core.seen(n).asker;
        if (asker == base::Asker::nobody) return;
        line.add(" (").add(name_of(asker));
        const auto status = engine.status(n);
        if (asker == base::Asker::user && status && status->wish_uid != 0)
            line.add(' ').add(status->wish_uid);
        line.add(')');
    }

    // From the blocked one down to the culprit: "blocked: web needs app, app needs db; db is failed: exited
    // 1"
    [[nodiscard]] Line blame(Node n) const noexcept {
        Line line{"blocked: "};
        const Node culprit = core.blamed(n);
        for (std::size_t i = 0; i < chain_max && n != culprit; ++i) {
            Node next = culprit;
            for (const Edge e : core.graph().out(n))
                if (e.hard() && core.counts(e) && (e.node() == culprit || core.blamed(e.node()) == culprit)) {
                    next = e.node();
                    break;
                }
            line.add(i == 0 ? "" : ", ").add(name(n)).add(" needs ").add(name(next));
            n = next;
        }
        line.add("; ");
        if (core.blame_kind(n) == ReasonKind::need_missing || core.bars(culprit).missing)
            return line.add(name(culprit)).add(" cannot be run"), line;
        add_state(line, culprit);
        if (core.kept_down(culprit)) line.add(core.bars(culprit).masked ? " (masked)" : " (kept down)");
        return line;
    }

    // The next ones it waits for, then whom all that comes down to.
    void waits(Node n, const Lines& lines) const {
        std::uint32_t left = core.graph().size();  // there is no cycle; but this must end
        for (std::size_t told = 0; core.waits_for(n) != no_node && left != 0; ++told) {
            Line line{name(n), core.may_run(n) ? " waits for " : " waits to stop until "};
            if (told == waits_max) {
                while (core.waits_for(n) != no_node && left-- != 0) n = core.waits_for(n);
                line = Line{"… in the end for ", name(n), ", which is "};
            } else {
                n = core.waits_for(n);
                const bool stops = !core.may_run(n) && is_active(core.seen(n).state);
                line.add(name(n)).add(stops ? " is down; it is " : ", which is ");
            }
            lines.line(lines.owner, line.add(name_of(shown(core.seen(n).state))).view());
        }
    }
};

}  // namespace

void explain(Engine& engine, Node n, const Lines& lines) {
    const Explanation e{engine};
    const auto say = [&](const Line& line) { lines.line(lines.owner, line.view()); };
    say(e.state(n));
    say(e.wanted(n));
    if (e.core.bars(n).missing) return say(Line{"the scanner refused it"});
    if (e.core.wanted(n) && e.core.blamed(n) != no_node) say(e.blame(n));
    if (e.core.returning(n)) say(Line{"it is being restarted, or something it needs is"});
    if (e.core.has_failed(n)) say(Line{"it is not tried again by itself: hob up ", e.name(n)});
    e.waits(n, lines);
}

void explain(Engine& engine, std::span<const Layer> layers, const Lines& lines) {
    static constexpr std::string_view verbs[] = {"start", "stop", "block"};
    static constexpr std::size_t soft_end = 800;
    for (std::size_t i = 0; i < layers.size(); ++i)
        for (const Do what : {Do::stop, Do::start, Do::block}) {
            Line line;
            for (const Action& a : layers[i].actions) {
                if (a.what != what) continue;
                if (line.size() == 0) line.add(i + 1).add(": ").add(verbs[static_cast<std::size_t>(what)]);
                line.add(' ').add(engine.services().name(a.node));
                if (what == Do::block)
                    line.add(" (because of ").add(engine.services().name(a.blame)).add(')');
                if (line.size() < soft_end) continue;
                lines.line(lines.owner, line.view());
                line.clear();
            }
            if (line.size() != 0) lines.line(lines.owner, line.view());
        }
    if (layers.empty()) lines.line(lines.owner, "nothing to do");
}

base::Text<512> suggestion(Engine& engine, std::string_view name) {
    const Services& services = engine.services();
    std::size_t best = static_cast<std::size_t>(-1);
    Node nearest = no_node;
    for (Node n = 0; n < services.size(); ++n) {
        const std::size_t d = distance(name, services.name(n));
        if (d >= best) continue;
        best = d;
        nearest = n;
    }
    base::Text<512> text;
    if (nearest != no_node && is_near(best, name.size()))
        text.add("; did you mean ").add(services.name(nearest)).add('?');
    return text;
}

}  // namespace hob::rc::engine
