// ProgressLine: one line on a terminal that says how far a change is and what it waits for; nothing
// elsewhere.
//
//   3/12  waiting for nginx (starting 4 s), redis (starting 1 s) and 2 more
//
// Rewritten in place on each Progress and twice a second; clear() removes it before anything else is printed.
#pragma once

#include "base/protocol.hpp"
#include "tools/hob/tree.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace hob::tools {

class ProgressLine {
  public:
    // Borrows `tree`.
    ProgressLine(Tree& tree, int fd) noexcept;
    [[nodiscard]] bool visible() const noexcept { return visible_; }
    void update(const base::Progress& progress);
    void draw();
    void clear() noexcept;
    // The line for a terminal of `width` columns.
    [[nodiscard]] std::string text(std::size_t width);

  private:
    Tree& tree_;
    int fd_;
    bool visible_;
    bool drawn_ = false;
    std::uint32_t settled_ = 0, total_ = 0;
    std::vector<base::ServiceId> moving_;
};

}  // namespace hob::tools
