// A handful of measurements of one thing, and what is said about them.
#pragma once

#include <cstddef>
#include <vector>

namespace hob::bench {

class Samples {
  public:
    void add(double value) { values_.push_back(value); }
    [[nodiscard]] std::size_t count() const { return values_.size(); }
    // The smallest value that is not below `share` (0 to 1) of all. 0 when there are none.
    [[nodiscard]] double at(double share) const;
    [[nodiscard]] double median() const { return at(0.5); }
    [[nodiscard]] double least() const { return at(0); }
    [[nodiscard]] double most() const { return at(1); }

  private:
    std::vector<double> values_;
};

}  // namespace hob::bench
