// The command line of hob-vm.
#pragma once

#include "tools/vm/qemu.hpp"

#include <optional>
#include <span>
#include <string>

namespace hob::vm {

enum class Mode { test, console };
enum class Kvm { if_it_works, always, never };

struct Options {
    Mode mode = Mode::test;
    Kvm kvm = Kvm::if_it_works;
    MachineConfig machine;
};

extern const char* const help;

// Nothing when the words are wrong: `complaint` then says how, in one line.
[[nodiscard]] std::optional<Options> parse_options(std::span<char* const> words, std::string& complaint);

}  // namespace hob::vm
