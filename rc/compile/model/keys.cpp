#include "rc/compile/model/keys.hpp"

#include "rc/compile/model/similar.hpp"

#include <algorithm>
#include <array>

#include <sys/resource.h>

namespace hob::rc::compile {

namespace {

using base::Program;

constexpr std::array<std::string_view, 3> restart_names{"always", "on-failure", "never"};
constexpr Types with_needs = for_processes | for_milestone;
constexpr std::string_view inherited = "that of hob itself";

// clang-format off
constexpr Key table[] = {
    {"", "description", for_all, R"("HTTP server")", "",
     "One line for people.",
     [](Take& t) { t.line(t.service.description); }},
    {"", "type", for_all, R"("longrun")", "longrun; oneshot with `up`, bundle with `contents`",
     "longrun: a process that stays. oneshot: a program that ends. milestone: no process, reached when its needs are. "
     "bundle: a name for its `contents`.",
     [](Take& t) { t.choice(t.service.type, base::type_names); }},
    {"", "contents", for_bundle, R"(["nginx", "redis"])", "`[]`",
     "The services of a bundle.",
     [](Take& t) { t.names(t.service.contents); }},
    {"", "exec", for_longrun, R"(["/usr/sbin/nginx", "-g", "daemon off;"])", "the script `run`",
     "Program and arguments. A program without `/` is looked for in PATH.",
     [](Take& t) { t.command(Program::main); }},
    {"", "up", for_oneshot, R"(["/bin/hostname", "-F", "/etc/hostname"])", "the script `up`",
     "What a oneshot runs; exit code 0 is success.",
     [](Take& t) { t.command(Program::main); }},
    {"", "down", for_oneshot, R"(["/bin/umount", "/tmp"])", "the script `down`, or nothing",
     "What a oneshot runs when it is taken down.",
     [](Take& t) { t.command(Program::down); }},
    {"", "needs", with_needs, R"(["network", "certs"])", "`[]`",
     "Ready before this one starts; this one goes down with them.",
     [](Take& t) { t.names(t.service.needs); }},
    {"", "wants", with_needs, R"(["syslog"])", "`[]`",
     "Started along with this one, and before it; may fail.",
     [](Take& t) { t.names(t.service.wants); }},
    {"", "after", with_needs, R"(["fsck"])", "`[]`",
     "Order only: if both are to start, this one waits for those.",
     [](Take& t) { t.names(t.service.after); }},
    {"", "before", with_needs, R"(["login"])", "`[]`",
     "Order only, seen from the other side: those wait for this one.",
     [](Take& t) { t.names(t.service.before); }},
    {"", "ready", for_processes, R"("notify")", "spawn; of a oneshot exit",
     "spawn: once executed. notify: `READY=1` to `NOTIFY_SOCKET`. fd:N: a newline on descriptor N. "
     "exit: exit code 0, of a oneshot.",
     [](Take& t) { t.readiness(); }},
    {"", "user", for_processes, R"("www")", inherited,
     "A role of users.toml, else a name of /etc/passwd; or a number, which wants `group` too.",
     [](Take& t) { t.word(t.service.user); }},
    {"", "group", for_processes, R"("www-data")", "the user's",
     "Name or number of the primary group, instead of the user's.",
     [](Take& t) { t.word(t.service.group); }},
    {"", "groups", for_processes, R"(["ssl-cert"])", "`[]`",
     "Further groups, beside those that /etc/group gives the user.",
     [](Take& t) { t.words(t.service.groups); }},
    {"", "directory", for_processes, R"("/var/lib/redis")", "`/`",
     "Working directory.",
     [](Take& t) { t.path(t.service.directory); }},
    {"", "umask", for_processes, R"("027")", "022",
     "Octal, as a string or as 0o027.",
     [](Take& t) { t.mask(t.service.umask); }},
    {"", "environment", for_processes, R"({ TZ = "UTC" })", "`{}`",
     "Variables, beside PATH, HOME, USER and LANG.",
     [](Take& t) { t.environment(); }},
    {"", "nice", for_processes, "5", inherited,
     "From -20 (first) to 19 (last).",
     [](Take& t) { t.number(t.service.nice, -20, 19); }},
    {"", "oom-score", for_processes, "-500", inherited,
     "From -1000 (never killed for want of memory) to 1000 (first).",
     [](Take& t) { t.number(t.service.oom_score, -1000, 1000); }},
    {"", "no-new-privileges", for_processes, "true", "false",
     "Set-user-id programs give it no privileges.",
     [](Take& t) { t.flag(t.service.no_new_privileges); }},

    {"start", "timeout", for_processes, R"("30s")", "30s; of a oneshot 2m",
     "From launch to readiness; after that it is stopped and counts as failed. 0: no limit.",
     [](Take& t) { t.duration(t.service.policy.start_timeout); }},

    {"restart", "policy", for_processes, R"("on-failure")", "always; of a oneshot never",
     "always, on-failure or never; a oneshot has no always.",
     [](Take& t) { t.choice(t.service.policy.restart, restart_names); }},
    {"restart", "delay", for_processes, R"("1s")", "0s",
     "Before the first restart; doubles from there, or from 1s, …",
     [](Take& t) { t.duration(t.service.policy.delay); }},
    {"restart", "delay-max", for_processes, R"("30s")", "1m",
     "… up to this.",
     [](Take& t) { t.duration(t.service.policy.delay_max); }},
    {"restart", "attempts", for_processes, "5", "5",
     "Starts within `window`; then it rests. 0: no limit.",
     [](Take& t) { t.number(t.service.policy.attempts, 0, 65535); }},
    {"restart", "window", for_processes, R"("10s")", "10s",
     "See `attempts`.",
     [](Take& t) { t.duration(t.service.policy.window); }},
    {"restart", "retry-in", for_processes, R"("7s")", "7s",
     "How long it rests.",
     [](Take& t) { t.duration(t.service.policy.retry_in); }},
    {"restart", "max-retry", for_processes, "5", "5",
     "After so many rests it is failed.",
     [](Take& t) { t.number(t.service.policy.max_retry, 0, 65535); }},

    {"stop", "signal", for_processes, R"("QUIT")", "TERM",
     "What asks it to end; CONT follows.",
     [](Take& t) { t.signal(t.service.policy.stop_signal); }},
    {"stop", "timeout", for_processes, R"("10s")", "10s",
     "From the signal, or the start of `down`, to KILL. Not 0.",
     [](Take& t) { t.duration(t.service.policy.stop_timeout, false); }},

    {"finish", "timeout", for_longrun, R"("5s")", "5s",
     "How long the script `finish` may take. Not 0.",
     [](Take& t) { t.duration(t.service.policy.finish_timeout, false); }},

    {"limits", "nofile", for_processes, "65536", inherited,
     "Open descriptors. Each limit is soft and hard at once, and may be \"infinity\".",
     [](Take& t) { t.limit(RLIMIT_NOFILE, Unit::count); }},
    {"limits", "nproc", for_processes, "512", inherited,
     "Processes of its user.",
     [](Take& t) { t.limit(RLIMIT_NPROC, Unit::count); }},
    {"limits", "core", for_processes, R"("0")", inherited,
     "Size of a core dump.",
     [](Take& t) { t.limit(RLIMIT_CORE, Unit::size); }},
    {"limits", "memlock", for_processes, R"("64K")", inherited,
     "Locked memory.",
     [](Take& t) { t.limit(RLIMIT_MEMLOCK, Unit::size); }},
    {"limits", "fsize", for_processes, R"("1G")", inherited,
     "Size of a file that it writes.",
     [](Take& t) { t.limit(RLIMIT_FSIZE, Unit::size); }},
    {"limits", "data", for_processes, R"("512M")", inherited,
     "Heap and writable private mappings.",
     [](Take& t) { t.limit(RLIMIT_DATA, Unit::size); }},
    {"limits", "stack", for_processes, R"("8M")", inherited,
     "The main stack.",
     [](Take& t) { t.limit(RLIMIT_STACK, Unit::size); }},
    {"limits", "as", for_processes, R"("2G")", inherited,
     "Address space.",
     [](Take& t) { t.limit(RLIMIT_AS, Unit::size); }},
    {"limits", "cpu", for_processes, R"("1h")", inherited,
     "Processor time of a process, in whole seconds.",
     [](Take& t) { t.limit(RLIMIT_CPU, Unit::time); }},

    {"stdio", "stdin", for_processes, R"("null")", "null",
     "null, file:/path (read), tty:/dev/name or inherit.",
     [](Take& t) { t.stdio(0); }},
    {"stdio", "stdout", for_processes, R"("log")", "log",
     "log, null, file:/path (append), tty:/dev/name or inherit.",
     [](Take& t) { t.stdio(1); }},
    {"stdio", "stderr", for_processes, R"("log")", "log",
     "The same.",
     [](Take& t) { t.stdio(2); }},
};
// clang-format on

constexpr Planned planned[] = {
    {"", "listen"},  {"", "conflicts"}, {"", "part-of"}, {"", "needs-any"},    {"", "sandbox"},
    {"", "trigger"}, {"", "reload"},    {"", "check"},   {"limits", "memory"}, {"limits", "tasks"},
};

// Words of other suites, and the key that says the same here.
struct Alias {
    std::string_view theirs;
    std::string_view ours;
};
constexpr Alias aliases[] = {
    {"command", "exec"},
    {"cmd", "exec"},
    {"ExecStart", "exec"},
    {"depends-on", "needs"},
    {"depends", "needs"},
    {"requires", "needs"},
    {"Requires", "needs"},
    {"waits-for", "wants"},
    {"env", "environment"},
    {"workdir", "directory"},
    {"cwd", "directory"},
    {"working-dir", "directory"},
    {"WorkingDirectory", "directory"},
};

std::string place_of(const Key& key) {
    return key.section.empty() ? "at the top, before any section" : "in [" + std::string{key.section} + "]";
}

}  // namespace

std::span<const Key> keys() { return table; }
std::span<const Planned> planned_keys() { return planned; }

const Key* find_key(std::string_view section, std::string_view name) {
    const auto* found =
        std::ranges::find_if(table, [&](const Key& k) { return k.section == section && k.name == name; });
    return found == std::end(table) ? nullptr : found;
}

bool is_section(std::string_view name) {
    return !name.empty() && std::ranges::any_of(table, [&](const Key& k) { return k.section == name; });
}

std::string key_hint(std::string_view section, std::string_view name) {
    std::string places;
    for (const Key& k : table)
        if (k.name == name) places += (places.empty() ? "" : " or ") + place_of(k);
    if (!places.empty()) return "'" + std::string{name} + "' belongs " + places;
    for (const Alias& a : aliases)
        if (a.theirs == name) return "it is called '" + std::string{a.ours} + "' here";
    Nearest nearest{name};
    for (const Key& k : table) {
        if (k.section == section) nearest.consider(k.name);
        if (section.empty()) nearest.consider(k.section);
    }
    return nearest.hint();
}

std::string describe_types(Types types) {
    std::string out;
    for (std::size_t i = 0; i < base::type_names.size(); ++i)
        if ((types >> i & 1) != 0) out += (out.empty() ? "" : ", ") + std::string{base::type_names[i]};
    return out;
}

std::string keys_as_markdown() {
    std::string out;
    const Key* before = nullptr;
    for (const Key& k : table) {
        if (before == nullptr || k.section != before->section) {
            const std::string title = k.section.empty() ? "Top level" : "[" + std::string{k.section} + "]";
            out += (out.empty() ? "### " : "\n### ") + title +
                   "\n\n| key | for | example | default | meaning |\n|---|---|---|---|---|\n";
        }
        before = &k;
        out += "| `" + std::string{k.name} + "` | " + (k.types == for_all ? "all" : describe_types(k.types)) +
               " | `" + std::string{k.example} + "` | " + std::string{k.standard} + " | " +
               std::string{k.meaning} + " |\n";
    }
    return out;
}

}  // namespace hob::rc::compile
