// hob-rc init: the live tree and its copy of the database.
#include "rc/engine/live_tree.hpp"

#include "rc/database.hpp"
#include "tests/unit/engine/rig.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/stat.h>

using namespace hob::tests;  // NOLINT(google-build-using-namespace): the subject
using hob::rc::engine::prepare_tree;
namespace fs = std::filesystem;

namespace {

std::string content(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

void generation(const Folder& run, const std::string& number, const std::string& service) {
    compile({{service + "/service.toml", "exec = [\"/bin/true\"]\n"}},
            run / ("lib/generations/" + number + ".db"));
}

// The one service of RUN/db.
std::string service(const Folder& run) {
    auto database = hob::rc::Database::open(AT_FDCWD, (run / "db").c_str(), hob::rc::Check::full);
    return database && database->size() == 1 ? std::string{database->name(0)} : "";
}

void damage(const std::string& path) {
    std::string bytes = content(path);
    bytes[bytes.size() / 2] ^= 1;
    std::ofstream{path, std::ios::binary} << bytes;
}

}  // namespace

TEST_CASE("init makes the folders and a copy that nobody may write, and may be repeated") {
    const Folder run;
    generation(run, "7", "seven");
    fs::create_symlink("generations/7.db", run / "lib/current");
    for (int i = 0; i < 2; ++i) {
        REQUIRE(prepare_tree(run.path().c_str(), nullptr) == 0);
        for (const char* name : {"sock", "notify", "service", "lib", "log"})
            CHECK(fs::is_directory(run / name));
        CHECK(service(run) == "seven");
        struct stat st{};
        REQUIRE(::stat((run / "db").c_str(), &st) == 0);
        CHECK((st.st_mode & 0777) == 0444);
    }
    CHECK(!fs::exists(run / ".db.new"));
}

TEST_CASE("init copies what has been decided, and forgets what no longer is") {
    const Folder run;
    generation(run, "7", "seven");
    fs::create_symlink("generations/7.db", run / "lib/current");
    run.write("lib/overlay/web", "masked\n");
    run.write("lib/overlay/db", "enabled");
    run.write("lib/overlay/.web.new", "half");
    run.write("overlay/old", "masked\n");
    REQUIRE(prepare_tree(run.path().c_str(), nullptr) == 0);
    CHECK(content(run / "overlay/web") == "masked\n");
    CHECK(content(run / "overlay/db") == "enabled\n");
    CHECK(std::distance(fs::directory_iterator{run / "overlay"}, {}) == 2);
}

TEST_CASE("init makes the way to a tree that does not exist yet") {
    const Folder base;
    compile({{"a/service.toml", "exec = [\"/bin/true\"]\n"}}, base / "a.db");
    const std::string run = base / "x/y/z/";
    CHECK(prepare_tree(run.c_str(), (base / "a.db").c_str()) == 0);
    CHECK(fs::exists(run + "db"));
}

TEST_CASE("a damaged database is passed over for the newest sound generation") {
    const Folder run;
    for (const char* number : {"8", "9", "10", "11"}) generation(run, number, std::string{"g"} + number);
    fs::create_symlink("generations/11.db", run / "lib/current");
    damage(run / "lib/generations/11.db");
    damage(run / "lib/generations/10.db");
    run.write("lib/generations/notes.txt", "not a database");
    CHECK(prepare_tree(run.path().c_str(), nullptr) == 0);
    CHECK(service(run) == "g9");
}

TEST_CASE("no sound database: refused, and the one in use stays as it is") {
    const Folder run;
    generation(run, "1", "one");
    fs::create_symlink("generations/1.db", run / "lib/current");
    REQUIRE(prepare_tree(run.path().c_str(), nullptr) == 0);
    damage(run / "lib/generations/1.db");
    CHECK(prepare_tree(run.path().c_str(), nullptr) == 1);
    CHECK(service(run) == "one");
    fs::remove(run / "lib/current");
    CHECK(prepare_tree(run.path().c_str(), nullptr) == 1);
}

TEST_CASE("a database named by hand has no substitute") {
    const Folder run;
    generation(run, "1", "one");
    fs::create_symlink("generations/1.db", run / "lib/current");
    run.write("wrong.db", "not a database");
    CHECK(prepare_tree(run.path().c_str(), (run / "wrong.db").c_str()) == 1);
    REQUIRE(::mkfifo((run / "fifo").c_str(), 0600) == 0);
    CHECK(prepare_tree(run.path().c_str(), (run / "fifo").c_str()) == 1);
    CHECK(!fs::exists(run / "db"));
}
