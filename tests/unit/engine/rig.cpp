#include "tests/unit/engine/rig.hpp"

#include "base/sys.hpp"
#include "rc/compile/compile.hpp"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <fcntl.h>
#include <sys/mman.h>

namespace hob::tests {

using namespace hob::base;  // NOLINT(google-build-using-namespace): the subject
namespace fs = std::filesystem;

Folder::Folder() {
    std::string name = "/tmp/hob-engine.XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error{"mkdtemp"};
    path_ = name;
}
Folder::~Folder() { fs::remove_all(path_); }
void Folder::write(const std::string& name, const std::string& text) const {
    const fs::path path = path_ + "/" + name;
    fs::create_directories(path.parent_path());
    std::ofstream{path} << text;
}

void compile(const Files& files, const std::string& database) {
    const Folder repository;
    for (const auto& [name, text] : files) repository.write(name, text);
    rc::compile::Sources sources;
    rc::compile::Diagnostics say;
    const auto compiled =
        rc::compile::compile({.repositories = {repository.path()}, .root = ""}, sources, say);
    if (!compiled) throw std::runtime_error{"the definitions do not compile"};
    fs::create_directories(fs::path{database}.parent_path());
    std::ofstream{database, std::ios::binary}.write(compiled->bytes.data(),
                                                    static_cast<std::streamsize>(compiled->bytes.size()));
}

Scanner::Scanner(std::string run) : run_{std::move(run)} {
    fs::create_directories(run_ + "/sock");
    constexpr std::uint32_t capacity = 256;
    table_ = *sys::open_at(AT_FDCWD, (run_ + "/table").c_str(), O_RDWR | O_CREAT | O_TRUNC, 0644);
    (void)sys::truncate(table_.get(), table_file_size(capacity));
    map_ = static_cast<char*>(*sys::map(table_.get(), table_file_size(capacity), PROT_READ | PROT_WRITE));
    auto& header = *reinterpret_cast<TableHeader*>(map_);
    std::memcpy(header.magic, table_magic, sizeof header.magic);
    header.version = table_version;
    header.record_size = sizeof(Record);
    header.capacity = capacity;
    listener_ = *listen_at((run_ + "/sock/scan").c_str(), 0600);
}
Scanner::~Scanner() { ::munmap(map_, table_file_size(256)); }

Record& Scanner::record(ServiceId id) const {
    return reinterpret_cast<Record*>(map_ + table_header_size)[id];
}

ServiceId Scanner::find(std::string_view name) const {
    const std::uint32_t count = reinterpret_cast<TableHeader*>(map_)->count.load();
    for (ServiceId id = 0; id < count; ++id)
        if (name == record(id).name) return id;
    return no_service;
}

std::vector<std::string> Scanner::names() const {
    std::vector<std::string> all;
    const std::uint32_t count = reinterpret_cast<TableHeader*>(map_)->count.load();
    for (ServiceId id = 0; id < count; ++id) all.emplace_back(record(id).name);
    return all;
}

Status Scanner::status(const std::string& name) const {
    const ServiceId id = find(name);
    if (id == no_service) throw std::runtime_error{"no record of " + name};
    return *read_status(record(id));
}

void Scanner::commit(ServiceId id, const Status& status) {
    Record& r = record(id);
    const std::uint64_t before = r.commit.load();
    const std::uint64_t sequence = committed_sequence(before) + 1, bank = (before & 1) ^ 1;
    r.banks[bank] = status;
    r.banks[bank].check = status_check(status, sequence);
    r.commit.store(sequence << 16 | static_cast<std::uint64_t>(status.state) << 8 | bank);
}

void Scanner::enter(ServiceId id, State state, Reason reason, std::uint8_t flags) {
    Status now = *read_status(record(id));
    now.state = state;
    now.reason = reason;
    now.flags = flags;
    if (state == State::up || state == State::done) now.starts++;
    commit(id, now);
    say(Changed{id, state, reason.kind, reason.code, reason.arg});
}

void Scanner::change(const std::string& name, State state, Reason reason) {
    const bool active = !is_settled_down(state);
    enter(find(name), state, reason, active ? status_may_start | status_wanted : 0);
}

template <class Message>
void Scanner::say(const Message& message) {
    if (peer_) (void)send_message(peer_.get(), message);
}

void Scanner::shut_down() { say(Shutdown{PowerAction::poweroff}); }

bool Scanner::turn() {
    if (!peer_) {
        auto peer = sys::accept(listener_.get());
        if (!peer) return false;
        peer_ = *std::move(peer);
        say(Hello{.peer = Peer::scanner});
    }
    const auto packet = std::make_unique<Packet>();
    if (!receive_packet(peer_.get(), *packet)) return false;
    if (packet->closed) return hang_up(), true;
    PacketReader reader{packet->bytes()};
    for (Frame frame; reader.next(frame);) obey(frame);
    return true;
}

void Scanner::add(const Add& what) {
    ServiceId id = find(what.name);
    if (id == no_service) {
        auto& count = reinterpret_cast<TableHeader*>(map_)->count;
        id = count.load();
        Record& r = record(id);
        std::memcpy(r.name, what.name.data(), what.name.size());
        r.id = id;
        r.type = what.service_type;
        r.identity_check = identity_check(r);
        commit(id, {});
        count.store(id + 1);
    }
    record(id).plan_source = what.source;
    say(Added{what.name, id, 0});
}

void Scanner::start(const Start& what) {
    const std::string name = record(what.id).name;
    heard_.push_back((what.fresh != 0 ? "start afresh " : "start ") + name);
    const std::uint8_t flags = status_may_start | status_wanted;
    const State ready = record(what.id).type == ServiceType::oneshot ? State::done : State::up;
    switch (fate[name]) {
        case Fate::ready: return enter(what.id, ready, {}, flags);
        case Fate::hangs: return enter(what.id, State::starting, {}, flags);
        case Fate::fails: return enter(what.id, State::failed, {ReasonKind::exited, 0, 3, 0}, 0);
    }
}

void Scanner::obey(const Frame& frame) {
    Add adding;
    Start starting;
    Stop stop;
    Mark mark;
    SetWish wish;
    BatchEnd end;
    Power power;
    if (decode(frame, adding)) return add(adding);
    if (decode(frame, starting)) return start(starting);
    if (decode(frame, end)) return say(end);
    if (decode(frame, power)) heard_.push_back("power " + std::string{name_of(power.action)});
    if (decode(frame, stop)) {
        heard_.push_back("stop " + std::string{record(stop.id).name});
        enter(stop.id, State::down, {ReasonKind::asked, 0, 0, 0}, 0);
    }
    if (decode(frame, mark)) {
        heard_.push_back("block " + std::string{record(mark.id).name});
        enter(mark.id, mark.state, {mark.reason, 0, 0, mark.arg}, 0);
    }
    if (decode(frame, wish)) {
        std::ostringstream words;
        words << "wish " << record(wish.id).name << ' ' << name_of(wish.wish) << ' ' << name_of(wish.asker);
        heard_.push_back(words.str());
        Status now = *read_status(record(wish.id));
        now.wish = wish.wish, now.asker = wish.asker, now.wish_uid = wish.uid;
        commit(wish.id, now);
    }
}

Asker::Asker(const std::string& run, Verb verb, const std::vector<std::string>& names, std::uint8_t flags,
             std::int64_t timeout_ns)
    : socket_{*connect_to((run + "/sock/rc").c_str())} {
    const auto packet = std::make_unique<PacketWriter>();
    bool fits = packet->add(Hello{});
    fits =
        fits && packet->add(Request{
                    verb, flags, verb == Verb::power ? PowerAction::reboot : PowerAction::none, timeout_ns});
    for (const auto& name : names) fits = fits && packet->add(Subject{name});
    fits = fits && packet->add(RequestEnd{});
    if (!fits || !send_packet(socket_.get(), packet->bytes())) throw std::runtime_error{"ask"};
}

void Asker::turn() {
    const auto packet = std::make_unique<Packet>();
    while (receive_packet(socket_.get(), *packet) && !packet->closed) {
        PacketReader reader{packet->bytes()};
        Report report;
        Outcome outcome;
        Progress step;
        Finished finished;
        for (Frame frame; reader.next(frame);) {
            if (decode(frame, report)) lines.emplace_back(report.text);
            if (decode(frame, step)) ++progress;
            if (decode(frame, finished)) code_ = finished.code;
            if (!decode(frame, outcome)) continue;
            const std::string how = outcome.good != 0 ? " good" : " bad";
            outcomes.push_back(std::to_string(outcome.id) + " " + std::string{name_of(outcome.state)} + how);
        }
    }
}

Rig::Rig(const Files& files, const char* up) : scanner{folder.path()}, up_{up} {
    compile(files, folder / "db");
    start_engine();
    settle();
}

void Rig::start_engine() {
    auto database = rc::Database::open(AT_FDCWD, (folder / "db").c_str(), rc::Check::full);
    if (!database) throw std::runtime_error{database.error().what};
    engine = std::make_unique<rc::engine::Engine>(folder.path().c_str(), up_, *std::move(database));
    if (auto opened = engine->open(); !opened) throw std::runtime_error{opened.error().what};
}

void Rig::replace_engine() {
    engine.reset();
    scanner.hang_up();
    start_engine();
    settle();
}

// Quiet: many turns without a command, as the engine takes one packet a turn, and each answer is one.
void Rig::settle() {
    for (int quiet = 0; quiet < 64;) {
        const bool moved = scanner.turn();
        (void)engine->loop().turn(false);
        for (Asker* asker : askers) asker->turn();
        quiet = moved ? 0 : quiet + 1;
    }
}

std::unique_ptr<Asker> Rig::ask(Verb verb, const std::vector<std::string>& names, std::uint8_t flags,
                                std::int64_t timeout_ns) {
    auto asker = std::make_unique<Asker>(folder.path(), verb, names, flags, timeout_ns);
    settle();
    asker->turn();
    return asker;
}

}  // namespace hob::tests
