// Scanner: the mechanism. Runs the processes of every service of a live tree, one event loop, no graph.
//
// Every change of a service goes through apply(): the pure machine (svc/machine.hpp) says what comes next,
// the table gets it in one commit, then the action is carried out. Launches wait in a queue for a slot and
// are made at the end of a turn, after the store has been told what it must hold; so an action never runs
// inside another. Failures of a service (no descriptor, no process) are events of its machine, never of the
// scanner. The parts that only do one thing are classes of their own: Launcher, TableWriter, StoreClient,
// Control, Directory.
#pragma once

#include "base/channel.hpp"
#include "base/loop.hpp"
#include "base/protocol.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "base/tree.hpp"
#include "svc/control.hpp"
#include "svc/directory.hpp"
#include "svc/id_index.hpp"
#include "svc/launch.hpp"
#include "svc/machine.hpp"
#include "svc/plan_source.hpp"
#include "svc/service.hpp"
#include "svc/store_client.hpp"
#include "svc/table_writer.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace hob::svc {

struct ScannerOptions {
    const char* run = nullptr;        // the live tree, absolute
    const char* directory = nullptr;  // of plain services; null: an engine tells what to run
    bool rebuild = false;
};

class Scanner {
  public:
    Scanner() noexcept : store_{*this}, control_{*this}, directory_{*this} {}
    ~Scanner();
    Scanner(const Scanner&) = delete;
    Scanner& operator=(const Scanner&) = delete;

    [[nodiscard]] base::Result<void> open(const ScannerOptions&) noexcept;
    // Until everything has been shut down.
    [[nodiscard]] base::Result<void> run() noexcept;

    // Services: what engine, clients and plain directories ask for (services.cpp).
    [[nodiscard]] Service* find(std::string_view name) noexcept;
    [[nodiscard]] Service* at(base::ServiceId id) noexcept {
        return id < services_.size() ? services_[id].get() : nullptr;
    }
    [[nodiscard]] std::span<const std::unique_ptr<Service>> services() const noexcept { return services_; }
    [[nodiscard]] base::Result<Service*> add(std::string_view name, base::ServiceType type, PlanRef plan,
                                             std::uint8_t flags = 0) noexcept;
    void give_plan(Service&, PlanRef plan) noexcept;
    void use_plan(Service&, PlanRef) noexcept;
    void start(Service&, bool fresh, std::span<const base::ServiceId> needs) noexcept;
    void stop(Service& s) noexcept { apply(s, Event::stop); }
    void set_wish(Service&, const base::SetWish&) noexcept;
    void mark(Service&, const base::Mark&) noexcept;
    void remove(Service&) noexcept;
    void signal(Service&, int number) noexcept;
    [[nodiscard]] base::Result<void> set_plan_source(std::uint32_t key, base::Fd file) noexcept;
    [[nodiscard]] PlanSources& sources() noexcept { return sources_; }
    [[nodiscard]] const base::Status& status(const Service& s) const noexcept { return table_.status(s.id); }
    [[nodiscard]] const base::Record& record(const Service& s) const noexcept { return table_.record(s.id); }

    // Events (act.cpp, readiness.cpp, reap.cpp, shutdown.cpp).
    void apply(Service&, Event event, const base::Reason& reason = {}, int exit = 0) noexcept;
    void read_readiness(Service&) noexcept;
    void read_notify(Service&) noexcept;
    void foreign_exit(const base::Exited&) noexcept;
    void check_adopted() noexcept;
    void begin_shutdown(base::PowerAction action) noexcept;
    void rescan() noexcept;
    void store_lost() noexcept;
    void engine_lost() noexcept;
    void ask_power(base::PowerAction action) noexcept;
    [[nodiscard]] bool shutting_down() const noexcept { return phase_ != Phase::running; }

    [[nodiscard]] base::Loop& loop() noexcept { return loop_; }
    [[nodiscard]] base::Packet& packet() noexcept { return packet_; }
    void complain(std::string_view text) noexcept;
    void complain(std::string_view what, const base::Error& error) noexcept;

