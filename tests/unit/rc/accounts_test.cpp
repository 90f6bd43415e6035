// Nobody runs as somebody else: names and numbers of users are taken exactly or not at all.
#include "rc/compile/model/accounts.hpp"

#include "tests/unit/rc/repository.hpp"

#include <catch2/catch.hpp>

using namespace hob;
using rc::compile::is_account_name;
using rc::compile::parse_id;
using tests::Directory;
using tests::Run;

namespace {

// What compiling a service with these keys tells; empty: it compiled.
std::string with_user(const std::string& keys, std::string_view passwd, std::string_view group = "") {
    const Directory root;
    root.write("etc/passwd", passwd);
    root.write("etc/group", group);
    root.script("s");
    root.service("r/s", "exec = [\"/s\"]\n" + keys);
    const Run run{{.repositories = {root.path("r")}, .root = root.path()}};
    CHECK(run.compiled.has_value() == run.told().empty());
    return run.told();
}

constexpr std::string_view passwd =
    "# people\nwww:x:33:33:www:/var/www:/bin/sh\nbad:x:0x21:33::/:/bin/sh\nshort:x:1\n";

}  // namespace

TEST_CASE("a number is a whole decimal one in range") {
    CHECK(parse_id("0") == 0);
    CHECK(parse_id("4294967294") == 4294967294);
    for (const char* bad : {"", "-1", "4294967295", "4294967296", "99999999999999999999", "0x1", "01", "+1",
                            " 1", "1 ", "1e3", "0day", "4foo"})
        CHECK_FALSE(parse_id(bad));
}

TEST_CASE("a name begins with a letter") {
    for (const char* good : {"www", "_apt", "www-data", "systemd-network", "machine$", "A.b"})
        CHECK(is_account_name(good));
    for (const char* bad :
         {"", "0day", "-1", "-x", "$", "a b", "a:b", "a/b", "../x", "ä", "a\nb", "${instance}"})
        CHECK_FALSE(is_account_name(bad));
}

TEST_CASE("hostile names of users are refused, with their place") {
    for (const char* name : {"0day", "-1", "4294967295", "4294967296", "0x1", "", " www", "www ", "www:x",
                             "../www", "00", "www\\n", "33x", "+33"})
        CHECK(with_user("user = \"" + std::string{name} + "\"", passwd).find("s/service.toml:2:8: error:") !=
              std::string::npos);
}

TEST_CASE("a user that is not there is refused, and a near one is offered") {
    const auto told = with_user("user = \"wwww\"", passwd);
    CHECK(told.find("user 'wwww' is not in ") != std::string::npos);
    CHECK(told.find("did you mean 'www'?") != std::string::npos);
}

TEST_CASE("a user without sound numbers is refused") {
    CHECK(with_user("user = \"bad\"", passwd).find("has no sound numbers") != std::string::npos);
    CHECK(with_user("user = \"short\"", passwd).find("is not in") != std::string::npos);
}

TEST_CASE("a number wants a group") {
    CHECK(with_user("user = \"1000\"", passwd).find("no group is given") != std::string::npos);
    CHECK(with_user("user = \"1000\"\ngroup = \"1000\"", passwd).empty());
    CHECK(with_user("user = \"1000\"\ngroup = \"-1\"", passwd).find("is no name of a group") !=
          std::string::npos);
}

TEST_CASE("a group without a user is refused") {
    CHECK(with_user("group = \"33\"", passwd).find("a group without a user") != std::string::npos);
    CHECK(with_user("groups = [\"33\"]", passwd).find("a group without a user") != std::string::npos);
}

TEST_CASE("groups that are not there are refused") {
    CHECK(
        with_user("user = \"www\"\ngroup = \"gone\"", passwd, "adm:x:4:\n").find("group 'gone' is not in") !=
        std::string::npos);
    CHECK(with_user("user = \"www\"\ngroups = [\"adm\", \"odd\"]", passwd, "adm:x:4:\nodd:x:4x:\n")
              .find("'odd' has no sound number") != std::string::npos);
    CHECK(with_user("user = \"www\"\ngroup = \"adm\"", passwd, "adm:x:4:\n").empty());
}

TEST_CASE("a role of users.toml that leads nowhere is refused at the service") {
    const Directory root;
    root.write("etc/passwd", passwd);
    root.write("r/users.toml", "www-role = \"gone\"\n");
    root.service("r/s", "exec = [\"/s\"]\nuser = \"www-role\"");
    const Run run{{.repositories = {root.path("r")}, .root = root.path()}};
    CHECK(run.told("s/service.toml:2:8: error: user 'gone', which users.toml has for 'www-role', is not in"));
}

TEST_CASE("no /etc/passwd is told, not taken for an empty one") {
    const Directory root;
    root.service("r/s", "exec = [\"/s\"]\nuser = \"www\"");
    const Run run{{.repositories = {root.path("r")}, .root = root.path()}};
    CHECK(run.told("cannot be looked up"));
}
