// What a measurement prints: a title, then one line a number, with its budget where there is one.
//
// Nothing is judged unless asked: with judge, finish() answers 1 when a number is above its budget. A number
// that could not be had is a line too, and misses its budget.
#pragma once

#include "tests/bench/samples.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace hob::bench {

enum class Unit { ms, us, kb, ratio, count };

class Sheet {
  public:
    explicit Sheet(bool judge) : judge_{judge} {}
    // A title, and under it what the numbers depend on.
    void title(std::string_view text);
    void note(std::string_view text);
    // Median with least and most.
    void spread(std::string_view what, const Samples& samples, Unit unit, std::optional<double> budget = {});
    void value(std::string_view what, double value, Unit unit, std::optional<double> budget = {});
    void missing(std::string_view what, std::string_view why);
    // The exit code.
    [[nodiscard]] int finish() const;

  private:
    void line(std::string_view what, std::string_view value, std::string_view range,
              std::string_view verdict);
    std::string judge(double value, Unit unit, std::optional<double> budget);
    bool judge_;
    int missed_ = 0;
};

// Times are kept in ns and printed in the unit.
[[nodiscard]] std::string in_unit(double value, Unit unit);

}  // namespace hob::bench
