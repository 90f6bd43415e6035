// QEMU as a child process: its command line, its three channels, and the promise that it ends with us.
//
// The channels (console, agent, QMP) are socket pairs handed over as descriptors: no path, no port, no race
// at start. The child gets KILL when the runner dies, and the destructor kills and reaps it by its pidfd;
// nothing else is ever signalled.
#pragma once

#include "base/fd.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

namespace hob::vm {

struct MachineConfig {
    std::filesystem::path image;  // directory with kernel and initrd.cpio
    std::filesystem::path log;    // console log, written anew
    int memory = 256;             // MiB
    bool kvm = false;
    std::string append;  // more words for the kernel command line
};

// The options every machine is started with, without channels. `accelerator` is "tcg" or "kvm".
[[nodiscard]] std::vector<std::string> qemu_command(const MachineConfig& config);

class Qemu {
  public:
    // `extra` follows the machine's own options; descriptors named in `inherit` stay open in the child.
    Qemu(std::vector<std::string> command, const std::vector<int>& inherit,
         const std::filesystem::path& messages);
    Qemu(const Qemu&) = delete;
    Qemu& operator=(const Qemu&) = delete;
    ~Qemu();

    [[nodiscard]] int pidfd() const { return pidfd_.get(); }
    // What QEMU itself wrote: why it did not start.
    [[nodiscard]] std::string messages() const;

  private:
    base::Fd pidfd_;
    std::filesystem::path messages_;
};

// A connected pair; both ends close on exec, the second is for the child.
struct Pair {
    base::Fd ours, theirs;
};
[[nodiscard]] Pair socket_pair();

}  // namespace hob::vm
