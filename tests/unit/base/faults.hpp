// each_fault: runs a body with its first, second, third … system call of the seam failing, until none is
// left.
//
// The seam is base::sys (HOB_FAULTS). Returns how many calls were failed, so that a test can see that
// something was tested at all. `sticky`: every call from the Nth on fails. open_fds() counts this process's
// descriptors.
#pragma once

#include "base/sys.hpp"

#include <dirent.h>

namespace hob::tests {

namespace detail {
inline int fault_code = 0, fault_at = 0, fault_seen = 0;
inline bool fault_sticky = false;
inline int fault(const char*) noexcept {
    ++fault_seen;
    return fault_seen == fault_at || (fault_sticky && fault_seen > fault_at) ? fault_code : 0;
}
}  // namespace detail

template <class Body>
int each_fault(int code, Body body, bool sticky = false) {
    using namespace detail;
    fault_code = code, fault_sticky = sticky;
    for (fault_at = 1;; ++fault_at) {
        fault_seen = 0;
        base::sys::fault_hook = fault;
        body();
        base::sys::fault_hook = nullptr;
        if (fault_seen < fault_at) return fault_at - 1;
    }
}

inline int open_fds() {
    int count = 0;
    DIR* const dir = ::opendir("/proc/self/fd");
    while (::readdir(dir) != nullptr) ++count;
    ::closedir(dir);
    return count;
}

}  // namespace hob::tests
