#include "svc/out_queue.hpp"

#include "base/channel.hpp"

#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace hob::svc {

namespace {
constexpr std::size_t keep_room = 8 * 1024;  // of an empty queue; the rest goes back
}

OutQueue::Header OutQueue::header(std::size_t at) const noexcept {
    Header h;
    std::memcpy(&h, bytes_.data() + at, sizeof h);
    return h;
}
void OutQueue::set_header(std::size_t at, Header h) noexcept {
    std::memcpy(bytes_.data() + at, &h, sizeof h);
}

bool OutQueue::append(std::span<const char> frame, int fd) noexcept {
    if (bytes_.size() - head_ + frame.size() + sizeof(Header) > limit_) return false;
    const int copy = fd >= 0 ? ::fcntl(fd, F_DUPFD_CLOEXEC, 3) : -1;
    if (fd >= 0 && copy < 0) return false;
    Header h = empty() ? Header{base::packet_max, 0} : header(tail_);
    if (h.size + frame.size() > base::packet_max || h.fds == base::packet_fds_max) {
        tail_ = bytes_.size();
        h = {0, 0};
        bytes_.resize(tail_ + sizeof h);
    }
    bytes_.insert(bytes_.end(), frame.begin(), frame.end());
    h.size += static_cast<std::uint32_t>(frame.size());
    if (copy >= 0) {
        fds_.push_back(copy);
        h.fds++;
    }
    set_header(tail_, h);
    return true;
}

base::Result<bool> OutQueue::flush(int socket) noexcept {
    while (!empty()) {
        const Header h = header(head_);
        const std::span<const char> packet{bytes_.data() + head_ + sizeof h, h.size};
        auto sent = base::send_packet(socket, packet, {fds_.data() + fd_head_, h.fds});
        if (!sent && (sent.error().code == EAGAIN || sent.error().code == ETOOMANYREFS)) return false;
        if (!sent) return std::unexpected{sent.error()};
        for (std::uint32_t i = 0; i < h.fds; ++i) ::close(fds_[fd_head_++]);
        head_ += sizeof h + h.size;
    }
    clear();
    return true;
}

void OutQueue::clear() noexcept {
    for (; fd_head_ < fds_.size(); ++fd_head_) ::close(fds_[fd_head_]);
    bytes_.clear();
    fds_.clear();
    if (bytes_.capacity() > keep_room) std::vector<char>{}.swap(bytes_);
    if (fds_.capacity() * sizeof(int) > keep_room) std::vector<int>{}.swap(fds_);
    head_ = tail_ = fd_head_ = 0;
}

}  // namespace hob::svc
