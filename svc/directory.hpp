// Directory: `hob-svscan DIR`, services that are plain directories with an executable `run`.
//
// Every subdirectory of DIR (not starting with a dot) that has one is a longrun; its plan is made here from
// the files daemontools, runit and s6 users know: run, finish, notification-fd, timeout-kill, timeout-finish,
// down-signal, down, and log/run, a second service that reads the first one's stdout. The directory is looked
// at again when it changes, on HUP and on request: what is new is started, what is gone is stopped. What is
// no service yet is watched until it becomes one. A file that makes no sense is one line on stderr and that
// service is left out.
#pragma once

#include "base/fd.hpp"
#include "base/loop.hpp"
#include "base/result.hpp"
#include "svc/plan_source.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace hob::svc {

class Scanner;
struct Service;

class Directory {
  public:
    explicit Directory(Scanner& scanner) noexcept : scanner_{scanner} {}

    [[nodiscard]] base::Result<void> start(base::Loop&, const char* path) noexcept;
    [[nodiscard]] bool open() const noexcept { return static_cast<bool>(dir_); }
    void rescan() noexcept;

  private:
    void on_change(std::uint32_t events) noexcept;
    void look(const char* name) noexcept;
    // `writer`: the one whose log it is, for a log service.
    Service* load(int dir, std::string_view name, std::string_view path, bool has_log,
                  Service* writer) noexcept;
    void load_logger(int dir, Service& writer, std::string_view name) noexcept;
    void await(const char* name) noexcept;
    void forget_gone() noexcept;

    Scanner& scanner_;
    base::Loop* loop_ = nullptr;
    std::string path_;  // absolute
    base::Fd dir_;
    base::Fd inotify_;
    base::Watch watch_;
    base::Timer settle_;                 // a change is looked at when the burst of changes is over
    std::vector<int> awaited_;           // inotify watches of directories that are no services yet
    std::vector<base::ServiceId> seen_;  // in the scan going on
};

// The plan of the service in the open directory `dir`, whose absolute path is `path`.
[[nodiscard]] base::Result<std::vector<char>> directory_plan(int dir, std::string_view path, bool has_log,
                                                             bool is_log) noexcept;

}  // namespace hob::svc
