// Wrong definitions, through the real program: each is refused with file and line, exit code 1, and no
// output.
//
// $HOB_COMPILE is the program. Files that only some are hindered from reading are tried as nobody, so that a
// root's test is one.
#include "tests/unit/rc/repository.hpp"

#include <array>
#include <cstdio>
#include <functional>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

using hob::tests::Directory;

namespace {

struct Outcome {
    int code = -1;
    std::string told;  // standard error and output
};

Outcome compile(const Directory& work, const std::string& arguments, const std::string& before = "") {
    const std::string command =
        "cd " + work.path() + " && " + before + " \"$HOB_COMPILE\" " + arguments + " 2>&1 </dev/null";
    FILE* const pipe = ::popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    Outcome out;
    std::array<char, 4096> buffer{};
    while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe))
        out.told.append(buffer.data(), got);
    const int status = ::pclose(pipe);
    if (WIFEXITED(status)) out.code = WEXITSTATUS(status);
    return out;
}

struct Wrong {
    const char* what;
    std::function<void(const Directory&)> make;  // the repository is r/
    const char* told;                            // "file:line" and what follows
};

constexpr const char* fine = "exec = [\"/bin/true\"]\n";

Wrong text(const char* what, std::string definition, const char* told) {
    return {what, [definition](const Directory& d) { d.service("r/s", definition); }, told};
}

const Wrong corpus[] = {
    text("unknown key", std::string{fine} + "need = []\n", "r/s/service.toml:2:1: error: unknown key 'need'"),
    text("unknown section", std::string{fine} + "[strat]\ntimeout = 1\n",
         "r/s/service.toml:2:2: error: unknown key"),
    text("key of the future", std::string{fine} + "listen = []\n",
         "r/s/service.toml:2:1: error: 'listen' is not supp"),
    text("missing dependency", std::string{fine} + "needs = [\"gone\"]\n",
         "r/s/service.toml:2:10: error: there is no s"),
    text("missing template", std::string{fine} + "wants = [\"gone@a\"]\n",
         "r/s/service.toml:2:10: error: there is no te"),
    text("itself", std::string{fine} + "needs = [\"s\"]\n",
         "r/s/service.toml:2:10: error: needs: a service cannot"),
    text("a path as a name", std::string{fine} + "needs = [\"../x\"]\n",
         "r/s/service.toml:2:10: error: needs: '../x' is"),
    text("bad user", std::string{fine} + "user = \"0day\"\n",
         "r/s/service.toml:2:8: error: '0day' is no name"),
    text("unknown user", std::string{fine} + "user = \"nobody-here\"\n",
         "r/s/service.toml:2:8: error: user 'nobody-here'"),
    text("key twice", std::string{fine} + fine, "r/s/service.toml:2:8: error: cannot redefine"),
    text("section twice", std::string{fine} + "[stop]\n[start]\n[stop]\n", "r/s/service.toml:4:1: error:"),
    text("content twice", "contents = [\"a\", \"a\"]\n",
         "r/s/service.toml:1:18: error: contents: 'a' is named twice"),
    text("no program", "description = \"x\"\n", "r/s/service.toml:1:1: error: a longrun without a program"),
    text("empty file", "", "r/s/service.toml:1:1: error: a longrun without a program"),
    text("broken TOML", "exec = [\"/bin/true\"\n", "r/s/service.toml:1:"),
    text("line of 1 MiB", "\ndescription = \"" + std::string(1 << 20, 'x') + "\"\n",
         "r/s/service.toml:2:1: error: line of"),
    text(
        "8 MiB of lines",
        [] {
            std::string many;
            while (many.size() < 8 << 20) many += "# a comment that goes on and on\n";
            return many;
        }(),
        "r/s/service.toml:1:1: error: is larger than"),
    text("invalid UTF-8", std::string{fine} + "description = \"\xc0\xaf\"\n",
         "r/s/service.toml:2:16: error: not UTF-8"),
    text("UTF-16",
         std::string{"\xff\xfe"
                     "e\0x\0",
                     6},
         "r/s/service.toml:1:1: error: not UTF-8"),
    text("NUL", std::string{"description = \"a\0b\"\n", 20}, "r/s/service.toml:1:17: error: NUL byte"),
    text("deep nesting", "x = " + std::string(5000, '[') + "\n", "r/s/service.toml:1:"),
    {"cycle",
     [](const Directory& d) {
         d.service("r/a", std::string{fine} + "needs = [\"b\"]\n");
         d.service("r/b", std::string{fine} + "after = [\"a\"]\n");
     },
     "r/a/service.toml:2:10: error: dependency cycle: a → b → a"},
    {"key and script",
     [](const Directory& d) {
         d.service("r/s", "up = [\"/bin/true\"]\n");
         d.script("r/s/up");
     },
     "r/s/up:1:1: error: there are both"},
    {"script that is not executable", [](const Directory& d) { d.write("r/s/run", "#!/bin/sh\n"); },
     "r/s/run:1:1: error: is not executable"},
    {"script of another type",
     [](const Directory& d) {
         d.service("r/s", fine);
         d.script("r/s/down");
     },
     "r/s/down:1:1: error: the script 'down' is for oneshot"},
    {"FIFO as definition",
     [](const Directory& d) {
         d.write("r/s/x", "");
         ::mkfifo(d.path("r/s/service.toml").c_str(), 0644);
     },
     "r/s/service.toml:1:1: error: is a FIFO"},
    {"FIFO as script",
     [](const Directory& d) {
         d.service("r/s", fine);
         ::mkfifo(d.path("r/s/finish").c_str(), 0755);
     },
     "r/s/finish:1:1: error: is a FIFO"},
    {"directory as definition", [](const Directory& d) { d.write("r/s/service.toml/x", ""); },
     "r/s/service.toml:1:1: error: is a directory"},
    {"device behind a link",
     [](const Directory& d) {
         d.write("r/s/x", "");
         std::filesystem::create_symlink("/dev/zero", d.path("r/s/service.toml"));
     },
     "r/s/service.toml:1:1: error: is a symbolic link"},
    {"directory behind a link",
     [](const Directory& d) {
         d.service("r/s", fine);
         std::filesystem::create_directory_symlink("s", d.path("r/t"));
     },
     "r/t:1:1: error: is a symbolic link"},
    {"FIFO as users.toml",
     [](const Directory& d) {
         d.service("r/s", fine);
         ::mkfifo(d.path("r/users.toml").c_str(), 0644);
     },
     "r/users.toml:1:1: error: is a FIFO"},
    {"role that is no name",
     [](const Directory& d) {
         d.service("r/s", fine);
         d.write("r/users.toml", "\nwww = 33\n");
     },
     "r/users.toml:2:7: error: a role is a user's name"},
    {"directory without definition", [](const Directory& d) { d.write("r/s/notes", ""); },
     "r/s/service.toml:1:1: error: there is no such file"},
    {"directory with an impossible name", [](const Directory& d) { d.service("r/a b", fine); },
     "r/a b:1:1: error: no name for a service"},
    {"name of hob's own", [](const Directory& d) { d.service("r/hob-rc", fine); },
     "r/hob-rc:1:1: error: no name for a service"},
    {"empty repository", [](const Directory& d) { d.write("r/README", ""); },
     "r:1:1: error: there is no service in it"},
    {"no repository", [](const Directory&) {}, "r:1:1: error: the repository cannot be opened"},
};

