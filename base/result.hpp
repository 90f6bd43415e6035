// Errors as values: every effectful function of tiers 0 and 1 returns Result<T>.
//
// Invariant: an Error owns nothing. `what` is a string literal naming the step, `code` an errno value, so an
// Error may outlive anything. Libraries return it; only programs print it, once, at the top.
#pragma once

#include <cerrno>
#include <expected>

namespace hob::base {

struct Error {
    int code;          // an errno value
    const char* what;  // literal naming the step: "open run script"
};

template <class T>
using Result = std::expected<T, Error>;

// The Error of the call that just failed.
[[nodiscard]] inline std::unexpected<Error> failed(const char* what) noexcept {
    return std::unexpected{Error{errno, what}};
}
[[nodiscard]] inline std::unexpected<Error> failed(int code, const char* what) noexcept {
    return std::unexpected{Error{code, what}};
}

}  // namespace hob::base
