// A graph by name for tests of the engine's core, and actions as words: "start web", "stop db", "block web
// (db)".
#pragma once

#include "rc/engine/core.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace hob::tests {

namespace engine = rc::engine;
using Names = std::vector<std::string>;

struct Relations {
    Names needs{}, wants{}, after{}, contents{};
};

class Scene {
  public:
    struct Entry {
        std::string name;
        Relations to = {};
        base::ServiceType type = base::ServiceType::longrun;
    };
    explicit Scene(const std::vector<Entry>& entries) {
        for (const Entry& e : entries)
            ids_[e.name] = static_cast<engine::Node>(names_.size()), names_.push_back(e.name);
        for (const Entry& e : entries) {
            std::vector<engine::Edge> edges;
            const auto link = [&](const Names& to, engine::Link kind) {
                for (const auto& name : to) edges.push_back({ids_.at(name), kind});
            };
            link(e.to.needs, engine::Link::need);
            link(e.to.wants, engine::Link::want);
            link(e.to.after, engine::Link::after);
            link(e.to.contents, engine::Link::content);
            graph_.add(e.type, edges);
        }
        graph_.seal();
        core = engine::Core{graph_};
    }
    Scene(const Scene&) = delete;
    Scene& operator=(const Scene&) = delete;

    engine::Node id(const std::string& name) const { return ids_.at(name); }
    base::State state(const std::string& name) const { return core.seen(id(name)).state; }

    // What the table says from now on. A running service has leave unless told otherwise.
    void is(const std::string& name, base::State state, bool may_start = true) {
        engine::Seen s = core.seen(id(name));
        s.state = state;
        s.may_start = may_start && engine::is_active(state);
        s.told_up = engine::is_active(state) && state != base::State::stopping;
        if (state != base::State::blocked) s.blame = engine::no_node, s.blame_kind = {};
        core.see(id(name), s);
    }
    void wish(const std::string& name, base::Wish wish, base::Asker asker = base::Asker::user) {
        engine::Seen s = core.seen(id(name));
        s.wish = wish, s.asker = asker;
        core.see(id(name), s);
    }
    void mark(const std::string& name) { wish(name, core.seen(id(name)).wish, base::Asker::restart); }
    void bar(const std::string& name, engine::Bars bars) { core.bar(id(name), bars); }

    // What the core asks for now, sorted.
    Names actions() {
        last_.clear();
        core.evaluate(last_);
        Names words;
        for (const auto& a : last_) {
            const std::string& name = names_[a.node];
            if (a.what == engine::Do::start) words.push_back((a.fresh ? "start afresh " : "start ") + name);
            if (a.what == engine::Do::stop) words.push_back("stop " + name);
            if (a.what != engine::Do::block) continue;
            const bool failed = a.kind == base::ReasonKind::need_failed;
            words.push_back("block " + name + " (" + names_[a.blame] + (failed ? " failed)" : ")"));
        }
        std::ranges::sort(words);
        return words;
    }
    // The same, carried out at once by a scanner to which nothing takes time.
    Names step() {
        const Names words = actions();
        const std::vector<engine::Action> done = last_;
        for (const auto& a : done) {
            const std::string& name = names_[a.node];
            const bool oneshot = graph_.type(a.node) == base::ServiceType::oneshot;
            engine::Seen s = core.seen(a.node);
            if (a.fresh) wish(name, s.wish);
            if (a.what == engine::Do::start) is(name, oneshot ? base::State::done : base::State::up);
            if (a.what == engine::Do::stop) is(name, base::State::down);
            if (a.what != engine::Do::block) continue;
            s.state = base::State::blocked, s.blame = a.blame, s.blame_kind = a.kind;
            core.see(a.node, s);
        }
        return words;
    }
    // Steps until nothing is left to do.
    std::vector<Names> steps() {
        std::vector<Names> all;
        for (Names words = step(); !words.empty(); words = step()) all.push_back(words);
        return all;
    }

  private:
    engine::Graph graph_;
    std::map<std::string, engine::Node> ids_;
    Names names_;
    std::vector<engine::Action> last_;

  public:
    engine::Core core{graph_};
};

}  // namespace hob::tests
