// What a pidfd tells by itself: pidfd_open(2), readable once the process is dead, reaped or not.
#pragma once

#include <poll.h>

namespace hob::svc {

inline bool is_dead(int pidfd) noexcept {
    pollfd look{pidfd, POLLIN, 0};
    return ::poll(&look, 1, 0) == 1 && (look.revents & POLLIN) != 0;
}

}  // namespace hob::svc
