#include "rc/compile/model/similar.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace hob::rc::compile {

// Optimal string alignment (Damerau 1964, restricted), by rows.
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit) {
    if (a.size() > b.size()) std::swap(a, b);
    if (b.size() - a.size() > limit) return limit + 1;
    std::vector<std::size_t> before(a.size() + 1);
    std::vector<std::size_t> last(a.size() + 1);
    std::vector<std::size_t> row(a.size() + 1);
    for (std::size_t i = 0; i <= a.size(); ++i) last[i] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
        row[0] = j;
        for (std::size_t i = 1; i <= a.size(); ++i) {
            const std::size_t replaced = last[i - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[i] = std::min({last[i] + 1, row[i - 1] + 1, replaced});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[i] = std::min(row[i], before[i - 2] + 1);
        }
        if (*std::ranges::min_element(row) > limit) return limit + 1;
        std::swap(before, last);
        std::swap(last, row);
    }
    return last[a.size()];
}

void Nearest::consider(std::string_view candidate) {
    if (limit_ == 0) return;
    const std::size_t distance = edit_distance(word_, candidate, limit_);
    if (distance > limit_ || distance >= std::max(word_.size(), candidate.size())) return;
    found_ = candidate;
    limit_ = distance == 0 ? 0 : distance - 1;
}

std::string Nearest::hint() const {
    return found_ ? "did you mean '" + std::string{*found_} + "'?" : std::string{};
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates) {
    Nearest nearest{word};
    for (const std::string_view candidate : candidates) nearest.consider(candidate);
    return nearest.hint();
}

}  // namespace hob::rc::compile
