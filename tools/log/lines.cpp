#include "tools/log/lines.hpp"

#include <algorithm>

namespace hob::log {

bool Splitter::next(std::string_view& bytes, Piece& piece) noexcept {
    if (bytes.empty()) return false;
    piece = {};
    if (inside_ && length_ == line_max && bytes.front() != '\n') {  // full, and it does go on
        piece.ends = true;
        expect_rest();
        return true;
    }
    if (!inside_) piece.begins = next_mark_;
    inside_ = true;
    const std::size_t room = std::min(line_max - length_, bytes.size());
    const std::size_t newline = bytes.substr(0, std::min(room + 1, bytes.size())).find('\n');
    const std::size_t size = newline != bytes.npos ? newline : room;
    piece.text = bytes.substr(0, size);
    piece.ends = newline != bytes.npos;
    bytes.remove_prefix(size + (piece.ends ? 1 : 0));
    length_ += size;
    if (piece.ends) reset();
    return true;
}

}  // namespace hob::log
