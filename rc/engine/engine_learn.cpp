// The engine's beginning on each connection: telling the scanner what there is, reading what is so, and on a
// fresh boot making the first wishes.
#include "base/options.hpp"
#include "rc/engine/engine.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fcntl.h>

namespace hob::rc::engine {

using base::Asker;
using base::Wish;

namespace {
constexpr std::uint32_t database_key = 1;
using Words = base::Text<512>;
}  // namespace

void Engine::connected() noexcept {
    adding_ = true;
    services_.forget_ids();
    told_needs_.clear();
    touched_.clear();
    table_.reset();
    (void)open_table();
    add_services();
    add_known_instances();
    read_overlay();  // may name instances, too
    if (up_ != nullptr) (void)find_or_make(up_);
}

void Engine::add_services() {
    const Database& db = services_.database();
    link_.add(base::PlanSource{database_key}, base::Fd{::fcntl(db.fd(), F_DUPFD_CLOEXEC, 3)});
    for (Node n = 0; n < db.size(); ++n) {
        bar(n, db.is_template(n));
        if (db.is_template(n)) continue;
        link_.add(base::Add{db.name(n), db.type(n), database_key, db.plan_offset(n), db.plan_size(n)});
    }
}

// Instances of an earlier engine are in the table; those the scanner has a plan for it keeps.
void Engine::add_known_instances() {
    std::vector<bool> has_plan(services_.size() - services_.database().size());
    const std::uint32_t count = table_ ? table_->count() : 0;
    for (base::ServiceId id = 0; id < count; ++id) {
        const base::Record& r = table_->record(id);
        next_key_ = std::max(next_key_, r.plan_source + 1);
        const auto hobs_own = base::record_builtin | base::record_removed;
        if (!base::identity_sound(r, id) || (r.flags & hobs_own) != 0) continue;
        const Node model = services_.template_of(r.name);
        if (model == no_node || services_.database().find(r.name)) continue;
        Node n = services_.find(r.name);
        if (n == no_node) {
            n = services_.add_instance(r.name, model);
            core_.grow();
            has_plan.push_back(false);
        }
        if (r.plan_source == 0) continue;
        services_.set_id(n, id);
        has_plan[n - services_.database().size()] = true;
    }
    for (std::size_t i = 0; i < has_plan.size(); ++i)
        if (!has_plan[i]) add_instance(services_.database().size() + static_cast<Node>(i));
}

void Engine::make_instance(std::string_view name, Node model) {
    const Node n = services_.add_instance(name, model);
    core_.grow();
    add_instance(n);
}

void Engine::add_instance(Node n) {
    auto plan = services_.plan_of_instance(n);
    if (!plan) {
        bar(n, true);
        const Words what{services_.name(n), ": ", plan.error().what};
        return base::complain("hob-rc", what.view(), plan.error().code);
    }
    const std::uint32_t key = next_key_++;
    link_.add(base::PlanSource{key}, std::move(plan->file));
    link_.add(base::Add{services_.name(n), services_.graph().type(n), key, 0, plan->size});
    touch(n);
}

void Engine::added(const base::Added& added) {
    const Node n = services_.find(added.name);
    if (n == no_node) return;
    if (added.error != 0) {
        bar(n, true);
        return base::complain("hob-rc", Words{added.name, ": the scanner refuses it"}.view(), added.error);
    }
    services_.set_id(n, added.id);
    touch(n);
}

void Engine::bar(Node n, bool missing) {
    Bars bars = core_.bars(n);
    bars.missing = missing;
    core_.bar(n, bars);
}

bool Engine::open_table() {
    const base::Path path = base::in_tree(run_, "table");
    auto view = base::TableView::open(path.c_str());
    if (!view) {
        base::complain("hob-rc", Words{path.view(), ": ", view.error().what}.view(), view.error().code);
        return false;
    }
    table_ = *std::move(view);
    return true;
}

// Everything has an id now: read it all.
void Engine::learn() {
    if (!table_ && !open_table()) return link_.drop();
    adding_ = false;
    bool boot = true, ending = false;
    for (Node n = 0; n < services_.size(); ++n) {
        read(n);
        boot = boot && core_.seen(n).wish == Wish::none;
        ending = ending || core_.seen(n).asker == Asker::shutdown;
    }
    informed_ = true;
    if (ending) return core_.shut_down();
    if (boot) wish_first();
}

// In one packet with what follows from it, so that no engine that is killed meanwhile leaves half of it.
void Engine::wish_first() {
    const char* const names[] = {up_ != nullptr && *up_ != '\0' ? up_ : "default", "default"};
    for (const char* name : names) {
        const Node n = find_or_make(name);
        if (n == no_node) {
            base::complain("hob-rc", Words{name, ": no such bundle to bring up"}.view());
            if (std::strcmp(name, "default") == 0) break;
            continue;
        }
        wish(n, Wish::up, Asker::boot, 0);
        break;
    }
    for (const auto& [n, what] : overlay_)
        if (what == Overlay::enabled && core_.seen(n).wish == Wish::none)
            wish(n, Wish::up, Asker::overlay, 0);
}

Node Engine::find_or_make(std::string_view name) {
    const Node n = services_.find(name);
    if (n != no_node) return services_.is_template(n) ? no_node : n;
    const Node model = services_.template_of(name);
    if (model == no_node) return no_node;
    make_instance(name, model);
    return services_.find(name);
}

void Engine::read_overlay() {
    overlay_.clear();
    engine::read_overlay(run_, this, [](void* self, std::string_view name, Overlay what) {
        Engine& engine = *static_cast<Engine*>(self);
        const Node n = engine.find_or_make(name);
        if (n != no_node)
            engine.overlay_.emplace_back(n, what);
        else
            base::complain("hob-rc", Words{"overlay/", name, ": no such service; ignored"}.view());
    });
    std::vector<Bars> bars(services_.size());
    for (Node n = 0; n < bars.size(); ++n) bars[n].missing = core_.bars(n).missing;
    for (const auto& [n, what] : overlay_) {
        bars[n].disabled = what == Overlay::disabled;
        bars[n].masked = what == Overlay::masked;
    }
    for (Node n = 0; n < bars.size(); ++n) core_.bar(n, bars[n]);
}

}  // namespace hob::rc::engine
