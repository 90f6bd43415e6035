#include "svc/control.hpp"

#include "base/sys.hpp"
#include "svc/scanner.hpp"

#include <unistd.h>

namespace hob::svc {

using base::Peer;
using base::Result;

namespace {

constexpr std::size_t connections_max = 64;
constexpr int accepts_per_turn = 8;
constexpr int packets_per_turn = 8;
constexpr base::Nanos hello_limit = base::seconds(5);
constexpr base::Nanos rest = base::seconds(1);

}  // namespace

void Connection::on_event(std::uint32_t) noexcept { control.serve(*this); }

Result<void> Control::open(base::Loop& loop, const char* path, base::Fd kept) noexcept {
    loop_ = &loop;
    if (kept) {
        socket_ = std::move(kept);
    } else {
        auto socket = base::listen_at(path, 0600);
        if (!socket) return std::unexpected{socket.error()};
        socket_ = *std::move(socket);
    }
    return watch_.start<&Control::on_connect>(loop, socket_.get(), EPOLLIN, this);
}

void Control::on_connect(std::uint32_t) noexcept {
    for (int i = 0; i < accepts_per_turn; ++i) {
        const bool full = connections_.size() >= connections_max;
        Result<base::Fd> socket =
            full ? base::failed(EMFILE, "connections") : base::sys::accept(socket_.get());
        if (!socket && socket.error().code == EAGAIN) return;
        if (!socket && socket.error().code == ECONNABORTED) continue;
        if (!socket) {
            // The connection stays in the backlog: looking at it at once again would be a spin.
            watch_.drop();
            rest_.start<&Control::on_rest_over>(*loop_, loop_->now() + rest, this);
            return;
        }
        accept_one(*std::move(socket));
    }
}

void Control::on_rest_over() noexcept {
    (void)watch_.start<&Control::on_connect>(*loop_, socket_.get(), EPOLLIN, this);
}

void Control::accept_one(base::Fd socket) noexcept {
    const auto who = base::sys::peer(socket.get());
    if (!who || (who->uid != 0 && who->uid != ::geteuid())) return;
    auto c = std::make_unique<Connection>(*this, std::move(socket));
    auto watched =
        c->watch.start<&Connection::on_event>(*loop_, c->socket.get(), EPOLLIN | EPOLLRDHUP, c.get());
    if (!watched) return;
    c->silence.start<&Connection::on_silence>(*loop_, loop_->now() + hello_limit, c.get());
    connections_.push_back(std::move(c));
}

void Control::serve(Connection& c) noexcept {
    base::Packet& packet = scanner_.packet();
    for (int i = 0; i < packets_per_turn && !c.dropped; ++i) {
        auto received = base::receive_packet(c.socket.get(), packet);
        if (!received && received.error().code == EAGAIN) return;
        if (!received || packet.closed) {
            c.dropped = true;
            return;
        }
        base::PacketReader reader{packet.bytes()};
        for (base::Frame frame; !c.dropped && reader.next(frame);) obey(c, frame);
        if (reader.damaged()) c.dropped = true;
        packet.clear();
    }
}

template <class Message>
void Control::say(Connection& c, const Message& message, int fd) noexcept {
    if (!c.dropped && !c.out.add(message, fd)) c.dropped = true;  // it does not read
}
template <class Message>
void Control::say_to(Peer peer, const Message& message, int fd) noexcept {
    for (auto& c : connections_)
        if (c->greeted && c->peer == peer) say(*c, message, fd);
}

void Control::changed(base::ServiceId id, const base::Status& now) noexcept {
    say_to(Peer::engine, base::Changed{id, now.state, now.reason.kind, now.reason.code, now.reason.arg});
}
// A logger that has not been told of as many services yet comes to this one by itself.
void Control::log_stream(const Service& s) noexcept {
    if (!s.log_read || s.log_out_only) return;
    for (auto& c : connections_)
        if (c->greeted && c->peer == Peer::logger && s.id < c->next_stream)
            say(*c, base::LogStream{s.id, scanner_.record(s).name}, s.log_read.get());
}
void Control::log_gone(const Service& s) noexcept {
    if (s.log_read) say_to(Peer::logger, base::LogGone{s.id});
}
void Control::shutdown(base::PowerAction action) noexcept { say_to(Peer::engine, base::Shutdown{action}); }

bool Control::has_engine() const noexcept {
    for (const auto& c : connections_)
        if (c->greeted && !c->dropped && c->peer == Peer::engine) return true;
    return false;
}

void Control::flush() noexcept {
    bool engine_gone = false;
    for (auto& c : connections_) {
        if (!c->out.empty()) send(*c);
        if (c->greeted && c->peer == Peer::logger) tell_streams(*c);
        if (c->dropped && c->greeted && c->peer == Peer::engine) engine_gone = true;
    }
    std::erase_if(connections_, [](const auto& c) { return c->dropped; });
    if (engine_gone && !has_engine()) scanner_.engine_lost();
}

void Control::send(Connection& c) noexcept {
    const auto sent = c.out.flush(c.socket.get());
    if (!sent) c.dropped = true;
    if (sent) (void)c.watch.change(EPOLLIN | EPOLLRDHUP | (*sent ? 0U : EPOLLOUT));
}

// A packet's worth at a time, as the socket takes them: each waits with a descriptor of its own.
void Control::tell_streams(Connection& c) noexcept {
    const auto services = scanner_.services();
    while (c.out.empty() && !c.dropped && c.next_stream < services.size()) {
        for (std::size_t n = 0; n < base::packet_fds_max && c.next_stream < services.size();
             ++c.next_stream) {
            const auto& s = services[c.next_stream];
            if (!s || !s->log_read || s->log_out_only) continue;
            say(c, base::LogStream{s->id, scanner_.record(*s).name}, s->log_read.get());
            ++n;
        }
        if (!c.out.empty()) send(c);
    }
}

void Control::greet(Connection& c, const base::Hello& hello) noexcept {
    c.silence.stop();
    say(c, base::Hello{.peer = Peer::scanner});
    if (hello.version != base::protocol_version) {
        (void)c.out.flush(c.socket.get());  // so that it can tell why
        c.dropped = true;
        return;
    }
    c.peer = hello.peer;
    c.greeted = true;
}

void Control::obey(Connection& c, const base::Frame& frame) noexcept {
    base::Hello hello;
    if (!c.greeted) {
        if (decode(frame, hello))
            greet(c, hello);
        else
            c.dropped = true;
        return;
    }
    if (!obey_plans(c, frame) && !obey_service(frame)) obey_tree(c, frame);
}

bool Control::obey_plans(Connection& c, const base::Frame& frame) noexcept {
    base::PlanSource source;
    base::Add adding;
    if (decode(frame, source)) {
        base::Fd file = scanner_.packet().take_fd();
        if (!file) return c.dropped = true;
        if (auto set = scanner_.set_plan_source(source.key, std::move(file)); !set)
            scanner_.complain("plan source", set.error());
        return true;
    }
    if (!decode(frame, adding)) return false;
    add(c, adding);
    return true;
}

void Control::add(Connection& c, const base::Add& what) noexcept {
    base::Added answer{what.name, base::no_service, 0};
    auto plan = scanner_.sources().find(what.source, what.offset, what.size);
    if (!plan) {
        answer.error = plan.error().code;
        scanner_.complain(what.name, plan.error());
    } else if (auto added = scanner_.add(what.name, what.service_type, *std::move(plan)); !added) {
        answer.error = added.error().code;
    } else {
        answer.id = (*added)->id;
    }
    say(c, answer);
}

void Control::start(const base::Start& what) noexcept {
    Service* const s = scanner_.at(what.id);
    base::ServiceId needs[1024];
    if (s == nullptr || what.needs.size() > sizeof needs) return;
    std::memcpy(needs, what.needs.data(), what.needs.size());
    scanner_.start(*s, what.fresh != 0, {needs, what.needs.size() / sizeof needs[0]});
}

bool Control::obey_service(const base::Frame& frame) noexcept {
    base::SetWish wish;
    base::Start starting;
    base::Stop stop;
    base::Signal signal;
    base::Mark mark;
    base::Remove removal;
    const auto with = [&](base::ServiceId id, auto act) {
        if (Service* const s = scanner_.at(id); s != nullptr) act(*s);
        return true;
    };
    if (decode(frame, wish)) return with(wish.id, [&](Service& s) { scanner_.set_wish(s, wish); });
    if (decode(frame, starting)) return start(starting), true;
    if (decode(frame, stop)) return with(stop.id, [&](Service& s) { scanner_.stop(s); });
    if (decode(frame, signal)) return with(signal.id, [&](Service& s) { scanner_.signal(s, signal.signal); });
    if (decode(frame, mark)) return with(mark.id, [&](Service& s) { scanner_.mark(s, mark); });
    if (decode(frame, removal)) return with(removal.id, [&](Service& s) { scanner_.remove(s); });
    return false;
}

void Control::obey_tree(Connection& c, const base::Frame& frame) noexcept {
    base::BatchEnd batch;
    base::Power power;
    if (decode(frame, batch)) {
        scanner_.sources().sweep();
        say(c, batch);
    } else if (decode(frame, power))
        scanner_.ask_power(power.action);
    else if (frame.type == base::MessageType::rescan)
        scanner_.rescan();
}

}  // namespace hob::svc
