// hob log: what services printed, merged by time; -f goes on as they print.
#include "base/sys.hpp"
#include "base/tree.hpp"
#include "tools/hob/commands.hpp"
#include "tools/hob/log_follow.hpp"
#include "tools/hob/log_merge.hpp"
#include "tools/hob/log_text.hpp"
#include "tools/hob/service_text.hpp"
#include "tools/hob/text.hpp"
#include "tools/log/files.hpp"

#include <algorithm>
#include <map>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace hob::tools {

namespace {

enum : std::size_t { opt_json = opt_run + 1, opt_follow, opt_lines };
constexpr base::Option options[] = {run_option,
                                    json_option,
                                    {"follow", 'f', nullptr, "go on with lines as they are printed"},
                                    {"lines", 'n', "N", "only the last N lines (default: all; with -f: 10)"}};

struct Names {
    std::vector<std::string> names;
    static void visit(void* self, const char* name) noexcept {
        if (base::ServiceName::refusal(name) == nullptr) static_cast<Names*>(self)->names.emplace_back(name);
    }
};

// Every log there is.
std::vector<std::string> all_logs(const std::string& root) {
    Names all;
    if (auto dir = base::sys::open_dir_at(AT_FDCWD, root.c_str()))
        (void)log::each_entry(dir->get(), &all, &Names::visit);
    std::ranges::sort(all.names);
    return all.names;
}

class Printer {
  public:
    Printer(const base::Command& line, std::string run, std::vector<std::string> names, bool json)
        : line_{line},
          run_{std::move(run)},
          names_{std::move(names)},
          json_{json},
          named_{names_.size() != 1} {}

    // What is on disk; with `follow` without a last line that has no end yet, and only what was not shown
    // before.
    bool files(std::uint64_t last, bool follow);
    // Lines as they come, for ever; the exit code.
    int follow(std::uint64_t last);

  private:
    void print(const LogLine& line, std::string_view name);
    void take(const base::Line& line, base::Instant overlap_end);

    const base::Command& line_;
    std::string run_;
    std::vector<std::string> names_;
    bool json_;
    bool named_;
    std::map<std::string, base::Wall, std::less<>> shown_;  // the last line of each log
    Screen screen_{STDOUT_FILENO};
};

void Printer::print(const LogLine& line, std::string_view name) {
    if (json_)
        add_log_json(screen_, line, name);
    else
        add_log_line(screen_, line, named_ ? name : std::string_view{});
}

bool Printer::files(std::uint64_t last, bool follow) {
    const std::string root = run_ + "/log";
    LogMerge merge;
    for (const auto& name : names_.empty() ? all_logs(root) : names_) {
        if (auto added = merge.add(root, name); !added) {
            base::complain(line_.program, name + ": " + added.error().what, added.error().code);
            return false;
        }
    }
    if (last != UINT64_MAX) merge.keep_last(last);
    const auto before = shown_;
    LogLine line;
    std::string_view name;
    while (merge.next(line, name)) {
        if (follow && !line.whole) continue;
        if (const auto old = before.find(name); old != before.end() && line.when <= old->second) continue;
        if (follow) shown_.insert_or_assign(std::string{name}, line.when);
        print(line, name);
    }
    screen_.flush();
    return true;
}

// Lines that came while the files were being read are in both; that is over soon, and after it a clock that
// is set back must not hide anything.
void Printer::take(const base::Line& l, base::Instant overlap_end) {
    const auto [known, fresh] = shown_.try_emplace(std::string{l.name}, base::Wall{l.when});
    if (!fresh && l.when <= known->second.ns && base::monotonic_now() < overlap_end) return;
    known->second = {l.when};
    print({.when = {l.when}, .text = l.text}, l.name);
}

int Printer::follow(std::uint64_t last) {
    base::Nanos patience = base::seconds(2);
    for (;;) {
        LogFollower follower;
        auto state = follower.open(run_, names_, patience, base::seconds(5));
        if (state && !files(last, true)) return base::exit_failed;
        const base::Instant overlap_end = base::monotonic_now() + base::seconds(2);
        while (state) {
            state = follower.wait([&](const base::Line& l) { take(l, overlap_end); });
            screen_.flush();
        }
        base::complain(line_.program, state.error().what, state.error().code);
        // A dying logger may still take a connection, and end it in whatever is said first.
        const int code = state.error().code;
        if (code != ECONNRESET && code != EPIPE) return base::exit_temporary;
        patience = base::seconds(10);  // the logger is being started again
        last = UINT64_MAX;             // all that was missed is in the files
    }
}

// Names without a log: known ones have not printed anything yet.
bool all_known(const base::Command& line, const std::string& run, std::span<char* const> names) {
    bool good = true;
    auto tree = Tree::open(run);
    for (const char* const name : names) {
        const bool is_name = base::ServiceName::refusal(name) == nullptr;
        if (is_name && ::access(base::Path{run, "/log/", name}.c_str(), F_OK) == 0) continue;
        if (is_name && tree && tree->knows(name)) continue;
        good = false;
        if (tree) {
            complain_unknown(line.program, *tree, name);
        } else {
            std::string text = "no log of ";
            add_escaped(text, std::string_view{name}.substr(0, 200));
            text += " under ";
            base::complain(line.program, text.append(run).append("/log"));
        }
    }
    return good;
}

}  // namespace

constexpr base::Command log_command{
    .program = "hob log",
    .operands = "[NAME…]",
    .summary = "Show what services printed: of all of them, or of those named.",
    .options = options,
    .details = "Several logs are merged by time. Bytes are printed as they are, and escaped on a terminal."};

int do_log(const base::Command& line, const base::Parsed& parsed) {
    unsigned long long count = UINT64_MAX;
    if (parsed.has(opt_lines) && !base::parse_number(parsed.values[opt_lines], 1'000'000'000, &count)) {
        base::complain(line.program, "--lines: not a number");
        return base::exit_usage;
    }
    const std::string run = base::run_directory(parsed.values[opt_run]);
    if (::access((run + "/log").c_str(), F_OK) != 0) {
        base::complain(line.program, no_tree_text(run, {errno, "open logs"}));
        return base::exit_temporary;
    }
    if (!all_known(line, run, parsed.operands)) return base::exit_failed;
    rlimit limit{};  // a descriptor for each log
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
    Printer printer{line, run, {parsed.operands.begin(), parsed.operands.end()}, parsed.has(opt_json)};
    if (parsed.has(opt_follow)) return printer.follow(parsed.has(opt_lines) ? count : 10);
    settle_logs(run, std::vector<std::string>{parsed.operands.begin(), parsed.operands.end()});
    return printer.files(count, false) ? base::exit_done : base::exit_failed;
}

}  // namespace hob::tools
