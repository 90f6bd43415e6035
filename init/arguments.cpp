#include "init/arguments.hpp"

#include "base/sys.hpp"
#include "base/version.hpp"
#include "init/console.hpp"
#include "init/help.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace hob::init {

namespace {

constexpr base::Option options[] = {
    {"run", 'r', "DIR", "the live tree (needed unless PID 1; there: /run/hob)"},
    {"timeout", 't', "SECONDS", "of a whole shutdown (60)"},
};
constexpr base::Command command{
    .program = "hob-init",
    .operands = "",
    .summary = "Keep a tree of services running: as PID 1, or in a directory with --run.",
    .options = options};
constexpr HelpText whole_help = help_text(command);
constexpr auto help = cut<whole_help>();
constexpr HelpText version_line = HelpText{}.add("hob-init ").add(base::version).add("\n");
constexpr auto version_text = cut<version_line>();

bool is(const char* word, const char* text) noexcept {
    const char* const rest = behind(word, text);
    return rest != nullptr && *rest == '\0';
}

// The value of an option if argv[*at] is it, moving *at when the value is a word of its own; else nullptr.
const char* value_of(const char* name, char letter, char** argv, int* at) noexcept {
    const char* const word = argv[*at];
    if (word[0] != '-') return nullptr;
    const char* rest = word[1] == letter ? word + 2 : nullptr;
    if (word[1] == '-') rest = behind(word + 2, name);
    if (rest == nullptr) return nullptr;
    if (*rest == '=') return rest + 1;
    return *rest == '\0' && argv[*at + 1] != nullptr ? argv[++*at] : nullptr;
}

bool usage_error(const char* what, const char* word) noexcept {
    say(what, word, " (see hob-init --help)");
    return false;
}

}  // namespace

bool read_arguments(int argc, char** argv, bool pid_one, Arguments* arguments, int* code) noexcept {
    *code = base::exit_usage;
    for (int at = 1; at < argc; ++at) {
        const char* const word = argv[at];
        if (is(word, "--help") || is(word, "-h") || is(word, "--version")) {
            *code = base::exit_done;
            if (word[2] == 'v')
                (void)!::write(STDOUT_FILENO, version_text.text, sizeof version_text.text);
            else
                (void)!::write(STDOUT_FILENO, help.text, sizeof help.text);
            return false;
        }
        if (const char* const run = value_of(options[0].name, options[0].letter, argv, &at); run != nullptr)
            arguments->run = run;
        else if (const char* const limit = value_of(options[1].name, options[1].letter, argv, &at);
                 limit != nullptr) {
            if (!parse_seconds(limit, &arguments->boot.timeout))
                return usage_error("no number of seconds: ", limit);
        } else {
            return usage_error("unknown word, or no value behind it: ", word);
        }
    }
    if (arguments->run == nullptr && !pid_one)
        return usage_error("not PID 1: give the tree's directory with --run DIR", "");
    return true;
}

void read_kernel_words(BootWords* words) noexcept {
    const auto file = base::sys::open_at(AT_FDCWD, "/proc/cmdline", O_RDONLY);
    if (!file) return;
    CmdlineReader reader{words};
    char piece[256];
    for (;;) {
        const auto got = base::sys::read(file->get(), piece, sizeof piece);
        if (!got || *got == 0) break;
        reader.feed({piece, *got});
    }
    reader.finish();
}

}  // namespace hob::init
