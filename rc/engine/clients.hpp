// The clients of RUN/sock/rc: at most clients_max connections, each with one request.
//
// Root and the tree's owner are served, others told so and closed. A client that does not read what it is
// sent is dropped when a megabyte waits for it. A client that goes away takes nothing along: its wish stands.
#pragma once

#include "base/fd.hpp"
#include "base/loop.hpp"
#include "rc/engine/graph.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace hob::rc::engine {

class Engine;
class Client;

inline constexpr std::size_t clients_max = 64;

class Clients {
  public:
    explicit Clients(Engine& engine);
    ~Clients();
    Clients(const Clients&) = delete;
    Clients& operator=(const Clients&) = delete;

    [[nodiscard]] base::Result<void> listen(base::Loop& loop, const char* path);

    // The engine's turn, in this order. States of `touched` have been read: tell who waits for them, and end
    // the requests that have come to an end.
    void progress(std::span<const Node> touched);
    // Carry out new requests. True: there were some.
    bool apply();
    // What has been applied but is not so yet may have been lost: apply it again.
    void repeat();
    // Nothing is accepted any more; everyone who waits is told.
    void refuse_all();
    // Forget those that are through.
    void sweep();

  private:
    void accept(std::uint32_t events) noexcept;
    Engine& engine_;
    base::Fd listener_;
    base::Watch watch_;
    std::vector<std::unique_ptr<Client>> clients_;
};

}  // namespace hob::rc::engine
