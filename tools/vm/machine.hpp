// A virtual machine under test: start it, run commands inside, wait for its end, and know why it ended.
//
// Every wait has a deadline and ends early, with a VmError that names the reason, when the machine panics or
// ends unasked. A Machine that goes out of scope is gone. It knows nothing of what runs inside but the agent
// (agent.hpp), and has no threads: it makes progress only inside its own calls.
#pragma once

#include "tools/vm/agent.hpp"
#include "tools/vm/console.hpp"
#include "tools/vm/error.hpp"
#include "tools/vm/qemu.hpp"
#include "tools/vm/qmp.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace hob::vm {

class Machine {
  public:
    explicit Machine(const MachineConfig& config);

    // Until the agent in the guest has said that it is there.
    void wait_agent(milliseconds limit);
    // Runs `command` with sh inside; it is killed there at the limit (status 137) and the output so far comes
    // back.
    Answer run(std::string_view command, seconds limit = seconds{20});
    // The same, for commands that must succeed: their output.
    std::string check(std::string_view command, seconds limit = seconds{20});
    // Runs `command` until it succeeds. Throws with its last output at the limit.
    std::string wait_until(std::string_view command, milliseconds limit);
    // Starts `command` and does not ask how it went: the machine may be gone before it can answer.
    void send(std::string_view command);
    // Types on the console, as a person at the serial line would.
    void type(std::string_view text);
    void press(const std::vector<std::string>& keys);
    // Until the machine has ended; QMP's reason: guest-shutdown after poweroff, guest-reset after reboot or
    // panic.
    std::string wait_end(milliseconds limit);
    // Until `text` is on the console.
    void wait_console(std::string_view text, milliseconds limit);

    [[nodiscard]] const Console& console() const { return console_; }
    // Whether the agent started more than once: something killed it.
    [[nodiscard]] int agent_starts() const { return agent_starts_; }

  private:
    // Serves the channels until `done` says so; throws when the deadline passes or the machine is lost.
    void serve(const std::function<bool()>& done, Deadline deadline, const std::string& what);
    void serve_once(Deadline deadline);
    void transmit(int fd, std::string_view bytes, Deadline deadline);

    Console console_;
    FrameReader frames_;
    QmpReader qmp_;
    std::vector<Frame> answers_;
    int agent_starts_ = 0;
    unsigned next_id_ = 0;
    bool ended_ = false;  // QEMU has exited
    Pair console_pair_, agent_pair_, qmp_pair_;
    Qemu qemu_;
};

}  // namespace hob::vm
