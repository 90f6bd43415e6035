#include "base/options.hpp"

#include "base/sys.hpp"
#include "base/text.hpp"
#include "base/version.hpp"

#include <algorithm>
#include <climits>
#include <csignal>
#include <cstring>

#include <unistd.h>

namespace hob::base {

namespace {

using LineText = Text<1024>;

// The first `n` bytes, or all; substr() would bring its check and abort() along.
std::string_view head(std::string_view text, std::size_t n) noexcept {
    // NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage): the size stands beside it
    return {text.data(), std::min(n, text.size())};
}

bool usage_error(const Command& command, std::string_view what, std::string_view word, int* code) noexcept {
    complain(command.program, LineText{what, word, " (see ", command.program, " --help)"}.view());
    *code = exit_usage;
    return false;
}

std::string_view first_word(std::string_view program) noexcept { return head(program, program.find(' ')); }

// The option's index, or -1.
int find_long(const Command& command, std::string_view name) noexcept {
    for (std::size_t i = 0; i < command.options.size(); ++i)
        if (name == command.options[i].name) return static_cast<int>(i);
    return -1;
}
int find_letter(const Command& command, char letter) noexcept {
    for (std::size_t i = 0; i < command.options.size(); ++i)
        if (command.options[i].letter != 0 && letter == command.options[i].letter) return static_cast<int>(i);
    return -1;
}

// One pass over argv; `at` is the word being read.
struct Reader {
    const Command& command;
    Parsed& parsed;
    int argc;
    char** argv;
    int* code;
    int at = 1;

    bool value(int option, const char* attached, std::string_view word) noexcept {
        const Option& o = command.options[static_cast<std::size_t>(option)];
        const char*& slot = parsed.values[option];
        if (o.value == nullptr) {
            if (attached != nullptr) return usage_error(command, "no value goes with ", word, code);
            slot = "";
            return true;
        }
        if (attached == nullptr && at + 1 < argc) attached = argv[++at];
        if (attached == nullptr) return usage_error(command, "a value is missing after ", word, code);
        slot = attached;
        return true;
    }

    bool long_option(const char* word) noexcept {
        const std::string_view text{word + 2};
        const auto equals = text.find('=');
        const int option = find_long(command, head(text, equals));
        if (option >= 0) return value(option, equals == text.npos ? nullptr : word + 3 + equals, word);
        if (text == "help") {
            print_help(command);
            *code = exit_done;
            return false;
        }
        if (text == "version") {
            print(Text<128>{first_word(command.program), " ", version, "\n"}.view());
            *code = exit_done;
            return false;
        }
        return usage_error(command, "unknown option ", word, code);
    }

    bool letters(const char* word) noexcept {
        for (const char* c = word + 1; *c != '\0'; ++c) {
            const int option = find_letter(command, *c);
            if (option < 0 && *c == 'h' && c[1] == '\0' && c == word + 1) return long_option("--help");
            if (option < 0) return usage_error(command, "unknown option ", word, code);
            const bool takes = command.options[static_cast<std::size_t>(option)].value != nullptr;
            if (takes) return value(option, c[1] != '\0' ? c + 1 : nullptr, word);
            if (!value(option, nullptr, word)) return false;
        }
        return true;
    }
};

}  // namespace

bool parse(const Command& command, int argc, char** argv, Parsed& parsed, int* code) noexcept {
    Reader reader{command, parsed, argc, argv, code};
    int kept = 1;
    bool only_operands = false;
    for (; reader.at < argc; ++reader.at) {
        char* const word = argv[reader.at];
        if (only_operands || word[0] != '-' || word[1] == '\0') {
            argv[kept++] = word;
            only_operands = only_operands || command.stop_at_operand;
        } else if (std::strcmp(word, "--") == 0) {
            only_operands = true;
        } else if (!(word[1] == '-' ? reader.long_option(word) : reader.letters(word))) {
            return false;
        }
    }
    parsed.operands = {argv + 1, static_cast<std::size_t>(kept - 1)};
    if (parsed.operands.size() < command.operands_min)
        return usage_error(command, "something is missing: ", command.operands, code);
    if (parsed.operands.size() > command.operands_max)
        return usage_error(command, "one word too many: ", parsed.operands[command.operands_max], code);
    return true;
}

void print_help(const Command& command) noexcept {
    print(LineText{"usage: ", command.program, command.options.empty() ? "" : " [OPTIONS]",
                   *command.operands != '\0' ? " " : "", command.operands, "\n", command.summary, "\n"}
              .view());
    if (!command.options.empty()) print("\n");
    for (const Option& o : command.options) {
        LineText left{"  ",
                      o.letter != 0 ? '-' : ' ',
                      o.letter != 0 ? o.letter : ' ',
                      o.letter != 0 ? ", " : "  ",
                      "--",
                      o.name,
                      o.value != nullptr ? " " : "",
                      o.value != nullptr ? o.value : ""};
        while (left.size() < 28) left.add(' ');
        print(left.add(o.help).add('\n').view());
    }
    if (command.details != nullptr) print(LineText{"\n", command.details, "\n"}.view());
}

bool parse_number(std::string_view text, unsigned long long max, unsigned long long* value) noexcept {
    if (text.empty()) return false;
    unsigned long long got = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return false;
        const auto digit = static_cast<unsigned>(c - '0');
        if (got > (max - digit) / 10 || digit > max) return false;
        got = got * 10 + digit;
    }
    *value = got;
    return true;
}

