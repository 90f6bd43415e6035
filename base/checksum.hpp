// FNV-1a over 8-byte words, then bytes: detects damage, not malice.
//
// Each step (xor, multiply by an odd number) is a bijection of the state, so two inputs of equal length that
// differ in one word never collide: every single-bit flip is found. Source: Fowler/Noll/Vo, 64-bit FNV prime.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace hob::base {

inline std::uint64_t checksum(const void* data, std::size_t size,
                              std::uint64_t state = 0xcbf29ce484222325) noexcept {
    constexpr std::uint64_t prime = 0x100000001b3;
    const auto* at = static_cast<const unsigned char*>(data);
    for (; size >= 8; size -= 8, at += 8) {
        std::uint64_t word;
        std::memcpy(&word, at, 8);
        state = (state ^ word) * prime;
        state ^= state >> 32;  // a bijection too; carries high bits down between multiplications
    }
    for (; size != 0; --size, ++at) state = (state ^ *at) * prime;
    return state;
}

}  // namespace hob::base
