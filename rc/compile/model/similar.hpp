// "Did you mean": the candidate that is nearest to a word, if any is near enough to be what was meant.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hob::rc::compile {

// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`; at most `limit` + 1.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit);

// Keeps the nearest of the candidates it is shown; the first of equals. Borrows them.
class Nearest {
  public:
    explicit Nearest(std::string_view word) : word_{word}, limit_{word.size() / 3 + 1} {}
    void consider(std::string_view candidate);
    [[nodiscard]] std::optional<std::string_view> found() const { return found_; }
    // "did you mean 'needs'?", or nothing.
    [[nodiscard]] std::string hint() const;

  private:
    std::string_view word_;
    std::size_t limit_;
    std::optional<std::string_view> found_;
};

[[nodiscard]] std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace hob::rc::compile
