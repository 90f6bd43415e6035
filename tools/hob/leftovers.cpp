#include "tools/hob/leftovers.hpp"

#include "base/options.hpp"
#include "base/sys.hpp"
#include "base/table.hpp"
#include "base/time.hpp"
#include "tools/log/files.hpp"

#include <csignal>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace hob::tools {

namespace sys = base::sys;

namespace {

constexpr base::Nanos shutdown_limit = base::seconds(12);
constexpr base::Nanos grace = base::seconds(2);

struct Pids {
    std::vector<pid_t> pids;
    static void visit(void* self, const char* name) noexcept {
        unsigned long long pid = 0;
        if (base::parse_number(name, 1U << 30, &pid))
            static_cast<Pids*>(self)->pids.push_back(static_cast<pid_t>(pid));
    }
};

std::vector<pid_t> all_pids() {
    Pids all;
    if (auto proc = sys::open_dir_at(AT_FDCWD, "/proc"))
        (void)log::each_entry(proc->get(), &all, &Pids::visit);
    return all.pids;
}

std::string read_proc(pid_t pid, const char* file) {
    std::string text;
    auto fd = sys::open_at(AT_FDCWD, ("/proc/" + std::to_string(pid) + "/" + file).c_str(), O_RDONLY);
    if (!fd) return text;
    char data[4096];
    while (true) {
        const auto got = sys::read(fd->get(), data, sizeof data);
        if (!got || *got == 0) return text;
        text.append(data, *got);
    }
}

bool is_mine(pid_t pid) {
    struct stat st{};
    return ::stat(("/proc/" + std::to_string(pid)).c_str(), &st) == 0 && st.st_uid == ::geteuid();
}

struct Origin {
    pid_t session = 0;
    std::int64_t started = 0;  // ns since boot
};
// Fields 6 and 22 of /proc/PID/stat; the command may contain anything, so they are counted from its last ')'.
Origin origin_of(pid_t pid) {
    const std::string stat = read_proc(pid, "stat");
    Origin origin;
    std::size_t at = stat.rfind(')');
    for (int field = 2; at != stat.npos && field <= 22; ++field, at = stat.find(' ', at + 1)) {
        if (field != 6 && field != 22) continue;
        unsigned long long number = 0;
        const std::size_t end = std::min(stat.find(' ', at + 1), stat.size());
        if (!base::parse_number(std::string_view{stat}.substr(at + 1, end - at - 1), 1ULL << 62, &number))
            return {};
        if (field == 6)
            origin.session = static_cast<pid_t>(number);
        else
            origin.started = static_cast<std::int64_t>(number) * (1'000'000'000 / ::sysconf(_SC_CLK_TCK));
    }
    return origin;
}

// One of hob's own of this tree.
bool is_own(pid_t pid, const std::string& run) {
    if (pid == ::getpid() || !read_proc(pid, "comm").starts_with("hob-")) return false;
    const std::string environment = read_proc(pid, "environ");
    const std::string wanted = "HOB_RUN=" + run;
    for (std::size_t at = 0; at < environment.size();) {
        const std::size_t end = std::min(environment.find('\0', at), environment.size());
        if (environment.compare(at, end - at, wanted) == 0) return true;
        at = end + 1;
    }
    return false;
}

void signal_all(const std::vector<base::Fd>& pidfds, int signal) {
    for (const auto& fd : pidfds) (void)sys::signal_pidfd(fd.get(), signal);
}

// Waits until all have ended; KILLs those that have not after `limit`.
void wait_all(const std::vector<base::Fd>& pidfds, base::Nanos limit) {
    const base::Instant end = base::monotonic_now() + limit;
    for (const auto& fd : pidfds) {
        const std::int64_t left = (end - base::monotonic_now()).count / 1'000'000;
        pollfd one{.fd = fd.get(), .events = POLLIN, .revents = 0};
        if (::poll(&one, 1, left > 0 ? static_cast<int>(left) : 0) <= 0)
            (void)sys::signal_pidfd(fd.get(), SIGKILL);
    }
}

void end_all(const std::vector<base::Fd>& pidfds) {
    signal_all(pidfds, SIGTERM);
    signal_all(pidfds, SIGCONT);
    wait_all(pidfds, grace);
}

// Main processes of services, and all of their sessions.
std::vector<base::Fd> find_services(const std::string& run) {
    std::vector<base::Fd> found;
    const std::vector<pid_t> all = all_pids();
    auto table = base::TableView::open((run + "/table").c_str());
    if (!table) return found;
    const std::uint32_t n = table->count();
    for (base::ServiceId id = 0; id < n; ++id) {
        const auto status = base::read_status(table->record(id));
        if (!status || status->pid <= 0) continue;
        auto pidfd = sys::pidfd(status->pid);
        if (!pidfd || !is_mine(status->pid)) continue;
        const Origin origin = origin_of(status->pid);
        const std::int64_t apart = origin.started - status->started;
        if (origin.session != status->pid || apart < -base::seconds(1).count ||
            apart > base::seconds(1).count)
            continue;
        found.push_back(*std::move(pidfd));
        for (const pid_t pid : all) {
            if (pid == status->pid || !is_mine(pid)) continue;
            auto member = sys::pidfd(pid);
            if (member && origin_of(pid).session == status->pid) found.push_back(*std::move(member));
        }
    }
    return found;
}

}  // namespace

int end_leftovers(const std::string& run) {
    std::vector<base::Fd> scanners, others;
    for (const pid_t pid : all_pids()) {
        auto pidfd = sys::pidfd(pid);
        if (!pidfd || !is_mine(pid) || !is_own(pid, run)) continue;
        (read_proc(pid, "comm") == "hob-svscan\n" ? scanners : others).push_back(*std::move(pidfd));
    }
    wait_all(scanners, shutdown_limit);  // one that has lost its hob-init takes its services down
    const std::vector<base::Fd> services = find_services(run);
    end_all(services);
    end_all(others);
    return static_cast<int>(scanners.size() + others.size() + services.size());
}

}  // namespace hob::tools
