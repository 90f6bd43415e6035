#include "svc/child.hpp"

#include <cerrno>
#include <cstdlib>
#include <string>

#include <catch2/catch.hpp>
#include <unistd.h>

using hob::svc::check_user;

namespace {

struct Passwd {
    explicit Passwd(const std::string& text) : path{"/tmp/hob.XXXXXX"} {
        const int fd = ::mkstemp(path.data());
        REQUIRE(fd >= 0);
        REQUIRE(::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
        ::close(fd);
    }
    ~Passwd() { ::unlink(path.c_str()); }
    [[nodiscard]] int look(const char* name, std::uint32_t uid) const {
        return check_user(path.c_str(), name, uid);
    }
    std::string path;
};

}  // namespace

TEST_CASE("a user is who the compiler said, somebody else, or nobody") {
    const Passwd file{"root:x:0:0:root:/root:/bin/sh\nwww:x:33:33::/:\nwww-data:x:34:34::/:\nlast:x:99:99"};
    CHECK(file.look("root", 0) == 0);
    CHECK(file.look("www", 33) == 0);
    CHECK(file.look("www-data", 34) == 0);
    CHECK(file.look("last", 99) == 0);
    CHECK(file.look("www", 34) == EUCLEAN);
    CHECK(file.look("ww", 33) == ENODATA);
    CHECK(file.look("www-", 33) == ENODATA);
    CHECK(file.look("x", 0) == ENODATA);
    CHECK(file.look("", 0) == ENODATA);
}

TEST_CASE("a uid that is no number is another uid, never 0 and never its beginning") {
    for (const char* const uid :
         {"0day", "0x1", "-1", "", " 0", "0 ", "+0", "4294967296", "18446744073709551616"}) {
        const Passwd file{"odd:x:" + std::string{uid} + ":0::/:\n"};
        INFO(uid);
        for (const std::uint32_t wanted : {0U, 1U, 4294967295U}) CHECK(file.look("odd", wanted) == EUCLEAN);
    }
    CHECK(Passwd{"max:x:4294967294:0::/:\n"}.look("max", 4294967294U) == 0);
}

TEST_CASE("lines of any length and shape around it do not matter") {
    const std::string noise = std::string(5000, 'y') + ":x:1:1::/:\n::::\n\nwww\nwww:\nxwww:x:33:33::/:\n";
    for (std::size_t shift = 0; shift < 20; ++shift) {
        const Passwd file{std::string(2040 - shift, '#') + "\n" + noise + "www:x:33:33::/:\n"};
        CHECK(file.look("www", 33) == 0);
    }
}

TEST_CASE("no file is its errno") { CHECK(check_user("/no/such/file", "root", 0) == ENOENT); }
