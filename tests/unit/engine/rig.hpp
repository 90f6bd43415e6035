// A real engine in one thread with its scanner: definitions compiled, a table written, packets both ways.
//
// The scanner here carries commands out at once: a service told to start is ready, unless the test says that
// it fails or hangs; one told to stop is down. The test turns both in step until nothing moves any more.
#pragma once

#include "base/channel.hpp"
#include "base/protocol.hpp"
#include "base/table.hpp"
#include "rc/engine/engine.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace hob::tests {

using Files = std::map<std::string, std::string>;

// A folder below /tmp, gone with the object.
class Folder {
  public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }
    [[nodiscard]] const std::string& path() const { return path_; }
    void write(const std::string& name, const std::string& text) const;

  private:
    std::string path_;
};

// Compiles `files` (of a repository) to the file `database`. Throws what the compiler says.
void compile(const Files& files, const std::string& database);

class Scanner {
  public:
    explicit Scanner(std::string run);
    ~Scanner();

    // Carries out what has come; true: there was something.
    bool turn();
    void hang_up() { peer_.reset(); }
    // What a start does from now on to that service; default: it is ready at once.
    enum class Fate : std::uint8_t { ready, fails, hangs };
    std::map<std::string, Fate> fate;
    // Its state changes by itself.
    void change(const std::string& name, base::State state, base::Reason reason = {});
    void shut_down();
    // What it was told, as "start db", "stop db", "block web", "wish web up user".
    std::vector<std::string> take_heard() { return std::exchange(heard_, {}); }
    base::Status status(const std::string& name) const;
    [[nodiscard]] std::vector<std::string> names() const;

  private:
    void obey(const base::Frame& frame);
    void commit(base::ServiceId id, const base::Status& status);
    void enter(base::ServiceId id, base::State state, base::Reason reason, std::uint8_t flags);
    void add(const base::Add& what);
    void start(const base::Start& what);
    template <class Message>
    void say(const Message& message);
    base::Record& record(base::ServiceId id) const;
    base::ServiceId find(std::string_view name) const;

    std::string run_;
    base::Fd listener_;
    base::Fd peer_;
    base::Fd table_;
    char* map_ = nullptr;
    std::vector<std::string> heard_;
};

// One connection of a client: a request, and what came back as lines.
class Asker {
  public:
    Asker(const std::string& run, base::Verb verb, const std::vector<std::string>& names,
          std::uint8_t flags = 0, std::int64_t timeout_ns = 0);
    // Reads what is there.
    void turn();
    [[nodiscard]] int code() const { return code_; }  // -1: not finished
    std::vector<std::string> lines;                   // reports
    std::vector<std::string> outcomes;                // "3 up good", "4 failed bad"
    int progress = 0;

  private:
    base::Fd socket_;
    int code_ = -1;
};

class Rig {
  public:
    explicit Rig(const Files& files, const char* up = nullptr);

    // Until nothing moves.
    void settle();
    // A new engine in the place of the old one, which is killed.
    void replace_engine();
    std::unique_ptr<Asker> ask(base::Verb verb, const std::vector<std::string>& names, std::uint8_t flags = 0,
                               std::int64_t timeout_ns = 0);
    std::string state(const std::string& name) const {
        return std::string{base::name_of(scanner.status(name).state)};
    }

    Folder folder;
    Scanner scanner;
    std::unique_ptr<rc::engine::Engine> engine;
    std::vector<Asker*> askers;

  private:
    void start_engine();
    const char* up_;
};

}  // namespace hob::tests
