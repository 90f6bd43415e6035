// Makes launch plans (base/plan.hpp), and instances out of templates.
//
// For the compiler, the engine and the scanner's plain directories; uses the heap (a service is being
// loaded). The same calls give the same bytes. A finished plan always passes PlanView::check().
#pragma once

#include "base/plan.hpp"

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hob::base {

inline constexpr std::string_view instance_mark = "${instance}";

class PlanBuilder {
  public:
    PlanBuilder() : blob_(sizeof(PlanHeader), '\0') {}

    Policy policy;

    // Steps added from here on belong to `program`; each program is begun at most once and ends with exec.
    void begin(Program program);
    void step(StepOp op, std::span<const std::int64_t> numbers, std::span<const std::string_view> strings);
    void step(StepOp op, std::initializer_list<std::int64_t> numbers,
              std::initializer_list<std::string_view> strings) {
        step(op, std::span{numbers.begin(), numbers.size()}, std::span{strings.begin(), strings.size()});
    }
    // The blob; the builder is spent. Marked as a template when a string holds ${instance}.
    [[nodiscard]] std::vector<char> finish();

  private:
    void close();
    std::vector<char> blob_;
    PlanHeader header_;
    int program_ = -1;
};

// `plan` with ${instance} replaced by `argument` in every string.
[[nodiscard]] std::vector<char> instantiate(const PlanView& plan, std::string_view argument);

}  // namespace hob::base
