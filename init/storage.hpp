// All memory that hob-init will ever have beyond its own pages: one anonymous mapping, made once at start.
//
// Sized by RLIMIT_NOFILE, since no more descriptors than that can ever be kept, less what hob-init needs for
// itself and for the packet it is reading. Nothing of it is touched here, so it costs only as it is used.
#pragma once

#include "init/exit_queue.hpp"
#include "init/store.hpp"

namespace hob::init {

struct Storage {
    Store store;
    ExitQueue exits;
};
// Empty if there is no memory: then everything is refused, and all exits but one are lost, in words.
Storage make_storage() noexcept;

}  // namespace hob::init
