// hob-init from its start to its end.
#include "base/options.hpp"
#include "init/signals.hpp"
#include "tests/ns/init_rig.hpp"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <set>
#include <sstream>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace hob::tests;  // NOLINT(google-build-using-namespace): the subject
using hob::base::MessageType;
using hob::base::PowerAction;

namespace {

std::optional<int> exit_code(Namespace& ns) {
    const auto status = ns.wait_exit();
    if (!status || !WIFEXITED(*status)) return std::nullopt;
    return WEXITSTATUS(*status);
}

// strace on a running process.
class Tracer {
  public:
    explicit Tracer(Words words) {
        int ends[2];
        REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
        stderr_.reset(ends[0]);
        const hob::base::Fd write{ends[1]};
        pid_ = ::fork();
        if (pid_ == 0) {
            ::dup2(write.get(), STDERR_FILENO);
            std::vector<char*> argv;
            for (auto& word : words) argv.push_back(word.data());
            argv.push_back(nullptr);
            ::execvp(argv[0], argv.data());
            ::_exit(127);
        }
    }
    ~Tracer() {
        ::kill(pid_, SIGKILL);  // our child, not yet reaped
        ::waitpid(pid_, nullptr, 0);
    }
    bool attached() {
        std::string text;
        char piece[256];
        for (ssize_t got; (got = ::read(stderr_.get(), piece, sizeof piece)) > 0;) {
            text.append(piece, static_cast<std::size_t>(got));
            if (text.find("attached") != text.npos) return true;
        }
        return false;
    }

  private:
    pid_t pid_;
    hob::base::Fd stderr_;
};

}  // namespace

TEST_CASE("the scanner gets the tree, the store as descriptor 3, and an environment made for it") {
    std::map<std::string, std::string> env{{"TERM", "vt220"}, {"HOB_UP", "rescue"}, {"LANG", "C.UTF-8"}};
    for (int i = 0; i < 200; ++i) env["junk" + std::to_string(i)] = "x";
    InitRig rig{{.env = env}};
    const auto scanner = rig.accept();
    std::set<std::string> lines;
    std::istringstream text{scanner.greeting()};
    for (std::string line; std::getline(text, line);) lines.insert(line);
    CHECK(lines.erase("--run") == 1);
    CHECK(lines.erase(rig.run()) == 1);
    CHECK(lines.erase("HOB_RUN=" + rig.run()) == 1);
    CHECK(lines.erase("HOB_UP=rescue") == 1);
    CHECK(lines.erase("TERM=vt220") == 1);
    CHECK(lines.erase("LANG=C.UTF-8") == 1);
    CHECK(lines.erase("HOME=/") == 1);
    CHECK(std::erase_if(lines, [](const auto& l) { return l.starts_with("PATH=/"); }) == 1);
    CHECK(std::erase_if(lines, [](const auto& l) { return l.starts_with("HOB_NOFILE="); }) == 1);
    CHECK(lines.empty());
    std::set<int> fds;
    for (const auto& [fd, target] : open_files(scanner.pid())) fds.insert(fd);
    fds.erase(4);  // its conversation with this test
    CHECK(fds == std::set<int>{0, 1, 2, 3});
    CHECK(status_field(scanner.pid(), "SigBlk") == "0000000000000000");
    CHECK(status_field(scanner.pid(), "SigIgn") == "0000000000000000");
    CHECK(status_field(scanner.pid(), "Umask") == "0022");
}

TEST_CASE("TERM becomes a Shutdown, and the scanner's exit 0 a clean end") {
    for (const bool pid_one : {true, false}) {
        InitRig rig{{.pid_one = pid_one}};
        auto scanner = rig.accept();
        scanner.until(MessageType::store_end);
        REQUIRE(::kill(rig.init_pid(), SIGTERM) == 0);
        CHECK(scanner.until(MessageType::shutdown).back().shutdown.action == PowerAction::exit);
        REQUIRE(::kill(rig.init_pid(), SIGINT) == 0);  // the same request: a no-op
        CHECK_FALSE(scanner.next(50ms));
        scanner.command("exit 0");
        INFO(rig.ns().output());
        CHECK(exit_code(rig.ns()) == 0);
    }
}

TEST_CASE("a client's request through the scanner does the same") {
    InitRig rig;
    auto scanner = rig.accept();
    scanner.until(MessageType::store_end);
    scanner.power(PowerAction::poweroff);
    CHECK(scanner.until(MessageType::shutdown).back().shutdown.action == PowerAction::exit);
    scanner.command("exit 0");
    CHECK(exit_code(rig.ns()) == 0);
}

