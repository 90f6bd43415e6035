// The reader of the database believes nothing that is not checked.
#include "tests/unit/rc/repository.hpp"

#include <cstring>
#include <memory>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/stat.h>

using namespace hob;
using rc::Check;
using rc::Database;
using tests::file_of;

namespace {

std::vector<char> small() {
    const tests::Directory repository;
    repository.service("default", "contents = [\"web\", \"log\"]");
    repository.service("log", "exec = [\"/bin/log\"]\ndescription = \"keeps\"");
    repository.service("web", "exec = [\"/bin/web\"]\nneeds = [\"log\"]\nuser = \"0\"\ngroup = \"0\"");
    repository.service("tty@", "exec = [\"/bin/tty\", \"${instance}\"]\nafter = [\"log\"]");
    return tests::Run{repository}.compiled->bytes;
}

base::Result<Database> load(const std::vector<char>& bytes, Check check = Check::full) {
    return Database::from(file_of(bytes), check);
}

// Reads everything that the accessors offer; sanitizers watch.
std::size_t walk(const Database& db) {
    std::size_t seen = 0;
    for (std::uint32_t i = 0; i < db.size(); ++i) {
        seen += db.name(i).size() + db.description(i).size() + name_of(db.type(i)).size();
        for (const auto edges : {db.needs(i), db.wants(i), db.after(i), db.contents(i)})
            for (const std::uint32_t to : edges) seen += db.name(to).size();
        if (const auto plan = db.plan(i)) seen += plan->bytes().size();
        CHECK(db.find(db.name(i)) == i);
    }
    return seen;
}

rc::FileHeader header_of(const std::vector<char>& bytes) {
    rc::FileHeader header;
    std::memcpy(&header, bytes.data(), sizeof header);
    return header;
}
// With a checksum that is right, so that what lies behind it is looked at.
std::vector<char> with_header(std::vector<char> bytes, rc::FileHeader header) {
    std::memcpy(bytes.data(), &header, sizeof header);
    header.checksum = rc::database_checksum(bytes);
    std::memcpy(bytes.data(), &header, sizeof header);
    return bytes;
}

}  // namespace

TEST_CASE("a database reads back as it was compiled") {
    const auto db = load(small());
    REQUIRE(db);
    REQUIRE(db->size() == 4);
    CHECK(db->name(0) == "default");
    CHECK(db->type(0) == base::ServiceType::bundle);
    CHECK(db->name(2) == "tty@");
    CHECK(db->is_template(2));
    CHECK_FALSE(db->is_template(3));
    REQUIRE(db->needs(3).size() == 1);
    CHECK(db->name(db->needs(3)[0]) == "log");
    CHECK(db->contents(0).size() == 2);
    CHECK(db->after(2).size() == 1);
    CHECK(db->description(1) == "keeps");
    CHECK(db->find("web") == 3);
    CHECK_FALSE(db->find("we"));
    CHECK_FALSE(db->find("zzz"));
    CHECK(walk(*db) > 0);
    CHECK(db->plan_offset(3) % rc::plan_alignment == 0);
}

TEST_CASE("a database with any single bit flipped is refused with a reason") {
    const auto good = small();
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        auto bad = good;
        bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
        const auto db = load(bad);
        INFO("bit " << bit);
        REQUIRE_FALSE(db);
        REQUIRE(std::strlen(db.error().what) > 10);
    }
}

TEST_CASE("a flipped bit that the quick check passes leads nowhere out of bounds") {
    const auto good = small();
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        auto bad = good;
        bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
        if (const auto db = load(bad, Check::header)) REQUIRE(walk(*db) > 0);
    }
}

TEST_CASE("a database cut off or continued is refused") {
    const auto good = small();
    for (std::size_t size = 0; size < good.size(); ++size) {
        INFO("size " << size);
        REQUIRE_FALSE(load({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)}));
    }
    auto longer = good;
    longer.push_back('\0');
    CHECK_FALSE(load(longer));
}

TEST_CASE("offsets and sizes that overflow are refused") {
    const auto good = small();
    const auto fields = {&rc::FileHeader::graph_offset, &rc::FileHeader::graph_size,
                         &rc::FileHeader::plans_offset, &rc::FileHeader::plans_size};
    for (const auto field : fields) {
        for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{8}, std::uint64_t{good.size()},
                                          ~std::uint64_t{0}, ~std::uint64_t{7}, std::uint64_t{1} << 63}) {
            auto header = header_of(good);
            header.*field = value;
            CHECK_FALSE(load(with_header(good, header)));
        }
    }
}

TEST_CASE("every byte of the graph changed under a right checksum is survived") {
    const auto good = small();
    const auto header = header_of(good);
    for (std::size_t at = header.graph_offset; at < header.graph_offset + header.graph_size; ++at) {
        for (const int change : {0x01, 0x80, 0xff}) {
            auto bad = good;
            bad[at] = static_cast<char>(bad[at] ^ change);
            if (const auto db = load(with_header(bad, header))) REQUIRE(walk(*db) > 0);
        }
    }
}

TEST_CASE("a database of another format says what to do") {
    auto header = header_of(small());
    header.version = rc::database_version + 1;
    const auto db = load(with_header(small(), header));
    REQUIRE_FALSE(db);
    CHECK(db.error().code == EPROTO);
    CHECK(std::string_view{db.error().what}.find("compile it with this version of hob") !=
          std::string_view::npos);
}

TEST_CASE("a database for another architecture is refused unless any will do") {
    auto header = header_of(small());
    header.machine = rc::native_machine == 183 ? 62 : 183;
    const auto foreign = with_header(small(), header);
    const auto db = load(foreign);
    REQUIRE_FALSE(db);
    CHECK(db.error().code == ENOEXEC);
    CHECK(Database::from(file_of(foreign), Check::full, rc::any_machine));
}

TEST_CASE("what is no file is refused without waiting for it") {
    const tests::Directory dir;
    REQUIRE(::mkfifo(dir.path("fifo").c_str(), 0600) == 0);
    CHECK_FALSE(Database::open(AT_FDCWD, dir.path("fifo").c_str(), Check::full));
    CHECK_FALSE(Database::open(AT_FDCWD, dir.path().c_str(), Check::full));
    const auto missing = Database::open(AT_FDCWD, dir.path("none").c_str(), Check::full);
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == ENOENT);
}

TEST_CASE("a database keeps its mapping when it is moved") {
    auto db = load(small());
    REQUIRE(db);
    Database other{*std::move(db)};
    auto third = load(small());
    *third = std::move(other);
    CHECK(third->name(3) == "web");
    CHECK(third->fd() >= 0);
}
