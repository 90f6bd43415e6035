#include "tools/hob/table_text.hpp"

#include "tools/hob/text.hpp"

#include <algorithm>

namespace hob::tools {

void Columns::row(std::vector<Cell> cells) {
    if (cells.size() > widths_.size()) widths_.resize(cells.size());
    for (std::size_t i = 0; i < cells.size(); ++i) widths_[i] = std::max(widths_[i], cells[i].text.size());
    rows_.push_back(std::move(cells));
}

void Columns::print(Screen& screen) const {
    for (const auto& cells : rows_) {
        std::size_t used = cells.size();
        while (used != 0 && cells[used - 1].text.empty()) --used;
        for (std::size_t i = 0; i < used; ++i) {
            const Cell& cell = cells[i];
            const std::size_t fill = widths_[i] - cell.text.size();
            if (i != 0) screen.add("  ");
            if (cell.right) screen.add(std::string(fill, ' '));
            screen.add(cell.colour, cell.text);
            if (!cell.right && i + 1 != used) screen.add(std::string(fill, ' '));
        }
        screen.add("\n");
    }
}

}  // namespace hob::tools
