// bench boot IMAGE: machines in QEMU on the instruction clock; the same image with hob, F0 and F1 as PID 1.
//
// With -icount each instruction takes 8 ns of the machine's time, whatever the host is doing, and a second
// run gives the same numbers to the nanosecond. Two of them: PID 1 entered to the last service ready, and
// power-off asked for to the kernel's own "Power down". The marks are those of bare/marks.hpp.
#include "tests/bench/command.hpp"
#include "tools/vm/error.hpp"
#include "tools/vm/qemu.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <poll.h>

namespace hob::bench {

namespace {

enum : std::size_t { opt_judge, opt_services, opt_shift, opt_timeout, opt_append, opt_count };
constexpr base::Option options[opt_count] = {
    judge_option,
    {"services", 'n', "N", "of the image (100)"},
    {"shift", 's', "N", "an instruction takes 2^N ns; above 0 it boots faster (0)"},
    {"timeout", 't', "SECONDS", "for one machine, by the wall (180)"},
    {"append", 'a', "WORDS", "more words for the kernel"},
};

// tools/vm's own machines are not these: here nothing may depend on the host, and every flag is there for
// that (QEMU 7.2: sleep=off is the deterministic one; clock=vm and seed fix what the guest reads at boot).
struct Setting {
    std::string image, shift, append;
    std::size_t timeout;
};

std::vector<std::string> command_line(const Setting& set, const std::string& console,
                                      const std::string& words) {
    return {
        "qemu-system-x86_64",
        "-accel",
        "tcg",
        "-M",
        "microvm",
        "-m",
        "256",
        "-display",
        "none",
        "-nodefaults",
        "-no-user-config",
        "-monitor",
        "none",
        "-no-reboot",
        "-icount",
        "shift=" + set.shift + ",sleep=off",
        "-rtc",
        "base=2024-01-01T00:00:00,clock=vm",
        "-seed",
        "1",
        "-serial",
        "file:" + console,
        "-kernel",
        set.image + "/kernel",
        "-initrd",
        set.image + "/initrd.cpio",
        "-append",
        "console=ttyS0 quiet panic=-1 reboot=t cryptomgr.notests noreplace-smp nokaslr tsc_early_khz=1000000 "
        "rdinit=/enter " +
            set.append + " -- " + words};
}

struct Life {
    double up = 0, off = -1;  // ns; off is negative when the machine did not power off
    std::map<std::string, double> busy =
        {};  // processor time of hob's processes, PID 1's with the kernel's boot
};

std::string contents(const std::string& path) {
    std::ifstream file{path};
    return {std::istreambuf_iterator<char>{file}, {}};
}

constexpr const char* busy_mark = "bench: busy ";

std::optional<Life> read_marks(const std::string& console) {
    const auto marks = console.find("bench: up ");
    if (marks == console.npos) return std::nullopt;
    long long up = 0, asked = 0, offset = 0;
    if (std::sscanf(console.c_str() + marks, "bench: up %lld asked %lld offset %lld", &up, &asked, &offset) !=
        3)
        return std::nullopt;
    Life life{.up = static_cast<double>(up)};
    for (auto at = console.find(busy_mark); at != console.npos; at = console.find(busy_mark, at + 1)) {
        char name[32];
        long long ns = 0;
        if (std::sscanf(console.c_str() + at + std::strlen(busy_mark), "%31s %lld", name, &ns) == 2)
            life.busy[name] = static_cast<double>(ns);
    }
    const auto end = console.find("reboot: Power down"), bracket = console.rfind('[', end);
    double seconds = 0;
    if (end != console.npos && std::sscanf(console.c_str() + bracket, "[ %lf]", &seconds) == 1)
        life.off = seconds * 1e9 - static_cast<double>(asked + offset);
    return life;
}

Life boot_once(const Setting& set, const std::string& name, const std::string& words) {
    const std::string console = set.image + "/" + name + ".console";
    vm::Qemu machine{command_line(set, console, words), {}, set.image + "/" + name + ".qemu"};
    pollfd end{machine.pidfd(), POLLIN, 0};
    const bool ended = ::poll(&end, 1, static_cast<int>(set.timeout * 1000)) > 0;
    std::string text = contents(console);
    if (const auto life = read_marks(text)) return *life;
    if (text.size() > 2000) text = text.substr(text.size() - 2000);
    throw std::runtime_error{name + (ended ? ": no marks" : ": no end") + " (" + console + ")\n" +
                             machine.messages() + text};
}

// DESIGN §8: under what the fastest supervisor that was measured needs for as many.
std::optional<double> ready_budget(const Setting& set, std::size_t services) {
    if (set.shift != "0") return std::nullopt;
    if (services == 100) return 37e6;
    if (services == 500) return 193e6;
    return std::nullopt;
}

void print_off(Sheet& sheet, const std::string& who, double off, std::optional<double> budget = {}) {
    const std::string what = "power-off asked to done: " + who;
    if (off < 0)
        sheet.missing(what, "it did not power off");
    else
        sheet.value(what, off, Unit::ms, budget);
}

int run(const base::Parsed& parsed) {
    const std::size_t services = number(parsed, opt_services, 100);
    const Setting set{.image = parsed.operands[0],
                      .shift = parsed.has(opt_shift) ? parsed.values[opt_shift] : "0",
                      .append = std::string{text(parsed, opt_append, "")},
                      .timeout = number(parsed, opt_timeout, 180)};
    const std::string count = " --services " + std::to_string(services);
    Sheet sheet{parsed.has(opt_judge)};
    sheet.title("machine on the instruction clock, 2^" + set.shift + " ns each, " + std::to_string(services) +
                " services, layered");
    const Life f0 = boot_once(set, "f0", "/bench/f0 --vfork" + count);
    const Life f1 = boot_once(set, "f1", "/bench/f1" + count);
    // One processor: to wait for each child's exec saves switches. F1 is the faster one.
    const Life f1_vfork = boot_once(set, "f1-vfork", "/bench/f1 --vfork" + count);
    const Life hob = boot_once(set, "hob", "/usr/bin/hob-init");
    sheet.value("PID 1 entered to all ready: F0", f0.up, Unit::ms);
    sheet.value("PID 1 entered to all ready: F1", f1.up, Unit::ms);
    sheet.value("PID 1 entered to all ready: F1, vfork", f1_vfork.up, Unit::ms);
    sheet.value("PID 1 entered to all ready: hob", hob.up, Unit::ms, ready_budget(set, services));
    sheet.value("hob / F0", hob.up / f0.up, Unit::ratio);
    sheet.value("hob / the faster F1", hob.up / std::min(f1.up, f1_vfork.up), Unit::ratio, 1.3);
    for (const auto& [name, ns] : hob.busy)
        if (name != "hob-init") sheet.value("processor time of " + name, ns, Unit::ms);
    print_off(sheet, "F0", f0.off);
    print_off(sheet, "F1", f1.off);
    print_off(sheet, "hob", hob.off,
              services == 100 && set.shift == "0" ? std::optional{15e6} : std::nullopt);
    return sheet.finish();
}

}  // namespace

const Subcommand boot{.line = {.program = "bench boot",
                               .operands = "IMAGE",
                               .summary = "PID 1 to all ready, and to power-off, in a machine",
                               .options = options,
                               .operands_min = 1,
                               .operands_max = 1},
                      .run = run,
                      .in_scene = false};

}  // namespace hob::bench
