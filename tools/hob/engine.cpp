#include "tools/hob/engine.hpp"

#include "base/options.hpp"
#include "base/sys.hpp"
#include "base/tree.hpp"
#include "tools/hob/tree.hpp"

#include <csignal>
#include <cstring>

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace hob::tools {

namespace sys = base::sys;

namespace {

base::Packet received;  // both too big for a stack
base::PacketWriter packet;

// The signals that end waiting, as a descriptor.
int signal_fd() {
    static const int fd = [] {
        sigset_t mask;
        sigemptyset(&mask);
        for (const int s : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&mask, s);
        ::sigprocmask(SIG_BLOCK, &mask, nullptr);
        auto opened = sys::signals(mask);
        return opened ? opened->release() : -1;
    }();
    return fd;
}
int take_signal() {
    signalfd_siginfo info{};
    const auto got = sys::read(signal_fd(), &info, sizeof info);
    return got && *got == sizeof info ? static_cast<int>(info.ssi_signo) : 0;
}

bool is_absent(int code) noexcept { return code == ENOENT || code == ECONNREFUSED || code == ENOTDIR; }

// A connected socket; the engine may just be starting.
base::Result<base::Fd> connect(const char* path, base::Nanos patience) {
    const base::Instant end = base::monotonic_now() + patience;
    for (;;) {
        auto socket = base::connect_to(path);
        if (socket || !is_absent(socket.error().code) || base::monotonic_now() >= end) return socket;
        pollfd interrupted{.fd = signal_fd(), .events = POLLIN, .revents = 0};
        if (::poll(&interrupted, 1, 20) > 0) return socket;
    }
}

base::Result<void> send_all(int socket, const Conversation& c) {
    packet.clear();
    bool good = packet.add(base::Hello{}) && packet.add(c.request);
    const auto add = [&](const auto& message) -> base::Result<void> {
        if (packet.add(message)) return {};
        if (auto sent = base::send_packet(socket, packet.bytes()); !sent) return sent;
        packet.clear();
        good = good && packet.add(message);
        return {};
    };
    for (const char* const name : c.names)
        if (auto added = add(base::Subject{.name = name}); !added) return added;
    if (auto added = add(base::RequestEnd{}); !added) return added;
    if (!good) return base::failed(EMSGSIZE, "request");
    return base::send_packet(socket, packet.bytes());
}

// One packet's messages; false when they cannot be understood.
bool take(const Conversation& c, Answer& answer, bool& ended) {
    base::PacketReader reader{received.bytes()};
    for (base::Frame frame{}; reader.next(frame);) {
        base::Hello hello;
        base::Progress progress;
        base::Outcome outcome;
        base::Report report;
        base::Finished finished;
        if (base::decode(frame, hello)) {
            if (hello.version != base::protocol_version) return false;
        } else if (base::decode(frame, progress)) {
            if (c.progress) c.progress(progress);
        } else if (base::decode(frame, outcome)) {
            if (c.outcome) c.outcome(outcome);
        } else if (base::decode(frame, report)) {
            if (c.report) c.report(report.text);
        } else if (base::decode(frame, finished)) {
            ended = true;
            answer = {.ending = Ending::finished, .code = finished.code};
        } else {
            return false;
        }
    }
    return !reader.damaged();
}

// The engine greets at once: silence from the start means that it is stopped or hangs. Later it may be silent
// as long as the request may take, which is its own business unless the caller set a limit.
Answer converse(int socket, const Conversation& c) {
    Answer answer{.ending = Ending::lost};
    const base::Instant begin = base::monotonic_now();
    const base::Nanos limit{c.request.timeout_ns};
    bool heard = false;
    for (bool ended = false; !ended;) {
        const base::Nanos spent = base::monotonic_now() - begin;
        if (!heard && spent > engine_patience) return {.ending = Ending::absent};
        if (limit.count > 0 && spent > limit + engine_patience) return {.ending = Ending::absent};
        pollfd fds[] = {{.fd = socket, .events = POLLIN, .revents = 0},
                        {.fd = signal_fd(), .events = POLLIN, .revents = 0}};
        const bool bounded = c.tick || c.give_up || !heard || limit.count > 0;
        const int ready = ::poll(fds, 2, bounded ? 500 : -1);
        if (ready < 0 && errno != EINTR) return answer;
        if (ready == 0 && c.tick) c.tick();
        if (ready == 0 && c.give_up && c.give_up()) return answer;
        if (ready <= 0) continue;
        if (fds[1].revents != 0) return {.ending = Ending::interrupted, .signal = take_signal()};
        const auto got = base::receive_packet(socket, received);
        if (!got && got.error().code == EAGAIN) continue;
        if (!got || received.closed) return answer;
        heard = true;
        const bool good = take(c, answer, ended);
        received.clear();
        if (!good)
            return {.ending = Ending::refused, .error = {EPROTO, "the engine speaks another protocol"}};
    }
    return answer;
}

}  // namespace

Answer talk(std::string_view run, const Conversation& c, base::Nanos patience) {
    const base::Path path = base::in_tree(run, "sock/rc");
    (void)signal_fd();
    auto socket = connect(path.c_str(), patience);
    if (!socket) {
        pollfd interrupted{.fd = signal_fd(), .events = POLLIN, .revents = 0};
        if (::poll(&interrupted, 1, 0) > 0) return {.ending = Ending::interrupted, .signal = take_signal()};
        if (is_absent(socket.error().code)) return {};
        return {.ending = Ending::refused, .error = {socket.error().code, "connect to the engine"}};
    }
    if (auto sent = send_all(socket->get(), c); !sent) {
        if (sent.error().code == EPIPE || sent.error().code == ECONNRESET) return {.ending = Ending::lost};
        return {.ending = Ending::refused, .error = sent.error()};
    }
    return converse(socket->get(), c);
}

int explain(const char* program, std::string_view run, const Answer& answer) {
    switch (answer.ending) {
        case Ending::finished: return answer.code;
        case Ending::absent:
            if (const auto tree = Tree::open(std::string{run}); !tree || tree->is_over()) {
                base::complain(program, no_tree_text(run, tree ? base::Error{ENOENT, ""} : tree.error()));
                return base::exit_temporary;
            }
            base::complain(program, std::string{"no engine answers at "} + std::string{run} +
                                        " (hob status --all shows whether it runs)");
            return base::exit_temporary;
        case Ending::lost:
            base::complain(
                program,
                "the engine closed the connection before it was done (hob status tells how far it came)");
            return base::exit_temporary;
        case Ending::refused:
            base::complain(program, answer.error.what, answer.error.code);
            return answer.error.code == EACCES || answer.error.code == EPERM ? base::exit_failed
                                                                             : base::exit_temporary;
        case Ending::interrupted: break;
    }
    // Die of the signal, so that a shell or a script sees an interruption.
    sigset_t all;
    sigfillset(&all);
    (void)std::signal(answer.signal, SIG_DFL);
    ::sigprocmask(SIG_UNBLOCK, &all, nullptr);
    ::raise(answer.signal);
    return base::exit_failed;
}

}  // namespace hob::tools
