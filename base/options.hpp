// Command lines from one table: the parser and `--help` read the same list, so neither can lie about the
// other.
//
// An Option is a flag, or takes a value (`--name VALUE`, `--name=VALUE`, `-n VALUE`, `-nVALUE`). Parsing
// stops at
// `--`, and at the first operand when the command says so (`run -- CMD`, chain loaders). A wrong word is one
// line on stderr and exit code 100. No heap: operands are compacted to the front of argv.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace hob::base {

inline constexpr int exit_done = 0, exit_failed = 1, exit_usage = 100, exit_temporary = 111;

struct Option {
    const char* name;   // without the dashes
    char letter;        // 0: none
    const char* value;  // placeholder of its value for help; nullptr: a flag
    const char* help;   // one line
};

struct Command {
    const char* program;   // "hob status"
    const char* operands;  // "[NAME…]", for the usage line
    const char* summary;   // one line
    std::span<const Option> options;
    const char* details = nullptr;  // further help lines
    std::size_t operands_min = 0;
    std::size_t operands_max = static_cast<std::size_t>(-1);
    bool stop_at_operand = false;
};

inline constexpr std::size_t options_max = 24;

// What a command line said, by index into Command::options.
struct Parsed {
    const char* values[options_max] = {};  // a flag that is set points to ""
    std::span<char*> operands;
    [[nodiscard]] bool has(std::size_t option) const noexcept { return values[option] != nullptr; }
};

// True: go on. False: help was printed (*code 0) or the line was wrong (*code 100); leave with *code.
// --help is understood by every command and --version by every program; they need no Option.
[[nodiscard]] bool parse(const Command&, int argc, char** argv, Parsed&, int* code) noexcept;
void print_help(const Command&) noexcept;

// A non-negative decimal number that fills `text` exactly and is at most `max`; false otherwise.
[[nodiscard]] bool parse_number(std::string_view text, unsigned long long max,
                                unsigned long long* value) noexcept;
// "30s", "1m", "500ms", "2h", "1d", "1m30s", "0"; bare numbers are seconds. ns; false when it is none.
[[nodiscard]] bool parse_duration(std::string_view text, long long* ns) noexcept;
// "64K", "1M", "2G" (binary), or bytes.
[[nodiscard]] bool parse_size(std::string_view text, unsigned long long* bytes) noexcept;

// A signal's number from "TERM", "SIGTERM" or "15"; 0 when it is none. And back: "TERM".
[[nodiscard]] int parse_signal(std::string_view text) noexcept;
[[nodiscard]] const char* signal_name(int signal) noexcept;

// Output: whole lines by write(2), errors ignored. complain() writes "PROGRAM: TEXT\n" to stderr.
void print(std::string_view text) noexcept;
void complain(std::string_view program, std::string_view text) noexcept;
// The same with the errno's text: "PROGRAM: WHAT: No such file or directory".
void complain(std::string_view program, std::string_view what, int code) noexcept;

}  // namespace hob::base
