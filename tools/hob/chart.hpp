// The boot as a text chart: when each service was started and when it was ready, in the order of the starts.
//
//   NAME     START   READY    TOOK
//   sysctl   0.812   0.815   0.003   |=
//   nginx    0.815   1.020   0.205   |==========
//
// The table keeps the last start only: of a service that was started again since boot, only the times are
// shown. What began more than a minute after all before it was ready is no part of the boot, and counted at
// the end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace hob::tools {

struct Span {
    std::string name;
    std::int64_t started = 0;  // ns since boot
    std::int64_t ready = 0;    // 0: not ready
    std::uint32_t starts = 1;
    std::string state;  // shown when it is not ready
};

// The bar of [from, to] on an axis of `columns` from `begin` to `end`; at least one mark.
[[nodiscard]] std::string bar(std::int64_t from, std::int64_t to, std::int64_t begin, std::int64_t end,
                              std::size_t columns);
// All lines, for `width` columns; `now` ends the bars of what is not ready. `all`: also what came later.
[[nodiscard]] std::string chart(std::vector<Span> spans, std::int64_t now, std::size_t width, bool all);

}  // namespace hob::tools
