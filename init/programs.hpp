// The programs hob-init starts, found beside its own executable, and the environment they get.
//
// The environment is made, not inherited: the kernel puts every word of its command line that it does not
// know into PID 1's. On a machine only TERM is taken over; in a container or tree also what describes the
// user. HOB_NOFILE is RLIMIT_NOFILE before hob-init raised it, "SOFT:HARD", for the scanner to give back to
// services.
#pragma once

#include "base/text.hpp"

#include <array>

namespace hob::init {

// "DIR/NAME" of an executable of the suite.
using ProgramPath = base::Text<512>;
ProgramPath beside(const char* name) noexcept;
// Finds the directory: of /proc/self/exe, else of `own_path` (argv[0]).
void find_programs(const char* own_path) noexcept;

class Environment {
  public:
    // `run` and `up` (empty: none given) are copied.
    void make(bool machine, const char* run, const char* up) noexcept;
    [[nodiscard]] char* const* list() const noexcept { return list_.data(); }

  private:
    void add(const char* assignment) noexcept;
    base::Text<128> run_, up_;
    base::Text<64> files_;
    std::array<char*, 12> list_{};
    std::size_t size_ = 0;
};

}  // namespace hob::init
