// hob-vm: boot an image in QEMU, for people (`console`) or as a test (`test`).
#include "tools/vm/boot_test.hpp"
#include "tools/vm/kvm.hpp"
#include "tools/vm/options.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iterator>

#include <unistd.h>

namespace {

namespace vm = hob::vm;

bool use_kvm(const vm::Options& options) {
    if (options.kvm != vm::Kvm::if_it_works) return options.kvm == vm::Kvm::always;
    return vm::kvm_works(options.machine.image, options.machine.image / "../kvm");
}

// QEMU takes this process's place: the terminal, signals and exit status are its own.
int console(const vm::MachineConfig& config) {
    auto words = vm::qemu_command(config);
    words.insert(words.end(), {"-serial", "mon:stdio"});
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    ::execvp(argv[0], argv.data());
    std::fprintf(stderr, "hob-vm: %s: %s\n", argv[0], std::strerror(errno));
    return 1;
}

int test(const vm::MachineConfig& config) {
    vm::Machine machine{config};
    try {
        vm::boot_test(machine);
        return 0;
    } catch (const vm::VmError& error) {
        std::fflush(stdout);
        std::fprintf(stderr, "hob-vm: FAILED: %s\n", error.what());
        std::fprintf(stderr, "--- the console's last lines (all of it: %s)\n%s\n", config.log.c_str(),
                     machine.console().tail(25).c_str());
        return 1;
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 2 && (std::string_view{argv[1]} == "--help" || std::string_view{argv[1]} == "-h")) {
        std::fputs(vm::help, stdout);
        return 0;
    }
    std::string complaint;
    auto options = vm::parse_options(std::span{argv + 1, argv + argc}, complaint);
    if (!options) {
        std::fprintf(stderr, "hob-vm: %s (try --help)\n", complaint.c_str());
        return 100;
    }
    try {
        options->machine.kvm = use_kvm(*options);
        return options->mode == vm::Mode::console ? console(options->machine) : test(options->machine);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "hob-vm: %s\n", error.what());
        return 1;
    }
}
