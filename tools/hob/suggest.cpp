#include "tools/hob/suggest.hpp"

#include <algorithm>
#include <vector>

namespace hob::tools {

std::size_t distance(std::string_view a, std::string_view b) {
    // Three rows of the table are enough: this one, the one before, and the one before that for swaps.
    std::vector<std::size_t> older(b.size() + 1), before(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        older.swap(before);
        before.swap(row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t cost = a[i - 1] == b[j - 1] ? 0 : 1;
            row[j] = std::min({before[j] + 1, row[j - 1] + 1, before[j - 1] + cost});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], older[j - 2] + 1);
        }
    }
    return row[b.size()];
}

void Suggestion::consider(std::string_view known) {
    const std::size_t limit = std::max<std::size_t>(std::max(word_.size(), known.size()) / 3, 1);
    const std::size_t longer = std::max(word_.size(), known.size()),
                      shorter = std::min(word_.size(), known.size());
    if (longer - shorter > limit) return;
    const std::size_t d = distance(word_, known);
    if (d > limit || (!best_.empty() && d >= best_distance_)) return;
    best_ = known;
    best_distance_ = d;
}

std::string Suggestion::text() const { return best_.empty() ? "" : " (did you mean " + best_ + "?)"; }

}  // namespace hob::tools
