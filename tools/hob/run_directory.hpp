// RunDirectory: the directory of a tree that `hob run` is about to start.
//
// prepare() makes it (or a fresh one), refuses one where a tree is running (its hob-init holds a lock on
// DIR/lock), ends what a killed tree has left running, and removes what it has left lying: table, database
// copy, sockets. Kept are DIR/lib and DIR/log. The lock is held until release(), just before hob-init takes
// it.
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"

#include <string>

namespace hob::tools {

class RunDirectory {
  public:
    explicit RunDirectory(const char* program) noexcept : program_{program} {}
    // `wanted` may be null: a fresh directory below XDG_RUNTIME_DIR, else below /tmp/hob-UID. An exit code,
    // after one line of complaint.
    [[nodiscard]] int prepare(const char* wanted);
    // Absolute, without links.
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    void release() noexcept { lock_.reset(); }
    // Removes a fresh one again.
    void discard() noexcept;

  private:
    int fail(const std::string& what, int code) const noexcept;
    int make(const char* wanted);
    int make_fresh();
    int lock();
    int clear();

    const char* program_;
    std::string path_;
    base::Fd lock_;
    bool fresh_ = false;
};

// Through a temporary name and a rename.
[[nodiscard]] base::Result<void> copy_file(const char* from, const std::string& to);
[[nodiscard]] base::Result<void> replace_link(const char* target, const std::string& path);
// Removes the directory's entries and it, not following links; what cannot be removed stays.
void remove_tree(int dir, const char* name) noexcept;

}  // namespace hob::tools
