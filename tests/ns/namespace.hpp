// Runs a real program as PID 1 of namespaces of its own, so that a test may do to an init what it likes.
//
// New PID, mount, cgroup, IPC, UTS and network namespaces, and a user namespace when the test is not root (or
// asks for one). Inside: a private tmpfs on /run, a private /dev of a few harmless nodes, a /proc of its own;
// /sys, /proc/sys and /proc/sysrq-trigger are read-only; CAP_SYS_TIME, SYS_BOOT, SYS_MODULE and SYS_RAWIO are
// gone for good. The rest of the file system is the machine's: write only below a TempDir. Output (1 and 2)
// is captured. When the object goes, everything inside is killed. Waiting calls have deadlines and poll
// events, they never sleep. Failures to set up throw; a machine that allows no namespaces throws Unsupported,
// which ns_main.cpp turns into "skipped" (exit code 77).
#pragma once

#include "base/fd.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace hob::tests {

using Words = std::vector<std::string>;
using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace): only the literals 5s, 10ms
inline constexpr std::chrono::milliseconds patience = 15s;

struct Unsupported : std::runtime_error {
    using runtime_error::runtime_error;
};

// A directory under /tmp, removed with its contents.
class TempDir {
  public:
    TempDir();
    ~TempDir();
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string operator/(std::string_view name) const {
        return path_ + "/" + std::string{name};
    }

  private:
    std::string path_;
};

// The built program of that name: the one of $HOB_PROGRAMS (full paths, by ':') whose last component it is.
std::string program(std::string_view name);
// Copies programs into `dir`/bin, as they find each other beside their own executable. {{"hob-svscan", PATH}}
// renames.
std::string install(const TempDir& dir, const Words& names,
                    const std::map<std::string, std::string>& others = {});

struct Outcome {
    int status;          // as wait(2); -1: killed at the deadline
    std::string output;  // 1 and 2
    [[nodiscard]] bool ok() const { return status == 0; }
};

class Namespace {
  public:
    struct Options {
        Words command = {};                           // [0] is a path
        std::map<std::string, std::string> env = {};  // all there is
        bool user = false;  // a user namespace even for root: no power over the machine at all
        bool pid = true;    // false: the program is not PID 1 but the child of one that only reaps
        Words tmpfs = {};   // further private tmpfs mounts, on directories that exist
        int fd3 = -1;       // handed down as descriptor 3
        std::function<void()> prepare = {};  // runs inside, before exec, with all capabilities
    };
    explicit Namespace(Options options);
    ~Namespace();
    Namespace(const Namespace&) = delete;
    Namespace& operator=(const Namespace&) = delete;

    // As seen from outside. Of the program, or of the init above it (pid = false).
    [[nodiscard]] pid_t pid() const { return pid_; }
    [[nodiscard]] int pidfd() const { return pidfd_.get(); }
    void signal(int number) const;
    // Runs a program inside, with the same protections, and waits for it.
    Outcome run(const Words& command, std::chrono::milliseconds limit = patience);
    // How a file inside is reached from outside: works for open, connect, stat.
    [[nodiscard]] std::string outside(std::string_view path) const;

    // What has been captured so far.
    const std::string& output();
    // Waits until the captured output contains `text`.
    bool wait_output(std::string_view text, std::chrono::milliseconds limit = patience);
    // Waits for the program's end; the wait(2) status, or nothing at the deadline.
    std::optional<int> wait_exit(std::chrono::milliseconds limit = patience);
    [[nodiscard]] bool alive();
    // Waits until `condition` holds, looking again whenever the program writes and every 5 ms.
    bool wait_until(const std::function<bool()>& condition, std::chrono::milliseconds limit = patience);

  private:
    bool pump(int timeout_ms);

    pid_t pid_ = -1;
    base::Fd pidfd_;
    base::Fd capture_;
    bool user_ = false;
    std::string output_;
    std::optional<int> exit_;
};

// The process's descriptors, as seen in /proc: number → what it links to.
std::map<int, std::string> open_files(pid_t pid);
// "Name:" of /proc/PID/status, trimmed; empty when there is none.
std::string status_field(pid_t pid, std::string_view name);

}  // namespace hob::tests
