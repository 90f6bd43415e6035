#include "rc/engine/clients.hpp"

#include "base/channel.hpp"
#include "base/sys.hpp"
#include "rc/engine/client.hpp"
#include "rc/engine/engine.hpp"

#include <algorithm>
#include <utility>

#include <unistd.h>

namespace hob::rc::engine {

Clients::Clients(Engine& engine) : engine_{engine} {}
Clients::~Clients() = default;

base::Result<void> Clients::listen(base::Loop& loop, const char* path) {
    auto listener = base::listen_at(path, 0600);
    if (!listener) return std::unexpected{listener.error()};
    listener_ = *std::move(listener);
    return watch_.start<&Clients::accept>(loop, listener_.get(), EPOLLIN, this);
}

void Clients::accept(std::uint32_t) noexcept {
    auto socket = base::sys::accept(listener_.get());
    if (!socket) return;                             // gone again, or no descriptor left: it is asked again
    if (clients_.size() >= 2 * clients_max) return;  // nor room for telling them so
    const auto peer = base::sys::peer(socket->get());
    if (!peer) return;
    auto client = std::make_unique<Client>(engine_, *std::move(socket), peer->uid);
    if (!client->start()) return;
    if (peer->uid != 0 && peer->uid != ::geteuid())
        client->refuse("only root and the owner of the tree may ask");
    else if (clients_.size() >= clients_max)
        client->refuse("too many clients at once; try again");
    clients_.push_back(std::move(client));
    sweep();
}

void Clients::progress(std::span<const Node> touched) {
    for (auto& client : clients_) client->progress(touched);
}

bool Clients::apply() {
    bool any = false;
    for (auto& client : clients_) any = client->apply() || any;
    return any;
}

void Clients::repeat() {
    for (auto& client : clients_) client->repeat();
}

void Clients::refuse_all() {
    for (auto& client : clients_)
        if (client->waits()) client->refuse("the tree is shutting down");
}

void Clients::sweep() {
    std::erase_if(clients_, [](const auto& client) { return client->gone(); });
}

}  // namespace hob::rc::engine
