#include "tests/ns/init_rig.hpp"

#include "base/sys.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace hob::tests {

namespace {

bool wait_readable(int fd, std::chrono::milliseconds limit) {
    pollfd ready{fd, POLLIN, 0};
    return ::poll(&ready, 1, static_cast<int>(limit.count())) == 1;
}

std::string text_of(const base::Packet& packet) { return {packet.bytes().data(), packet.bytes().size()}; }

}  // namespace

Scanner::Scanner(base::Fd control, base::Fd store, std::string greeting, pid_t pid)
    : control_{std::move(control)}, store_{std::move(store)}, greeting_{std::move(greeting)}, pid_{pid} {}

void Scanner::command(const std::string& text) {
    REQUIRE(base::send_packet(control_.get(), {text.data(), text.size()}));
}

std::string Scanner::answer() {
    base::Packet& packet = *packet_;
    if (!wait_readable(control_.get(), patience) || !base::receive_packet(control_.get(), packet)) return {};
    return text_of(packet);
}

void Scanner::kill() const { REQUIRE(::kill(pid_, SIGKILL) == 0); }

template <class Message>
void Scanner::say(const Message& message, std::span<const int> fds) {
    for (int tries = 0; tries < 100; ++tries) {
        const auto sent = base::send_message(store_.get(), message, fds);
        if (sent) return;
        REQUIRE(sent.error().code == EAGAIN);
        pollfd room{store_.get(), POLLOUT, 0};
        ::poll(&room, 1, 1000);
    }
    FAIL("hob-init does not read its store");
}

void Scanner::put(base::ServiceId id, base::Role role, std::uint8_t slot, int fd) {
    say(base::Put{id, role, slot}, {&fd, 1});
}
void Scanner::drop(base::ServiceId id, base::Role role, std::uint8_t slot) {
    say(base::Drop{id, role, slot});
}
void Scanner::acknowledge(std::uint64_t seq) { say(base::ExitAck{seq}); }
void Scanner::power(base::PowerAction action) { say(base::Power{action}); }
void Scanner::send_raw(std::string_view bytes) {
    REQUIRE(base::send_packet(store_.get(), {bytes.data(), bytes.size()}));
}

bool Scanner::read_packet(std::chrono::milliseconds limit) {
    base::Packet& packet = *packet_;
    if (!wait_readable(store_.get(), limit) || !base::receive_packet(store_.get(), packet) || packet.closed)
        return false;
    base::PacketReader reader{packet.bytes()};
    for (base::Frame frame; reader.next(frame);) {
        Told told{};
        told.type = frame.type;
        if (decode(frame, told.stored)) told.fd = std::make_shared<base::Fd>(packet.take_fd());
        (void)(decode(frame, told.hello) || decode(frame, told.exited) || decode(frame, told.refused) ||
               decode(frame, told.shutdown));
        told_.push_back(std::move(told));
    }
    CHECK_FALSE(reader.damaged());
    packet.clear();
    return true;
}

std::optional<Told> Scanner::next(std::chrono::milliseconds limit) {
    while (told_.empty())
        if (!read_packet(limit)) return std::nullopt;
    Told first = std::move(told_.front());
    told_.pop_front();
    return first;
}

std::vector<Told> Scanner::until(base::MessageType type) {
    std::vector<Told> all;
    for (;;) {
        auto told = next();
        REQUIRE(told);
        all.push_back(*std::move(told));
        if (all.back().type == type) return all;
    }
}

base::Exited Scanner::exit_of(pid_t pid) {
    for (;;) {
        const auto exited = until(base::MessageType::exited).back().exited;
        if (exited.pid == pid) return exited;
    }
}

InitRig::InitRig(InitOptions options) : pid_one_{options.pid_one} {
    bin_ = install(dir_, {"hob-init"}, {{"hob-svscan", program("init_scanner")}});
    run_ = dir_ / "run";
    std::ofstream{bin_ + "/hob-rc"} << "#!/bin/sh\n" << options.rc << "\n";
    ::chmod((bin_ + "/hob-rc").c_str(), 0755);
    auto listening = base::listen_at((run_ + ".ctl").c_str(), 0666);
    REQUIRE(listening);
    listening_ = *std::move(listening);
    Words command;
    std::istringstream wrapper{options.wrapper};
    for (std::string word; wrapper >> word;) command.push_back(word);
    for (const auto& word : Words{bin_ + "/hob-init", "--run", run_}) command.push_back(word);
    for (const auto& word : options.arguments) command.push_back(word);
    ns_ = std::make_unique<Namespace>(Namespace::Options{
        .command = command, .env = options.env, .pid = options.pid_one, .prepare = options.prepare});
}

Scanner InitRig::accept(std::chrono::milliseconds limit) {
    INFO(ns_->output());
    REQUIRE(wait_readable(listening_.get(), limit));
    auto control = base::sys::accept(listening_.get());
    REQUIRE(control);
    const auto who = base::sys::peer(control->get());
    REQUIRE(who);
    const auto packet = std::make_unique<base::Packet>();
    REQUIRE(wait_readable(control->get(), patience));
    REQUIRE(base::receive_packet(control->get(), *packet));
    base::Fd store = packet->take_fd();
    REQUIRE(store);
    return {*std::move(control), std::move(store), text_of(*packet), who->pid};
}

pid_t InitRig::init_pid() const {
    if (pid_one_) return ns_->pid();
    std::ifstream children{"/proc/" + std::to_string(ns_->pid()) + "/task/" + std::to_string(ns_->pid()) +
                           "/children"};
    pid_t pid = -1;
    children >> pid;
    return pid;
}

}  // namespace hob::tests
