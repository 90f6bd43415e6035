// IdIndex: key → service id, for many services: open addressing, linear probing.
//
// A key is 32 bits: a pid, or the hash of a name, in which case several ids may have the same key and the
// caller's predicate tells which is meant. Grows while services are loaded; removing shifts back, so there
// are no tombstones and a long life does not slow it down (Knuth, TAOCP 3, 6.4 R).
#pragma once

#include "base/service.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace hob::svc {

inline std::uint32_t name_key(std::string_view name) noexcept {
    std::uint32_t h = 2166136261;  // FNV-1a
    for (const char c : name) h = (h ^ static_cast<unsigned char>(c)) * 16777619;
    return h;
}

class IdIndex {
  public:
    void insert(std::uint32_t key, base::ServiceId id) noexcept {
        if (slots_.size() < 2 * (count_ + 1)) grow();
        place({key, id});
        ++count_;
    }
    // The id with this key that `meant(id)` accepts, or no_service.
    template <class Predicate>
    [[nodiscard]] base::ServiceId find(std::uint32_t key, Predicate meant) const noexcept {
        if (slots_.empty()) return base::no_service;
        for (std::size_t at = start(key); slots_[at].id != base::no_service; at = next(at))
            if (slots_[at].key == key && meant(slots_[at].id)) return slots_[at].id;
        return base::no_service;
    }
    [[nodiscard]] base::ServiceId find(std::uint32_t key) const noexcept {
        return find(key, [](base::ServiceId) { return true; });
    }
    void erase(std::uint32_t key, base::ServiceId id) noexcept {
        if (slots_.empty()) return;
        std::size_t hole = start(key);
        while (slots_[hole].id != base::no_service && (slots_[hole].key != key || slots_[hole].id != id))
            hole = next(hole);
        if (slots_[hole].id == base::no_service) return;
        --count_;
        for (std::size_t at = next(hole); slots_[at].id != base::no_service; at = next(at)) {
            // Does the way from its home to `at` lead over the hole?
            const std::size_t home = start(slots_[at].key), mask = slots_.size() - 1;
            if (((at - home) & mask) < ((at - hole) & mask)) continue;
            slots_[hole] = slots_[at];
            hole = at;
        }
        slots_[hole] = {};
    }

  private:
    struct Slot {
        std::uint32_t key = 0;
        base::ServiceId id = base::no_service;
    };
    [[nodiscard]] std::size_t start(std::uint32_t key) const noexcept {
        return static_cast<std::size_t>(std::uint64_t{key} * 0x9e3779b97f4a7c15 >> 32) & (slots_.size() - 1);
    }
    [[nodiscard]] std::size_t next(std::size_t at) const noexcept { return (at + 1) & (slots_.size() - 1); }
    void place(Slot slot) noexcept {
        std::size_t at = start(slot.key);
        while (slots_[at].id != base::no_service) at = next(at);
        slots_[at] = slot;
    }
    void grow() noexcept {
        std::vector<Slot> old(slots_.empty() ? 16 : slots_.size() * 2);
        old.swap(slots_);
        for (const Slot& slot : old)
            if (slot.id != base::no_service) place(slot);
    }
    std::vector<Slot> slots_;
    std::size_t count_ = 0;
};

}  // namespace hob::svc
