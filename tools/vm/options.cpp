#include "tools/vm/options.hpp"

#include <charconv>
#include <string_view>

namespace hob::vm {

const char* const help =
    "usage: hob-vm test|console --image DIR [OPTION…]\n"
    "Boot an image that tools/image/build has made (DIR/kernel, DIR/initrd.cpio) in QEMU.\n"
    "\n"
    "  test           wait until `default` is up, talk to its services, power off; exit 0 if all of it went "
    "well\n"
    "  console        the machine's serial console on this terminal; Ctrl-A x ends it\n"
    "\n"
    "  --kvm          use /dev/kvm; --no-kvm: emulate (default: KVM where it works)\n"
    "  --memory MIB   memory of the machine (default: 256)\n"
    "  --append WORDS more words for the kernel command line\n"
    "  --log FILE     console log of `test` (default: DIR/console.log)\n"
    "\n"
    "Exit status: 0 done · 1 a step failed · 100 usage\n";

std::optional<Options> parse_options(std::span<char* const> words, std::string& complaint) {
    Options options;
    std::size_t next = 0;
    const std::string_view mode = words.empty() ? "" : words[next++];
    if (mode != "test" && mode != "console") {
        complaint = mode.empty() ? "test or console?" : "unknown command '" + std::string{mode} + "'";
        return std::nullopt;
    }
    options.mode = mode == "test" ? Mode::test : Mode::console;
    while (next < words.size()) {
        const std::string_view word = words[next++];
        if (word == "--kvm" || word == "--no-kvm") {
            options.kvm = word == "--kvm" ? Kvm::always : Kvm::never;
            continue;
        }
        if (word != "--image" && word != "--memory" && word != "--append" && word != "--log") {
            complaint = "unknown option '" + std::string{word} + "'";
            return std::nullopt;
        }
        if (next == words.size()) {
            complaint = std::string{word} + " needs a value";
            return std::nullopt;
        }
        const std::string_view value = words[next++];
        auto& machine = options.machine;
        if (word == "--image") machine.image = value;
        if (word == "--log") machine.log = value;
        if (word == "--append") machine.append = value;
        if (word != "--memory") continue;
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), machine.memory);
        if (error != std::errc{} || end != value.data() + value.size() || machine.memory < 80) {
            complaint = "--memory: '" + std::string{value} + "' is no number of MiB from 80 up";
            return std::nullopt;
        }
    }
    if (options.machine.image.empty()) {
        complaint = "--image is missing";
        return std::nullopt;
    }
    if (options.machine.log.empty()) options.machine.log = options.machine.image / "console.log";
    return options;
}

}  // namespace hob::vm
