// The files of the machine that is compiled for: --root DIR, or this machine.
//
// Symbolic links in it are followed as they will be there: an absolute one starts at DIR, `..` does not leave
// it (openat2 with RESOLVE_IN_ROOT).
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"

#include <string>
#include <string_view>
#include <unordered_map>

namespace hob::rc::compile {

class Root {
  public:
    // Empty: this machine.
    explicit Root(std::string directory) : directory_{std::move(directory)} {}

    [[nodiscard]] const std::string& directory() const { return directory_; }
    // Another machine's, so that what is missing in it is worth a warning.
    [[nodiscard]] bool given() const { return !directory_.empty(); }
    // As messages name it: "DIR/etc/passwd".
    [[nodiscard]] std::string shown(std::string_view path) const { return directory_ + std::string{path}; }

    // `flags` as of open(2); `path` is absolute, as the target sees it.
    [[nodiscard]] base::Result<base::Fd> open(std::string_view path, int flags);
    // An executable regular file. Asked often, answered from memory.
    [[nodiscard]] bool has_program(const std::string& path);

  private:
    std::string directory_;
    base::Fd dir_;
    std::unordered_map<std::string, bool> programs_;
};

}  // namespace hob::rc::compile
