// "Did you mean": the edit distance of two names.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace hob::rc::engine {

// Insertions, deletions, replacements and swaps of neighbours that make `a` into `b` (optimal string
// alignment). Longer names than 127 bytes count as far apart.
constexpr std::size_t distance(std::string_view a, std::string_view b) noexcept {
    constexpr std::size_t most = 128;
    if (a.size() >= most || b.size() >= most) return most;
    std::size_t rows[3][most] = {};
    for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        const auto& before = rows[(i + 2) % 3];
        const auto& two_before = rows[(i + 1) % 3];
        auto& row = rows[i % 3];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = before[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({before[j] + 1, row[j - 1] + 1, replaced});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[j] = std::min(row[j], two_before[j - 2] + 1);
        }
    }
    return rows[a.size() % 3][b.size()];
}

// Near enough to be meant: a third of the letters, three at most.
constexpr bool is_near(std::size_t distance, std::size_t length) noexcept {
    return distance <= std::clamp<std::size_t>(length / 3, 1, 3);
}

}  // namespace hob::rc::engine
