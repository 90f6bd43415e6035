// Programs run by a measurement, and how long they took.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <sys/types.h>

namespace hob::bench {

using Words = std::vector<std::string>;

struct Ran {
    int status = -1;        // as wait(2)
    std::int64_t wall = 0;  // ns, from before the fork to after the wait
    rusage usage{};
    std::string output;  // if captured
    [[nodiscard]] bool ok() const { return status == 0; }
    // Processor time, ns.
    [[nodiscard]] std::int64_t busy() const {
        const auto ns = [](const timeval& t) { return t.tv_sec * 1'000'000'000L + t.tv_usec * 1000L; };
        return ns(usage.ru_utime) + ns(usage.ru_stime);
    }
};

enum class Output { discard, capture, inherit };

// Runs a program to its end; words[0] is a path, `env` is all of its environment beside PATH. Standard error
// is ours unless captured.
Ran run(const Words& words, Output output = Output::discard,
        const std::map<std::string, std::string>& env = {});
// The same, for what must succeed; throws with its output.
Ran must(const Words& words, const std::map<std::string, std::string>& env = {});

// A program that stays until the object goes: TERM, then KILL at `patience`. What it writes is appended to
// the file `said`.
class Process {
  public:
    Process(const Words& words, const std::map<std::string, std::string>& env, const std::string& said);
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    [[nodiscard]] pid_t pid() const { return pid_; }
    // Ends it; its status as wait(2).
    int end(std::chrono::seconds patience = std::chrono::seconds{60});

  private:
    pid_t pid_;
    bool ended_ = false;
};

[[nodiscard]] std::int64_t now_ns();
// The first process whose /proc/PID/comm is that, or 0.
[[nodiscard]] pid_t find_process(const std::string& comm);
// A "Name: 123 kB" or "Name: 123" line of /proc/PID/FILE; -1 when there is none.
[[nodiscard]] long proc_number(pid_t pid, const std::string& file, const std::string& name);

}  // namespace hob::bench
