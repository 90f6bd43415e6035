// The launch plan: a flat, versioned, self-contained blob; everything the scanner must know to run one
// service.
//
//   PlanHeader   magic, version, flags, size, checksum, policy, offsets of the programs
//   program      steps in the order the child performs them, the last one `exec`
//   step         StepHeader · numbers (i64 each) · strings (NUL-terminated, one after the other) · padding to
//   8
//
// All integers in the byte order of the target, offsets from the start of the blob, which is 8-aligned
// wherever it is mapped. Made by the compiler, by the scanner for plain directories and by instantiate() for
// instances of a template: to the scanner they are the same thing. PlanView::check() looks at every offset
// once; after it, walking needs no checks, allocates nothing and may be done between clone and exec.
#pragma once

#include "base/service.hpp"
#include "base/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace hob::base {

inline constexpr std::uint32_t plan_magic = 0x4e4c5048;  // "HPLN"
inline constexpr std::uint16_t plan_version = 1;
inline constexpr std::uint16_t plan_template = 1;  // flag: has ${instance} left, may not be launched
inline constexpr std::size_t plan_size_max = 256 * 1024;

enum class Readiness : std::uint8_t {
    spawn,       // once executed
    descriptor,  // a newline on descriptor Policy::ready_fd (s6)
    notify,      // READY=1 to NOTIFY_SOCKET (systemd)
    exit,        // exit code 0 (oneshots)
    last_ = exit
};
enum class RestartPolicy : std::uint8_t { always, on_failure, never, last_ = never };

// Times in ns, 0: none. What the state machine, rather than the child, must know.
struct Policy {
    ServiceType type = ServiceType::longrun;
    Readiness ready = Readiness::spawn;
    std::uint8_t ready_fd = 0;
    RestartPolicy restart = RestartPolicy::always;
    std::uint8_t stop_signal = 15;
    std::uint8_t log = 1;         // stdout and stderr have a log stream
    std::uint16_t attempts = 5;   // within `window`, then rest for `retry_in`
    std::uint16_t max_retry = 5;  // rests, then failed
    std::uint16_t spare = 0;
    std::uint32_t spare2 = 0;
    Nanos start_timeout = seconds(30);  // clone to ready
    Nanos stop_timeout = seconds(10);   // stop signal to KILL
    Nanos finish_timeout = seconds(5);
    Nanos delay{};
    Nanos delay_max = seconds(60);
    Nanos window = seconds(10);
    Nanos retry_in = seconds(7);
};

// The programs of a service. main: longrun's process or oneshot's `up`.
enum class Program : std::uint8_t { main, down, finish, last_ = finish };
inline constexpr std::size_t program_count = 3;
inline constexpr std::array<std::string_view, program_count> program_names{"start", "down", "finish"};

struct PlanHeader {
    std::uint32_t magic = plan_magic;
    std::uint16_t version = plan_version;
    std::uint16_t flags = 0;
    std::uint32_t size = 0;
    std::uint32_t spare = 0;
    std::uint64_t checksum = 0;  // of the whole blob with this field 0
    Policy policy;
    std::uint32_t programs[4] = {};  // offset of the first step; 0: there is none
    std::uint32_t ends[4] = {};      // offset behind the last step
};

// n: the numbers, s: the strings of a step. Order of values is storage order: append only.
enum class StepOp : std::uint16_t {
    stdio,        // n: descriptor, StdioKind · s: path (file, append, tty)
    environment,  // s: KEY=value …
    umask,        // n: mask
    directory,    // s: path
    nice,         // n: value
    limit,        // n: resource, soft, hard (-1: infinity)
    oom_score,    // n: value
    groups,       // n: gids; replaces the supplementary groups
    user,         // n: uid, gid · s: name, home. A name that is all digits is not looked up
    no_new_privileges,
    exec,  // s: argv. argv[0] without '/' is looked for in the PATH of the environment
    last_ = exec
};
inline constexpr std::array<std::string_view, 11> step_names{
    "stdio",     "environment", "umask", "directory",         "nice", "limit",
    "oom-score", "groups",      "user",  "no-new-privileges", "exec"};
constexpr std::string_view name_of(StepOp op) { return step_names[static_cast<std::size_t>(op)]; }

enum class StdioKind : std::uint8_t { null, log, read, append, tty, inherit, last_ = inherit };

struct StepHeader {
    StepOp op = StepOp::exec;
    std::uint16_t number_count = 0;
    std::uint16_t string_count = 0;
    std::uint16_t spare = 0;
    std::uint32_t size = 0;  // of the whole step, a multiple of 8
    std::uint32_t strings_size = 0;
};

// What PlanHeader::checksum must be for `blob`, at least a header long.
[[nodiscard]] std::uint64_t plan_checksum(std::span<const char> blob) noexcept;

// One step of a checked plan. Borrows from the blob.
class Step {
  public:
    explicit Step(const char* at) noexcept : at_{at} {}
    [[nodiscard]] const StepHeader& header() const noexcept {
        return *reinterpret_cast<const StepHeader*>(at_);
    }
    [[nodiscard]] StepOp op() const noexcept { return header().op; }
    [[nodiscard]] std::span<const std::int64_t> numbers() const noexcept {
        return {reinterpret_cast<const std::int64_t*>(at_ + sizeof(StepHeader)), header().number_count};
    }
    // The first string; next_string() walks on. Terminated, so usable as a C string.
    [[nodiscard]] const char* strings() const noexcept {
        return at_ + sizeof(StepHeader) + sizeof(std::int64_t) * header().number_count;
    }
    [[nodiscard]] static const char* next_string(const char* s) noexcept {
        while (*s != '\0') ++s;
        return s + 1;
    }
    [[nodiscard]] const char* next() const noexcept { return at_ + header().size; }

  private:
    const char* at_;
};

// A checked plan. Borrows the blob, which must outlive it and be 8-aligned.
class PlanView {
  public:
    // nullopt, with the reason as a literal in *why, when the bytes are no sound plan of this version.
    static std::optional<PlanView> check(std::span<const char> blob, const char** why = nullptr) noexcept;

    [[nodiscard]] const PlanHeader& header() const noexcept {
        return *reinterpret_cast<const PlanHeader*>(at_);
    }
    [[nodiscard]] const Policy& policy() const noexcept { return header().policy; }
    [[nodiscard]] bool is_template() const noexcept { return (header().flags & plan_template) != 0; }
    [[nodiscard]] bool has(Program p) const noexcept {
        return header().programs[static_cast<std::size_t>(p)] != 0;
    }
    // Steps: for (auto at = begin(p); at != end(p); at = Step{at}.next()).
    [[nodiscard]] const char* begin(Program p) const noexcept {
        return at_ + header().programs[static_cast<std::size_t>(p)];
    }
    [[nodiscard]] const char* end(Program p) const noexcept {
        return at_ + header().ends[static_cast<std::size_t>(p)];
    }
    [[nodiscard]] std::span<const char> bytes() const noexcept { return {at_, header().size}; }

  private:
    explicit PlanView(const char* at) noexcept : at_{at} {}
    const char* at_;
};

}  // namespace hob::base
