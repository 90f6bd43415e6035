// The live tree's directory: made if missing, named absolutely, and locked against a second hob-init.
//
// The lock (RUN/lock, flock) is held by a descriptor that no program started by hob-init gets, so it goes
// with the process however that ends.
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"
#include "base/text.hpp"

namespace hob::init {

class RunDirectory {
  public:
    // Leaves the working directory at "/". EWOULDBLOCK: another hob-init has it. ENAMETOOLONG: no socket
    // could be made below it.
    base::Result<void> take(const char* directory) noexcept;
    [[nodiscard]] const char* path() const noexcept { return path_.c_str(); }

  private:
    base::Result<void> name(const char* directory) noexcept;
    base::Text<96> path_;  // "/sock/scan" still fits behind it in a socket's address
    base::Fd lock_;
};

}  // namespace hob::init
