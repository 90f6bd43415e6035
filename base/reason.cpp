#include "base/reason.hpp"

#include "base/options.hpp"

#include <cstring>

namespace hob::base {

namespace {

// 1500 ms as "1.5 s", 10000 as "10 s".
void add_span(ReasonText& text, std::uint32_t ms) noexcept {
    text.add(ms / 1000);
    if (ms % 1000 != 0) text.add('.').add(ms % 1000 / 100);
    text.add(" s");
}

void add_other(ReasonText& text, std::string_view other, std::uint32_t id) noexcept {
    if (!other.empty())
        text.add(other);
    else
        text.add("service ").add(id);
}

}  // namespace

ReasonText describe(const Reason& r, std::string_view other, std::string_view step) noexcept {
    ReasonText text;
    switch (r.kind) {
        case ReasonKind::none: break;
        case ReasonKind::asked: text.add("asked for"); break;
        case ReasonKind::exited: text.add("exited ").add(r.code); break;
        case ReasonKind::killed:
            text.add("killed by SIG").add(signal_name(r.code));
            if (r.arg == 1) text.add(" (core dumped)");
            break;
        case ReasonKind::launch_step:
            if (step.empty())
                text.add("step ").add(r.arg & 0xffff);
            else
                text.add(step);
            text.add(": ").add(std::strerror(r.code));
            break;
        case ReasonKind::start_timeout: add_span(text.add("readiness not reached in "), r.arg); break;
        case ReasonKind::stop_timeout: add_span(text.add("killed, not stopped in "), r.arg); break;
        case ReasonKind::finish_refused: text.add("finish said: do not restart"); break;
        case ReasonKind::restart_limit:
            add_span(text.add("restart limit: ").add(r.code).add(" in "), r.arg);
            break;
        case ReasonKind::need_failed: add_other(text, other, r.arg), text.add(" failed"); break;
        case ReasonKind::need_down: add_other(text, other, r.arg), text.add(" is kept down"); break;
        case ReasonKind::need_missing: text.add("a need does not exist"); break;
        case ReasonKind::ready_closed: text.add("readiness descriptor closed without a newline"); break;
        case ReasonKind::adopted: text.add("adopted"); break;
        case ReasonKind::history_unknown: text.add("adopted, history unknown"); break;
        case ReasonKind::clone_failed: text.add("no process: ").add(std::strerror(r.code)); break;
        case ReasonKind::exited_early: text.add("exited 0 before it was ready"); break;
    }
    return text;
}

}  // namespace hob::base
