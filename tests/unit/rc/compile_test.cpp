// The compiler as a whole: the same input gives the same bytes, and a failure leaves everything as it was.
#include "rc/compile/compile.hpp"

#include "rc/compile/backend/output.hpp"
#include "tests/unit/base/faults.hpp"
#include "tests/unit/rc/repository.hpp"

#include <iterator>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/stat.h>

using namespace hob;
using tests::Directory;
using tests::Run;

namespace {

void fill(const Directory& repository, std::span<const int> order) {
    for (const int i : order)
        repository.service("s" + std::to_string(i), "exec = [\"/s\"]\nneeds = [\"base\"]\nwants = [\"t@" +
                                                        std::to_string(i % 3) + "\"]");
    repository.service("base", "type = \"milestone\"");
    repository.service("t@", "exec = [\"/t\", \"${instance}\"]");
}

std::string content(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

std::size_t entries(const std::string& directory) {
    const std::filesystem::directory_iterator list{directory};
    return static_cast<std::size_t>(std::distance(begin(list), end(list)));
}

std::uint64_t hash_in(const Directory& repository, std::string_view name) {
    const auto db = tests::database_of(Run{repository});
    return db.hash(*db.find(name));
}

}  // namespace

TEST_CASE("the bytes depend neither on the order of directories nor on their place") {
    const Directory one;
    const Directory other;
    fill(one, std::array{1, 2, 3, 4, 5, 6, 7, 8});
    fill(other, std::array{8, 3, 1, 7, 2, 6, 5, 4});
    CHECK(Run{one}.compiled->bytes == Run{other}.compiled->bytes);
}

TEST_CASE("scripts keep the bytes the same wherever the root directory is") {
    const Directory one;
    const Directory other;
    for (const Directory* root : {&one, &other}) {
        root->script("etc/hob/s/run");
        root->script("bin/sh");
    }
    const auto bytes = [](const Directory& root) {
        return Run{{.repositories = {root.path("etc/hob")}, .root = root.path()}}.compiled->bytes;
    };
    CHECK(bytes(one) == bytes(other));
}

TEST_CASE("a service's hash changes with itself and its scripts, and with nothing else") {
    const Directory repository;
    repository.service("a", "exec = [\"/a\"]\nneeds = [\"b\"]");
    repository.script("b/run");
    const auto a = hash_in(repository, "a");
    const auto b = hash_in(repository, "b");
    repository.service("aa", "exec = [\"/aa\"]");
    CHECK(hash_in(repository, "a") == a);
    CHECK(hash_in(repository, "b") == b);
    repository.script("b/run", "#!/bin/sh\necho\n");
    CHECK(hash_in(repository, "a") == a);
    CHECK(hash_in(repository, "b") != b);
    repository.service("a", "exec = [\"/a\"]\nneeds = [\"b\", \"aa\"]");
    CHECK(hash_in(repository, "a") != a);
}

TEST_CASE("all errors of a run are told, in the order of their places") {
    const Directory repository;
    repository.service("a", "exec = 1\nnice = 99\nneeds = [\"gone\"]");
    repository.service("b", "exce = [\"/b\"]\n");
    repository.service("c", "exec = [");
    const Run run{repository};
    const std::string told = run.told();
    std::size_t at = 0;
    for (const char* next :
         {"a/service.toml:1:8: error:", "a/service.toml:2:8: error:", "a/service.toml:3:10: error:",
          "b/service.toml:1:1: error:", "c/service.toml:1:9: error:"}) {
        at = told.find(next, at);
        INFO(next);
        REQUIRE(at != std::string::npos);
    }
    CHECK(run.say.errors() == 5);
}

TEST_CASE("a section without a name is told with its line") {
    for (const char* text : {"exec = [\"/a\"]\n[\n", "\n[\n[stop]\n", "\n[[\n", "\n[ !x]\n", "\n[]\n"}) {
        const Directory repository;
        repository.service("a", text);
        CHECK(Run{repository}.told("a/service.toml:2:"));
    }
}

TEST_CASE("letters of other scripts outside of a string are an error like any other") {
    for (const char* text : {"exec = [\"/a\"]\nexec = ä\n", "\nä = 1\n", "\n[ä]\n",
                             "\nx = \"\"\"a \\ Ϛ\"\"\"\n", "\nx = 1 Ϛ\n"}) {
        const Directory repository;
        repository.service("a", text);
        CHECK(Run{repository}.told("a/service.toml:2:"));
    }
}

TEST_CASE("an excerpt shows the place, counted in characters, and nothing that moves the cursor") {
    const Directory repository;
    repository.service("a", "exec = [\"/a\"]\n\tdescription = \"äö\x1b[2J\"\n");
    const Run run{repository};
    const std::string told = run.told();
    CHECK(told.find('\x1b') == std::string::npos);
    CHECK(told.find(" 2 | \tdescription = \"äö?[2J\"\n") != std::string::npos);
    // The library points at the byte it did not expect: behind two characters of two bytes each.
    CHECK(told.find("   | \t") != std::string::npos);
}

TEST_CASE("a definition that cannot be opened or read is told with its name") {
    const Directory repository;
    repository.service("a", "exec = [\"/a\"]");
    int failures = 0;
    tests::each_fault(EACCES, [&] {
        const Run run{repository};
        CHECK(run.compiled.has_value() == run.told().empty());
        if (run.compiled) return;
        CHECK(run.told(repository.path()));
        ++failures;
    });
    CHECK(failures >= 3);  // repository, directory, file, …
}

TEST_CASE("a failing call while the database is written leaves the old one and nothing else") {
    const Directory repository;
    const Directory out;
    repository.service("a", "exec = [\"/a\"]");
    const auto bytes = Run{repository}.compiled->bytes;
    const std::string wanted{bytes.begin(), bytes.end()};
    out.write("db", "old");
    const int calls = tests::each_fault(ENOSPC, [&] {
        const auto written = rc::compile::write_database(out.path("db"), bytes);
        const std::string now = content(out.path("db"));
        CHECK((now == "old" || now == wanted));
        if (written) CHECK(now == wanted);
        out.write("db", "old");
    });
    CHECK(calls > 5);
    // One left-over: of the round in which the unlink itself failed.
    CHECK(entries(out.path()) <= 2);
}

TEST_CASE("a database replaces only a regular file") {
    const Directory repository;
    const Directory out;
    repository.service("a", "exec = [\"/a\"]");
    const auto bytes = Run{repository}.compiled->bytes;
    REQUIRE(::mkfifo(out.path("fifo").c_str(), 0600) == 0);
    std::filesystem::create_symlink("fifo", out.path("link"));
    for (const char* name : {"fifo", "link", ".", "", "none/db"})
        CHECK_FALSE(rc::compile::write_database(out.path() + "/" + name, bytes));
    CHECK(entries(out.path()) == 2);
    CHECK(rc::compile::write_database(out.path("db"), bytes));
    CHECK(entries(out.path()) == 3);
}

TEST_CASE("a broken database is never put into its place") {
    const Directory out;
    CHECK_FALSE(rc::compile::write_database(out.path("db"), std::vector<char>(100, 'x')));
    CHECK(entries(out.path()) == 0);
}
