// The child of f1, between clone and exec.
#pragma once

#include "tests/bench/bare/keeper.hpp"

#include <cstddef>

namespace hob::bench {

// Each launch slot lends its child a block of low descriptors, so that the child's own table, which it makes
// with its first call, is a small one (toolchain: "flat in the number of open descriptors").
enum Hand : int { hand_report, hand_log, hand_ready, hand_store, hand_count };
inline constexpr int first_block = 10, slot_count = 16;
inline constexpr int blocks_end = first_block + slot_count * hand_count;

struct ChildOrder {
    const char* path = nullptr;
    int base = 0;  // of the block
    bool log = false, report = false, ready = false, store = false;
    KeepOrder put{};  // index of the service
};

// Own table, and a byte to say so; own pidfd into the store; log on 1 and 2; readiness pipe on 3; exec.
// `order` is a ChildOrder.
[[noreturn]] void run_child(void* order);

}  // namespace hob::bench
