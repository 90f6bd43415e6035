// A machine for a test: the image of HOB_TEST_IMAGE, started with `hob.up=BUNDLE`, its agent waited for.
//
// When the test fails, the last lines of the machine's console are printed; all of them are in the named log.
#pragma once

#include "tools/vm/guest.hpp"
#include "tools/vm/machine.hpp"

#include <string>

namespace hob::tests::vm {

class Booted {
  public:
    // `name` names the console log; `append` are more words for the kernel.
    Booted(const std::string& name, const std::string& bundle, const std::string& append = "");
    ~Booted();
    Booted(const Booted&) = delete;
    Booted& operator=(const Booted&) = delete;

    hob::vm::Machine& operator*() { return machine_; }
    hob::vm::Machine* operator->() { return &machine_; }

  private:
    hob::vm::MachineConfig config_;
    hob::vm::Machine machine_;
    int exceptions_;
};

// The pid of the one process with this program name inside.
[[nodiscard]] int pid_of(hob::vm::Machine& machine, const std::string& program);

}  // namespace hob::tests::vm
