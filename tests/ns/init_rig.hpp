// A real hob-init whose scanner is the test itself: tests/ns/init_scanner.cpp hands the store over.
#pragma once

#include "base/channel.hpp"
#include "base/protocol.hpp"
#include "tests/ns/namespace.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <set>

namespace hob::tests {

// One message of hob-init, decoded.
struct Told {
    base::MessageType type;
    base::Hello hello;
    base::Stored stored;
    base::Exited exited;
    base::Refused refused;
    base::Shutdown shutdown;
    std::shared_ptr<base::Fd> fd;  // of stored
};

// The scanner's side of the store, held by the test; `control` commands the process that it belongs to.
class Scanner {
  public:
    Scanner(base::Fd control, base::Fd store, std::string greeting, pid_t pid);

    [[nodiscard]] const std::string& greeting() const { return greeting_; }  // arguments, environment
    [[nodiscard]] pid_t pid() const { return pid_; }                         // seen from outside
    void command(const std::string& text);
    std::string answer();  // to a command; "" at the deadline
    void kill() const;

    void put(base::ServiceId id, base::Role role, std::uint8_t slot, int fd);
    void drop(base::ServiceId id, base::Role role, std::uint8_t slot = 0);
    void acknowledge(std::uint64_t seq);
    void power(base::PowerAction action);
    void send_raw(std::string_view bytes);

    // The next message, or nothing at the deadline or the end of the conversation.
    std::optional<Told> next(std::chrono::milliseconds limit = patience);
    // All messages up to and with the first of `type`; fails the test when it does not come.
    std::vector<Told> until(base::MessageType type);
    // All Exited up to that of `pid`.
    base::Exited exit_of(pid_t pid);
    [[nodiscard]] int store() const { return store_.get(); }

  private:
    template <class Message>
    void say(const Message& message, std::span<const int> fds = {});
    bool read_packet(std::chrono::milliseconds limit);

    base::Fd control_, store_;
    std::string greeting_;
    pid_t pid_;
    std::deque<Told> told_;
    std::unique_ptr<base::Packet> packet_ = std::make_unique<base::Packet>();
};

struct InitOptions {
    Words arguments = {};       // of hob-init, behind --run DIR
    std::string rc = "exit 0";  // what hob-rc does, a shell script
    bool pid_one = true;        // false: child subreaper
    std::map<std::string, std::string> env = {};
    std::string wrapper = {};  // a program that executes hob-init ("strace -o FILE"), split at blanks
    std::function<void()> prepare = {};
};

class InitRig {
  public:
    explicit InitRig(InitOptions options = {});
    // The scanner that hob-init has started; fails the test when none comes.
    Scanner accept(std::chrono::milliseconds limit = patience);
    [[nodiscard]] Namespace& ns() { return *ns_; }
    [[nodiscard]] const std::string& run() const { return run_; }
    [[nodiscard]] const std::string& bin() const { return bin_; }
    [[nodiscard]] std::string file(std::string_view name) const { return dir_ / name; }
    // hob-init's process, seen from outside.
    [[nodiscard]] pid_t init_pid() const;

  private:
    TempDir dir_;
    std::string bin_, run_;
    bool pid_one_;
    base::Fd listening_;
    std::unique_ptr<Namespace> ns_;
};

}  // namespace hob::tests
