// One scanner per plain directory: makes the state directory and takes DIR/lock.
//
// A POSIX record lock: it belongs to the process, so no child that still holds a copy of the descriptor keeps
// it when the scanner dies. Held until the process ends. EAGAIN: another scanner has it.
#pragma once

#include "base/result.hpp"

namespace hob::svc {

[[nodiscard]] base::Result<void> lock_state(const char* path) noexcept;

}  // namespace hob::svc
