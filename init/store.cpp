#include "init/store.hpp"

namespace hob::init {

bool Store::put(StoreKey key, base::Fd fd) noexcept {
    if (!fd || capacity_ == 0) return false;
    std::uint32_t& first = head(key.id);
    for (std::uint32_t at = first; at != 0; at = entry(at - 1).next_plus_1) {
        Entry& e = entry(at - 1);
        if (!(StoreKey{e.id, e.role, e.slot} == key)) continue;
        const base::Fd old{e.fd_plus_1 - 1};
        e.fd_plus_1 = fd.release() + 1;
        return true;
    }
    std::uint32_t index = 0;
    if (free_plus_1_ != 0) {
        index = free_plus_1_ - 1;
        free_plus_1_ = entry(index).next_plus_1;
    } else if (high_ < capacity_) {
        index = high_++;
    } else {
        return false;
    }
    entry(index) = {key.id, fd.release() + 1, first, key.role, key.slot};
    first = index + 1;
    ++count_;
    return true;
}

void Store::drop(StoreKey key) noexcept {
    if (capacity_ == 0) return;
    const bool all = key.role == base::Role::none;
    for (std::uint32_t* link = &head(key.id); *link != 0;) {
        Entry& e = entry(*link - 1);
        if (e.id != key.id || (!all && !(StoreKey{e.id, e.role, e.slot} == key))) {
            link = &e.next_plus_1;
            continue;
        }
        const base::Fd old{e.fd_plus_1 - 1};
        const std::uint32_t self = *link;
        *link = e.next_plus_1;
        e = {0, 0, free_plus_1_, base::Role::none, 0};
        free_plus_1_ = self;
        --count_;
    }
}

bool Store::next(std::uint32_t* cursor, Kept* kept) const noexcept {
    while (*cursor < high_) {
        const Entry& e = entry((*cursor)++);
        if (e.fd_plus_1 == 0) continue;
        *kept = {{e.id, e.role, e.slot}, e.fd_plus_1 - 1};
        return true;
    }
    return false;
}

}  // namespace hob::init
