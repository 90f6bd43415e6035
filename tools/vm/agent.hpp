// The control channel's framing: commands to the agent in the guest, answers from it, over a raw serial line.
//
// host → guest   run ID SECONDS BASE64(command)\n
// guest → host   \x01hob-agent ready\n                 the agent has (re)started
//                \x01hob-agent ID STATUS SIZE\n SIZE raw bytes of output
//
// Output is counted, never delimited, so any bytes with or without a last newline come through. What arrives
// between frames (a boot loader's chatter, half a frame of an agent that was killed) is skipped. Bad numbers
// make a frame noise. Deliberately without any descriptor: bytes in, frames out.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace hob::vm {

struct Answer {
    int status = -1;     // exit status of the command; 128 + signal when it was killed
    std::string output;  // standard output and error
};

struct Frame {
    bool ready = false;  // the agent's first word; otherwise an answer
    unsigned id = 0;
    Answer answer;
};

inline constexpr std::size_t answer_max = 16u << 20;

[[nodiscard]] std::string base64(std::string_view bytes);
[[nodiscard]] std::string request(unsigned id, int seconds, std::string_view command);

class FrameReader {
  public:
    void feed(std::string_view bytes) { pending_ += bytes; }
    // The next whole frame; nothing when more bytes are needed.
    [[nodiscard]] std::optional<Frame> next();

  private:
    std::string pending_;
};

}  // namespace hob::vm
