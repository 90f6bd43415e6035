#include "tools/hob/chart.hpp"

#include "tools/hob/text.hpp"

#include <algorithm>

namespace hob::tools {

namespace {

constexpr std::int64_t boot_gap = 60'000'000'000;

bool is_first(const Span& s) noexcept { return s.starts <= 1; }
// Where its bar ends.
std::int64_t end_of(const Span& s, std::int64_t now) noexcept { return s.ready != 0 ? s.ready : now; }

// How many of the sorted spans are the boot.
std::size_t boot_size(const std::vector<Span>& spans) noexcept {
    std::int64_t reached = 0;
    for (std::size_t i = 0; i < spans.size(); ++i) {
        if (reached != 0 && spans[i].started - reached > boot_gap) return i;
        if (is_first(spans[i])) reached = std::max({reached, spans[i].started, spans[i].ready});
    }
    return spans.size();
}

}  // namespace

std::string bar(std::int64_t from, std::int64_t to, std::int64_t begin, std::int64_t end,
                std::size_t columns) {
    const std::int64_t whole = std::max<std::int64_t>(end - begin, 1);
    const auto column = [&](std::int64_t t) {
        // In doubles: ns times columns does not overflow, and a column is coarse.
        const double share =
            static_cast<double>(std::clamp(t, begin, end) - begin) / static_cast<double>(whole);
        return static_cast<std::size_t>(share * static_cast<double>(columns));
    };
    const std::size_t first = std::min(column(from), columns - 1);
    const std::size_t last = std::max(column(to), first + 1);
    return std::string(first, ' ') + std::string(last - first, '=');
}

std::string chart(std::vector<Span> spans, std::int64_t now, std::size_t width, bool all) {
    std::ranges::sort(spans, [](const Span& a, const Span& b) {
        return a.started != b.started ? a.started < b.started : a.name < b.name;
    });
    const std::size_t boot = all ? spans.size() : boot_size(spans);
    const std::size_t later = spans.size() - boot;
    spans.resize(boot);
    std::size_t name_width = 4;
    std::int64_t begin = INT64_MAX, end = 0;
    for (const Span& s : spans) {
        name_width = std::max(name_width, s.name.size());
        if (!is_first(s)) continue;
        begin = std::min(begin, s.started);
        end = std::max({end, s.started, s.ready});
    }
    if (begin > end) begin = end = 0;
    constexpr std::size_t numbers = 33;  // three numbers and the bar's edge
    const std::size_t columns = width > name_width + numbers + 10 ? width - name_width - numbers - 1 : 10;
    std::string text = padded("NAME", name_width) + padded_left("START", 10) + padded_left("READY", 10) +
                       padded_left("TOOK", 9) + "   |\n";
    for (const Span& s : spans) {
        text += padded(s.name, name_width) + padded_left(seconds_text(s.started), 10);
        text += padded_left(s.ready != 0 ? seconds_text(s.ready) : s.state, 10);
        text += padded_left(s.ready != 0 ? seconds_text(s.ready - s.started) : "", 9) + "   |";
        text += is_first(s)
                    ? bar(s.started, std::min(end_of(s, now), std::max(end, s.started)), begin, end, columns)
                    : " started " + std::to_string(s.starts) + " times";
        text += "\n";
    }
    text += padded("", name_width) + " seconds since the kernel's start\n";
    if (later != 0) text += std::to_string(later) + " later starts are not shown (--all)\n";
    return text;
}

}  // namespace hob::tools
