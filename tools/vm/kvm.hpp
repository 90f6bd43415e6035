// Whether KVM really runs a guest here.
//
// /dev/kvm may open, and the guest makes no progress all the same (nested virtualisation that is half there).
// So a bare kernel is started and must come to its end within seconds. The verdict is kept in a file until
// the host boots again.
#pragma once

#include <filesystem>

namespace hob::vm {

// Prints one line when /dev/kvm is there and of no use. `verdict` is the file that keeps the answer.
[[nodiscard]] bool kvm_works(const std::filesystem::path& image, const std::filesystem::path& verdict);

}  // namespace hob::vm
