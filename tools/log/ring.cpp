#include "tools/log/ring.hpp"

#include <algorithm>
#include <cstring>

namespace hob::log {

void Ring::push(std::string_view bytes) noexcept {
    if (bytes.size() > capacity) {  // cannot be, by the contract; keep the newest
        ++dropped_;
        bytes.remove_prefix(bytes.size() - capacity);
    }
    if (bytes.empty()) return;
    while (bytes.size() > capacity - size_) drop_line();
    const std::size_t end = (begin_ + size_) % capacity;
    const std::size_t first = std::min(bytes.size(), capacity - end);
    std::memcpy(data_ + end, bytes.data(), first);
    std::memcpy(data_, bytes.data() + first, bytes.size() - first);
    size_ += bytes.size();
}

void Ring::drop_line() noexcept {
    ++dropped_;
    while (size_ != 0) {
        const std::string_view part = front();
        const std::size_t newline = part.find('\n');
        consume(newline == part.npos ? part.size() : newline + 1);
        if (newline != part.npos) return;
    }
}

std::string_view Ring::front() const noexcept { return {data_ + begin_, std::min(size_, capacity - begin_)}; }

void Ring::consume(std::size_t size) noexcept {
    begin_ = (begin_ + size) % capacity;
    size_ -= size;
    if (size_ == 0) begin_ = 0;
}

}  // namespace hob::log
