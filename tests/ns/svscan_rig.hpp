// A hob-init and a hob-svscan in namespaces, with the test as their engine.
//
// Stand-ins take the places of hob-rc and hob-log. Plans are made with the builder, handed over in memfds as
// the engine does, and what happens is seen in the table.
#pragma once

#include "base/channel.hpp"
#include "base/plan_builder.hpp"
#include "base/protocol.hpp"
#include "base/table.hpp"
#include "tests/ns/namespace.hpp"

#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

namespace hob::tests {

class Rig {
  public:
    // `init`: under hob-init; else the scanner alone, without a store.
    explicit Rig(bool init = true, Namespace::Options options = {});

    // A plan that runs the payload with `words`; `shape` may change the rest.
    using Shape = std::function<void(base::PlanBuilder&)>;
    base::ServiceId add(const std::string& name, const Words& words, const Shape& policy = {},
                        const Shape& steps = {}, const Shape& programs = {});
    void start(base::ServiceId id, bool fresh = false, const std::vector<base::ServiceId>& needs = {});
    // Several in one packet: launched in one turn of the scanner.
    void start_together(const std::vector<base::ServiceId>& ids);
    void stop(base::ServiceId id) { say(base::Stop{id}); }
    template <class Message>
    void say(const Message& message, int fd = -1) {
        for (;;) {
            const auto sent = base::send_message(engine_.get(), message, std::span{&fd, fd < 0 ? 0U : 1U});
            if (sent) return;
            if (sent.error().code != EAGAIN || !wait_room())
                throw std::runtime_error{std::string{"say: "} + sent.error().what};
        }
    }
    void connect();
    void hang_up() { engine_.reset(); }
    // The next frame of that type that the scanner sends within `patience`.
    template <class Message>
    bool hear(Message& message);

    base::Status status(base::ServiceId id);
    bool wait_state(base::ServiceId id, base::State state, std::chrono::milliseconds limit = patience);
    bool wait_reason(base::ServiceId id, base::ReasonKind kind);
    bool wait_file(const std::string& path, std::string_view text = "");
    // The scanner's own pid, as seen outside; 0: there is none at the moment.
    pid_t scanner();
    // Kills the scanner and waits until another one has taken over.
    void replace_scanner();

    [[nodiscard]] std::string path(std::string_view name) const { return dir_ / name; }
    [[nodiscard]] std::string payload() const { return bin_ + "/payload"; }
    [[nodiscard]] std::string run() const { return dir_ / "run"; }
    Namespace& inside() { return *ns_; }
    // For INFO: what the table says of a service and what was written to standard error.
    std::string said(base::ServiceId id);
    std::string said() { return "--- said:\n" + ns_->output(); }

  private:
    bool receive();
    bool wait_room();

    TempDir dir_;
    std::string bin_;
    std::unique_ptr<Namespace> ns_;
    base::Fd engine_;
    std::unique_ptr<base::Packet> packet_ = std::make_unique<base::Packet>();
    std::optional<base::PacketReader> reader_;
    std::uint32_t sources_ = 0;
};

std::string content(const std::string& path);
// Lines of a file.
std::vector<std::string> lines(const std::string& path);

template <class Message>
bool Rig::hear(Message& message) {
    for (;;) {
        base::Frame frame;
        while (reader_ && reader_->next(frame))
            if (base::decode(frame, message)) return true;
        if (!receive()) return false;
    }
}

}  // namespace hob::tests
