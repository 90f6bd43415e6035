// When and how a dead scanner is started again. Pure.
//
// At once; after three deaths within five seconds with --rebuild, since the table may be what kills it; from
// the fourth on a second apart. Never given up. A scanner that lives longer is forgiven.
#pragma once

#include "base/time.hpp"

#include <array>
#include <cstddef>

namespace hob::init {

class Restarts {
  public:
    struct Next {
        bool rebuild;       // do not believe the table
        base::Nanos delay;  // before the start
    };
    static constexpr base::Nanos window = base::seconds(5), pause = base::seconds(1);

    constexpr Next death(base::Instant now) {
        const base::Instant fourth = deaths_[at_];
        deaths_[at_] = now;
        at_ = (at_ + 1) % deaths_.size();
        const base::Instant third = deaths_[at_];
        const bool quick = third && now - third <= window;
        const bool still = quick && fourth && now - fourth <= window + pause;
        return {quick, still ? pause : base::Nanos{}};
    }

  private:
    std::array<base::Instant, 3> deaths_{};  // a ring; the oldest is at at_
    std::size_t at_ = 0;
};

}  // namespace hob::init
