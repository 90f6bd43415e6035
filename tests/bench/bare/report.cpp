// report [COMMAND…]: the last service of a machine under test. Takes from the table when the last of the
// services named s-… was ready, prints the processor time of hob's own processes and the marks (marks.hpp),
// and asks for power-off: with COMMAND, else with SIGUSR2 to PID 1.
#include "base/options.hpp"
#include "base/table.hpp"
#include "base/text.hpp"
#include "tests/bench/bare/marks.hpp"

#include <algorithm>
#include <csignal>
#include <string_view>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

namespace {

using Line = hob::base::Text<128>;

// The first bytes of /proc/PID/NAME, without the newline.
Line read_proc(std::string_view pid, const char* name) noexcept {
    const Line path{"/proc/", pid, "/", name};
    char bytes[64];
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const ssize_t got = file < 0 ? -1 : ::read(file, bytes, sizeof bytes);
    ::close(file);
    const std::string_view text{bytes, got > 0 ? static_cast<std::size_t>(got) : 0};
    return Line{text.substr(0, text.find('\n'))};
}

// The processor time of each of hob's own processes, ns: the first number of schedstat.
void say_busy() noexcept {
    DIR* const processes = ::opendir("/proc");
    if (processes == nullptr) return;
    const int console = ::open("/dev/console", O_WRONLY | O_NOCTTY | O_CLOEXEC);
    for (const dirent* entry = ::readdir(processes); entry != nullptr; entry = ::readdir(processes)) {
        if (entry->d_name[0] < '0' || entry->d_name[0] > '9') continue;
        const Line name = read_proc(entry->d_name, "comm"), times = read_proc(entry->d_name, "schedstat");
        if (!name.view().starts_with("hob-")) continue;
        const Line line{"bench: busy ", name.view(), " ", times.view().substr(0, times.view().find(' ')),
                        "\n"};
        (void)!::write(console, line.c_str(), line.size());
    }
}

}  // namespace

int main(int, char** argv) {
    namespace base = hob::base;
    auto table = base::TableView::open("/run/hob/table");
    if (!table) {
        base::complain("report", "table", table.error().code);
        return base::exit_failed;
    }
    std::int64_t last = 0;
    for (base::ServiceId id = 0; id < table->count(); ++id) {
        const base::Record& record = table->record(id);
        if (!std::string_view{record.name}.starts_with("s-")) continue;
        const auto status = base::read_status(record);
        if (!status || !base::is_ready(status->state)) {
            base::complain("report", std::string_view{record.name});
            return base::exit_failed;
        }
        last = std::max(last, status->ready_since);
    }
    say_busy();
    hob::bench::say_up_and_wait(last);
    if (argv[1] != nullptr) {
        ::execve(argv[1], argv + 1, environ);
        return 127;
    }
    ::kill(1, SIGUSR2);
    return 0;
}