TEST_CASE("a scanner that ignores the shutdown is overruled at the deadline") {
    InitRig rig{{.arguments = {"--timeout", "1"}}};
    auto scanner = rig.accept();
    scanner.until(MessageType::store_end);
    scanner.command("stay");
    rig.ns().signal(SIGTERM);
    scanner.until(MessageType::shutdown);
    CHECK(exit_code(rig.ns()) == 0);
    CHECK(rig.ns().output().find("did not stop in time") != std::string::npos);
}

TEST_CASE("in a tree that is no PID namespace, what is left is ended too") {
    InitRig rig{{.arguments = {"--timeout=1"}, .pid_one = false}};
    auto scanner = rig.accept();
    scanner.until(MessageType::store_end);
    scanner.command("stay");
    const std::string one = scanner.answer(), two = scanner.answer();
    const std::string service = one == "burnt" ? two : one;
    // Outlive the tree's init to see what it has left: the PID namespace's own init goes with it.
    rig.ns().signal(SIGSTOP);
    REQUIRE(::kill(rig.init_pid(), SIGTERM) == 0);
    CHECK(rig.ns().wait_output("did not stop in time"));
    const pid_t init = rig.init_pid();
    CHECK(rig.ns().wait_until([&] { return status_field(init, "State").starts_with("Z"); }));
    CHECK_FALSE(rig.ns().run({"/bin/kill", "-0", service}).ok());
    rig.ns().signal(SIGCONT);
}

TEST_CASE("a scanner that dies while stopping is started once more and told again") {
    InitRig rig;
    auto first = rig.accept();
    first.until(MessageType::store_end);
    rig.ns().signal(SIGTERM);
    first.until(MessageType::shutdown);
    first.kill();
    auto second = rig.accept();
    CHECK(second.until(MessageType::shutdown).back().shutdown.action == PowerAction::exit);
    second.kill();
    CHECK(exit_code(rig.ns()) == 0);
}

TEST_CASE("three quick deaths of the scanner make it rebuild, and it is never given up") {
    InitRig rig;
    for (int death = 0; death < 3; ++death) {
        auto scanner = rig.accept();
        CHECK(scanner.greeting().find("--rebuild") == std::string::npos);
        CHECK(scanner.until(MessageType::hello).back().hello.flags == 0);
        scanner.command("exit 1");
    }
    const auto third = std::chrono::steady_clock::now();
    {
        auto scanner = rig.accept();
        CHECK(scanner.greeting().find("--rebuild\n") != std::string::npos);
        CHECK(scanner.until(MessageType::hello).back().hello.flags == hob::base::hello_rebuild);
        CHECK(std::chrono::steady_clock::now() - third < 900ms);
        scanner.kill();
    }
    auto scanner = rig.accept();
    CHECK(std::chrono::steady_clock::now() - third > 900ms);
    CHECK(scanner.greeting().find("--rebuild\n") != std::string::npos);
}

TEST_CASE("a scanner that closes its store is replaced") {
    InitRig rig;
    auto first = rig.accept();
    first.until(MessageType::store_end);
    first.command("close");
    REQUIRE(::shutdown(first.store(), SHUT_RDWR) == 0);
    rig.accept().until(MessageType::store_end);
}

TEST_CASE("every signal from 1 to 64 does what the table says, and never kills") {
    for (int number = 1; number <= 64; ++number) {
        if (number == SIGKILL || number == SIGSTOP) continue;
        const auto act = hob::init::reaction_to(number).tree;
        static std::unique_ptr<InitRig> rig;
        static std::optional<Scanner> scanner;
        if (rig == nullptr) {
            rig = std::make_unique<InitRig>();
            scanner.emplace(rig->accept());
            scanner->until(MessageType::store_end);
        }
        INFO("signal " << number);
        rig->ns().signal(number);
        if (act == hob::init::Act::stop) {
            CHECK(scanner->until(MessageType::shutdown).back().shutdown.action == PowerAction::exit);
            scanner->command("exit 0");
        }
        if (act == hob::init::Act::rescan) scanner->until(MessageType::rescan);
        if (act == hob::init::Act::stop || act == hob::init::Act::stop_now) {
            CHECK(exit_code(rig->ns()) == 0);
            scanner.reset();
            rig.reset();
            continue;
        }
        // It still answers.
        scanner->put(1, hob::base::Role::none, 0, 0);
        scanner->until(MessageType::refused);
        CHECK(rig->ns().alive());
        if (number == 64) scanner.reset(), rig.reset();
    }
}

