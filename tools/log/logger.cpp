#include "tools/log/logger.hpp"

#include "base/name.hpp"
#include "base/options.hpp"
#include "base/sys.hpp"
#include "base/table.hpp"
#include "base/text.hpp"

#include <csignal>
#include <new>

#include <poll.h>
#include <unistd.h>

namespace hob::log {

namespace sys = base::sys;

Logger::Logger(std::string_view run, Limits limits) noexcept
    : shared_{loop_, followers_, std::string{run} + "/log", limits},
      socket_{base::in_tree(run, "sock/log")},
      link_{loop_, base::in_tree(run, "sock/scan"),
            StreamSink{
                .owner = this,
                .appeared =
                    [](void* self, base::ServiceId id, std::string_view name, base::Fd pipe) noexcept {
                        static_cast<Logger*>(self)->appeared(id, name, std::move(pipe));
                    },
                .gone = [](void* self, base::ServiceId id) noexcept { static_cast<Logger*>(self)->gone(id); },
                .say = [](void*, std::string_view what, int code) noexcept { say(what, code); }}} {}

base::Result<void> Logger::start() noexcept {
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGTERM);
    sigaddset(&mask, SIGINT);
    sigprocmask(SIG_SETMASK, &mask, nullptr);
    (void)std::signal(SIGPIPE, SIG_IGN);
    if (auto opened = loop_.open(); !opened) return opened;
    auto signals = sys::signals(mask);
    if (!signals) return std::unexpected{signals.error()};
    signals_ = *std::move(signals);
    auto watched = signal_watch_.start<&Logger::on_signal>(loop_, signals_.get(), EPOLLIN, this);
    if (!watched) return watched;
    auto listener = base::listen_at(socket_.c_str(), 0600);
    if (!listener) return std::unexpected{listener.error()};
    const Followers::Drain drain{
        this, [](void* self, std::string_view name) noexcept { static_cast<Logger*>(self)->drain(name); }};
    if (auto started = followers_.start(loop_, *std::move(listener), drain); !started) return started;
    link_.start();
    return {};
}

int Logger::run() noexcept {
    while (!ending_) {
        if (auto turned = loop_.turn(); !turned) {
            say(turned.error().what, turned.error().code);
            return base::exit_temporary;
        }
        look_after();
    }
    for (const auto& stream : streams_) {
        if (stream == nullptr) continue;
        stream->finish();
        (void)stream->writer().retry(base::wall_now());
    }
    followers_.flush();
    return base::exit_done;
}

void Logger::appeared(base::ServiceId id, std::string_view name, base::Fd pipe) noexcept {
    if (!pipe || id >= base::table_capacity_max || base::ServiceName::refusal(name) != nullptr)
        return say("a log stream without pipe or name came from the scanner", EPROTO);
    if (id >= streams_.size()) streams_.resize(id + 1);
    auto& stream = streams_[id];
    if (stream != nullptr && stream->name() != name) stream->finish(), stream.reset();
    if (stream != nullptr && stream->is_same_pipe(pipe.get())) return;
    if (stream == nullptr) stream.reset(new Stream{shared_, name});
    if (auto attached = stream->attach(std::move(pipe)); !attached)
        say(base::Text<256>{name, ": ", attached.error().what}.view(), attached.error().code);
}

void Logger::gone(base::ServiceId id) noexcept {
    if (id >= streams_.size() || streams_[id] == nullptr) return;
    streams_[id]->finish();
    (void)streams_[id]->writer().retry(base::wall_now());
    streams_[id].reset();
}

void Logger::drain(std::string_view name) noexcept {
    for (const auto& stream : streams_)
        if (stream != nullptr && (name.empty() || stream->name() == name)) stream->drain();
}

void Logger::on_signal(std::uint32_t) noexcept { ending_ = true; }

// After each turn: followers get their lines, failures are told, and a second try is due if a disk refused.
void Logger::look_after() noexcept {
    followers_.flush();
    bool behind = false;
    for (const auto& stream : streams_) {
        if (stream == nullptr) continue;
        behind = behind || stream->writer().behind();
        if (const base::Error* error = stream->writer().complaint())
            say(base::Text<256>{stream->name(), ": ",
                                error->code != 0 ? error->what : "the log is written again"}
                    .view(),
                error->code);
    }
    if (behind && !retry_.running()) retry_.start<&Logger::retry>(loop_, loop_.now() + retry_delay_, this);
}

void Logger::retry() noexcept {
    bool good = true;
    for (const auto& stream : streams_)
        if (stream != nullptr && !stream->writer().retry(base::wall_now())) good = false;
    retry_delay_ = good ? retry_first : base::Nanos{retry_delay_.count * 2};
    if (retry_delay_ > retry_last) retry_delay_ = retry_last;
}

// Our own words go through a pipe that we read ourselves: never wait for room in it.
void Logger::say(std::string_view what, int code) noexcept {
    pollfd room{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
    if (::poll(&room, 1, 0) != 1 || (room.revents & POLLOUT) == 0) return;
    if (code != 0)
        base::complain("hob-log", what, code);
    else
        base::complain("hob-log", what);
}

}  // namespace hob::log
