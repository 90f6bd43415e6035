#include "base/protocol.hpp"
#include "base/sys.hpp"
#include "tests/unit/tools/scratch.hpp"
#include "tools/log/logger.hpp"
#include "tools/log/stamp.hpp"

#include <chrono>
#include <csignal>
#include <string>
#include <string_view>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace base = hob::base;
namespace sys = hob::base::sys;
using hob::test::read_all;
using hob::test::Scratch;

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds patience{20};

template <class Condition>
bool eventually(Condition condition) {
    for (const auto end = Clock::now() + patience; Clock::now() < end; ::usleep(1000))
        if (condition()) return true;
    return false;
}
bool readable(int fd) {
    pollfd one{.fd = fd, .events = POLLIN, .revents = 0};
    return ::poll(&one, 1, 20'000) == 1;
}

// hob-log in a process of its own, and a test in the scanner's place.
struct Tree {
    Tree() {
        std::filesystem::create_directories(scratch / "sock");
        listener = base::listen_at((scratch / "sock/scan").c_str(), 0600).value();
        begin();
    }
    ~Tree() {
        if (pid > 0) end(SIGKILL);
    }
    void begin() {
        pid = ::fork();
        if (pid == 0) {
            static hob::log::Logger self{scratch.path(), hob::log::Limits{}};
            ::_exit(self.start() ? self.run() : 9);
        }
        meet();
    }
    // The scanner's side of the connection.
    void meet() {
        REQUIRE(readable(listener.get()));
        logger = sys::accept(listener.get()).value();
        REQUIRE(readable(logger.get()));
        base::Packet packet;
        REQUIRE(base::receive_packet(logger.get(), packet));
        base::PacketReader reader{packet.bytes()};
        base::Frame frame{};
        base::Hello hello;
        REQUIRE(reader.next(frame));
        REQUIRE(base::decode(frame, hello));
        CHECK(hello.peer == base::Peer::logger);
        REQUIRE(base::send_message(logger.get(), base::Hello{.peer = base::Peer::scanner}));
    }
    int end(int signal) {
        ::kill(pid, signal);
        int status = 0;
        ::waitpid(pid, &status, 0);
        pid = -1;
        return status;
    }
    void stream(base::ServiceId id, std::string_view name, const sys::Pipe& pipe) const {
        const int fds[] = {pipe.read.get()};
        REQUIRE(base::send_message(logger.get(), base::LogStream{.id = id, .name = name}, fds));
    }
    std::string log(const std::string& name) const {
        std::string text = read_all(scratch / ("log/" + name + "/current"));
        std::string bytes;
        for (std::size_t at = 0; at < text.size();) {
            const auto end = std::min(text.find('\n', at), text.size() - 1) + 1;
            bytes += text.substr(at + hob::log::stamp_size, end - at - hob::log::stamp_size);
            at = end;
        }
        return bytes;
    }
    bool logs(const std::string& name, std::string_view text) const {
        return eventually([&] { return log(name) == text; });
    }

    Scratch scratch;
    base::Fd listener;
    base::Fd logger;
    pid_t pid = -1;
};

void print(const sys::Pipe& pipe, std::string_view text) { REQUIRE(sys::write_all(pipe.write.get(), text)); }

// A client of RUN/sock/log.
struct Follower {
    explicit Follower(const Tree& tree, std::string_view name = {}) : Follower{tree, name, true} {}
    Follower(const Tree& tree, std::string_view name, bool wait) {
        REQUIRE(eventually([&] {
            auto connected = base::connect_to((tree.scratch / "sock/log").c_str());
            if (connected) socket = *std::move(connected);
            return connected.has_value();
        }));
        base::PacketWriter request;
        REQUIRE(request.add(base::Hello{}));
        REQUIRE(request.add(base::Follow{}));
        if (!name.empty()) REQUIRE(request.add(base::Subject{.name = name}));
        REQUIRE(request.add(base::RequestEnd{}));
        REQUIRE(base::send_packet(socket.get(), request.bytes()));
        if (wait) answer();
    }
    // Hello: lines flow from here.
    void answer() const {
        REQUIRE(readable(socket.get()));
        base::Packet packet;
        REQUIRE(base::receive_packet(socket.get(), packet));
    }
    // The next `count` lines as "name text\n".
    std::string lines(int count) {
        std::string all;
        while (count > 0) {
            if (!readable(socket.get())) return all + "(nothing more)";
            base::Packet packet;
            if (!base::receive_packet(socket.get(), packet) || packet.closed) return all + "(closed)";
            base::PacketReader reader{packet.bytes()};
            base::Line line;
            for (base::Frame frame{}; reader.next(frame); --count)
                if (base::decode(frame, line))
                    all += std::string{line.name} + " " + std::string{line.text} + "\n";
        }
        return all;
    }
    base::Fd socket;
};

}  // namespace

