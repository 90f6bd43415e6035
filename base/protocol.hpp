// The one schema of every conversation between hob's parts (base/wire.hpp is the codec, docs/protocol.md the
// prose).
//
// Four conversations, all over SOCK_SEQPACKET; each side's first frame is Hello:
//   store   hob-init ↔ scanner   an inherited socket pair, descriptor 3 of the scanner
//   scan    scanner ↔ engine, logger, clients    RUN/sock/scan
//   rc      engine ↔ clients                     RUN/sock/rc
//   log     logger ↔ followers                   RUN/sock/log
// A frame marked [fd] takes the packet's next descriptor. Requests carry names, never paths. SO_PEERCRED
// decides: the uid must be 0 or the uid of the tree's owner; reading needs nothing, it goes through the
// mapped table. Append fields only with a new protocol_version.
#pragma once

#include "base/service.hpp"
#include "base/wire.hpp"

#include <cstdint>
#include <string_view>
#include <tuple>

namespace hob::base {

inline constexpr std::uint16_t protocol_version = 1;

enum class MessageType : std::uint16_t {
    hello = 1,
    // store
    put = 16,
    drop,
    exit_ack,
    power,
    stored,
    store_end,
    exited,
    exits_lost,
    refused,
    rescan,
    shutdown,
    // scan
    plan_source = 48,
    add,
    added,
    set_wish,
    start,
    stop,
    signal,
    mark,
    changed,
    log_stream,
    log_gone,
    remove,
    batch_end,
    // rc
    request = 80,
    subject,
    request_end,
    progress,
    result,
    report,
    finished,
    // log
    follow = 112,
    line
};

// What the sender of a Hello is.
enum class Peer : std::uint8_t { init, scanner, engine, logger, client, last_ = client };

struct Hello {
    static constexpr auto type = MessageType::hello;
    std::uint16_t version = protocol_version;
    Peer peer = Peer::client;
    std::uint8_t flags = 0;  // from init: hello_rebuild
    static constexpr auto fields = std::tuple{&Hello::version, &Hello::peer, &Hello::flags};
};
inline constexpr std::uint8_t hello_rebuild = 1;  // do not believe the table

// --- store: scanner → init ---

// Keep this descriptor under (id, role, slot), replacing what is there. [fd]
struct Put {
    static constexpr auto type = MessageType::put;
    ServiceId id = no_service;
    Role role = Role::none;
    std::uint8_t slot = 0;
    static constexpr auto fields = std::tuple{&Put::id, &Put::role, &Put::slot};
};
// Forget (id, role, slot); role none: everything of the id.
struct Drop {
    static constexpr auto type = MessageType::drop;
    ServiceId id = no_service;
    Role role = Role::none;
    std::uint8_t slot = 0;
    static constexpr auto fields = std::tuple{&Drop::id, &Drop::role, &Drop::slot};
};
// Every Exited up to `seq` has been recorded: forget them.
struct ExitAck {
    static constexpr auto type = MessageType::exit_ack;
    std::uint64_t seq = 0;
    static constexpr auto fields = std::tuple{&ExitAck::seq};
};
// A client asked for this. Engine → scanner on scan (any peer of the tree's owner may), which passes it on to
// init on store: init answers with Shutdown and starts its own deadline.
struct Power {
    static constexpr auto type = MessageType::power;
    PowerAction action = PowerAction::none;
    static constexpr auto fields = std::tuple{&Power::action};
};

// --- store: init → scanner ---

// One stored descriptor, replayed to a new scanner. [fd]
struct Stored {
    static constexpr auto type = MessageType::stored;
    ServiceId id = no_service;
    Role role = Role::none;
    std::uint8_t slot = 0;
    static constexpr auto fields = std::tuple{&Stored::id, &Stored::role, &Stored::slot};
};
// All of the store and every queued exit has been sent.
struct StoreEnd {
    static constexpr auto type = MessageType::store_end;
    static constexpr auto fields = std::tuple{};
};
// A process that was not the scanner's child has exited. Repeated to each new scanner until acknowledged.
struct Exited {
    static constexpr auto type = MessageType::exited;
    std::uint64_t seq = 0;
    std::int32_t pid = 0;
    std::int32_t status = 0;    // as wait(2)
    std::int64_t when = 0;      // Stamp
    std::uint64_t user_us = 0;  // rusage
    std::uint64_t system_us = 0;
    std::uint64_t max_rss_kb = 0;
    static constexpr auto fields =
        std::tuple{&Exited::seq,     &Exited::pid,       &Exited::status,    &Exited::when,
                   &Exited::user_us, &Exited::system_us, &Exited::max_rss_kb};
};
// The exit queue overflowed: check every service.
struct ExitsLost {
    static constexpr auto type = MessageType::exits_lost;
    static constexpr auto fields = std::tuple{};
};
// The store is full: this one is not kept.
struct Refused {
    static constexpr auto type = MessageType::refused;
    ServiceId id = no_service;
    Role role = Role::none;
    std::uint8_t slot = 0;
    static constexpr auto fields = std::tuple{&Refused::id, &Refused::role, &Refused::slot};
};

// --- store and scan ---

// init → scanner: HUP; client → scanner: `hob-svscan DIR` looks at its directory again.
struct Rescan {
    static constexpr auto type = MessageType::rescan;
    static constexpr auto fields = std::tuple{};
};
// init → scanner → engine: take everything down; the scanner exits 0 when all is down.
struct Shutdown {
    static constexpr auto type = MessageType::shutdown;
    PowerAction action = PowerAction::none;
    static constexpr auto fields = std::tuple{&Shutdown::action};
};

// --- scan: engine → scanner ---

// A file of plans; `key` (1…) names it in Add. Kept in the store. A known key is replaced. [fd]
struct PlanSource {
    static constexpr auto type = MessageType::plan_source;
    std::uint32_t key = 0;
    static constexpr auto fields = std::tuple{&PlanSource::key};
};
// Make a service known (or give a known one a new plan, used from its next start). Answered by Added.
struct Add {
    static constexpr auto type = MessageType::add;
    std::string_view name;
    ServiceType service_type = ServiceType::longrun;
    std::uint32_t source = 0;
    std::uint32_t offset = 0;
    std::uint32_t size = 0;
    static constexpr auto fields =
        std::tuple{&Add::name, &Add::service_type, &Add::source, &Add::offset, &Add::size};
};
// The service's id, or why there is none (an errno value).
struct Added {
    static constexpr auto type = MessageType::added;
    std::string_view name;
    ServiceId id = no_service;
    std::int32_t error = 0;
    static constexpr auto fields = std::tuple{&Added::name, &Added::id, &Added::error};
};
// Record a wish; the scanner itself does nothing about it.
struct SetWish {
    static constexpr auto type = MessageType::set_wish;
    ServiceId id = no_service;
    Wish wish = Wish::none;
    Asker asker = Asker::nobody;
    std::uint32_t uid = 0;
    static constexpr auto fields = std::tuple{&SetWish::id, &SetWish::wish, &SetWish::asker, &SetWish::uid};
};
// May start now: sets the may-start bit, which the scanner clears when one of `needs` (packed ids, 4 bytes
// each, at most 1024) stops being ready. A failed or resting service is tried afresh when `fresh`.
struct Start {
    static constexpr auto type = MessageType::start;
    ServiceId id = no_service;
    std::uint8_t fresh = 0;
    std::string_view needs;
    static constexpr auto fields = std::tuple{&Start::id, &Start::fresh, &Start::needs};
};
// Go down and stay there until the next Start.
struct Stop {
    static constexpr auto type = MessageType::stop;
    ServiceId id = no_service;
    static constexpr auto fields = std::tuple{&Stop::id};
};
// Send a signal to the main process.
struct Signal {
    static constexpr auto type = MessageType::signal;
    ServiceId id = no_service;
    std::uint8_t signal = 0;
    static constexpr auto fields = std::tuple{&Signal::id, &Signal::signal};
};
// Put a service without process into blocked or down, with the engine's reason.
struct Mark {
    static constexpr auto type = MessageType::mark;
    ServiceId id = no_service;
    State state = State::down;
    ReasonKind reason = ReasonKind::none;
    std::uint32_t arg = 0;
    static constexpr auto fields = std::tuple{&Mark::id, &Mark::state, &Mark::reason, &Mark::arg};
};
// Forget a service that is down (an instance, or one that left the database). Its record stays, nameless.
struct Remove {
    static constexpr auto type = MessageType::remove;
    ServiceId id = no_service;
    static constexpr auto fields = std::tuple{&Remove::id};
};

// --- scan: scanner → engine ---

// A transition has been committed. Sent in order; the table may already be further.
struct Changed {
    static constexpr auto type = MessageType::changed;
    ServiceId id = no_service;
    State state = State::down;
    Reason reason() const noexcept { return {kind, 0, code, arg}; }
    ReasonKind kind = ReasonKind::none;
    std::uint16_t code = 0;
    std::uint32_t arg = 0;
    static constexpr auto fields =
        std::tuple{&Changed::id, &Changed::state, &Changed::kind, &Changed::code, &Changed::arg};
};
// Everything sent before it has been carried out.
struct BatchEnd {
    static constexpr auto type = MessageType::batch_end;
    std::uint32_t tag = 0;
    static constexpr auto fields = std::tuple{&BatchEnd::tag};
};

// --- scan: scanner → logger ---

// The read end of a service's output pipe. [fd]
struct LogStream {
    static constexpr auto type = MessageType::log_stream;
    ServiceId id = no_service;
    std::string_view name;
    static constexpr auto fields = std::tuple{&LogStream::id, &LogStream::name};
};
// Nobody will write to it again: drain and close.
struct LogGone {
    static constexpr auto type = MessageType::log_gone;
    ServiceId id = no_service;
    static constexpr auto fields = std::tuple{&LogGone::id};
};

// --- rc: client → engine ---

enum class Verb : std::uint8_t { up, down, restart, why, plan, power, reload, last_ = reload };
inline constexpr std::uint8_t request_no_wait = 1, request_dry_run = 2;

// A wish on the Subjects that follow, ended by RequestEnd. One request a connection.
struct Request {
    static constexpr auto type = MessageType::request;
    Verb verb = Verb::up;
    std::uint8_t flags = 0;
    PowerAction power = PowerAction::none;
    std::int64_t timeout_ns = 0;  // 0: until every service's own deadlines have decided
    static constexpr auto fields =
        std::tuple{&Request::verb, &Request::flags, &Request::power, &Request::timeout_ns};
};
struct Subject {
    static constexpr auto type = MessageType::subject;
    std::string_view name;
    static constexpr auto fields = std::tuple{&Subject::name};
};
struct RequestEnd {
    static constexpr auto type = MessageType::request_end;
    static constexpr auto fields = std::tuple{};
};

// --- rc: engine → client ---

// A service the request waits for has changed; the table says the rest.
struct Progress {
    static constexpr auto type = MessageType::progress;
    ServiceId id = no_service;
    State state = State::down;
    std::uint32_t settled = 0;  // of `total` services of this request
    std::uint32_t total = 0;
    static constexpr auto fields =
        std::tuple{&Progress::id, &Progress::state, &Progress::settled, &Progress::total};
};
// How one named subject, or one service that keeps it from being so, ended.
struct Outcome {
    static constexpr auto type = MessageType::result;
    ServiceId id = no_service;
    State state = State::down;
    std::uint8_t good = 0;
    static constexpr auto fields = std::tuple{&Outcome::id, &Outcome::state, &Outcome::good};
};
// A line for people (why, plan, a refusal).
struct Report {
    static constexpr auto type = MessageType::report;
    std::string_view text;
    static constexpr auto fields = std::tuple{&Report::text};
};
// The end: an exit code of STYLE.md (0 done, 1 refused or failed).
struct Finished {
    static constexpr auto type = MessageType::finished;
    std::uint8_t code = 0;
    static constexpr auto fields = std::tuple{&Finished::code};
};

// --- log ---

// client → logger: send lines as they come; Subjects follow (none: all), then RequestEnd.
struct Follow {
    static constexpr auto type = MessageType::follow;
    static constexpr auto fields = std::tuple{};
};
// logger → client: one line, without its newline.
struct Line {
    static constexpr auto type = MessageType::line;
    std::int64_t when = 0;  // Wall
    std::string_view name;
    std::string_view text;
    static constexpr auto fields = std::tuple{&Line::when, &Line::name, &Line::text};
};

}  // namespace hob::base
