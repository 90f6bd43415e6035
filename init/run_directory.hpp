// The live tree's directory: made if missing, named absolutely, and locked against a second hob-init.
//
// The lock (RUN/lock, flock) is held by a descriptor that no program started by hob-init gets, so it goes
// with the process however that ends.
#pragma once

#include "base/fd.hpp"
#include "base/text.hpp"

namespace hob::init {

class RunDirectory {
  public:
    // 0, or an errno value. Leaves the working directory at "/". EWOULDBLOCK: another hob-init has it.
    // ENAMETOOLONG: no socket could be made below it.
    [[nodiscard]] int take(const char* directory) noexcept;
    [[nodiscard]] const char* path() const noexcept { return path_.c_str(); }

  private:
    int name(const char* directory) noexcept;
    static constexpr std::size_t path_max = 96;  // "/sock/scan" fits behind it in a socket's address
    base::Text<path_max> path_;
    base::Fd lock_;
};

}  // namespace hob::init
