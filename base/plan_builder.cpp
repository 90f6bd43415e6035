#include "base/plan_builder.hpp"

#include <cstring>

namespace hob::base {

void PlanBuilder::close() {
    if (program_ >= 0) header_.ends[program_] = static_cast<std::uint32_t>(blob_.size());
}

void PlanBuilder::begin(Program program) {
    close();
    program_ = static_cast<int>(program);
    header_.programs[program_] = static_cast<std::uint32_t>(blob_.size());
}

void PlanBuilder::step(StepOp op, std::span<const std::int64_t> numbers,
                       std::span<const std::string_view> strings) {
    StepHeader h;
    h.op = op;
    h.number_count = static_cast<std::uint16_t>(numbers.size());
    h.string_count = static_cast<std::uint16_t>(strings.size());
    for (const auto s : strings) h.strings_size += static_cast<std::uint32_t>(s.size() + 1);
    const std::size_t bare = sizeof h + numbers.size_bytes() + h.strings_size;
    h.size = static_cast<std::uint32_t>((bare + 7) / 8 * 8);

    const std::size_t start = blob_.size();
    blob_.resize(start + h.size, '\0');
    char* at = blob_.data() + start;
    std::memcpy(at, &h, sizeof h);
    at += sizeof h;
    if (!numbers.empty()) std::memcpy(at, numbers.data(), numbers.size_bytes());
    at += numbers.size_bytes();
    for (const auto s : strings) {
        if (!s.empty()) std::memcpy(at, s.data(), s.size());
        at += s.size() + 1;
        if (s.find(instance_mark) != s.npos) header_.flags |= plan_template;
    }
}

std::vector<char> PlanBuilder::finish() {
    close();
    header_.policy = policy;
    header_.size = static_cast<std::uint32_t>(blob_.size());
    header_.checksum = 0;
    std::memcpy(blob_.data(), &header_, sizeof header_);
    header_.checksum = plan_checksum(blob_);
    std::memcpy(blob_.data(), &header_, sizeof header_);
    return std::move(blob_);
}

std::vector<char> instantiate(const PlanView& plan, std::string_view argument) {
    PlanBuilder builder;
    builder.policy = plan.policy();
    std::vector<std::string> kept;
    std::vector<std::string_view> strings;
    for (std::size_t p = 0; p < program_count; ++p) {
        const auto program = static_cast<Program>(p);
        if (!plan.has(program)) continue;
        builder.begin(program);
        for (const char* at = plan.begin(program); at != plan.end(program); at = Step{at}.next()) {
            const Step step{at};
            kept.clear();
            strings.clear();
            const char* s = step.strings();
            for (int i = 0; i < step.header().string_count; ++i, s = Step::next_string(s)) {
                std::string text{s};
                for (auto found = text.find(instance_mark); found != text.npos;
                     found = text.find(instance_mark, found + argument.size()))
                    text.replace(found, instance_mark.size(), argument);
                kept.push_back(std::move(text));
            }
            for (const auto& text : kept) strings.push_back(text);
            builder.step(step.op(), step.numbers(), strings);
        }
    }
    return builder.finish();
}

}  // namespace hob::base