void check_refused(const Directory& work, const Outcome& outcome, const char* told) {
    INFO(outcome.told);
    CHECK(outcome.code == 1);
    CHECK(outcome.told.find(told) != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(work.path("out/db")));
    CHECK(std::filesystem::is_empty(work.path("out")));
}

}  // namespace

TEST_CASE("each wrong definition is told with file and line, and nothing is written") {
    for (const Wrong& wrong : corpus) {
        const Directory work;
        std::filesystem::create_directory(work.path("out"));
        wrong.make(work);
        INFO(wrong.what);
        check_refused(work, compile(work, "-o out/db r"), wrong.told);
        // A check finds the same.
        CHECK(compile(work, "--check r").code == 1);
        // What was there before stays.
        work.write("out/db", "before");
        CHECK(compile(work, "-o out/db r").code == 1);
        CHECK(std::filesystem::file_size(work.path("out/db")) == 6);
    }
}

TEST_CASE("a file that may not be read is told with its name") {
    const Directory work;
    work.service("r/s", fine);
    std::filesystem::create_directory(work.path("out"));
    ::chmod(work.path().c_str(), 0755);
    ::chmod(work.path("r/s/service.toml").c_str(), 0);
    const char* nobody = ::geteuid() == 0 ? "setpriv --reuid 65534 --clear-groups" : "";
    check_refused(work, compile(work, "-o out/db r", nobody),
                  "r/s/service.toml:1:1: error: cannot be opened: Perm");
}

TEST_CASE("right definitions compile in silence") {
    const Directory work;
    work.service("r/s", fine);
    std::filesystem::create_directory(work.path("out"));
    for (const char* arguments :
         {"-o out/db r", "r --output=out/db", "--check r", "--arch aarch64 -o out/arm r"}) {
        const Outcome outcome = compile(work, arguments);
        CHECK(outcome.told.empty());
        CHECK(outcome.code == 0);
    }
    CHECK(hob::rc::Database::open(AT_FDCWD, work.path("out/db").c_str(), hob::rc::Check::full));
}

TEST_CASE("wrong usage is exit code 100") {
    const Directory work;
    work.service("r/s", fine);
    for (const char* arguments :
         {"r", "-o x", "--check", "--check -o x r", "--arch vax --check r", "--nonsense r", "-o"}) {
        INFO(arguments);
        CHECK(compile(work, arguments).code == 100);
    }
}

TEST_CASE("an output that cannot be written is exit code 1, with the reason") {
    const Directory work;
    work.service("r/s", fine);
    for (const char* output : {"none/db", "r", "/dev/full"}) {
        const Outcome outcome = compile(work, "-o " + std::string{output} + " r");
        CHECK(outcome.code == 1);
        CHECK(outcome.told.starts_with("hob-compile: " + std::string{output} + ": "));
    }
}
