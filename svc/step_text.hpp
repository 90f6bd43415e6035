// The step a launch failed at, in words: "start step user www".
#pragma once

#include "base/plan.hpp"
#include "base/text.hpp"

namespace hob::svc {

using StepText = base::Text<160>;

// `where` as in base::ReasonKind::launch_step: program << 16 | index of the step.
inline StepText step_text(const base::PlanView& plan, std::uint32_t where) noexcept {
    const std::size_t program = where >> 16;
    std::uint32_t index = where & 0xffff;
    if (program >= base::program_count) return StepText{"step ", index};
    StepText text{base::program_names[program], " step "};
    const auto which = static_cast<base::Program>(program);
    for (const char* at = plan.begin(which); at != plan.end(which); at = base::Step{at}.next(), --index) {
        if (index != 0) continue;
        const base::Step step{at};
        text.add(name_of(step.op()));
        if (step.header().string_count > 0) text.add(' ').add(step.strings());
        return text;
    }
    return text.add("default context");
}

}  // namespace hob::svc