TEST_CASE("what a service prints is in its log") {
    Tree tree;
    const auto web = sys::pipe().value(), db = sys::pipe().value();
    tree.stream(3, "web", web);
    tree.stream(4, "db", db);
    print(web, "hello\n");
    print(db, "from db\n");
    CHECK(tree.logs("web", " hello\n"));
    CHECK(tree.logs("db", " from db\n"));
}

TEST_CASE("the beginning of a line is on disk before its end is printed") {
    Tree tree;
    const auto web = sys::pipe().value();
    tree.stream(3, "web", web);
    print(web, "login: ");
    CHECK(tree.logs("web", " login: "));
    print(web, "root\n");
    CHECK(tree.logs("web", " login: root\n"));
}

TEST_CASE("TERM drains every pipe and exits 0") {
    Tree tree;
    const auto web = sys::pipe().value();
    tree.stream(3, "web", web);
    print(web, "first\n");
    REQUIRE(tree.logs("web", " first\n"));
    REQUIRE(::kill(tree.pid, SIGSTOP) == 0);
    print(web, std::string(60'000, 'x') + "\nlast words");
    REQUIRE(::kill(tree.pid, SIGTERM) == 0);
    CHECK(tree.end(SIGCONT) == 0);
    CHECK(tree.log("web").ends_with("\n last words\n"));
    CHECK(tree.log("web").size() > 60'000);
}

TEST_CASE("a killed logger loses nothing that was printed meanwhile, and marks the line it was in") {
    Tree tree;
    const auto web = sys::pipe().value();
    tree.stream(3, "web", web);
    print(web, "one\nhalf ");
    REQUIRE(tree.logs("web", " one\n half "));
    tree.end(SIGKILL);
    print(web, "a line\ntwo\n");
    tree.begin();
    tree.stream(3, "web", web);
    CHECK(tree.logs("web",
                    " one\n half \n!hob-log was ended in the middle of the line above\n+a line\n two\n"));
}

TEST_CASE("a lost scanner is found again, and a stream sent twice is read once") {
    Tree tree;
    const auto web = sys::pipe().value();
    tree.stream(3, "web", web);
    print(web, "one\n");
    REQUIRE(tree.logs("web", " one\n"));
    tree.logger.reset();
    print(web, "two\n");
    CHECK(tree.logs("web", " one\n two\n"));
    tree.meet();
    tree.stream(3, "web", web);
    print(web, "three\n");
    CHECK(tree.logs("web", " one\n two\n three\n"));
}

TEST_CASE("an id with another pipe drains the old one first") {
    Tree tree;
    const auto old = sys::pipe().value(), fresh = sys::pipe().value();
    print(old, "old\n");
    tree.stream(3, "web", old);
    print(fresh, "fresh\n");
    tree.stream(3, "web", fresh);
    CHECK(tree.logs("web", " old\n fresh\n"));
}

TEST_CASE("a stream that is gone is drained, closed, and its last line ended") {
    Tree tree;
    auto web = sys::pipe().value();
    print(web, "bye");
    tree.stream(3, "web", web);
    REQUIRE(base::send_message(tree.logger.get(), base::LogGone{.id = 3}));
    CHECK(tree.logs("web", " bye\n"));
    web.read.reset();
    CHECK(eventually([&] {
        pollfd end{.fd = web.write.get(), .events = 0, .revents = 0};
        return ::poll(&end, 1, 0) == 1 && (end.revents & POLLERR) != 0;  // nobody reads
    }));
}

TEST_CASE("a name that is a path is refused") {
    Tree tree;
    const auto evil = sys::pipe().value(), web = sys::pipe().value();
    print(evil, "evil\n");
    tree.stream(3, "../evil", evil);
    tree.stream(4, "web", web);
    print(web, "good\n");
    CHECK(tree.logs("web", " good\n"));
    CHECK_FALSE(std::filesystem::exists(tree.scratch / "evil"));
}

TEST_CASE("a service that floods does not keep others from being logged") {
    Tree tree;
    const auto flood = sys::pipe().value(), web = sys::pipe().value();
    tree.stream(3, "flood", flood);
    tree.stream(4, "web", web);
    const pid_t writer = ::fork();
    if (writer == 0) {
        const std::string noise(4096, 'x');
        for (;;) (void)!::write(flood.write.get(), noise.data(), noise.size());
    }
    REQUIRE(eventually([&] { return tree.log("flood").size() > 100'000; }));
    print(web, "still here\n");
    CHECK(tree.logs("web", " still here\n"));
    ::kill(writer, SIGKILL);
    ::waitpid(writer, nullptr, 0);
}

TEST_CASE("a follower gets whole lines as they come, of the services it asked for") {
    Tree tree;
    const auto web = sys::pipe().value(), db = sys::pipe().value();
    tree.stream(3, "web", web);
    tree.stream(4, "db", db);
    print(web, "begun before ");
    REQUIRE(tree.logs("web", " begun before "));
    Follower all{tree}, one{tree, "db"};
    print(web, "it came\nand ");
    CHECK(all.lines(1) == "web begun before it came\n");
    print(web, "more\n");
    print(db, "query\n");
    const std::string lines = all.lines(2);
    CHECK((lines == "web and more\ndb query\n" || lines == "db query\nweb and more\n"));
    CHECK(one.lines(1) == "db query\n");
}

TEST_CASE("when a follower is answered, all that was printed before is in the log") {
    Tree tree;
    const auto web = sys::pipe().value(), db = sys::pipe().value();
    tree.stream(3, "web", web);
    tree.stream(4, "db", db);
    print(web, "first\n");
    print(db, "first\n");
    REQUIRE(tree.logs("web", " first\n"));
    REQUIRE(tree.logs("db", " first\n"));
    // More than it reads of one service in the turns that a follower takes to be accepted and heard.
    REQUIRE(::kill(tree.pid, SIGSTOP) == 0);
    REQUIRE(::fcntl(web.write.get(), F_SETPIPE_SZ, 1 << 20) > 0);
    print(web, std::string(900'000, 'x') + "\nlast\n");
    const Follower asked{tree, "web", false};
    REQUIRE(::kill(tree.pid, SIGCONT) == 0);
    asked.answer();
    CHECK(tree.log("web").ends_with(" last\n"));
}

TEST_CASE("a follower that does not read is cut off, and logging goes on") {
    Tree tree;
    const auto web = sys::pipe().value();
    tree.stream(3, "web", web);
    Follower slow{tree};
    const std::string line = std::string(1000, 'x') + "\n";
    for (int i = 0; i < 4000; ++i) print(web, line);
    print(web, "end\n");
    CHECK(eventually([&] { return tree.log("web").ends_with(" end\n"); }));
    CHECK(slow.lines(4001).ends_with("(closed)"));
}

TEST_CASE("an idle logger does not wake up") {
    Tree tree;
    const auto web = sys::pipe().value();
    tree.stream(3, "web", web);
    print(web, "one\n");
    REQUIRE(tree.logs("web", " one\n"));
    const auto switches = [&] {
        const auto text = read_all("/proc/" + std::to_string(tree.pid) + "/status");
        return text.substr(text.find("\nvoluntary_ctxt_switches"));
    };
    const auto before = switches();
    ::poll(nullptr, 0, 1500);  // what is measured, not waited for
    CHECK(switches() == before);
}
