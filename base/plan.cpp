#include "base/plan.hpp"

#include "base/checksum.hpp"

#include <cstring>

namespace hob::base {

std::uint64_t plan_checksum(std::span<const char> blob) noexcept {
    constexpr std::size_t at = offsetof(PlanHeader, checksum);
    constexpr std::uint64_t zero = 0;
    const auto head = checksum(blob.data(), at);
    const auto middle = checksum(&zero, sizeof zero, head);
    return checksum(blob.data() + at + sizeof zero, blob.size() - at - sizeof zero, middle);
}

namespace {

// Numbers a step must have; -1: any count. Strings likewise, as a minimum.
struct Shape {
    int numbers;
    int strings_min;
};
constexpr std::array<Shape, step_names.size()> shapes{
    {{2, 0}, {0, 0}, {1, 0}, {0, 1}, {1, 0}, {3, 0}, {1, 0}, {-1, 0}, {2, 2}, {0, 0}, {0, 1}}};

const char* step_fault(const char* at, std::size_t left) noexcept {
    if (left < sizeof(StepHeader)) return "step cut off";
    StepHeader h;
    std::memcpy(&h, at, sizeof h);
    if (h.op > StepOp::last_) return "unknown step";
    if (h.size > left || h.size % 8 != 0 || h.size < sizeof h) return "step of impossible size";
    const std::size_t room = h.size - sizeof h;
    const std::size_t numbers = sizeof(std::int64_t) * h.number_count;
    if (numbers > room || h.strings_size > room - numbers) return "step overflows";
    const Shape shape = shapes[static_cast<std::size_t>(h.op)];
    if ((shape.numbers >= 0 && h.number_count != shape.numbers) || h.string_count < shape.strings_min)
        return "step of wrong shape";
    const char* const strings = at + sizeof h + numbers;
    std::size_t seen = 0;
    for (std::size_t i = 0; i < h.strings_size; ++i)
        if (strings[i] == '\0') ++seen;
    if (seen != h.string_count || (h.strings_size != 0 && strings[h.strings_size - 1] != '\0'))
        return "step with broken strings";
    return nullptr;
}

const char* program_fault(std::span<const char> blob, std::size_t begin, std::size_t end) noexcept {
    if (begin % 8 != 0 || begin < sizeof(PlanHeader) || end > blob.size() || begin > end)
        return "program out of bounds";
    StepOp last = StepOp::stdio;
    for (std::size_t at = begin; at != end;) {
        if (const char* fault = step_fault(blob.data() + at, end - at)) return fault;
        StepHeader h;
        std::memcpy(&h, blob.data() + at, sizeof h);
        if (last == StepOp::exec) return "steps after exec";
        last = h.op;
        at += h.size;
    }
    return last == StepOp::exec ? nullptr : "program without exec";
}

const char* plan_fault(std::span<const char> blob) noexcept {
    PlanHeader h;
    if (blob.size() < sizeof h) return "too short";
    std::memcpy(&h, blob.data(), sizeof h);
    if (h.magic != plan_magic) return "not a plan";
    if (h.version != plan_version) return "of another version";
    if (h.size != blob.size() || h.size > plan_size_max) return "size does not match";
    if (h.checksum != plan_checksum(blob)) return "checksum does not match";
    if (h.policy.type > ServiceType::last_ || h.policy.ready > Readiness::last_ ||
        h.policy.restart > RestartPolicy::last_ || h.policy.stop_signal > 64)
        return "impossible policy";
    for (std::size_t i = 0; i < program_count; ++i)
        if (h.programs[i] != 0)
            if (const char* fault = program_fault(blob, h.programs[i], h.ends[i])) return fault;
    return nullptr;
}

}  // namespace

std::optional<PlanView> PlanView::check(std::span<const char> blob, const char** why) noexcept {
    const char* const fault = plan_fault(blob);
    if (why != nullptr) *why = fault;
    if (fault != nullptr) return std::nullopt;
    return PlanView{blob.data()};
}

}  // namespace hob::base
