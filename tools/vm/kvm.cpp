#include "tools/vm/kvm.hpp"

#include "tools/vm/error.hpp"
#include "tools/vm/qemu.hpp"

#include <array>
#include <cstdio>
#include <fstream>
#include <string>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace hob::vm {

namespace {

constexpr seconds first_byte{4}, last_byte{10};

std::string first_line(const std::filesystem::path& file) {
    std::ifstream in{file};
    std::string line;
    std::getline(in, line);
    return line;
}

// A kernel without any root: its panic is the sign that it has run all the way.
bool kernel_runs(const std::filesystem::path& image, const std::filesystem::path& verdict) {
    auto pair = socket_pair();
    const auto fd = std::to_string(pair.theirs.get());
    Qemu qemu{{"qemu-system-x86_64",
               "-accel",
               "kvm",
               "-machine",
               "q35",
               "-cpu",
               "host",
               "-m",
               "256",
               "-nodefaults",
               "-no-user-config",
               "-display",
               "none",
               "-no-reboot",
               "-kernel",
               image / "kernel",
               "-chardev",
               "socket,id=console,fd=" + fd,
               "-serial",
               "chardev:console",
               "-append",
               "console=ttyS0 earlyprintk=ttyS0 panic=-1"},
              {pair.theirs.get()},
              std::filesystem::path{verdict}.concat(".log")};
    pair.theirs.reset();
    std::string text;
    const auto start = Clock::now();
    for (;;) {
        const auto deadline = start + (text.empty() ? first_byte : last_byte);
        const auto left = std::chrono::duration_cast<milliseconds>(deadline - Clock::now()).count();
        pollfd readable{pair.ours.get(), POLLIN, 0};
        if (left <= 0 || ::poll(&readable, 1, static_cast<int>(left)) <= 0) return false;
        std::array<char, 4096> buffer{};
        const auto n = ::recv(pair.ours.get(), buffer.data(), buffer.size(), 0);
        if (n <= 0) return false;
        text.append(buffer.data(), static_cast<std::size_t>(n));
        if (text.find("Kernel panic - not syncing: VFS") != text.npos) return true;
    }
}

}  // namespace

bool kvm_works(const std::filesystem::path& image, const std::filesystem::path& verdict) {
    if (::access("/dev/kvm", R_OK | W_OK) != 0) return false;
    const auto boot = first_line("/proc/sys/kernel/random/boot_id");
    const auto known = first_line(verdict);
    if (known == "yes " + boot) return true;
    if (known == "no " + boot) return false;
    const bool works = kernel_runs(image, verdict);
    if (!works) std::puts("  /dev/kvm is there but runs no guest: emulating instead (--kvm insists on it)");
    std::ofstream{verdict} << (works ? "yes " : "no ") << boot << '\n';
    return works;
}

}  // namespace hob::vm
