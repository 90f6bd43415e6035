// Packets arrive from clients of any kind.  Every frame is tried as a message of each shape that a string, an
// enum or plain numbers give it; whatever decodes must encode to a packet that decodes again.
#include "base/protocol.hpp"
#include "base/wire.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

namespace hob::base {
namespace {

template <class Message>
void try_as(Frame frame) {
    frame.type = Message::type;
    Message message;
    if (!decode(frame, message)) return;
    PacketWriter writer;
    if (!writer.add(message)) return;
    PacketReader reader{writer.bytes()};
    Frame again;
    Message copy;
    if (!reader.next(again) || !decode(again, copy) || reader.damaged()) std::abort();
}

}  // namespace
}  // namespace hob::base

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace hob::base;  // NOLINT(google-build-using-namespace)
    PacketReader reader{std::span{reinterpret_cast<const char*>(data), size}};
    Frame frame;
    while (reader.next(frame)) {
        try_as<Hello>(frame);
        try_as<Put>(frame);
        try_as<Exited>(frame);
        try_as<PlanSource>(frame);
        try_as<Add>(frame);
        try_as<SetWish>(frame);
        try_as<LogStream>(frame);
        try_as<Request>(frame);
        try_as<Subject>(frame);
        try_as<RequestEnd>(frame);
        try_as<Line>(frame);
    }
    return 0;
}
