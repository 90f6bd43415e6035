// Puts a finished file in its place: entirely, or not at all.
//
// The bytes go to a temporary file beside the target, are read back through the reader's full check, synced,
// and renamed over it. A failure at any moment leaves the previous file as it was and nothing beside it
// (killed between two calls, at most an unfinished file whose name begins with '.').
#pragma once

#include "base/result.hpp"

#include <span>
#include <string>

namespace hob::rc::compile {

[[nodiscard]] base::Result<void> write_database(const std::string& path,
                                                std::span<const char> bytes) noexcept;

}  // namespace hob::rc::compile
