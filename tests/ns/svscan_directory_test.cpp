// `hob-svscan DIR`: plain directories of run scripts.
#include "tests/ns/svscan_rig.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>
#include <sys/wait.h>

using namespace hob;         // NOLINT(google-build-using-namespace): the subject
using namespace hob::tests;  // NOLINT(google-build-using-namespace): the subject
using base::State;

namespace {

class Plain {
  public:
    Plain() : bin_{install(dir_, {"hob-svscan"})} {
        std::filesystem::create_directory(dir_ / "services");
        std::filesystem::create_directory(dir_ / "state");
    }
    // A script at services/`path`, complete before it becomes executable.
    void script(const std::string& path, const std::string& text) {
        const std::string file = dir_ / ("services/" + path);
        std::filesystem::create_directories(std::filesystem::path{file}.parent_path());
        std::ofstream{file} << "#!/bin/sh\n" << text << "\n";
        std::filesystem::permissions(file, std::filesystem::perms{0755});
    }
    void file(const std::string& path, const std::string& text) {
        std::ofstream{dir_ / ("services/" + path)} << text;
    }
    void go() {
        ns_ = std::make_unique<Namespace>(Namespace::Options{
            .command = {bin_ + "/hob-svscan", "--state", dir_ / "state", dir_ / "services"}, .pid = false});
    }
    base::Status status(const std::string& name) {
        auto table = base::TableView::open((dir_ / "state/table").c_str());
        if (!table) return {};
        const auto id = table->find(name);
        return id == base::no_service ? base::Status{}
                                      : base::read_status(table->record(id)).value_or(base::Status{});
    }
    bool wait_state(const std::string& name, State state) {
        return ns_->wait_until([&] { return status(name).state == state; });
    }
    [[nodiscard]] std::string path(const std::string& name) const { return dir_ / name; }
    Namespace& inside() { return *ns_; }
    bool wait_file(const std::string& name, const std::string& text) {
        return ns_->wait_until([&] { return content(path(name)).find(text) != std::string::npos; });
    }

  private:
    TempDir dir_;
    std::string bin_;
    std::unique_ptr<Namespace> ns_;
};

const std::string stay = "exec sleep 1000";

}  // namespace

TEST_CASE("every directory with an executable run is a service, in its own directory") {
    Plain plain;
    plain.script("one/run", "pwd > where; " + stay);
    plain.script("two/run", stay);
    plain.script(".hidden/run", stay);
    std::filesystem::create_directory(plain.path("services/nothing"));
    plain.go();
    REQUIRE(plain.wait_state("one", State::up));
    REQUIRE(plain.wait_state("two", State::up));
    CHECK(plain.wait_file("services/one/where", plain.path("services/one")));
    CHECK(plain.status(".hidden").starts == 0);
    CHECK_FALSE(std::filesystem::exists(plain.path("services/.hob")));
}

TEST_CASE("readiness, down, stop signal and finish are read from their files") {
    Plain plain;
    plain.script("ready/run", "echo >&4; exec 4>&-; " + stay);
    plain.file("ready/notification-fd", "4\n");
    plain.script("off/run", stay);
    plain.file("off/down", "");
    plain.script("flap/run", "exit 7");
    plain.script("flap/finish", "echo \"$@\" >> " + plain.path("finished") + "; exit 125");
    plain.go();
    REQUIRE(plain.wait_state("ready", State::up));
    CHECK(plain.status("ready").ready_since > plain.status("ready").started);
    REQUIRE(plain.wait_state("flap", State::failed));
    CHECK(content(plain.path("finished")) == "7 0 flap\n");
    CHECK(plain.status("off").state == State::down);
}

TEST_CASE("log/run reads what its service writes and loses nothing at the end") {
    Plain plain;
    plain.script(
        "talker/run",
        "trap 'echo last words; exit 0' TERM; echo first words; while :; do sleep 1000 & wait $!; done");
    plain.script("talker/log/run", "exec cat >> " + plain.path("log"));
    plain.go();
    REQUIRE(plain.wait_file("log", "first words\n"));
    for (const auto& entry : std::filesystem::directory_iterator{"/proc"})
        if (std::error_code ignored;
            std::filesystem::read_symlink(entry.path() / "exe", ignored) == plain.path("bin/hob-svscan"))
            ::kill(std::stoi(entry.path().filename()), SIGTERM);
    const auto ended = plain.inside().wait_exit();
    REQUIRE(ended);
    CHECK(WEXITSTATUS(*ended) == 0);
    CHECK(content(plain.path("log")) == "first words\nlast words\n");
}

TEST_CASE("what appears is started and what goes is stopped") {
    Plain plain;
    plain.script("old/run", stay);
    plain.go();
    REQUIRE(plain.wait_state("old", State::up));
    std::filesystem::create_directory(plain.path("services/new"));
    plain.script("new/run", stay);
    CHECK(plain.wait_state("new", State::up));
    std::filesystem::rename(plain.path("services/old"), plain.path("services/.old"));
    REQUIRE(plain.inside().wait_until([&] {
        auto table = base::TableView::open(plain.path("state/table").c_str());
        return table && table->find("old") == base::no_service;
    }));
    CHECK(plain.status("new").starts == 1);
    // And back again, as a new record.
    std::filesystem::rename(plain.path("services/.old"), plain.path("services/old"));
    CHECK(plain.wait_state("old", State::up));
}

TEST_CASE("a second scanner on the same directory is refused") {
    Plain plain;
    plain.script("one/run", stay);
    plain.go();
    REQUIRE(plain.wait_state("one", State::up));
    const auto second = plain.inside().run(
        {plain.path("bin/hob-svscan"), "--state", plain.path("state"), plain.path("services")});
    CHECK(WEXITSTATUS(second.status) == 100);
    CHECK(second.output.find("another hob-svscan") != std::string::npos);
    CHECK(plain.status("one").starts == 1);
}

TEST_CASE("a directory that makes no sense is named and left out") {
    Plain plain;
    plain.script("good/run", stay);
    plain.script("bad name/run", stay);
    plain.script("odd/run", stay);
    plain.file("odd/notification-fd", "two\n");
    plain.go();
    REQUIRE(plain.wait_state("good", State::up));
    CHECK(plain.inside().wait_output("bad name: left out"));
    CHECK(plain.inside().wait_output("odd: left out: notification-fd"));
}
