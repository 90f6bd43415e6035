// Engine: a client's conversation with hob-rc over RUN/sock/rc.
//
// One request a connection; the engine answers with Progress, Outcome and Report and ends with Finished. A
// wish that was sent is in the table: leaving, or a killed engine, does not take it back. Waiting can be
// interrupted by INT, TERM and HUP, which are blocked for the process from the first wait on.
#pragma once

#include "base/channel.hpp"
#include "base/fd.hpp"
#include "base/protocol.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace hob::tools {

// What a request is about and who hears of it; members left empty are not called.
struct Conversation {
    base::Request request;
    std::span<char* const> names;
    std::function<void(const base::Progress&)> progress;
    std::function<void(const base::Outcome&)> outcome;
    std::function<void(std::string_view)> report;
    std::function<void()> tick;     // twice a second while waiting
    std::function<bool()> give_up;  // asked as often: true ends waiting as `lost`
};

enum class Ending {
    finished,     // the engine has said so: `code`
    absent,       // nobody listens there
    lost,         // the connection broke before the end
    refused,      // it would not have us: `error`
    interrupted,  // by `signal`
};

struct Answer {
    Ending ending = Ending::absent;
    int code = 0;
    int signal = 0;
    base::Error error{0, ""};
};

inline constexpr base::Nanos engine_patience = base::seconds(2);

// Says `conversation` to the engine of `run`, waiting at most `patience` for one to be there.
[[nodiscard]] Answer talk(std::string_view run, const Conversation& conversation,
                          base::Nanos patience = engine_patience);
// One line about an answer that is not `finished`, and the exit code. An interruption ends the process by its
// signal.
int explain(const char* program, std::string_view run, const Answer& answer);

}  // namespace hob::tools
