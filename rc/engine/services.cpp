#include "rc/engine/services.hpp"

#include "base/name.hpp"
#include "base/plan_builder.hpp"
#include "base/sys.hpp"

#include <utility>

#include <fcntl.h>

namespace hob::rc::engine {

Services::Services(Database database)
    : database_{std::move(database)}, ids_(database_.size(), base::no_service) {
    std::vector<Edge> edges;
    for (Node n = 0; n < database_.size(); ++n) {
        edges.clear();
        const auto link = [&](std::span<const std::uint32_t> to, Link kind) {
            for (const std::uint32_t t : to) edges.emplace_back(t, kind);
        };
        link(database_.needs(n), Link::need);
        link(database_.wants(n), Link::want);
        link(database_.after(n), Link::after);
        link(database_.contents(n), Link::content);
        graph_.add(database_.type(n), edges);
    }
    graph_.seal();
}

std::string_view Services::name(Node n) const noexcept {
    return is_instance(n) ? std::string_view{instance(n).name} : database_.name(n);
}

Node Services::find(std::string_view name) const noexcept {
    if (const auto index = database_.find(name)) return *index;
    for (std::size_t i = 0; i < instances_.size(); ++i)
        if (instances_[i]->name == name) return database_.size() + static_cast<Node>(i);
    return no_node;
}

Node Services::template_of(std::string_view name) const noexcept {
    const auto parsed = base::ServiceName::parse(name);
    if (!parsed || !parsed->is_instance()) return no_node;
    const auto index = database_.find(parsed->template_part());
    return index && database_.is_template(*index) ? *index : no_node;
}

Node Services::add_instance(std::string_view name, Node model) {
    instances_.push_back(std::make_unique<Instance>(Instance{std::string{name}, model}));
    ids_.push_back(base::no_service);
    const Node n = graph_.add_like(model);
    graph_.seal();
    return n;
}

base::Result<PlanFile> Services::plan_of_instance(Node n) const {
    const Instance& self = instance(n);
    const auto plan = database_.plan(self.model);
    const auto parsed = base::ServiceName::parse(self.name);
    if (!plan || !parsed) return base::failed(EBADMSG, "plan of the template");
    const std::vector<char> blob = base::instantiate(*plan, parsed->argument());
    auto file = base::sys::memfd("hob-plan");
    if (!file) return std::unexpected{file.error()};
    auto written = base::sys::write_all(file->get(), {blob.data(), blob.size()});
    if (!written) return std::unexpected{written.error()};
    if (::fcntl(file->get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0)
        return base::failed("seal the plan of an instance");
    return PlanFile{*std::move(file), static_cast<std::uint32_t>(blob.size())};
}

void Services::set_id(Node n, base::ServiceId id) {
    ids_[n] = id;
    if (id == base::no_service) return;
    if (id >= nodes_.size()) nodes_.resize(id + 1, no_node);
    nodes_[id] = n;
}

void Services::forget_ids() noexcept {
    for (auto& id : ids_) id = base::no_service;
    nodes_.clear();
}

}  // namespace hob::rc::engine
