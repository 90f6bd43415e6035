#include "tests/bench/bare/work.hpp"

#include "base/text.hpp"

#include <string_view>

#include <unistd.h>

namespace hob::bench {

namespace {

enum : std::size_t {
    opt_services,
    opt_kind,
    opt_vfork,
    opt_payload,
    opt_objects,
    opt_directory,
    opt_cgroup,
    opt_count
};
constexpr base::Option options[opt_count] = {
    {"services", 'n', "N", "how many (1000)"},
    {"kind", 'k', "KIND", "mixed, ready or oneshot (mixed)"},
    {"vfork", 0, nullptr, "wait for each child's exec"},
    {"payload", 'p', "DIR", "where the payload programs are (/bench)"},
    {"objects", 'o', "WORDS", "f1: some of log,report,store,fifos (log,report,store)"},
    {"directory", 'd', "DIR", "f1: a directory for each service in DIR"},
    {"cgroup", 'c', "DIR", "f1: a cgroup for each service in DIR"},
};

bool has_word(std::string_view words, std::string_view word) noexcept {
    for (;;) {
        const auto end = words.find(',');
        if (words.substr(0, end) == word) return true;
        if (end == words.npos) return false;
        words.remove_prefix(end + 1);
    }
}

base::Text<512> ready_path, oneshot_path;

}  // namespace

bool read_work(const char* program, int argc, char** argv, Work* work, int* code) noexcept {
    const base::Command command{
        .program = program,
        .operands = "",
        .summary = "Start payloads, wait until all are ready, end them; print how long.",
        .options = options,
        .operands_max = 0};
    base::Parsed parsed;
    if (!base::parse(command, argc, argv, parsed, code)) return false;
    *code = base::exit_usage;
    unsigned long long number = work->services;
    if (parsed.has(opt_services) &&
        (!base::parse_number(parsed.values[opt_services], 60'000, &number) || number == 0)) {
        base::complain(program, "--services: a number from 1 to 60000");
        return false;
    }
    work->services = number;
    const std::string_view kind = parsed.has(opt_kind) ? parsed.values[opt_kind] : "mixed";
    if (kind != "mixed" && kind != "ready" && kind != "oneshot") {
        base::complain(program, "--kind: mixed, ready or oneshot");
        return false;
    }
    work->kind = kind == "ready" ? Kind::ready : kind == "oneshot" ? Kind::oneshot : Kind::mixed;
    work->vfork = parsed.has(opt_vfork);
    if (parsed.has(opt_payload)) {
        work->ready = ready_path.add(parsed.values[opt_payload]).add("/ready").c_str();
        work->oneshot = oneshot_path.add(parsed.values[opt_payload]).add("/oneshot").c_str();
    }
    if (parsed.has(opt_objects)) {
        const std::string_view words = parsed.values[opt_objects];
        work->log = has_word(words, "log");
        work->report = has_word(words, "report");
        work->store = has_word(words, "store");
        work->fifos = has_word(words, "fifos");
    }
    work->directory = parsed.values[opt_directory];
    work->cgroup = parsed.values[opt_cgroup];
    return true;
}

void give_up(const char* what, int error) noexcept {
    base::complain("bench", what, error);
    ::_exit(base::exit_temporary);
}

void print_times(const Times& times) noexcept {
    base::print(base::Text<128>{"up ", times.up - times.start, " down ", times.down - times.up, " busy ",
                                times.busy_up, " ", times.busy_down - times.busy_up, "\n"}
                    .view());
}

}  // namespace hob::bench
