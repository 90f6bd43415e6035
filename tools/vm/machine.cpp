#include "tools/vm/machine.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <thread>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace hob::vm {

namespace {

std::vector<std::string> command_line(const MachineConfig& config, int console, int agent, int qmp) {
    auto words = qemu_command(config);
    const auto channel = [&](const char* id, int fd) {
        words.insert(words.end(), {"-chardev", std::string{"socket,id="} + id + ",fd=" + std::to_string(fd)});
    };
    channel("console", console);
    channel("agent", agent);
    channel("qmp", qmp);
    words.insert(words.end(), {"-serial", "chardev:console", "-serial", "chardev:agent", "-mon",
                               "chardev=qmp,mode=control"});
    return words;
}

int milliseconds_left(Deadline deadline) {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - Clock::now()).count();
    return static_cast<int>(std::clamp<long>(left + 1, 0, 60'000));
}

// Appends what can be read now; false at the end of the stream.
bool read_some(int fd, std::string& into) {
    std::array<char, 65536> buffer{};
    const auto n = ::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (n > 0) into.append(buffer.data(), static_cast<std::size_t>(n));
    return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

}  // namespace

Machine::Machine(const MachineConfig& config)
    : console_{config.log},
      console_pair_{socket_pair()},
      agent_pair_{socket_pair()},
      qmp_pair_{socket_pair()},
      qemu_{
          command_line(config, console_pair_.theirs.get(), agent_pair_.theirs.get(), qmp_pair_.theirs.get()),
          {console_pair_.theirs.get(), agent_pair_.theirs.get(), qmp_pair_.theirs.get()},
          std::filesystem::path{config.log}.concat(".qemu")} {
    for (auto* pair : {&console_pair_, &agent_pair_, &qmp_pair_}) pair->theirs.reset();
    transmit(qmp_pair_.ours.get(), qmp_command("qmp_capabilities"), in(seconds{10}));
}

void Machine::serve_once(Deadline deadline) {
    std::array<pollfd, 4> polls{{{console_pair_.ours.get(), POLLIN, 0},
                                 {agent_pair_.ours.get(), POLLIN, 0},
                                 {qmp_pair_.ours.get(), POLLIN, 0},
                                 {qemu_.pidfd(), POLLIN, 0}}};
    if (::poll(polls.data(), polls.size(), milliseconds_left(deadline)) < 0 && errno != EINTR)
        throw VmError{std::string{"poll: "} + std::strerror(errno)};
    const bool exited = polls[3].revents != 0;
    const auto drain = [&](base::Fd& fd) {
        std::string bytes;
        bool open = static_cast<bool>(fd);
        std::size_t before = 0;
        do {
            before = bytes.size();
            if (open) open = read_some(fd.get(), bytes);
        } while (exited && open && bytes.size() > before);
        if (!open) fd.reset();  // poll skips it from now on
        return bytes;
    };
    console_.feed(drain(console_pair_.ours));
    frames_.feed(drain(agent_pair_.ours));
    qmp_.feed(drain(qmp_pair_.ours));
    while (auto frame = frames_.next()) {
        if (frame->ready)
            ++agent_starts_;
        else
            answers_.push_back(*std::move(frame));
    }
    ended_ = exited;
}

void Machine::serve(const std::function<bool()>& done, Deadline deadline, const std::string& what) {
    for (;;) {
        if (console_.fatal()) throw VmError{what + ": the kernel says: " + *console_.fatal()};
        if (done()) return;
        if (ended_) {
            const auto words = qemu_.messages();
            throw VmError{what + ": the machine has ended (" +
                          qmp_.shutdown_reason().value_or(words.empty() ? "QEMU exited" : words) + ")"};
        }
        if (qmp_.error()) throw VmError{what + ": QEMU's monitor: " + *qmp_.error()};
        if (Clock::now() >= deadline) throw VmError{what + ": not within the deadline"};
        serve_once(deadline);
    }
}

void Machine::transmit(int fd, std::string_view bytes, Deadline deadline) {
    while (!bytes.empty()) {
        const auto n = ::send(fd, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n > 0) {
            bytes.remove_prefix(static_cast<std::size_t>(n));
        } else if (errno == EAGAIN && Clock::now() < deadline) {
            pollfd writable{fd, POLLOUT, 0};
            ::poll(&writable, 1, std::min(100, milliseconds_left(deadline)));
            serve_once(Clock::now());
        } else if (errno != EINTR) {
            serve_once(in(milliseconds{100}));
            throw VmError{"QEMU takes no commands: " + qemu_.messages()};
        }
    }
}

void Machine::wait_agent(milliseconds limit) {
    serve([&] { return agent_starts_ > 0; }, in(limit), "wait for the service test-agent");
}

Answer Machine::run(std::string_view command, seconds limit) {
    const unsigned id = ++next_id_;
    // The agent kills the command at the limit; the channel itself gets a little longer.
    const auto deadline = in(limit + seconds{5});
    transmit(agent_pair_.ours.get(), request(id, static_cast<int>(limit.count()), command), deadline);
    const auto mine = [&] { return std::ranges::find(answers_, id, &Frame::id); };
    serve([&] { return mine() != answers_.end(); }, deadline, "run `" + std::string{command} + "`");
    const auto frame = mine();
    auto answer = std::move(frame->answer);
    answers_.erase(frame);
    return answer;
}

std::string Machine::check(std::string_view command, seconds limit) {
    auto answer = run(command, limit);
    if (answer.status != 0) {
        throw VmError{"`" + std::string{command} + "` exits " + std::to_string(answer.status) + ":\n" +
                      answer.output};
    }
    return std::move(answer.output);
}

std::string Machine::wait_until(std::string_view command, milliseconds limit) {
    const auto deadline = in(limit);
    for (;;) {
        auto answer = run(command, std::chrono::ceil<seconds>(limit));
        if (answer.status == 0) return std::move(answer.output);
        if (Clock::now() >= deadline)
            throw VmError{"`" + std::string{command} + "` does not succeed; last: " + answer.output};
        // The guest has no event for an arbitrary command: asked ten times a second.
        std::this_thread::sleep_for(milliseconds{100});
    }
}

void Machine::send(std::string_view command) {
    transmit(agent_pair_.ours.get(), request(++next_id_, 60, command), in(seconds{10}));
}

void Machine::type(std::string_view text) { transmit(console_pair_.ours.get(), text, in(seconds{10})); }

void Machine::press(const std::vector<std::string>& keys) {
    transmit(qmp_pair_.ours.get(), qmp_keys(keys), in(seconds{10}));
}

std::string Machine::wait_end(milliseconds limit) {
    serve([&] { return ended_; }, in(limit), "wait for the end of the machine");
    return qmp_.shutdown_reason().value_or("QEMU exited: " + qemu_.messages());
}

void Machine::wait_console(std::string_view text, milliseconds limit) {
    serve([&] { return console_.text().find(text) != std::string::npos; }, in(limit),
          "wait for \"" + std::string{text} + "\" on the console");
}

}  // namespace hob::vm
