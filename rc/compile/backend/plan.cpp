#include "rc/compile/backend/plan.hpp"

#include "base/name.hpp"
#include "base/plan_builder.hpp"

#include <string_view>

namespace hob::rc::compile {

namespace {

using base::PlanBuilder;
using base::StepOp;

std::vector<std::string_view> views(const std::vector<std::string>& strings) {
    return {strings.begin(), strings.end()};
}

void add_resources(const Service& s, PlanBuilder& plan) {
    for (const Limit& limit : s.limits)
        plan.step(StepOp::limit, {limit.resource, limit.value, limit.value}, {});
    if (s.nice) plan.step(StepOp::nice, {*s.nice}, {});
    if (s.oom_score) plan.step(StepOp::oom_score, {*s.oom_score}, {});
}

// Only what differs from the default context, which the scanner sets up for every child.
void add_stdio(const Service& s, PlanBuilder& plan) {
    for (std::size_t fd = 0; fd < s.stdio.size(); ++fd) {
        if (!s.stdio[fd]) continue;
        const auto kind = static_cast<std::int64_t>(s.stdio[fd]->kind);
        if (s.stdio[fd]->path.empty())
            plan.step(StepOp::stdio, {static_cast<std::int64_t>(fd), kind}, {});
        else
            plan.step(StepOp::stdio, {static_cast<std::int64_t>(fd), kind}, {s.stdio[fd]->path});
    }
}

// Groups before the user: afterwards the right to set them is gone. They are always there with a user, so
// that nothing of hob's own groups is inherited.
void add_account(const Service& s, PlanBuilder& plan) {
    if (!s.account) return;
    plan.step(StepOp::groups, s.account->groups, {});
    plan.step(StepOp::user, {s.account->uid, s.account->gid}, {s.account->name, s.account->home});
}

void add_program(const Service& s, base::Program program, PlanBuilder& plan) {
    const auto& command = s.program(program);
    if (!command) return;
    plan.begin(program);
    add_resources(s, plan);
    add_stdio(s, plan);
    if (s.umask) plan.step(StepOp::umask, {*s.umask}, {});
    if (!s.environment.empty()) plan.step(StepOp::environment, {}, views(s.environment));
    add_account(s, plan);
    // As the user: what the user may not enter is not entered.
    if (!s.directory.empty()) plan.step(StepOp::directory, {}, {s.directory});
    if (s.no_new_privileges) plan.step(StepOp::no_new_privileges, {}, {});
    plan.step(StepOp::exec, {}, views(command->argv));
}

}  // namespace

std::vector<char> make_plan(const Service& service) {
    PlanBuilder builder;
    builder.policy = service.policy;
    for (const auto program : {base::Program::main, base::Program::down, base::Program::finish})
        add_program(service, program, builder);
    std::vector<char> blob = builder.finish();
    const auto name = base::ServiceName::parse(service.name);
    auto view = base::PlanView::check(blob);
    if (view && name && name->is_instance()) {
        blob = base::instantiate(*view, name->argument());
        view = base::PlanView::check(blob);
    }
    if (!view || (view->is_template() && !service.name.ends_with('@'))) return {};
    return blob;
}

}  // namespace hob::rc::compile
