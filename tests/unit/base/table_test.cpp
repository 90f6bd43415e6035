#include "base/table.hpp"

#include "base/sys.hpp"

#include <cstring>
#include <memory>
#include <random>

#include <catch2/catch.hpp>
#include <sys/mman.h>

using namespace hob::base;

namespace {

Status sample(State state, std::int32_t pid) {
    Status s;
    s.state = state;
    s.wish = Wish::up;
    s.pid = pid;
    s.since = 12345;
    return s;
}

// What a writer does, in the order it does it.
void fill_bank(Record& r, Status s) {
    const std::uint64_t next = committed_sequence(r.commit.load()) + 1;
    s.check = status_check(s, next);
    r.banks[next & 1] = s;
}
void commit(Record& r, State state) {
    const std::uint64_t next = committed_sequence(r.commit.load()) + 1;
    r.commit.store(next << 16 | static_cast<std::uint64_t>(state) << 8 | (next & 1));
}

std::unique_ptr<Record> fresh() {
    auto r = std::make_unique<Record>();
    std::memset(static_cast<void*>(r.get()), 0, sizeof *r);
    for (int i = 0; i < 3; ++i) {
        fill_bank(*r, sample(State::up, 100 + i));
        commit(*r, State::up);
    }
    return r;
}

}  // namespace

TEST_CASE("a writer killed at any byte of a transition leaves the old one, after the commit the new one") {
    for (std::size_t cut = 0; cut <= sizeof(Status); ++cut) {
        auto r = fresh();
        auto whole = fresh();
        fill_bank(*whole, sample(State::stopping, 200));
        const std::uint64_t next = committed_sequence(r->commit.load()) + 1;
        std::memcpy(reinterpret_cast<char*>(&r->banks[next & 1]),
                    reinterpret_cast<const char*>(&whole->banks[next & 1]), cut);
        const auto before = read_status(*r);
        REQUIRE(before);
        CHECK(before->pid == 102);
        CHECK(before->state == State::up);
    }
    auto r = fresh();
    fill_bank(*r, sample(State::stopping, 200));
    commit(*r, State::stopping);
    const auto after = read_status(*r);
    REQUIRE(after);
    CHECK(after->pid == 200);
    CHECK(after->state == State::stopping);
}

TEST_CASE("every flipped bit of a committed status or its commit word is found") {
    auto r = fresh();
    const auto good = read_status(*r);
    REQUIRE(good);
    Status& bank = r->banks[r->commit.load() & 1];
    auto* const bytes = reinterpret_cast<unsigned char*>(&bank);
    for (std::size_t bit = 0; bit < sizeof(Status) * 8; ++bit) {
        bytes[bit / 8] ^= static_cast<unsigned char>(1U << (bit % 8));
        CHECK_FALSE(read_status(*r));
        bytes[bit / 8] ^= static_cast<unsigned char>(1U << (bit % 8));
    }
    const std::uint64_t word = r->commit.load();
    for (int bit = 0; bit < 64; ++bit) {
        r->commit.store(word ^ (std::uint64_t{1} << bit));
        const auto got = read_status(*r);
        CHECK_FALSE(got);
    }
    r->commit.store(word);
    CHECK(read_status(*r));
}

TEST_CASE("a record's identity is sound only for its own index, name and checksum") {
    auto r = fresh();
    std::strcpy(r->name, "nginx");
    r->id = 7;
    r->identity_check = identity_check(*r);
    CHECK(identity_sound(*r, 7));
    CHECK_FALSE(identity_sound(*r, 8));
    r->name[0] = '/';
    CHECK_FALSE(identity_sound(*r, 7));
    r->identity_check = identity_check(*r);
    CHECK_FALSE(identity_sound(*r, 7));  // sound bytes, but no name
}

TEST_CASE("a reader follows a table that grows and refuses one of another version") {
    auto file = sys::memfd("table");
    REQUIRE(file);
    const auto grow = [&](std::uint32_t capacity) {
        REQUIRE(sys::allocate(file->get(), static_cast<std::int64_t>(table_file_size(capacity))));
        auto at = sys::map(file->get(), table_file_size(capacity), PROT_READ | PROT_WRITE);
        REQUIRE(at);
        return static_cast<char*>(*at);
    };
    char* at = grow(1);
    auto& header = *reinterpret_cast<TableHeader*>(at);
    std::memcpy(header.magic, table_magic, sizeof table_magic);
    header.version = table_version;
    header.record_size = sizeof(Record);
    header.count = 1;
    auto& first = *reinterpret_cast<Record*>(at + table_header_size);
    std::strcpy(first.name, "one");

    const auto reopen = [&] { return Fd{::dup(file->get())}; };
    auto view = TableView::from(reopen());
    REQUIRE(view);
    CHECK(view->count() == 1);
    CHECK(view->find("one") == 0);
    CHECK(view->find("two") == no_service);

    char* const grown = grow(65);
    auto& second = *reinterpret_cast<Record*>(grown + table_header_size + sizeof(Record));
    std::strcpy(second.name, "two");
    header.count = 2;
    CHECK(view->find("two") == 1);

    header.version = table_version + 1;
    const auto newer = TableView::from(reopen());
    REQUIRE_FALSE(newer);
    CHECK(newer.error().code == EPROTO);
    ::munmap(at, table_file_size(1));
    ::munmap(grown, table_file_size(65));
}
