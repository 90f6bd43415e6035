#include "tools/vm/agent.hpp"

#include <charconv>
#include <cstdint>

namespace hob::vm {

namespace {

constexpr std::string_view mark = "\x01hob-agent ";
constexpr std::size_t header_max = 64;

// The next word of `text` as a number, which is taken off; nothing when it is none or above `max`.
std::optional<std::size_t> take_number(std::string_view& text, std::size_t max) {
    const auto end = text.find(' ');
    const auto word = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    std::size_t value = 0;
    const auto [rest, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc{} || rest != word.data() + word.size() || value > max) return std::nullopt;
    return value;
}

struct Header {
    bool ready = false;
    std::size_t id = 0, status = 0, size = 0;
};

std::optional<Header> parse_header(std::string_view text) {
    if (text == "ready") return Header{.ready = true};
    const auto id = take_number(text, UINT32_MAX);
    const auto status = take_number(text, 255);
    const auto size = take_number(text, answer_max);
    if (!id || !status || !size || !text.empty()) return std::nullopt;
    return Header{.id = *id, .status = *status, .size = *size};
}

}  // namespace

std::string base64(std::string_view bytes) {
    static constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const auto left = bytes.size() - i;
        const auto byte = [&](std::size_t k) -> std::uint32_t {
            return k < left ? static_cast<unsigned char>(bytes[i + k]) : 0u;
        };
        const auto group = byte(0) << 16 | byte(1) << 8 | byte(2);
        out += digits[group >> 18];
        out += digits[group >> 12 & 63];
        out += left > 1 ? digits[group >> 6 & 63] : '=';
        out += left > 2 ? digits[group & 63] : '=';
    }
    return out;
}

std::string request(unsigned id, int seconds, std::string_view command) {
    return "run " + std::to_string(id) + ' ' + std::to_string(seconds) + ' ' + base64(command) + '\n';
}

std::optional<Frame> FrameReader::next() {
    for (;;) {
        const auto start = pending_.find(mark);
        if (start == pending_.npos) {
            // the mark itself may be cut in two
            if (pending_.size() > mark.size()) pending_.erase(0, pending_.size() - mark.size());
            return std::nullopt;
        }
        pending_.erase(0, start);
        const auto newline = pending_.find('\n');
        if (newline == pending_.npos && pending_.size() < header_max) return std::nullopt;
        const auto header =
            newline > header_max
                ? std::nullopt
                : parse_header(std::string_view{pending_}.substr(mark.size(), newline - mark.size()));
        if (!header) {
            pending_.erase(0, 1);
            continue;
        }
        const auto body = newline + 1;
        if (header->size > pending_.size() - body) {
            // An agent that died in the middle never sends the rest; its successor says so first.
            const auto again = pending_.find(std::string{mark} + "ready\n", body);
            if (again == pending_.npos) return std::nullopt;
            pending_.erase(0, again);
            continue;
        }
        Frame frame{.ready = header->ready,
                    .id = static_cast<unsigned>(header->id),
                    .answer = {.status = static_cast<int>(header->status),
                               .output = pending_.substr(body, header->size)}};
        pending_.erase(0, body + header->size);
        return frame;
    }
}

}  // namespace hob::vm
