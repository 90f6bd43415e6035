#include "svc/table_writer.hpp"

#include "base/sys.hpp"
#include "tests/unit/base/faults.hpp"

#include <cstdlib>
#include <string>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace hob;  // NOLINT(google-build-using-namespace): the subject
using base::State;

namespace {

// A directory of its own on tmpfs where there is one.
struct Place {
    Place() : path{::access("/dev/shm", W_OK) == 0 ? "/dev/shm/hob.XXXXXX" : "/tmp/hob.XXXXXX"} {
        REQUIRE(::mkdtemp(path.data()) != nullptr);
        dir = base::Fd{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    }
    ~Place() {
        for (const char* const name : {"table", "table.new"}) ::unlinkat(dir.get(), name, 0);
        ::rmdir(path.c_str());
    }
    std::string path;
    base::Fd dir;
};

}  // namespace

TEST_CASE("a new table is empty, readable by all, and understood by readers") {
    Place place;
    svc::TableWriter writer;
    REQUIRE(writer.create(place.dir.get(), "table"));
    struct stat st{};
    REQUIRE(::fstatat(place.dir.get(), "table", &st, 0) == 0);
    CHECK((st.st_mode & 07777) == 0444);
    auto view = base::TableView::open((place.path + "/table").c_str());
    REQUIRE(view);
    CHECK(view->count() == 0);
    CHECK(view->header().scanner_pid == ::getpid());
}

TEST_CASE("what is committed is what readers see, also after the table has grown") {
    Place place;
    svc::TableWriter writer;
    REQUIRE(writer.create(place.dir.get(), "table"));
    auto view = base::TableView::open((place.path + "/table").c_str());
    REQUIRE(view);
    const base::Record* first = nullptr;
    for (std::uint32_t i = 0; i < 3 * base::table_growth; ++i) {
        const auto id = writer.add("service-" + std::to_string(i), base::ServiceType::longrun, 0);
        REQUIRE(id);
        CHECK(*id == i);
        base::Status status;
        status.state = State::up;
        status.pid = static_cast<int>(i) + 1;
        writer.commit(*id, status);
        if (i == 0) first = &writer.record(0);
    }
    CHECK(first == &writer.record(0));
    REQUIRE(view->count() == 3 * base::table_growth);
    for (std::uint32_t i = 0; i < 3 * base::table_growth; ++i) {
        CHECK(base::identity_sound(view->record(i), i));
        const auto status = base::read_status(view->record(i));
        REQUIRE(status);
        CHECK(status->pid == static_cast<int>(i) + 1);
    }
    CHECK(view->find("service-100") == 100);
}

TEST_CASE("the next scanner finds everything in an adopted table") {
    Place place;
    base::Fd file;
    {
        svc::TableWriter writer;
        REQUIRE(writer.create(place.dir.get(), "table"));
        REQUIRE(writer.add("one", base::ServiceType::oneshot, 0));
        base::Status status;
        status.state = State::done;
        writer.commit(0, status);
        writer.set_plan(0, 1, 64, 400, 99);
        *writer.launch_pid(0) = 77;
        file = base::Fd{::fcntl(writer.file(), F_DUPFD_CLOEXEC, 0)};
    }
    svc::TableWriter next;
    REQUIRE(next.adopt(std::move(file)));
    REQUIRE(next.count() == 1);
    CHECK(base::read_status(next.record(0))->state == State::done);
    CHECK(next.record(0).plan_check == base::plan_ref_check(next.record(0)));
    CHECK(*next.launch_pid(0) == 77);
    CHECK(*next.add("two", base::ServiceType::longrun, 0) == 1);
}

TEST_CASE("a table of another version or a damaged header is refused") {
    Place place;
    for (int damage = 0; damage < 4; ++damage) {
        svc::TableWriter writer;
        REQUIRE(writer.create(place.dir.get(), "table"));
        base::Fd file{::fcntl(writer.file(), F_DUPFD_CLOEXEC, 0)};
        base::TableHeader header;
        REQUIRE(::pread(file.get(), &header, sizeof header, 0) == sizeof header);
        if (damage == 0) header.magic[0] = 'X';
        if (damage == 1) header.version++;
        if (damage == 2) header.capacity = base::table_capacity_max;
        if (damage == 3) header.count.store(base::table_growth + 1);
        REQUIRE(::pwrite(file.get(), &header, sizeof header, 0) == sizeof header);
        svc::TableWriter next;
        const auto adopted = next.adopt(std::move(file));
        REQUIRE_FALSE(adopted);
        CHECK(adopted.error().code == EPROTO);
    }
}

TEST_CASE("no failing call leaves a half made table or a descriptor behind") {
    Place place;
    const int before = tests::open_fds();
    const int failed = tests::each_fault(ENOSPC, [&] {
        svc::TableWriter writer;
        if (!writer.create(place.dir.get(), "table")) return;
        (void)writer.add("one", base::ServiceType::longrun, 0);
    });
    CHECK(failed >= 4);
    CHECK(tests::open_fds() == before);
}
