// The descriptor store: what the scanner must not lose when it dies, by (service id, role, slot).
//
// A table of fixed capacity over borrowed, zeroed memory. Entries lie in the order they came, each chained to
// a head chosen by the service's id: ids are small and dense, so that memory is touched only as far as the
// store is filled (20 bytes a descriptor), and a look-up walks the few descriptors of one service. Putting a
// known key replaces (and closes) what was there; a full store refuses. Descriptors are closed when dropped;
// the store itself lives as long as the process.
#pragma once

#include "base/fd.hpp"
#include "base/service.hpp"

#include <cstddef>
#include <cstdint>

namespace hob::init {

struct StoreKey {
    base::ServiceId id;
    base::Role role;
    std::uint8_t slot;
    friend constexpr bool operator==(const StoreKey&, const StoreKey&) = default;
};

class Store {
  public:
    Store() noexcept = default;
    // `memory`: zeroed, aligned to 16, size_for(capacity) bytes.
    Store(void* memory, std::uint32_t capacity) noexcept
        : pages_{static_cast<Page*>(memory)}, capacity_{capacity} {}
    static constexpr std::size_t size_for(std::uint32_t capacity) {
        return (capacity + per_page - 1) / per_page * sizeof(Page);
    }

    // False (and the descriptor is closed): full.
    [[nodiscard]] bool put(StoreKey key, base::Fd fd) noexcept;
    // Closes it; role none: everything of the id.
    void drop(StoreKey key) noexcept;

    struct Kept {
        StoreKey key;
        int fd;
    };
    // The next one at or after `*cursor`, which is moved behind it. Changes in between are fine. False: no
    // more.
    [[nodiscard]] bool next(std::uint32_t* cursor, Kept* kept) const noexcept;

    [[nodiscard]] std::uint32_t count() const noexcept { return count_; }
    [[nodiscard]] std::uint32_t capacity() const noexcept { return capacity_; }

  private:
    // Zero is "none" everywhere, so that fresh memory needs no preparation.
    struct Entry {
        std::uint32_t id;
        std::int32_t fd_plus_1;
        std::uint32_t next_plus_1;  // in its chain, or in the free list
        base::Role role;
        std::uint8_t slot;
    };
    static constexpr std::uint32_t per_page = 128;
    // Heads and entries share pages: a small store touches one.
    struct alignas(16) Page {
        std::uint32_t heads_plus_1[per_page];
        Entry entries[per_page];
    };
    static_assert(sizeof(Entry) == 16 && sizeof(Page) == 2560);

    [[nodiscard]] Entry& entry(std::uint32_t index) const noexcept {
        return pages_[index / per_page].entries[index % per_page];
    }
    [[nodiscard]] std::uint32_t& head(base::ServiceId id) const noexcept {
        const std::uint32_t index = id % capacity_;
        return pages_[index / per_page].heads_plus_1[index % per_page];
    }

    Page* pages_ = nullptr;
    std::uint32_t capacity_ = 0;
    std::uint32_t count_ = 0;
    std::uint32_t high_ = 0;         // entries ever used
    std::uint32_t free_plus_1_ = 0;  // those of them that are free
};

}  // namespace hob::init
