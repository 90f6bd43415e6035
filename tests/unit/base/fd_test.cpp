#include "base/fd.hpp"

#include <cerrno>
#include <utility>

#include <catch2/catch.hpp>
#include <fcntl.h>

using hob::base::Fd;

namespace {

int open_null() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }
bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

}  // namespace

TEST_CASE("a descriptor is closed when its owner goes") {
    int raw = -1;
    {
        const Fd owner{open_null()};
        raw = owner.get();
        REQUIRE(is_open(raw));
    }
    CHECK_FALSE(is_open(raw));
}

TEST_CASE("moving a descriptor leaves the old owner empty and closes nothing") {
    Fd first{open_null()};
    const int raw = first.get();
    const Fd second{std::move(first)};
    CHECK_FALSE(first);  // NOLINT(bugprone-use-after-move): the state after a move is what is tested
    CHECK(second.get() == raw);
    CHECK(is_open(raw));
}

TEST_CASE("assigning to an owner closes what it had") {
    Fd owner{open_null()};
    const int old = owner.get();
    owner = Fd{open_null()};
    CHECK(owner);
    CHECK(is_open(owner.get()));
    CHECK_FALSE(is_open(old));
}

TEST_CASE("a released descriptor stays open") {
    Fd owner{open_null()};
    const int raw = owner.release();
    CHECK_FALSE(owner);
    CHECK(is_open(raw));
    CHECK(::close(raw) == 0);
}

TEST_CASE("closing keeps errno") {
    errno = ENOENT;
    {
        const Fd bad{1 << 20};
    }
    CHECK(errno == ENOENT);
}
