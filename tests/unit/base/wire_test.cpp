#include "base/protocol.hpp"

#include <cstring>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace hob::base;

namespace {

Frame only_frame(std::span<const char> packet) {
    PacketReader reader{packet};
    Frame frame{};
    REQUIRE(reader.next(frame));
    return frame;
}

}  // namespace

TEST_CASE("a message comes out of the wire as it went in") {
    PacketWriter writer;
    REQUIRE(writer.add(
        Add{.name = "nginx", .service_type = ServiceType::oneshot, .source = 7, .offset = 64, .size = 99}));
    REQUIRE(writer.add(Hello{.peer = Peer::engine, .flags = 3}));

    PacketReader reader{writer.bytes()};
    Frame frame{};
    Add add;
    REQUIRE(reader.next(frame));
    REQUIRE(decode(frame, add));
    CHECK(add.name == "nginx");
    CHECK(add.service_type == ServiceType::oneshot);
    CHECK(add.source == 7);
    CHECK(add.size == 99);
    Hello hello;
    REQUIRE(reader.next(frame));
    REQUIRE(decode(frame, hello));
    CHECK(hello.peer == Peer::engine);
    CHECK_FALSE(reader.next(frame));
    CHECK_FALSE(reader.damaged());
}

TEST_CASE("a frame of another type, with bytes left over or too few, is refused") {
    PacketWriter writer;
    REQUIRE(writer.add(ExitAck{.seq = 5}));
    Frame frame = only_frame(writer.bytes());
    Power power;
    CHECK_FALSE(decode(frame, power));
    ExitAck ack;
    Frame longer = frame;
    std::string body{frame.body.data(), frame.body.size()};
    body += 'x';
    longer.body = body;
    CHECK_FALSE(decode(longer, ack));
    for (std::size_t size = 0; size < frame.body.size(); ++size) {
        Frame shorter{frame.type, frame.body.first(size)};
        CHECK_FALSE(decode(shorter, ack));
    }
    CHECK(decode(frame, ack));
}

TEST_CASE("an enum out of range is refused") {
    PacketWriter writer;
    REQUIRE(writer.add(Power{.action = static_cast<PowerAction>(200)}));
    Power power;
    CHECK_FALSE(decode(only_frame(writer.bytes()), power));
}

TEST_CASE("a packet cut at any byte is damaged or shorter, never misread") {
    PacketWriter writer;
    REQUIRE(writer.add(Subject{.name = "a-service"}));
    REQUIRE(writer.add(RequestEnd{}));
    const auto whole = writer.bytes();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        PacketReader reader{whole.first(size)};
        Frame frame{};
        std::size_t frames = 0;
        while (reader.next(frame)) ++frames;
        CHECK(frames < 2);
        CHECK((reader.damaged() || size == 0 || frames == 1));
    }
}

TEST_CASE("a message that does not fit leaves the packet as it was") {
    PacketBuffer<32> small;
    REQUIRE(small.add(Subject{.name = "first"}));
    const std::size_t before = small.bytes().size();
    CHECK_FALSE(small.add(Subject{.name = "a name that is too long for what is left"}));
    CHECK(small.bytes().size() == before);
    CHECK(only_frame(small.bytes()).type == MessageType::subject);
}
