#include "init/store.hpp"

#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <random>
#include <tuple>

#include <catch2/catch.hpp>
#include <fcntl.h>

using hob::base::Fd;
using hob::base::Role;
using hob::init::Store;
using hob::init::StoreKey;

namespace {

struct Memory {
    explicit Memory(std::uint32_t capacity)
        : bytes{std::aligned_alloc(16, Store::size_for(capacity)), std::free}, store{bytes.get(), capacity} {
        std::memset(bytes.get(), 0, Store::size_for(capacity));
    }
    ~Memory() {
        std::uint32_t cursor = 0;
        for (Store::Kept kept; store.next(&cursor, &kept);) const Fd closes{kept.fd};
    }
    std::unique_ptr<void, void (*)(void*)> bytes;
    Store store;
};

Fd null() { return Fd{::open("/dev/null", O_RDONLY | O_CLOEXEC)}; }
bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

}  // namespace

TEST_CASE("what is put in comes out again, in order") {
    Memory memory{16};
    const StoreKey keys[] = {{1, Role::pidfd, 0}, {0xffffffff, Role::table, 0}, {17, Role::listen, 3}};
    for (const auto& key : keys) CHECK(memory.store.put(key, null()));
    std::uint32_t cursor = 0;
    Store::Kept kept{};
    for (const auto& key : keys) {
        REQUIRE(memory.store.next(&cursor, &kept));
        CHECK(kept.key == key);
        CHECK(is_open(kept.fd));
    }
    CHECK_FALSE(memory.store.next(&cursor, &kept));
}

TEST_CASE("replacing and dropping close, and a full store refuses and closes") {
    Memory memory{16};
    Fd first = null();
    const int one = first.get();
    REQUIRE(memory.store.put({1, Role::pidfd, 0}, std::move(first)));
    REQUIRE(memory.store.put({1, Role::pidfd, 0}, null()));
    CHECK(memory.store.count() == 1);
    for (std::uint8_t slot = 0; slot < 15; ++slot) REQUIRE(memory.store.put({2, Role::listen, slot}, null()));
    Fd last = null();
    const int number = last.get();
    CHECK_FALSE(memory.store.put({3, Role::pidfd, 0}, std::move(last)));
    CHECK_FALSE(is_open(number));
    CHECK(memory.store.put({1, Role::pidfd, 0}, null()));  // known: no new entry
    memory.store.drop({2, Role::none, 0});
    CHECK(memory.store.count() == 1);
    CHECK(memory.store.put({3, Role::pidfd, 0}, null()));
    (void)one;
}

TEST_CASE("a store without memory refuses everything") {
    Store store;
    CHECK_FALSE(store.put({1, Role::pidfd, 0}, null()));
    store.drop({1, Role::none, 0});
    CHECK(store.count() == 0);
}

TEST_CASE("whatever happens, the store is what a map would be") {
    std::mt19937 random{3};
    Memory memory{300};
    std::map<std::tuple<std::uint32_t, Role, int>, int> model;
    for (int step = 0; step < 30'000; ++step) {
        const auto id = static_cast<std::uint32_t>(random() % 8 == 0 ? 0xffffffff : random() % 500);
        const auto role = static_cast<Role>(1 + random() % 9);
        const auto slot = static_cast<std::uint8_t>(random() % 2);
        if (random() % 2 == 0) {
            Fd fd = null();
            const int number = fd.get();
            const bool fits = model.size() < 300 || model.contains({id, role, slot});
            REQUIRE(memory.store.put({id, role, slot}, std::move(fd)) == fits);
            if (fits) model[{id, role, slot}] = number;
        } else if (random() % 4 == 0) {
            memory.store.drop({id, Role::none, 0});
            std::erase_if(model, [&](const auto& entry) { return std::get<0>(entry.first) == id; });
        } else {
            memory.store.drop({id, role, slot});
            model.erase({id, role, slot});
        }
        REQUIRE(memory.store.count() == model.size());
    }
    std::uint32_t cursor = 0;
    std::size_t seen = 0;
    for (Store::Kept kept; memory.store.next(&cursor, &kept); ++seen)
        CHECK(model.at({kept.key.id, kept.key.role, kept.key.slot}) == kept.fd);
    CHECK(seen == model.size());
}
