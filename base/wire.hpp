// The wire codec: packets of frames, made from the field lists in base/protocol.hpp.
//
//   packet   one SOCK_SEQPACKET record of at most packet_max bytes: frames, one after the other
//   frame    u16 type · u16 size of the payload · payload: the message's fields in order, little endian as
//   stored field    integers and enums by their size; text as u16 length and bytes
//
// A message is a struct with `static constexpr MessageType type` and `static constexpr auto fields`, a tuple
// of pointers to members; encoding and decoding both walk that tuple, so they cannot disagree. A frame with
// bytes left over, too few bytes, or an enum out of range is refused. Text points into the packet it came
// from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>

namespace hob::base {

enum class MessageType : std::uint16_t;

inline constexpr std::size_t packet_max = 16 * 1024;
inline constexpr std::size_t frame_header = 4;

namespace detail {

// The bytes of a message whose fields lie in it one behind the other, as they do on the wire: then it is
// copied as a whole. 0: it has text, or a hole before a field.
template <class Owner, class... Fields>
consteval std::size_t plain_size(const std::tuple<Fields Owner::*...>&) {
    std::size_t size = 0;
    bool plain = sizeof...(Fields) > 0 && std::is_standard_layout_v<Owner>;
    const auto field = [&]<class Field>(std::type_identity<Field>) {
        plain = plain && !std::is_same_v<Field, std::string_view> && size % alignof(Field) == 0;
        size += sizeof(Field);
    };
    (field(std::type_identity<Fields>{}), ...);
    return plain ? size : 0;
}
consteval std::size_t plain_size(const std::tuple<>&) { return 0; }

// The list of fields names them as they are declared: seen by giving them values by position, reading by
// name.
template <class Owner, class... Fields>
consteval bool in_order(const std::tuple<Fields Owner::*...>& fields) {
    int given = 0;
    const Owner owner{static_cast<Fields>(++given)...};
    int read = 0;
    return std::apply([&](auto... member) { return ((owner.*member == static_cast<Fields>(++read)) && ...); },
                      fields);
}

}  // namespace detail

// What one frame carries; `body` borrows from the packet.
struct Frame {
    MessageType type;
    std::span<const char> body;
};

// Builds one packet in place. `Room` bounds it; PacketWriter holds the largest there is.
template <std::size_t Room>
class PacketBuffer {
    static_assert(Room <= packet_max);

  public:
    // Appends `message`; false (and nothing is appended) when the packet has no room left for it.
    template <class Message>
    [[nodiscard]] bool add(const Message& message) noexcept {
        const std::size_t start = size_;
        Header header{static_cast<std::uint16_t>(Message::type), 0};
        bool fits = true;
        if constexpr (constexpr std::size_t plain = detail::plain_size(Message::fields); plain != 0) {
            static_assert(detail::in_order(Message::fields) && plain <= UINT16_MAX);
            header.size = plain;
            fits = put(&header, sizeof header) && put(&message, plain);
        } else {
            fits = put(&header, sizeof header);
            std::apply([&](auto... member) { ((fits = fits && field(message.*member)), ...); },
                       Message::fields);
            header.size = static_cast<std::uint16_t>(size_ - start - frame_header);
            if (fits) std::memcpy(data_ + start, &header, sizeof header);
        }
        if (!fits) size_ = start;
        return fits;
    }
    void clear() noexcept { size_ = 0; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] std::span<const char> bytes() const noexcept { return {data_, size_}; }

  private:
    struct Header {
        std::uint16_t type, size;
    };
    static_assert(sizeof(Header) == frame_header);

    template <class T>
    bool field(const T& value) noexcept {
        if constexpr (std::is_same_v<T, std::string_view>) {
            if (value.size() > UINT16_MAX) return false;
            const auto size = static_cast<std::uint16_t>(value.size());
            return put(&size, 2) && put(value.data(), value.size());
        } else {
            static_assert(std::is_integral_v<T> || std::is_enum_v<T>);
            return put(&value, sizeof value);
        }
    }
    bool put(const void* bytes, std::size_t size) noexcept {
        if (size > Room - size_) return false;
        if (size != 0) std::memcpy(data_ + size_, bytes, size);
        size_ += size;
        return true;
    }
    std::size_t size_ = 0;
    char data_[Room];
};
using PacketWriter = PacketBuffer<packet_max>;

class PacketReader {
  public:
    explicit PacketReader(std::span<const char> packet) noexcept : left_{packet} {}

    // The next frame; false at the end of the packet or at damage: ask `damaged()`.
    [[nodiscard]] bool next(Frame& frame) noexcept {
        if (left_.empty()) return false;
        std::uint16_t type, size;
        if (left_.size() < frame_header) return fail();
        std::memcpy(&type, left_.data(), 2);
        std::memcpy(&size, left_.data() + 2, 2);
        if (size > left_.size() - frame_header) return fail();
        frame = {static_cast<MessageType>(type), left_.subspan(frame_header, size)};
        left_ = left_.subspan(frame_header + size);
        return true;
    }
    [[nodiscard]] bool damaged() const noexcept { return damaged_; }

  private:
    bool fail() noexcept {
        damaged_ = true;
        left_ = {};
        return false;
    }
    std::span<const char> left_;
    bool damaged_ = false;
};

// The last value of an enum that travels; specialise by giving the enum an enumerator named `last_`.
template <class E>
concept BoundedEnum = std::is_enum_v<E> && requires { E::last_; };

namespace detail {
template <class T>
bool in_range([[maybe_unused]] const T& value) noexcept {
    if constexpr (BoundedEnum<T>) return value <= T::last_;
    return true;
}
template <class T>
bool take(std::span<const char>& body, T& value) noexcept {
    if constexpr (std::is_same_v<T, std::string_view>) {
        std::uint16_t size;
        if (!take(body, size) || size > body.size()) return false;
        value = {body.data(), size};
        body = body.subspan(size);
    } else {
        if (body.size() < sizeof value) return false;
        std::memcpy(&value, body.data(), sizeof value);
        body = body.subspan(sizeof value);
        return in_range(value);
    }
    return true;
}
}  // namespace detail

// Reads the message out of `frame`; false when the frame is of another type or damaged.
template <class Message>
[[nodiscard]] bool decode(const Frame& frame, Message& message) noexcept {
    if (frame.type != Message::type) return false;
    bool good = true;
    if constexpr (constexpr std::size_t plain = detail::plain_size(Message::fields); plain != 0) {
        if (frame.body.size() != plain) return false;
        std::memcpy(static_cast<void*>(&message), frame.body.data(), plain);
        std::apply([&](auto... member) { ((good = good && detail::in_range(message.*member)), ...); },
                   Message::fields);
        return good;
    }
    std::span<const char> body = frame.body;
    std::apply([&](auto... member) { ((good = good && detail::take(body, message.*member)), ...); },
               Message::fields);
    return good && body.empty();
}

}  // namespace hob::base
