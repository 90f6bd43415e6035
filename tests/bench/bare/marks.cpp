#include "tests/bench/bare/marks.hpp"

#include "base/options.hpp"
#include "base/text.hpp"
#include "base/time.hpp"

#include <cerrno>
#include <string_view>

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <unistd.h>

namespace hob::bench {

namespace {

constexpr std::int64_t grace = 100'000'000;  // to print, and for everything else to fall asleep

std::int64_t start_time() noexcept {
    char text[32] = {};
    const int file = ::open(start_file, O_RDONLY | O_CLOEXEC);
    const ssize_t got = file < 0 ? -1 : ::read(file, text, sizeof text - 1);
    unsigned long long ns = 0;
    if (got > 0) (void)base::parse_number({text, static_cast<std::size_t>(got)}, ~0ULL >> 1, &ns);
    return static_cast<std::int64_t>(ns);
}

// The kernel log's clock minus ours: write a line, read it back. A record is
// `PRIORITY,NUMBER,MICROSECONDS,…;TEXT`.
std::int64_t log_clock_offset() noexcept {
    const int log = ::open("/dev/kmsg", O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (log < 0 || ::lseek(log, 0, SEEK_END) < 0) return 0;
    const std::int64_t now = base::read_clock(CLOCK_MONOTONIC);
    (void)!::write(log, "<7>bench\n", 9);
    char record[256];
    const ssize_t got = ::read(log, record, sizeof record);
    ::close(log);
    if (got <= 0) return 0;
    std::string_view text{record, static_cast<std::size_t>(got)};
    for (int field = 0; field < 2; ++field) text.remove_prefix(text.find(',') + 1);
    unsigned long long us = 0;
    if (!base::parse_number(text.substr(0, text.find(',')), ~0ULL >> 20, &us)) return 0;
    return static_cast<std::int64_t>(us * 1000) - now;
}

}  // namespace

void say_up_and_wait(std::int64_t up) noexcept {
    if (::access("/dev/kmsg", F_OK) < 0) (void)::mount("dev", "/dev", "devtmpfs", 0, nullptr);
    const std::int64_t offset = log_clock_offset();
    const std::int64_t asked = base::read_clock(CLOCK_MONOTONIC) + grace;
    const base::Text<256> line{"bench: up ", up - start_time(), " asked ", asked, " offset ", offset, "\n"};
    const int console = ::open("/dev/console", O_WRONLY | O_NOCTTY | O_CLOEXEC);
    (void)!::write(console, line.c_str(), line.size());
    ::close(console);
    const timespec until = base::to_timespec(asked);
    while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
    }
}

void power_off() noexcept {
    ::reboot(RB_POWER_OFF);
    for (;;) ::pause();
}

}  // namespace hob::bench
