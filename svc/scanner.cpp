#include "svc/scanner.hpp"

#include "base/options.hpp"
#include "svc/raw.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace hob::svc {

using base::Result;
using base::Role;

namespace {

constexpr int store_fd = 3;
constexpr unsigned cloexec_range = 4;  // close_range(2)

bool is_store(int fd) noexcept {
    int type = 0;
    socklen_t size = sizeof type;
    return ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET;
}

// 0, 1 and 2 exist, and nothing inherited above them reaches a child.
void tidy_descriptors() noexcept {
    for (int fd = 0; fd <= 2; ++fd)
        if (::fcntl(fd, F_GETFD) < 0) (void)::open("/dev/null", O_RDWR);  // takes the lowest number: this one
    (void)raw::call(raw::nr_close_range, 3, ~0U, cloexec_range);
}

// To stderr, if that is possible at once: a console on which output is stopped must not stop the scanner.
void say(std::string_view line) noexcept {
    pollfd console{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
    if (::poll(&console, 1, 0) == 1 && (console.revents & POLLOUT) != 0)
        (void)base::sys::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace

Scanner::~Scanner() { services_.clear(); }

void Scanner::complain(std::string_view text) noexcept {
    say(base::Text<1024>{"hob-svscan: ", text, "\n"}.view());
}
void Scanner::complain(std::string_view what, const base::Error& error) noexcept {
    complain(base::Text<512>{what, ": ", error.what, ": ", std::strerror(error.code)}.view());
}

Result<void> Scanner::open(const ScannerOptions& options) noexcept {
    tidy_descriptors();
    raise_limits();
    run_ = base::Path{options.run};
    const bool engine = options.directory == nullptr;
    const bool store = engine && is_store(store_fd);
    if (auto opened = launcher_.open(loop_, store ? store_fd : -1, this, launch_ended); !opened)
        return opened;
    if (auto opened = loop_.open(); !opened) return opened;
    if (auto opened = open_signals(); !opened) return opened;

    Replay replay;
    replay.rebuild = options.rebuild;
    if (store)
        if (auto opened = store_.open(base::Fd{store_fd}, replay); !opened) return opened;
    if (auto opened = open_state(replay); !opened) return opened;
    if (!store) table_.set_degraded(base::degraded_store);
    if (auto opened = open_sockets(replay); !opened) return opened;
    adopt(replay);
    if (auto watched = store_.watch(loop_); !watched) return watched;
    if (engine) {
        start_builtins();
        return {};
    }
    (void)::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    return directory_.start(loop_, options.directory);
}

// As many descriptors as are allowed. Children get what there was before hob-init, or we, raised it.
void Scanner::raise_limits() noexcept {
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) < 0) return;
    unsigned long long soft = files.rlim_cur, hard = files.rlim_max;
    if (const char* const word = std::getenv("HOB_NOFILE"); word != nullptr) {
        const std::string_view text{word};
        const std::size_t colon = std::min(text.find(':'), text.size());
        if (!base::parse_number(text.substr(0, colon), ~0ULL, &soft) ||
            !base::parse_number(text.substr(std::min(colon + 1, text.size())), ~0ULL, &hard))
            soft = files.rlim_cur, hard = files.rlim_max;
    }
    launcher_.set_nofile(soft, hard);
    hard_files_ = files.rlim_max;
    files.rlim_cur = files.rlim_max;
    (void)::setrlimit(RLIMIT_NOFILE, &files);
}

// Every signal is blocked for good and default in its effect: a child starts with the default dispositions
// without 64 calls, and clears the mask itself.
Result<void> Scanner::open_signals() noexcept {
    for (int number = 1; number < NSIG; ++number) (void)::signal(number, SIG_DFL);
    sigset_t all;
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, nullptr);
    sigset_t ours;
    ::sigemptyset(&ours);
    for (const int number : {SIGCHLD, SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&ours, number);
    auto signals = base::sys::signals(ours);
    if (!signals) return std::unexpected{signals.error()};
    signals_ = *std::move(signals);
    return signal_watch_.start<&Scanner::on_signal>(loop_, signals_.get(), EPOLLIN, this);
}

Result<void> Scanner::open_state(Replay& replay) noexcept {
    auto dir = base::sys::open_dir_at(AT_FDCWD, run_.c_str());
    if (!dir) return std::unexpected{dir.error()};
    run_dir_ = *std::move(dir);
    for (const char* const name : {"sock", "notify"})
        if (auto made = base::sys::make_dir_at(run_dir_.get(), name, 0755); !made) return made;
    auto notify = base::sys::open_dir_at(run_dir_.get(), "notify");
    if (!notify) return std::unexpected{notify.error()};
    notify_dir_ = *std::move(notify);

    for (auto& item : replay.items) {
        if (item.role != Role::table) continue;
        auto adopted = table_.adopt(std::move(item.fd));
        if (adopted) return {};
        complain("the table of the previous scanner is not believed", adopted.error());
        replay.rebuild = true;
    }
    if (auto created = table_.create(run_dir_.get(), "table"); !created) return created;
    store_.put(base::no_service, Role::table, table_.file());
    return {};
}

Result<void> Scanner::open_sockets(Replay& replay) noexcept {
    base::Fd kept;
    for (auto& item : replay.items)
        if (item.role == Role::listen && item.id == base::no_service) kept = std::move(item.fd);
    const bool fresh = !kept;
    // By way of /proc, so that a long path of the tree is no obstacle.
    const base::Text<64> path{"/proc/self/fd/", run_dir_.get(), "/sock/scan"};
    if (auto opened = control_.open(loop_, path.c_str(), std::move(kept)); !opened) return opened;
    if (fresh) store_.put(base::no_service, Role::listen, control_.socket());
    return {};
}

base::Stamp Scanner::stamp() noexcept {
    if (stamped_ == loop_.now() && stamp_.ns != 0) return stamp_;
    // The moment that deadlines run from, on the other clock: not the later one at which somebody asks.
    const base::Nanos late = base::monotonic_now() - loop_.now();
    stamp_ = {base::boot_now().ns - late.count};
    stamped_ = loop_.now();
    return stamp_;
}

Result<void> Scanner::run() noexcept {
    while (phase_ != Phase::over) {
        pump();
        (void)store_.flush();
        control_.flush();
        if (shutting_down()) check_shutdown();
        if (phase_ == Phase::over) break;
        const bool more = children_left_ || (queue_head_ < queue_.size() && launcher_.has_free_slot());
        if (auto turned = loop_.turn(!more); !turned) return turned;
        if (children_left_) reap_children();
    }
    (void)store_.flush();
    control_.flush();
    return {};
}

void Scanner::on_signal(std::uint32_t) noexcept {
    signalfd_siginfo info;
    for (int i = 0; i < 16; ++i) {
        const auto got = base::sys::read(signals_.get(), &info, sizeof info);
        if (!got || *got != sizeof info) return;
        switch (info.ssi_signo) {
            case SIGCHLD: reap_children(); break;
            case SIGHUP: rescan(); break;
            // A terminal sends its signals to the whole group: with an init above us, that one decides.
            case SIGTERM:
            case SIGINT:
                if (!store_.connected()) begin_shutdown(base::PowerAction::exit);
                break;
            default: break;
        }
    }
}

}  // namespace hob::svc