bool parse_duration(std::string_view text, long long* ns) noexcept {
    struct Unit {
        std::string_view name;
        long long ns;
    };
    static constexpr Unit units[] = {{"ns", 1},
                                     {"us", 1000},
                                     {"ms", 1000000},
                                     {"s", 1000000000LL},
                                     {"m", 60000000000LL},
                                     {"h", 3600000000000LL},
                                     {"d", 86400000000000LL},
                                     {"", 1000000000LL}};
    if (text.empty()) return false;
    long long total = 0;
    const bool bare = text.find_first_not_of("0123456789") == text.npos;
    while (!text.empty()) {
        const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
        unsigned long long number = 0;
        if (!parse_number(head(text, digits), LLONG_MAX, &number)) return false;
        text.remove_prefix(digits);
        const std::size_t letters = std::min(text.find_first_of("0123456789"), text.size());
        const Unit* unit = nullptr;
        for (const Unit& u : units)
            if (u.name == head(text, letters) && (bare || letters != 0)) unit = &u;
        if (unit == nullptr) return false;
        text.remove_prefix(letters);
        if (number > static_cast<unsigned long long>((LLONG_MAX - total) / unit->ns)) return false;
        total += static_cast<long long>(number) * unit->ns;
    }
    *ns = total;
    return true;
}

bool parse_size(std::string_view text, unsigned long long* bytes) noexcept {
    unsigned shift = 0;
    if (!text.empty()) {
        const char last = text.back();
        shift = last == 'K' ? 10 : last == 'M' ? 20 : last == 'G' ? 30 : last == 'T' ? 40 : 0;
        if (shift != 0) text.remove_suffix(1);
    }
    unsigned long long number = 0;
    if (!parse_number(text, ULLONG_MAX >> shift, &number)) return false;
    *bytes = number << shift;
    return true;
}

namespace {
struct SignalName {
    int number;
    const char* name;
};
constexpr SignalName signal_names[] = {
    {SIGHUP, "HUP"},   {SIGINT, "INT"},     {SIGQUIT, "QUIT"}, {SIGILL, "ILL"},   {SIGTRAP, "TRAP"},
    {SIGABRT, "ABRT"}, {SIGBUS, "BUS"},     {SIGFPE, "FPE"},   {SIGKILL, "KILL"}, {SIGUSR1, "USR1"},
    {SIGSEGV, "SEGV"}, {SIGUSR2, "USR2"},   {SIGPIPE, "PIPE"}, {SIGALRM, "ALRM"}, {SIGTERM, "TERM"},
    {SIGCHLD, "CHLD"}, {SIGCONT, "CONT"},   {SIGSTOP, "STOP"}, {SIGTSTP, "TSTP"}, {SIGTTIN, "TTIN"},
    {SIGTTOU, "TTOU"}, {SIGURG, "URG"},     {SIGXCPU, "XCPU"}, {SIGXFSZ, "XFSZ"}, {SIGVTALRM, "VTALRM"},
    {SIGPROF, "PROF"}, {SIGWINCH, "WINCH"}, {SIGIO, "IO"},     {SIGPWR, "PWR"},   {SIGSYS, "SYS"}};
}  // namespace

int parse_signal(std::string_view text) noexcept {
    unsigned long long number = 0;
    if (parse_number(text, 64, &number)) return static_cast<int>(number);
    if (text.starts_with("SIG")) text.remove_prefix(3);
    for (const auto& s : signal_names)
        if (text == s.name) return s.number;
    return 0;
}
const char* signal_name(int signal) noexcept {
    for (const auto& s : signal_names)
        if (signal == s.number) return s.name;
    return "RT";
}

void print(std::string_view text) noexcept { (void)sys::write_all(STDOUT_FILENO, text); }

void complain(std::string_view program, std::string_view text) noexcept {
    (void)sys::write_all(STDERR_FILENO, LineText{program, ": ", text, "\n"}.view());
}
void complain(std::string_view program, std::string_view what, int code) noexcept {
    complain(program, LineText{what, ": ", std::strerror(code)}.view());
}

}  // namespace hob::base