  private:
    enum class Phase : std::uint8_t { running, services, engine, logger, over };
    friend struct Service;

    // scanner.cpp
    base::Stamp stamp() noexcept;  // of this turn
    base::Result<void> open_signals() noexcept;
    base::Result<void> open_state(Replay& replay) noexcept;
    base::Result<void> open_sockets(Replay& replay) noexcept;
    void raise_limits() noexcept;
    void on_signal(std::uint32_t events) noexcept;
    // act.cpp
    Facts facts(const Service&) const noexcept;
    void settle(Service&, const base::Status& before, base::Status now) noexcept;
    void perform(Service&, Act act) noexcept;
    void lose_leave(Service&) noexcept;
    void queue(Service&, base::Program program) noexcept;
    bool unqueue(Service&, int signal) noexcept;
    void terminate(Service&) noexcept;
    void kill(Service&) noexcept;
    // spawn.cpp
    void pump() noexcept;
    void spawn(Service&) noexcept;
    base::Result<void> prepare(Service&) noexcept;
    base::Result<void> open_log(Service&) noexcept;
    base::Result<void> open_notify(Service&) noexcept;
    base::Result<void> own_notify(const Service&) noexcept;
    base::Result<void> open_readiness(Service&, base::Fd& write_end) noexcept;
    void close_readiness(Service&) noexcept;
    void discard_notify(Service&) noexcept;
    static void launch_ended(void* self, const LaunchEnd&) noexcept;
    void say_in_log(Service&, const base::Reason&) noexcept;
    // reap.cpp
    void reap_children() noexcept;
    void ended(Service&, int status) noexcept;
    void track(Service&, std::int32_t pid, bool own_child) noexcept;
    // adopt.cpp
    void adopt(Replay&) noexcept;
    void adopt_records(bool believe) noexcept;
    void adopt_descriptors(Replay&) noexcept;
    void adopt_service(Service&, bool believe) noexcept;
    base::Status unbelieved_status(const std::optional<base::Status>& known, bool alive) noexcept;
    void adopt_process(Service&, base::Status& status, bool alive) noexcept;
    void look_at_launches() noexcept;
    Service& make(base::ServiceId id) noexcept;
    // builtin.cpp
    void start_builtins() noexcept;
    base::Result<void> start_builtin(std::string_view name, bool log) noexcept;
    // shutdown.cpp
    void check_shutdown() noexcept;
    void note_progress() noexcept;
    void on_orphaned() noexcept;
    void on_no_engine() noexcept;
    void on_stalled() noexcept;
    void on_shutdown_limit() noexcept;
    void stop_everything() noexcept;
    void stop_loggers() noexcept;
    [[nodiscard]] bool loggers_gone() const noexcept;
    [[nodiscard]] bool counts(const Service&) const noexcept;
    void count_settled(const Service&, base::State before, base::State now) noexcept;

    base::Loop loop_;
    base::Packet packet_;
    base::Path run_;
    base::Fd run_dir_;
    base::Fd notify_dir_;
    base::Fd signals_;
    base::Watch signal_watch_;
    TableWriter table_;
    PlanSources sources_;
    StoreClient store_;
    Control control_;
    Directory directory_;
    Launcher launcher_;
    std::vector<std::unique_ptr<Service>> services_;  // index: id; null: removed
    IdIndex names_;
    IdIndex pids_;
    std::vector<base::ServiceId> queue_;
    std::size_t queue_head_ = 0;
    std::vector<base::ServiceId> adopted_launches_;
    base::Timer look_timer_;
    base::Stamp stamp_;  // of stamped_
    base::Instant stamped_;
    std::uint64_t hard_files_ = 0;
    bool children_left_ = false;  // more to reap in the next turn
    // shutdown
    Phase phase_ = Phase::running;
    base::PowerAction action_ = base::PowerAction::none;
    bool forced_ = false;
    std::uint32_t unsettled_ = 0;  // services with something left to do before the tree is down
    base::Timer orphaned_;
    base::Timer no_engine_;
    base::Timer stalled_;
    base::Timer limit_;
};

}  // namespace hob::svc
