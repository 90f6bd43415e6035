#include "tools/hob/log_merge.hpp"

#include <algorithm>

namespace hob::tools {

base::Result<void> LogMerge::add(std::string_view root, std::string_view name) {
    auto reader = LogReader::open(root, name);
    if (!reader) return std::unexpected{reader.error()};
    if (reader->exists()) sources_.push_back(std::make_unique<Source>(*std::move(reader), LogLine{}));
    return {};
}

void LogMerge::keep_last(std::uint64_t count) {
    std::uint64_t there = 0;
    for (const auto& source : sources_) there += source->reader.keep_last(count);
    skip_ = there > count ? there - count : 0;
}

bool LogMerge::later(std::size_t a, std::size_t b) const noexcept {
    const auto left = sources_[a]->line.when, right = sources_[b]->line.when;
    return left != right ? left > right : a > b;
}

void LogMerge::push(std::size_t source) {
    if (!sources_[source]->reader.next(sources_[source]->line)) return;
    heap_.push_back(source);
    std::ranges::push_heap(heap_, [this](auto a, auto b) { return later(a, b); });
}

void LogMerge::begin() {
    begun_ = true;
    for (std::size_t i = 0; i < sources_.size(); ++i) push(i);
    LogLine line;
    std::string_view name;
    for (std::uint64_t left = std::exchange(skip_, 0); left != 0; --left)
        if (!next(line, name)) return;
}

bool LogMerge::next(LogLine& line, std::string_view& name) {
    if (!begun_) begin();
    if (handed_ != static_cast<std::size_t>(-1)) push(handed_);  // its line was borrowed until now
    handed_ = static_cast<std::size_t>(-1);
    if (heap_.empty()) return false;
    std::ranges::pop_heap(heap_, [this](auto a, auto b) { return later(a, b); });
    handed_ = heap_.back();
    heap_.pop_back();
    line = sources_[handed_]->line;
    name = sources_[handed_]->reader.name();
    return true;
}

}  // namespace hob::tools
