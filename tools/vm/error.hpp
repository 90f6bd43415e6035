// What goes wrong with a machine, as one exception: a text that names the step, and what kind of failure it
// is.
#pragma once

#include <chrono>
#include <stdexcept>
#include <string>

namespace hob::vm {

using Clock = std::chrono::steady_clock;
using Deadline = Clock::time_point;
using std::chrono::milliseconds;
using std::chrono::seconds;

inline Deadline in(milliseconds span) { return Clock::now() + span; }

class VmError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

}  // namespace hob::vm
