#include "base/tree.hpp"

#include <cstdlib>

namespace hob::base {

const char* run_directory(const char* option) noexcept {
    if (option != nullptr) return option;
    const char* const variable = std::getenv(run_variable);
    return variable != nullptr && *variable != '\0' ? variable : default_run;
}

}  // namespace hob::base
