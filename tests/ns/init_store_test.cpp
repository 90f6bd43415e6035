// What hob-init keeps for its scanner: descriptors and exits.
#include "tests/ns/init_rig.hpp"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <set>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace hob::tests;  // NOLINT(google-build-using-namespace): the subject
using hob::base::Fd;
using hob::base::MessageType;
using hob::base::Role;

namespace {

// A file that is told apart from others by its contents.
Fd marked(const InitRig& rig, const std::string& mark) {
    Fd fd{::open(rig.file("file-" + mark).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    REQUIRE(fd);
    return fd;
}
bool same_file(int a, int b) {
    struct stat one{}, two{};
    return ::fstat(a, &one) == 0 && ::fstat(b, &two) == 0 && one.st_ino == two.st_ino &&
           one.st_dev == two.st_dev;
}
std::vector<Told> only(const std::vector<Told>& all, MessageType type) {
    std::vector<Told> some;
    std::copy_if(all.begin(), all.end(), std::back_inserter(some),
                 [&](const Told& t) { return t.type == type; });
    return some;
}
// Everything sent before has been obeyed when hob-init's answer to this is here: it answers in order.
void settle(Scanner& scanner) {
    scanner.put(0xfffffff0, Role::none, 0, STDIN_FILENO);
    (void)scanner.until(MessageType::refused);
}

}  // namespace

TEST_CASE("the first scanner is greeted with an empty store") {
    InitRig rig;
    auto scanner = rig.accept();
    const auto told = scanner.until(MessageType::store_end);
    REQUIRE(told.size() == 2);
    CHECK(told[0].type == MessageType::hello);
    CHECK(told[0].hello.version == hob::base::protocol_version);
    CHECK(told[0].hello.peer == hob::base::Peer::init);
    CHECK(told[0].hello.flags == 0);
}

TEST_CASE("descriptors survive the death of the scanner that put them, even unread, and are replayed") {
    InitRig rig;
    auto first = rig.accept();
    first.until(MessageType::store_end);
    const Fd a = marked(rig, "a"), b = marked(rig, "b"), c = marked(rig, "c");
    rig.ns().signal(
        SIGSTOP);  // ignored by a PID 1, honoured from outside: it cannot read before the scanner dies
    first.put(3, Role::pidfd, 0, a.get());
    first.put(3, Role::listen, 7, b.get());
    // More than it reads at a time: only reading to the end before closing finds the last one.
    for (hob::base::ServiceId id = 100; id < 200; ++id) {
        first.put(id, Role::pidfd, 0, a.get());
        first.drop(id, Role::none);
    }
    first.put(hob::base::no_service, Role::table, 0, c.get());
    first.kill();
    REQUIRE(rig.ns().wait_until([&] { return status_field(first.pid(), "State").starts_with("Z"); }));
    rig.ns().signal(SIGCONT);

    auto second = rig.accept();
    const auto stored = only(second.until(MessageType::store_end), MessageType::stored);
    REQUIRE(stored.size() == 3);
    CHECK(stored[0].stored.id == 3);
    CHECK(stored[0].stored.role == Role::pidfd);
    CHECK(same_file(stored[0].fd->get(), a.get()));
    CHECK(stored[1].stored.role == Role::listen);
    CHECK(stored[1].stored.slot == 7);
    CHECK(same_file(stored[1].fd->get(), b.get()));
    CHECK(stored[2].stored.id == hob::base::no_service);
    CHECK(same_file(stored[2].fd->get(), c.get()));
}

TEST_CASE("putting a known key replaces, dropping forgets, and descriptors do not pile up") {
    InitRig rig;
    auto scanner = rig.accept();
    scanner.until(MessageType::store_end);
    settle(scanner);
    const auto before = open_files(rig.init_pid()).size();
    const Fd a = marked(rig, "a"), b = marked(rig, "b");
    for (hob::base::ServiceId id = 0; id < 500; ++id) {
        scanner.put(id, Role::pidfd, 0, a.get());
        scanner.put(id, Role::notify, 0, a.get());
        scanner.put(id, Role::notify, 0, b.get());
    }
    settle(scanner);
    CHECK(open_files(rig.init_pid()).size() == before + 1000);
    for (hob::base::ServiceId id = 0; id < 500; ++id) {
        if (id % 2 == 0) scanner.drop(id, Role::none);
        if (id % 2 == 1) scanner.drop(id, Role::pidfd);
    }
    settle(scanner);
    CHECK(open_files(rig.init_pid()).size() == before + 250);
    scanner.kill();
    auto next = rig.accept();
    const auto stored = only(next.until(MessageType::store_end), MessageType::stored);
    REQUIRE(stored.size() == 250);
    CHECK(std::all_of(stored.begin(), stored.end(), [&](const Told& t) {
        return t.stored.id % 2 == 1 && t.stored.role == Role::notify && same_file(t.fd->get(), b.get());
    }));
    for (hob::base::ServiceId id = 0; id < 500; ++id) next.drop(id, Role::none);
    settle(next);
    CHECK(open_files(rig.init_pid()).size() == before);
}

TEST_CASE("every stored descriptor is close-on-exec") {
    InitRig rig;
    auto scanner = rig.accept();
    scanner.until(MessageType::store_end);
    const Fd a = marked(rig, "a");
    scanner.put(1, Role::pidfd, 0, a.get());
    settle(scanner);
    for (const auto& [fd, target] : open_files(rig.init_pid())) {
        if (fd <= 2) continue;
        INFO(fd << " " << target);
        std::ifstream info{"/proc/" + std::to_string(rig.init_pid()) + "/fdinfo/" + std::to_string(fd)};
        std::string word, flags;
        while (info >> word && word != "flags:") {
        }
        info >> flags;
        CHECK((std::stoul(flags, nullptr, 8) & O_CLOEXEC) != 0);
    }
}

TEST_CASE("what does not fit is refused by name, and the rest is kept") {
    // 128 of the limit are hob-init's own.
    InitRig rig{{.prepare = [] {
        const rlimit files{128 + 100, 128 + 100};
        ::setrlimit(RLIMIT_NOFILE, &files);
    }}};
    auto scanner = rig.accept();
    scanner.until(MessageType::store_end);
    const Fd a = marked(rig, "a");
    for (hob::base::ServiceId id = 0; id < 400; ++id) scanner.put(id, Role::pidfd, 1, a.get());
    std::set<hob::base::ServiceId> refused;
    while (refused.size() < 300) {
        const auto told = scanner.until(MessageType::refused).back();
        CHECK(told.refused.role == Role::pidfd);
        CHECK(told.refused.slot == 1);
        CHECK(refused.insert(told.refused.id).second);
    }
    CHECK(*refused.begin() == 100);
    CHECK(rig.ns().wait_output("full; refusing a descriptor of service 100\n"));
    scanner.drop(5, Role::none);
    scanner.put(1000, Role::listen, 0, a.get());
    scanner.kill();
    auto next = rig.accept();
    const auto stored = only(next.until(MessageType::store_end), MessageType::stored);
    CHECK(stored.size() == 100);
    CHECK(std::any_of(stored.begin(), stored.end(), [](const Told& t) { return t.stored.id == 1000; }));
}

TEST_CASE("a store larger than a socket holds is replayed to a scanner that reads slowly") {
    InitRig rig;
    auto scanner = rig.accept();
    scanner.until(MessageType::store_end);
    const Fd a = marked(rig, "a");
    constexpr hob::base::ServiceId count = 12'000;
    for (hob::base::ServiceId id = 0; id < count; ++id) scanner.put(id, Role::pidfd, 0, a.get());
    settle(scanner);
    scanner.kill();
    auto next = rig.accept();
    // It has not read a byte yet, and hob-init goes on: it reaps an orphan meanwhile.
    next.command("orphans 1 9");
    CHECK(next.answer() == "left");
    CHECK(rig.ns().wait_until([&] { return status_field(rig.init_pid(), "State").starts_with("S"); }));
    std::set<hob::base::ServiceId> ids;
    for (;;) {  // descriptors are closed as they come: this process may not have that many
        const auto told = next.next();
        REQUIRE(told);
        if (told->type == MessageType::store_end) break;
        if (told->type == MessageType::stored) ids.insert(told->stored.id);
    }
    CHECK(ids.size() == count);
}
