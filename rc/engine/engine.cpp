#include "rc/engine/engine.hpp"

#include "base/options.hpp"

#include <algorithm>
#include <utility>

#include <unistd.h>

namespace hob::rc::engine {

using base::Asker;
using base::State;
using base::Wish;

namespace {

using Words = base::Text<512>;

template <class Owner, auto Method>
void call(void* owner) noexcept {
    (static_cast<Owner*>(owner)->*Method)();
}

}  // namespace

Engine::Engine(const char* run, const char* up, Database database)
    : run_{run},
      up_{up},
      services_{std::move(database)},
      core_{services_.graph()},
      scan_path_{base::in_tree(run, "sock/scan")},
      clients_{*this} {}

base::Result<void> Engine::open() {
    auto opened = loop_.open();
    if (!opened) return opened;
    auto listening = clients_.listen(loop_, base::in_tree(run_, "sock/rc").c_str());
    if (!listening) return listening;
    link_.open(
        loop_, scan_path_.c_str(),
        {.owner = this,
         .connected = call<Engine, &Engine::connected>,
         .frame = [](void* self, const base::Frame& f) noexcept { static_cast<Engine*>(self)->frame(f); },
         .lost = call<Engine, &Engine::lost>,
         .served =
             [](void* self) noexcept {
                 static_cast<Engine*>(self)->settle();
                 static_cast<Engine*>(self)->sweep();
             }});
    return {};
}

std::optional<base::Status> Engine::status(Node n) noexcept {
    const base::ServiceId id = services_.id(n);
    if (!table_ || id >= table_->count()) return std::nullopt;
    return base::read_status(table_->record(id));
}

void Engine::frame(const base::Frame& frame) noexcept {
    base::Changed changed;
    base::Added answer;
    base::Hello hello;
    base::Shutdown shutdown;
    if (base::decode(frame, changed)) {
        if (const Node n = services_.node(changed.id); n != no_node) touch(n);
    } else if (base::decode(frame, answer)) {
        added(answer);
    } else if (base::decode(frame, hello)) {
        greeted(hello);
    } else if (base::decode(frame, shutdown)) {
        shutdown_asked_ = true;
    }
}

// Wishes that were on their way may be lost.
void Engine::lost() noexcept {
    adding_ = true;
    clients_.repeat();
}

void Engine::greeted(const base::Hello& hello) noexcept {
    if (hello.version == base::protocol_version) return;
    base::complain("hob-rc", "the scanner is of another version; restart the tree to use this one");
    ::_exit(base::exit_failed);
}

// One turn: look, end what has come to an end, begin what is new, decide.
void Engine::settle() {
    if (!link_.idle()) return;
    // What is touched from here on is to be read after the next batch, not now.
    read_.clear();
    read_.swap(touched_);
    for (const Node n : read_) read(n);
    if (adding_) learn();
    if (adding_) return;
    if (shutdown_asked_ && !core_.shutting_down()) begin_shutdown();
    core_.refresh();
    clients_.progress(read_);
    const bool fresh = clients_.apply();
    decide();
    link_.flush();
    if (fresh && link_.idle()) clients_.progress({});  // nothing had to be sent for them
}

// Leave counts only if this scanner has heard from us who is needed: after its death the table still says so,
// but nobody would take the leave back.
bool Engine::has_told_needs(Node n) const noexcept {
    if (n < told_needs_.size() && told_needs_[n]) return true;
    return std::ranges::none_of(services_.graph().out(n), &Edge::hard);
}

void Engine::read(Node n) {
    const auto status = this->status(n);
    if (!status) return;
    Seen seen{.state = status->state,
              .wish = status->wish,
              .asker = status->asker,
              .may_start = (status->flags & base::status_may_start) != 0 &&
                           ((status->flags & base::status_adopted) == 0 || has_told_needs(n)),
              .told_up = (status->flags & base::status_wanted) != 0};
    if (status->state == State::blocked) {
        seen.blame_kind = status->reason.kind;
        seen.blame = services_.node(status->reason.arg);
    }
    core_.see(n, seen);
}

void Engine::wish(Node n, Wish wish, Asker asker, std::uint32_t uid) {
    Seen seen = core_.seen(n);
    seen.wish = wish;
    seen.asker = asker;
    core_.see(n, seen);
    link_.add(base::SetWish{services_.id(n), wish, asker, uid});
    touch(n);
}

// Not persistent, but in the table: an engine that is started meanwhile knows.
void Engine::begin_shutdown() {
    core_.shut_down();
    Node any = no_node;
    bool noted = false;
    for (Node n = 0; n < services_.size(); ++n) {
        if (services_.id(n) == base::no_service) continue;
        any = n;
        if (core_.seen(n).wish != Wish::up) continue;
        wish(n, Wish::down, Asker::shutdown, 0);
        noted = true;
    }
    if (!noted && any != no_node) wish(any, Wish::down, Asker::shutdown, 0);
    clients_.refuse_all();
}

void Engine::decide() {
    actions_.clear();
    core_.evaluate(actions_);
    for (const Action& action : actions_) send(action);
}

void Engine::send(const Action& action) {
    const Node n = action.node;
    const base::ServiceId id = services_.id(n);
    if (id == base::no_service) return;
    touch(n);
    switch (action.what) {
        case Do::stop: return link_.add(base::Stop{id});
        case Do::block: {
            const base::ServiceId culprit = services_.id(action.blame);
            return link_.add(base::Mark{id, State::blocked, action.kind, culprit});
        }
        case Do::start: break;
    }
    if (action.fresh) {
        const auto status = this->status(n);
        wish(n, core_.seen(n).wish, Asker::user, status ? status->wish_uid : 0);
    }
    base::ServiceId needs[1024];
    std::size_t count = 0;
    for (const Edge e : services_.graph().out(n)) {
        const base::ServiceId need = services_.id(e.node());
        if (!e.hard() || !core_.counts(e) || need == base::no_service || count == 1024) continue;
        needs[count++] = need;
    }
    if (told_needs_.size() < services_.size()) told_needs_.resize(services_.size());
    told_needs_[n] = true;
    link_.add(base::Start{
        id, action.fresh, {reinterpret_cast<const char*>(needs), count * sizeof(base::ServiceId)}});
}

}  // namespace hob::rc::engine