TEST_CASE("a second hob-init on the same directory is refused") {
    InitRig rig{{.pid_one = false}};
    rig.accept().until(MessageType::store_end);
    const auto second = rig.ns().run({rig.bin() + "/hob-init", "--run", rig.run()});
    CHECK(WEXITSTATUS(second.status) == hob::base::exit_usage);
    CHECK(second.output == "hob-init: another hob-init has " + rig.run() + "\n");
}

TEST_CASE("not PID 1 and no directory: one line and exit code 100") {
    InitRig rig;
    const auto refused = rig.ns().run({rig.bin() + "/hob-init"});
    CHECK(WEXITSTATUS(refused.status) == hob::base::exit_usage);
    CHECK(std::count(refused.output.begin(), refused.output.end(), '\n') == 1);
    for (const Words& wrong :
         {Words{"--run"}, Words{"-r"}, Words{"--timeout"}, Words{"--timeout", "soon"}, Words{"--nope"},
          Words{"x"}, Words{"--run", "/tmp", "-t"}, Words{"--runx", "/tmp"}}) {
        Words words{rig.bin() + "/hob-init"};
        words.insert(words.end(), wrong.begin(), wrong.end());
        const auto outcome = rig.ns().run(words);
        INFO(wrong[0] << ": " << outcome.output);
        CHECK(WEXITSTATUS(outcome.status) == hob::base::exit_usage);
        CHECK(std::count(outcome.output.begin(), outcome.output.end(), '\n') == 1);
    }
    const auto help = rig.ns().run({rig.bin() + "/hob-init", "--help"});
    CHECK(help.ok());
    for (const auto& rule : hob::init::signal_rules) CHECK(help.output.find(rule.name) != std::string::npos);
}

TEST_CASE("a tree that cannot be prepared ends with exit code 1 and says why") {
    for (const bool pid_one : {true, false}) {
        InitRig rig{{.rc = "echo rc: no database >&2; exit 4", .pid_one = pid_one}};
        CHECK(exit_code(rig.ns()) == 1);
        CHECK(rig.ns().output().find("rc: no database\n") != std::string::npos);
        CHECK(rig.ns().output().find("hob-rc init failed (exit code 4)") != std::string::npos);
    }
}

TEST_CASE("a preparation that hangs can be ended by a signal") {
    InitRig rig{{.rc = "echo here; exec sleep 1000"}};
    REQUIRE(rig.ns().wait_output("here"));
    rig.ns().signal(SIGTERM);
    CHECK(exit_code(rig.ns()) == 0);
}

TEST_CASE("damaged packets are refused and change nothing") {
    InitRig rig;
    auto scanner = rig.accept();
    scanner.until(MessageType::store_end);
    std::string bytes;
    for (int size = 0; size < 64; ++size) {
        scanner.send_raw(bytes);  // the first one is empty: not the end
        bytes.push_back(static_cast<char>(size * 37));
    }
    scanner.put(1, hob::base::Role::none, 0, 0);
    scanner.until(MessageType::refused);
    CHECK(rig.ns().alive());
}

TEST_CASE("once started, hob-init never asks for memory again") {
    InitRig rig;
    auto scanner = rig.accept();
    scanner.until(MessageType::store_end);
    const std::string seen = rig.file("strace");
    Tracer tracer{{"strace", "-o", seen, "-e", "trace=brk,mmap,munmap,mremap,mprotect,waitid", "-p",
                   std::to_string(rig.init_pid())}};
    if (!tracer.attached()) {
        WARN("strace cannot attach here");
        return;
    }
    for (int death = 0; death < 2; ++death) {
        for (hob::base::ServiceId id = 0; id < 2000; ++id) scanner.put(id, hob::base::Role::pidfd, 0, 0);
        scanner.command("orphans 200 1");
        CHECK(scanner.answer() == "left");
        scanner.kill();
        Scanner next = rig.accept();
        scanner = std::move(next);
        scanner.until(MessageType::store_end);
    }
    rig.ns().signal(SIGTERM);
    scanner.until(MessageType::shutdown);
    scanner.command("exit 0");
    CHECK(exit_code(rig.ns()) == 0);
    std::ifstream file{seen};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    CHECK(text.find("waitid(") != text.npos);  // it was looked at
    for (const char* const call : {"brk(", "mmap(", "munmap(", "mremap(", "mprotect("}) {
        INFO(text);
        CHECK(text.find(call) == text.npos);
    }
}
