#include "base/channel.hpp"
#include "base/plan_builder.hpp"
#include "base/protocol.hpp"
#include "base/sys.hpp"
#include "svc/id_index.hpp"
#include "svc/out_queue.hpp"
#include "svc/plan_source.hpp"
#include "svc/step_text.hpp"
#include "tests/unit/base/faults.hpp"

#include <map>
#include <memory>
#include <random>

#include <catch2/catch.hpp>
#include <unistd.h>

using namespace hob;  // NOLINT(google-build-using-namespace): the subject

TEST_CASE("an index finds what was put in and nothing else, through ten thousand random changes") {
    svc::IdIndex index;
    std::map<std::uint32_t, base::ServiceId> truth;
    std::mt19937 random{7};
    for (int i = 0; i < 10000; ++i) {
        const auto key = static_cast<std::uint32_t>(random() % 500 * 16);
        const auto known = truth.find(key);
        if (known != truth.end()) {
            index.erase(key, known->second);
            truth.erase(known);
        } else {
            index.insert(key, static_cast<base::ServiceId>(i));
            truth[key] = static_cast<base::ServiceId>(i);
        }
        if (i % 100 != 0) continue;
        for (std::uint32_t k = 0; k < 500 * 16; k += 16)
            REQUIRE(index.find(k) == (truth.contains(k) ? truth[k] : base::no_service));
    }
}

TEST_CASE("ids with the same key are told apart") {
    svc::IdIndex index;
    for (base::ServiceId id = 0; id < 5; ++id) index.insert(42, id);
    CHECK(index.find(42, [](auto id) { return id == 3; }) == 3);
    index.erase(42, 3);
    CHECK(index.find(42, [](auto id) { return id == 3; }) == base::no_service);
    CHECK(index.find(42, [](auto id) { return id == 4; }) == 4);
}

TEST_CASE("a queue gathers frames into packets and sends their descriptors in order") {
    auto pair = base::sys::seqpacket_pair();
    REQUIRE(pair);
    const int before = tests::open_fds();
    svc::OutQueue queue{1024 * 1024};
    for (std::uint32_t i = 0; i < 1000; ++i) {
        auto pipe = base::sys::pipe();
        REQUIRE(pipe);
        const auto byte = std::to_string(i);
        REQUIRE(base::sys::write_all(pipe->write.get(), byte));
        REQUIRE(queue.add(base::Put{i, base::Role::log_read, 0}, pipe->read.get()));
    }
    auto packet = std::make_unique<base::Packet>();
    std::uint32_t next = 0;
    for (bool done = false; !done;) {
        const auto sent = queue.flush(pair->one.get());
        REQUIRE(sent);
        done = *sent;
        while (base::receive_packet(pair->two.get(), *packet)) {
            base::PacketReader reader{packet->bytes()};
            base::Put put;
            for (base::Frame frame; reader.next(frame); ++next) {
                REQUIRE(base::decode(frame, put));
                REQUIRE(put.id == next);
                const auto fd = packet->take_fd();
                char text[8] = {};
                REQUIRE(::read(fd.get(), text, sizeof text) > 0);
                REQUIRE(text == std::to_string(next));
            }
        }
    }
    CHECK(next == 1000);
    CHECK(tests::open_fds() == before);
}

TEST_CASE("a peer that does not read is told by add, and nothing leaks") {
    auto pair = base::sys::seqpacket_pair();
    REQUIRE(pair);
    const int before = tests::open_fds();
    {
        svc::OutQueue queue{4096};
        bool full = false;
        for (std::uint32_t i = 0; i < 100000 && !full; ++i) {
            full = !queue.add(base::Put{i, base::Role::table, 0}, 0);
            REQUIRE(queue.flush(pair->one.get()));
        }
        CHECK(full);
        pair->two.reset();
        CHECK_FALSE(queue.flush(pair->one.get()));
    }
    CHECK(tests::open_fds() == before - 1);
}

namespace {

base::Fd plan_file(std::string_view program, std::size_t* size) {
    base::PlanBuilder builder;
    builder.begin(base::Program::main);
    builder.step(base::StepOp::user, {33, 33}, {"www", "/"});
    builder.step(base::StepOp::exec, {}, {program});
    const auto blob = builder.finish();
    auto file = base::sys::memfd("plan");
    REQUIRE(file);
    REQUIRE(base::sys::write_all(file->get(), {blob.data(), blob.size()}));
    *size = blob.size();
    return *std::move(file);
}

}  // namespace

TEST_CASE("a replaced source stays as long as a plan of it is in use") {
    svc::PlanSources sources;
    std::size_t size = 0;
    REQUIRE(sources.set(1, plan_file("/bin/old", &size)));
    auto old = sources.find(1, 0, static_cast<std::uint32_t>(size));
    REQUIRE(old);
    REQUIRE(sources.set(1, plan_file("/bin/new", &size)));
    auto now = sources.find(1, 0, static_cast<std::uint32_t>(size));
    REQUIRE(now);
    CHECK_FALSE(old->same(*now));
    CHECK(svc::step_text(old->view(), 1).view() == "start step exec /bin/old");
    CHECK(svc::step_text(now->view(), 1).view() == "start step exec /bin/new");
    CHECK(svc::step_text(now->view(), 0).view() == "start step user www");
    CHECK(svc::step_text(now->view(), 0xffff).view() == "start step default context");
}

TEST_CASE("places outside a source, and what is no plan, are refused") {
    svc::PlanSources sources;
    std::size_t exact = 0;
    REQUIRE(sources.set(1, plan_file("/bin/true", &exact)));
    const auto size = static_cast<std::uint32_t>(exact);
    CHECK(sources.find(2, 0, size).error().code == ENOENT);
    CHECK(sources.find(0, 0, size).error().code == ENOENT);
    CHECK_FALSE(sources.find(1, 8, size));
    CHECK_FALSE(sources.find(1, 4, size - 8));
    CHECK_FALSE(sources.find(1, 0xfffffff8, 16));
    CHECK_FALSE(sources.find(1, 0, 0xfffffff8));
    CHECK_FALSE(sources.find(1, 0, size - 8));
    CHECK_FALSE(sources.set(3, base::Fd{}));
    CHECK_FALSE(sources.keep(std::vector<char>(100, '\0')));
}
