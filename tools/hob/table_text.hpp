// Columns: rows of cells, aligned, with the last column as wide as it likes.
#pragma once

#include "tools/hob/screen.hpp"

#include <cstddef>
#include <initializer_list>
#include <string>
#include <vector>

namespace hob::tools {

struct Cell {
    std::string text;
    Colour colour = Colour::plain;
    bool right = false;  // aligned to the right
};

class Columns {
  public:
    void row(std::vector<Cell> cells);
    // Two spaces between columns, no blanks at the end of a line. Cells from outside must be escaped already.
    void print(Screen& screen) const;

  private:
    std::vector<std::vector<Cell>> rows_;
    std::vector<std::size_t> widths_;
};

}  // namespace hob::tools
