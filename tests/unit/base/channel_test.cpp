#include "base/channel.hpp"

#include "base/protocol.hpp"
#include "base/sys.hpp"
#include "tests/unit/base/faults.hpp"

#include <array>
#include <cstring>
#include <vector>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/socket.h>

using namespace hob::base;
using hob::tests::open_fds;

TEST_CASE("descriptors travel with their packet and close with it unless taken") {
    auto pair = sys::seqpacket_pair();
    auto pipe = sys::pipe();
    REQUIRE((pair && pipe));
    const int before = open_fds();
    const std::array fds{pipe->read.get(), pipe->write.get()};
    REQUIRE(send_message(pair->one.get(), Put{.id = 3, .role = Role::log_read}, fds));
    {
        Packet packet;
        REQUIRE(receive_packet(pair->two.get(), packet));
        CHECK(packet.fd_count == 2);
        const Fd taken = packet.take_fd();
        CHECK((::fcntl(taken.get(), F_GETFD) & FD_CLOEXEC) != 0);
        CHECK(open_fds() == before + 2);
    }
    CHECK(open_fds() == before);
}

TEST_CASE("more descriptors than a packet holds are refused and none is leaked") {
    auto pair = sys::seqpacket_pair();
    REQUIRE(pair);
    const int before = open_fds();
    // Past our own sender's limit: raw.
    std::vector<int> fds(packet_fds_max + 1, pair->one.get());
    std::vector<char> control(CMSG_SPACE(fds.size() * sizeof(int)));
    char byte = 'x';
    iovec part{&byte, 1};
    msghdr message{};
    message.msg_iov = &part, message.msg_iovlen = 1;
    message.msg_control = control.data(), message.msg_controllen = control.size();
    cmsghdr* const head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET, head->cmsg_type = SCM_RIGHTS,
    head->cmsg_len = CMSG_LEN(fds.size() * sizeof(int));
    std::memcpy(CMSG_DATA(head), fds.data(), fds.size() * sizeof(int));
    REQUIRE(::sendmsg(pair->one.get(), &message, 0) == 1);
    Packet packet;
    const auto got = receive_packet(pair->two.get(), packet);
    REQUIRE_FALSE(got);
    CHECK(got.error().code == EMSGSIZE);
    CHECK(open_fds() == before);
}

TEST_CASE("nothing to receive is EAGAIN and a closed peer is said so") {
    auto pair = sys::seqpacket_pair();
    REQUIRE(pair);
    Packet packet;
    const auto none = receive_packet(pair->two.get(), packet);
    REQUIRE_FALSE(none);
    CHECK(none.error().code == EAGAIN);
    pair->one.reset();
    REQUIRE(receive_packet(pair->two.get(), packet));
    CHECK(packet.closed);
}

TEST_CASE("a full peer is EAGAIN, not a wait") {
    auto pair = sys::seqpacket_pair();
    REQUIRE(pair);
    int sent = 0;
    for (; sent < 100000; ++sent)
        if (auto put = send_message(pair->one.get(), ExitAck{}); !put) {
            CHECK(put.error().code == EAGAIN);
            break;
        }
    CHECK(sent > 10);
    CHECK(sent < 100000);
}
