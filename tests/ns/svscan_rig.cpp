#include "tests/ns/svscan_rig.hpp"

#include "base/reason.hpp"
#include "base/sys.hpp"

#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <poll.h>

namespace hob::tests {

std::string content(const std::string& path) {
    std::ifstream in{path};
    std::ostringstream all;
    all << in.rdbuf();
    return all.str();
}

std::vector<std::string> lines(const std::string& path) {
    std::ifstream in{path};
    std::vector<std::string> all;
    for (std::string line; std::getline(in, line);) all.push_back(line);
    return all;
}

Rig::Rig(bool init, Namespace::Options options) {
    const std::string stand_in = program("svscan_payload");
    bin_ = install(dir_, init ? Words{"hob-init", "hob-svscan"} : Words{"hob-svscan"},
                   {{"hob-rc", stand_in}, {"hob-log", stand_in}, {"payload", stand_in}});
    std::filesystem::create_directory(run());
    std::filesystem::permissions(dir_.path(), std::filesystem::perms{0755});
    options.command = {bin_ + (init ? "/hob-init" : "/hob-svscan"), "--run", run()};
    options.pid = false;
    ns_ = std::make_unique<Namespace>(std::move(options));
    connect();
}

void Rig::connect() {
    const std::string socket = run() + "/sock/scan";
    const bool connected = ns_->wait_until([&] {
        auto got = base::connect_to(socket.c_str());
        if (got) engine_ = *std::move(got);
        return got.has_value();
    });
    if (!connected) throw std::runtime_error{"no scanner\n" + said()};
    reader_.reset();
    say(base::Hello{.peer = base::Peer::engine});
    base::Hello hello;
    if (!hear(hello)) throw std::runtime_error{"no greeting\n" + said()};
}

bool Rig::wait_room() {
    pollfd ready{engine_.get(), POLLOUT, 0};
    return ::poll(&ready, 1, static_cast<int>(patience.count())) == 1;
}

bool Rig::receive() {
    reader_.reset();
    pollfd ready{engine_.get(), POLLIN, 0};
    if (::poll(&ready, 1, static_cast<int>(patience.count())) != 1) return false;
    if (!base::receive_packet(engine_.get(), *packet_) || packet_->closed) return false;
    reader_.emplace(packet_->bytes());
    return true;
}

base::ServiceId Rig::add(const std::string& name, const Words& words, const Shape& policy, const Shape& steps,
                         const Shape& programs) {
    base::PlanBuilder builder;
    if (policy) policy(builder);
    builder.begin(base::Program::main);
    if (steps) steps(builder);
    const std::string program = payload();
    std::vector<std::string_view> argv{program};
    for (const auto& word : words) argv.push_back(word);
    builder.step(base::StepOp::exec, {}, argv);
    const auto type = builder.policy.type;
    if (programs) programs(builder);
    const auto blob = builder.finish();

    auto file = base::sys::memfd("plan");
    if (!file || !base::sys::write_all(file->get(), {blob.data(), blob.size()}))
        throw std::runtime_error{"memfd"};
    say(base::PlanSource{++sources_}, file->get());
    say(base::Add{name, type, sources_, 0, static_cast<std::uint32_t>(blob.size())});
    base::Added added;
    if (!hear(added)) throw std::runtime_error{"no answer to Add\n" + said()};
    if (added.error != 0) throw std::runtime_error{"Add: " + std::string{std::strerror(added.error)}};
    return added.id;
}

void Rig::start(base::ServiceId id, bool fresh, const std::vector<base::ServiceId>& needs) {
    const std::string_view packed{reinterpret_cast<const char*>(needs.data()),
                                  needs.size() * sizeof needs[0]};
    say(base::Start{id, static_cast<std::uint8_t>(fresh ? 1 : 0), packed});
}

void Rig::start_together(const std::vector<base::ServiceId>& ids) {
    auto writer = std::make_unique<base::PacketWriter>();
    for (const auto id : ids)
        if (!writer->add(base::Start{id, 0, {}})) throw std::runtime_error{"packet"};
    if (!base::send_packet(engine_.get(), writer->bytes())) throw std::runtime_error{"send"};
}

base::Status Rig::status(base::ServiceId id) {
    auto table = base::TableView::open((run() + "/table").c_str());
    if (!table || id >= table->count()) return {};
    return base::read_status(table->record(id)).value_or(base::Status{});
}

bool Rig::wait_state(base::ServiceId id, base::State state, std::chrono::milliseconds limit) {
    const bool got = ns_->wait_until([&] { return status(id).state == state; }, limit);
    if (!got) UNSCOPED_INFO(said(id));
    return got;
}
bool Rig::wait_reason(base::ServiceId id, base::ReasonKind kind) {
    return ns_->wait_until([&] { return status(id).reason.kind == kind; });
}
bool Rig::wait_file(const std::string& path, std::string_view text) {
    return ns_->wait_until(
        [&] { return std::filesystem::exists(path) && content(path).find(text) != std::string::npos; });
}

std::string Rig::said(base::ServiceId id) {
    const auto s = status(id);
    return std::string{name_of(s.state)} + ": " + base::describe(s.reason, "", "").c_str() + ", pid " +
           std::to_string(s.pid) + ", starts " + std::to_string(s.starts) + "\n" + said();
}

pid_t Rig::scanner() {
    for (const auto& entry : std::filesystem::directory_iterator{"/proc"}) {
        const std::string exe = entry.path() / "exe";
        std::error_code ignored;
        if (std::filesystem::read_symlink(exe, ignored) == bin_ + "/hob-svscan")
            return std::stoi(entry.path().filename());
    }
    return 0;
}

void Rig::replace_scanner() {
    const pid_t old = scanner();
    ::kill(old, SIGKILL);
    const bool back = ns_->wait_until([&] {
        const pid_t now = scanner();
        return now != 0 && now != old;
    });
    if (!back) throw std::runtime_error{"the scanner does not come back\n" + said()};
    connect();
}

}  // namespace hob::tests
