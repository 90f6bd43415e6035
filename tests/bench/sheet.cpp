#include "tests/bench/sheet.hpp"

#include <cstdio>

namespace hob::bench {

std::string in_unit(double value, Unit unit) {
    char text[64];
    switch (unit) {
        case Unit::ms: std::snprintf(text, sizeof text, "%.2f ms", value / 1e6); break;
        case Unit::us: std::snprintf(text, sizeof text, "%.1f us", value / 1e3); break;
        case Unit::kb: std::snprintf(text, sizeof text, "%.0f KB", value); break;
        case Unit::ratio: std::snprintf(text, sizeof text, "%.2f", value); break;
        case Unit::count: std::snprintf(text, sizeof text, "%.0f", value); break;
    }
    return text;
}

void Sheet::title(std::string_view text) {
    std::printf("\n%.*s\n", static_cast<int>(text.size()), text.data());
    std::fflush(stdout);
}

void Sheet::note(std::string_view text) {
    std::printf("  (%.*s)\n", static_cast<int>(text.size()), text.data());
    std::fflush(stdout);
}

void Sheet::line(std::string_view what, std::string_view value, std::string_view range,
                 std::string_view verdict) {
    // std::string, as printf wants an end.
    const std::string words[] = {std::string{what}, std::string{value}, std::string{range},
                                 std::string{verdict}};
    std::printf("  %-44s %12s  %-24s %s\n", words[0].c_str(), words[1].c_str(), words[2].c_str(),
                words[3].c_str());
    std::fflush(stdout);
}

std::string Sheet::judge(double value, Unit unit, std::optional<double> budget) {
    if (!budget) return {};
    const bool good = value <= *budget;
    if (!good) ++missed_;
    return (good ? "ok      budget " : "MISSED  budget ") + in_unit(*budget, unit);
}

void Sheet::spread(std::string_view what, const Samples& samples, Unit unit, std::optional<double> budget) {
    const double median = samples.median();
    const std::string range = in_unit(samples.least(), unit) + " to " + in_unit(samples.most(), unit);
    line(what, in_unit(median, unit), range, judge(median, unit, budget));
}

void Sheet::value(std::string_view what, double value, Unit unit, std::optional<double> budget) {
    line(what, in_unit(value, unit), "", judge(value, unit, budget));
}

void Sheet::missing(std::string_view what, std::string_view why) {
    ++missed_;
    line(what, "-", why, "");
}

int Sheet::finish() const { return judge_ && missed_ > 0 ? 1 : 0; }

}  // namespace hob::bench
