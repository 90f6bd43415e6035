// A plan blob comes out of a database file or a memfd.  Whatever check() lets through must be walkable to the
// end and usable as a template.  Magic, version, size and checksum are mended first, or the fuzzer would see
// nothing else.
#include "base/plan.hpp"

#include "base/plan_builder.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace hob::base {
namespace {

void mend(std::vector<char>& blob) {
    PlanHeader header;
    if (blob.size() < sizeof header) return;
    std::memcpy(&header, blob.data(), sizeof header);
    header.magic = plan_magic;
    header.version = plan_version;
    header.size = static_cast<std::uint32_t>(blob.size());
    std::memcpy(blob.data(), &header, sizeof header);
    header.checksum = plan_checksum(blob);
    std::memcpy(blob.data(), &header, sizeof header);
}

// Reads every byte a step offers; the sanitizer watches.
void read_step(Step step) {
    std::int64_t seen = static_cast<std::int64_t>(name_of(step.op()).size());
    for (const std::int64_t number : step.numbers()) seen ^= number;
    const char* text = step.strings();
    for (int i = 0; i < step.header().string_count; ++i) text = Step::next_string(text);
    if (text > step.next() || seen == INT64_MIN) std::abort();
}

}  // namespace
}  // namespace hob::base

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace hob::base;  // NOLINT(google-build-using-namespace)
    std::vector<char> blob(data, data + size);
    mend(blob);
    const auto plan = PlanView::check(blob);
    if (!plan) return 0;
    for (const Program program : {Program::main, Program::down, Program::finish}) {
        if (!plan->has(program)) continue;
        for (const char* at = plan->begin(program); at != plan->end(program); at = Step{at}.next())
            read_step(Step{at});
    }
    const auto instance = instantiate(*plan, "x");
    if (size < plan_size_max / 4 && !PlanView::check(instance)) std::abort();
    return 0;
}
