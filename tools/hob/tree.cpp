#include "tools/hob/tree.hpp"

#include "base/options.hpp"
#include "base/sys.hpp"
#include "base/tree.hpp"
#include "tools/hob/suggest.hpp"
#include "tools/hob/text.hpp"

#include <algorithm>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

namespace hob::tools {

using base::ReasonKind;
using base::State;

base::Result<Tree> Tree::open(std::string run) {
    auto table = base::TableView::open((run + "/table").c_str());
    if (!table) return std::unexpected{table.error()};
    Tree tree;
    tree.table_ = *std::move(table);
    if (auto database = rc::Database::open(AT_FDCWD, (run + "/db").c_str(), rc::Check::header))
        tree.database_ = *std::move(database);
    tree.run_ = std::move(run);
    return tree;
}

Service Tree::service(base::ServiceId id) const {
    const base::Record& record = table_.record(id);
    Service s;
    s.id = id;
    s.name = "(damaged)";
    s.sound = base::identity_sound(record, id);
    if (!s.sound) return s;
    s.name = record.name;
    s.type = record.type;
    s.builtin = (record.flags & base::record_builtin) != 0;
    const auto status = base::read_status(record);
    s.sound = status.has_value();
    if (status) s.status = *status;
    return s;
}

std::vector<Service> Tree::services(bool builtins) {
    std::vector<Service> all;
    const std::uint32_t n = table_.count();
    all.reserve(n);
    for (base::ServiceId id = 0; id < n; ++id) {
        if ((table_.record(id).flags & base::record_removed) != 0) continue;
        Service s = service(id);
        if (!s.builtin || builtins) all.push_back(std::move(s));
    }
    std::ranges::sort(all, {}, &Service::name);
    return all;
}

std::optional<Service> Tree::find(std::string_view name) {
    const base::ServiceId id = table_.find(name);
    if (id == base::no_service) return std::nullopt;
    return service(id);
}

namespace {

// Looked up in /proc/locks: taking the lock to see whether it is free could be in hob-init's way.
bool is_locked(const std::string& path) {
    struct stat st{};
    if (::stat(path.c_str(), &st) != 0) return false;
    auto file = base::sys::open_at(AT_FDCWD, "/proc/locks", O_RDONLY);
    if (!file) return true;
    std::string locks;
    char data[4096];
    for (;;) {
        const auto got = base::sys::read(file->get(), data, sizeof data);
        if (!got) return true;
        if (*got == 0) break;
        locks.append(data, *got);
    }
    // "1: FLOCK  ADVISORY  WRITE 812 00:1b:42 0 EOF": the device's numbers are hexadecimal, the inode is not.
    const std::string inode = ":" + std::to_string(st.st_ino) + " ";
    for (std::size_t at = 0; (at = locks.find(inode, at)) != locks.npos; ++at) {
        const std::size_t line = locks.rfind('\n', at) + 1;
        if (locks.substr(line, at - line).find("FLOCK") != std::string::npos) return true;
    }
    return false;
}

}  // namespace

bool Tree::is_over() const {
    const pid_t scanner = header().scanner_pid;
    if (scanner > 0 && (::kill(scanner, 0) == 0 || errno == EPERM)) return false;
    return !is_locked(run_ + "/lock");
}

std::optional<std::uint32_t> Tree::node(std::string_view name) const noexcept {
    if (!database_) return std::nullopt;
    if (const auto found = database_->find(name)) return found;
    const auto parsed = base::ServiceName::parse(name);
    if (!parsed || !parsed->is_instance()) return std::nullopt;
    return database_->find(parsed->template_part());
}

std::string_view Tree::description(std::string_view name) const noexcept {
    const auto i = node(name);
    return i ? database_->description(*i) : std::string_view{};
}

bool Tree::knows(std::string_view name) {
    return table_.find(name) != base::no_service || node(name).has_value();
}

std::string Tree::suggestion(std::string_view name) {
    Suggestion suggestion{name};
    for (const Service& s : services(true)) suggestion.consider(s.name);
    return suggestion.text();
}

namespace {

constexpr const char* limit_names[] = {"cpu",      "fsize",  "data",    "stack", "core",  "rss",
                                       "nproc",    "nofile", "memlock", "as",    "locks", "sigpending",
                                       "msgqueue", "nice",   "rtprio",  "rttime"};

// "exec /usr/bin/nope", "user www", "limit nofile".
std::string describe_step(const base::Step& step, std::string_view instance) {
    std::string text{base::name_of(step.op())};
    if (step.header().string_count != 0 && step.op() != base::StepOp::environment) {
        std::string argument = step.strings();
        constexpr std::string_view mark = "${instance}";
        for (std::size_t at = 0; (at = argument.find(mark, at)) != argument.npos; at += instance.size())
            argument.replace(at, mark.size(), instance);
        text += " ";
        add_escaped(text, argument);
    } else if (step.op() == base::StepOp::limit &&
               static_cast<std::uint64_t>(step.numbers()[0]) < std::size(limit_names)) {
        text += std::string{" "} + limit_names[step.numbers()[0]];
    }
    return text;
}

}  // namespace

std::string Tree::step_text(const Service& s) const {
    const auto i = node(s.name);
    const std::uint32_t program = s.status.reason.arg >> 16;
    if (!i || program >= base::program_count) return {};
    const auto plan = database_->plan(*i);
    const auto which = static_cast<base::Program>(program);
    if (!plan || !plan->has(which)) return {};
    std::uint32_t left = s.status.reason.arg & 0xffff;
    for (const char* at = plan->begin(which); at != plan->end(which); at = base::Step{at}.next(), --left) {
        if (left != 0) continue;
        const auto name = base::ServiceName::parse(s.name);
        return std::string{base::program_names[program]} + " step " +
               describe_step(base::Step{at}, name ? name->argument() : std::string_view{});
    }
    return {};
}

// Its last process did not end because it was told to.
bool Tree::came_back(const Service& s) const {
    const base::Status& status = s.status;
    if (s.type != base::ServiceType::longrun || status.starts < 2 || status.exited == 0) return false;
    const auto i = node(s.name);
    const auto plan = i ? database_->plan(*i) : std::nullopt;
    const int stop_signal = plan ? plan->policy().stop_signal : SIGTERM;
    return status.last_exit != 0 &&
           !(WIFSIGNALED(status.last_exit) && WTERMSIG(status.last_exit) == stop_signal);
}

std::string Tree::reason(const Service& s) const {
    if (!s.sound) return "its record in the table is damaged";
    const base::Reason& r = s.status.reason;
    const bool calm = base::is_ready(s.status.state) || base::shown(s.status.state) == State::starting;
    if (calm && r.kind != ReasonKind::adopted && r.kind != ReasonKind::history_unknown) {
        if (!came_back(s)) return {};
        return "start " + std::to_string(s.status.starts) + ", before: " + exit_text(s.status.last_exit);
    }
    if (s.status.state == State::down && s.status.wish == base::Wish::down)
        return std::string{"kept down by "} + std::string{base::name_of(s.status.asker)};
    if (r.kind == ReasonKind::asked) return {};
    std::string other;
    if ((r.kind == ReasonKind::need_failed || r.kind == ReasonKind::need_down) &&
        r.arg < table_.header().count.load())
        other = service(r.arg).name;
    std::string text{
        base::describe(r, other, r.kind == ReasonKind::launch_step ? step_text(s) : std::string{}).view()};
    if (r.kind == ReasonKind::restart_limit && s.status.exited != 0)
        text += ", last: " + exit_text(s.status.last_exit);
    if (s.status.state == State::restarting) {
        const std::int64_t left = s.status.deadline - base::monotonic_now().ns;
        text += text.empty() ? "" : ", ";
        text += s.status.deadline != 0 ? "again in " + span_text(left) : "waits for its needs";
    }
    return text;
}

std::string no_tree_text(std::string_view run, const base::Error& error) {
    if (error.code == ENOENT || error.code == ENOTDIR)
        return "no hob tree is running at " + std::string{run} + " (start one with hob run, or pass --run)";
    if (error.code == EPROTO)
        return "the tree at " + std::string{run} +
               " is of another version of hob: use the hob it was started with";
    return "cannot read " + std::string{run} + "/table: " + error.what + ": " + std::strerror(error.code);
}

std::optional<Tree> open_tree(const char* program, const char* option, int* code) {
    const char* const run = base::run_directory(option);
    auto tree = Tree::open(run);
    if (tree) return *std::move(tree);
    base::complain(program, no_tree_text(run, tree.error()));
    *code = base::exit_temporary;
    return std::nullopt;
}

}  // namespace hob::tools
