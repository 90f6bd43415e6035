#include "tests/bench/samples.hpp"

#include <algorithm>
#include <cmath>

namespace hob::bench {

double Samples::at(double share) const {
    if (values_.empty()) return 0;
    std::vector<double> sorted = values_;
    const double rank = std::ceil(share * static_cast<double>(sorted.size()));
    const auto index = static_cast<std::ptrdiff_t>(std::max(rank, 1.0)) - 1;
    std::nth_element(sorted.begin(), sorted.begin() + index, sorted.end());
    return sorted[static_cast<std::size_t>(index)];
}

}  // namespace hob::bench
