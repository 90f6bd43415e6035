#include "rc/engine/client.hpp"

#include "base/name.hpp"
#include "base/options.hpp"
#include "rc/engine/engine.hpp"
#include "rc/engine/explain.hpp"

#include <algorithm>
#include <utility>

namespace hob::rc::engine {

using base::Verb;

namespace {
using Words = base::Text<512>;
base::Packet received;  // too big for the stack
constexpr base::Nanos patience = base::seconds(90);
constexpr base::Nanos linger = base::seconds(2);  // for a client that does not close
}  // namespace

Client::Client(Engine& engine, base::Fd socket, std::uint32_t uid) noexcept
    : engine_{engine}, socket_{std::move(socket)}, uid_{uid} {
    tell(base::Hello{.peer = base::Peer::engine});
}

base::Result<void> Client::start() {
    auto started = watch_.start<&Client::ready>(engine_.loop(), socket_.get(), EPOLLIN, this);
    if (started) flush();  // the greeting, by which a client knows that somebody is there
    return started;
}

void Client::ready(std::uint32_t events) noexcept {
    if ((events & EPOLLOUT) != 0) flush();
    if (!gone_ && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) {
        auto got = base::receive_packet(socket_.get(), received);
        if (got && !received.closed)
            read_all();
        else if (got || (got.error().code != EAGAIN && got.error().code != EINTR))
            gone_ = true;  // what it asked for goes on
    }
    if (gone_) watch_.drop();
    engine_.settle();
    engine_.sweep();  // may destroy this
}

void Client::read_all() {
    base::PacketReader reader{received.bytes()};
    base::Frame f;
    while (!gone_ && reader.next(f)) frame(f);
    gone_ = gone_ || reader.damaged();
    received.clear();
}

void Client::frame(const base::Frame& frame) {
    base::Hello hello;
    base::Subject subject;
    base::RequestEnd last;
    if (over()) return;  // it has been answered already
    if (base::decode(frame, hello)) {
        if (hello.version != base::protocol_version) refuse("hob-rc is of another version");
        return;
    }
    if (stage_ == Stage::reading && base::decode(frame, ask_)) {
        asked_ = true;
        return;
    }
    const bool in_request = stage_ == Stage::reading && asked_;
    if (in_request && base::decode(frame, subject) && subjects_.size() < subjects_max)
        subjects_.emplace_back(subject.name);
    else if (in_request && base::decode(frame, last))
        begin();
    else
        gone_ = true;
}

void Client::begin() {
    const bool question =
        ask_.verb == Verb::why || ask_.verb == Verb::plan || (ask_.flags & base::request_dry_run) != 0;
    const bool needs_names = ask_.verb != Verb::power && ask_.verb != Verb::reload;
    if (needs_names && subjects_.empty()) return refuse("no service is named");
    if (!names_known()) return end(base::exit_failed);
    if (question) {
        if (!engine_.informed()) return refuse("the scanner has not answered yet");
        return answer();
    }
    if (engine_.core().shutting_down()) return refuse("the tree is shutting down");
    stage_ = Stage::queued;
    arm();
}

// All of them, before anything is done: one line for each that is not.
bool Client::names_known() {
    bool good = true;
    const Services& services = engine_.services();
    for (const std::string& name : subjects_) {
        const Node n = services.find(name);
        if (n != no_node ? !services.is_template(n) : services.template_of(name) != no_node) continue;
        good = false;
        if (const char* why = base::ServiceName::refusal(name); why != nullptr)
            report(Words{"not a service: ", why}.view());
        else if (n != no_node)
            report(Words{name, " is a template; name an instance: ", name, "NAME"}.view());
        else
            report(Words{name, ": no such service", suggestion(engine_, name).view()}.view());
    }
    return good;
}

void Client::answer() {
    const Lines lines{this,
                      [](void* self, std::string_view text) { static_cast<Client*>(self)->report(text); }};
    Services& services = engine_.services();
    engine_.core().refresh();
    for (const std::string& name : subjects_) {
        Node n = services.find(name);
        if (n == no_node) {
            report(Words{name, " does not exist yet: up makes it from its template"}.view());
            n = services.template_of(name);
            if (ask_.verb == Verb::why) continue;
        }
        named_.push_back(n);
        if (ask_.verb == Verb::why) explain(engine_, n, lines);
    }
    if (ask_.verb != Verb::why) {
        const Verb verb = ask_.verb == Verb::plan ? Verb::up : ask_.verb;
        explain(engine_, preview(engine_.core(), verb, named_), lines);
    }
    end(base::exit_done);
}

void Client::refuse(std::string_view why) {
    if (over()) return;
    report(why);
    end(base::exit_failed);
}

void Client::end(int code) {
    tell(base::Finished{static_cast<std::uint8_t>(code)});
    stage_ = Stage::over;
    flush();
    timer_.start<&Client::timed_out>(engine_.loop(), engine_.loop().now() + linger, this);
}

void Client::seal() {
    if (packet_.empty()) return;
    backlog_.emplace_back(packet_.bytes().begin(), packet_.bytes().end());
    backlog_size_ += packet_.bytes().size();
    packet_.clear();
    if (backlog_size_ > backlog_max) gone_ = true;
}

// All that waits, as far as there is room. The client closes first: closing while something of its own is
// unread would take from it what it has not read yet (ECONNRESET; unix_release_sock of Linux).
void Client::flush() noexcept {
    seal();
    while (!gone_ && backlog_sent_ < backlog_.size()) {
        auto& packet = backlog_[backlog_sent_];
        auto sent = base::send_packet(socket_.get(), packet);
        if (!sent && sent.error().code == EAGAIN) {
            gone_ = !watch_.change(EPOLLIN | EPOLLOUT);
            return;
        }
        gone_ = !sent;
        backlog_size_ -= packet.size();
        packet = {};
        ++backlog_sent_;
    }
    if (gone_) return;
    backlog_.clear();
    backlog_sent_ = 0;
    gone_ = !watch_.change(EPOLLIN);
}

void Client::arm() noexcept {
    const base::Nanos limit = ask_.timeout_ns > 0 ? base::Nanos{ask_.timeout_ns} : patience;
    timer_.start<&Client::timed_out>(engine_.loop(), engine_.loop().now() + limit, this);
}

}  // namespace hob::rc::engine
