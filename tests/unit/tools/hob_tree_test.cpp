// What hob makes of a table, without anybody running.
#include "tests/unit/tools/scratch.hpp"
#include "tools/hob/service_text.hpp"
#include "tools/hob/tree.hpp"

#include <csignal>
#include <cstring>
#include <fstream>
#include <new>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace base = hob::base;
using base::ReasonKind;
using base::State;
using hob::test::Scratch;
using hob::tools::Service;
using hob::tools::Tree;

namespace {

// A table file as a scanner would leave it.
class TableFile {
  public:
    void add(const std::string& name, base::Status status, std::uint8_t flags = 0,
             base::ServiceType type = base::ServiceType::longrun) {
        auto record = std::make_unique<base::Record>();
        std::strcpy(record->name, name.c_str());
        record->id = static_cast<base::ServiceId>(records_.size());
        record->type = type;
        record->flags = flags;
        record->identity_check = base::identity_check(*record);
        constexpr std::uint64_t sequence = 1;
        status.check = base::status_check(status, sequence);
        record->banks[0] = status;
        record->commit = sequence << 16 | static_cast<std::uint64_t>(status.state) << 8;
        records_.push_back(std::move(record));
    }
    base::Record& last() { return *records_.back(); }
    void write(const std::string& file) const {
        std::vector<char> bytes(base::table_file_size(static_cast<std::uint32_t>(records_.size())));
        auto* const header = new (bytes.data()) base::TableHeader{};
        std::memcpy(header->magic, base::table_magic, sizeof header->magic);
        header->version = base::table_version;
        header->record_size = sizeof(base::Record);
        header->count = header->capacity = static_cast<std::uint32_t>(records_.size());
        for (std::size_t i = 0; i < records_.size(); ++i)
            std::memcpy(bytes.data() + base::table_file_size(static_cast<std::uint32_t>(i)),
                        static_cast<const void*>(records_[i].get()), sizeof(base::Record));
        std::ofstream{file, std::ios::binary}.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    }

  private:
    std::vector<std::unique_ptr<base::Record>> records_;
};

std::string row(const Tree& tree, const Service& s) {
    std::string text;
    for (const auto& cell : hob::tools::service_row(tree, s, base::Stamp{100'000'000'000}))
        text += cell.text + "|";
    return text;
}

}  // namespace

TEST_CASE("rows say name, state, pid, since when, and why") {
    const Scratch run;
    TableFile table;
    table.add("web", {.state = State::up, .pid = 42, .reason = {}, .since = 97'000'000'000});
    table.add("db", {.state = State::failed, .reason = {.kind = ReasonKind::exited, .code = 3}, .since = 1});
    table.add("app", {.state = State::blocked, .reason = {.kind = ReasonKind::need_failed, .arg = 1}});
    table.add("old", {.state = State::launching, .pid = 7, .reason = {}, .since = 100'000'000'000});
    table.add("loop", {.state = State::failed,
                       .reason = {.kind = ReasonKind::restart_limit, .code = 5, .arg = 10'000},
                       .since = 40'000'000'000,
                       .last_exit = 11,
                       .exited = 1});
    table.add("kept",
              {.state = State::down, .wish = base::Wish::down, .asker = base::Asker::user, .reason = {}});
    table.write(run / "table");
    auto tree = Tree::open(run.path()).value();
    std::string rows;
    for (const auto& s : tree.services(false)) rows += row(tree, s) + "\n";
    CHECK(rows ==
          "app|blocked|||db failed|\n"
          "db|failed||1 min 39 s|exited 3|\n"
          "kept|down|||kept down by user|\n"
          "loop|failed||1 min 0 s|restart limit: 5 in 10 s, last: killed by SIGSEGV|\n"
          "old|starting|7|0 s||\n"
          "web|up|42|3 s||\n");
}

TEST_CASE("a service that came back says what ended it before, one that was stopped does not") {
    const Scratch run;
    TableFile table;
    table.add("crashed", {.state = State::up, .reason = {}, .starts = 3, .last_exit = 9, .exited = 5});
    table.add("stopped", {.state = State::up, .reason = {}, .starts = 2, .last_exit = SIGTERM, .exited = 5});
    table.write(run / "table");
    auto tree = Tree::open(run.path()).value();
    CHECK(tree.reason(*tree.find("crashed")) == "start 3, before: killed by SIGKILL");
    CHECK(tree.reason(*tree.find("stopped")).empty());
}

TEST_CASE("hob's own services and removed ones are left out") {
    const Scratch run;
    TableFile table;
    table.add("hob-log", {.state = State::up, .reason = {}}, base::record_builtin);
    table.add("gone", {}, base::record_removed);
    table.add("web", {});
    table.write(run / "table");
    auto tree = Tree::open(run.path()).value();
    CHECK(tree.services(false).size() == 1);
    CHECK(tree.services(true).size() == 2);
    CHECK(tree.find("hob-log"));
    CHECK_FALSE(tree.find("gone"));
    CHECK(tree.suggestion("wbe") == " (did you mean web?)");
}

TEST_CASE("a damaged record is shown as damaged") {
    const Scratch run;
    TableFile table;
    table.add("web", {.state = State::up, .pid = 42, .reason = {}});
    table.last().banks[0].pid = 43;
    table.add("db", {});
    table.last().name[0] = '/';
    table.write(run / "table");
    auto tree = Tree::open(run.path()).value();
    std::string rows;
    for (const auto& s : tree.services(false)) rows += row(tree, s) + "\n";
    CHECK(rows ==
          "(damaged)|?|||its record in the table is damaged|\nweb|?|||its record in the table is damaged|\n");
}

TEST_CASE("a tree that is not there, or of another version, is one line") {
    const Scratch run;
    const auto none = Tree::open(run.path());
    REQUIRE_FALSE(none);
    CHECK(hob::tools::no_tree_text("/x", none.error()) ==
          "no hob tree is running at /x (start one with hob run, or pass --run)");
    TableFile table;
    table.add("web", {});
    table.write(run / "table");
    std::string bytes = hob::test::read_all(run / "table");
    ++bytes[8];
    hob::test::write_all(run / "table", bytes);
    const auto other = Tree::open(run.path());
    REQUIRE_FALSE(other);
    CHECK(hob::tools::no_tree_text("/x", other.error()).starts_with("the tree at /x is of another version"));
    hob::test::write_all(run / "table", "short");
    CHECK_FALSE(Tree::open(run.path()));
}
