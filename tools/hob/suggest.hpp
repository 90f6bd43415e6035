// "Did you mean …?": the known word nearest to one that is not known.
//
// Distance: insertions, deletions, replacements and swaps of neighbours (optimal string alignment). Nothing
// is suggested that differs in more than a third of its letters.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hob::tools {

[[nodiscard]] std::size_t distance(std::string_view a, std::string_view b);

class Suggestion {
  public:
    explicit Suggestion(std::string_view word) : word_{word} {}
    void consider(std::string_view known);
    // " (did you mean NAME?)", or nothing.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] const std::string& best() const noexcept { return best_; }

  private:
    std::string_view word_;
    std::string best_;
    std::size_t best_distance_ = 0;
};

}  // namespace hob::tools
