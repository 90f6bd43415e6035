// Service: what the scanner holds of one service besides its record in the table.
//
// A passive object: Scanner does everything. Its descriptors are those the store keeps too (pidfd, log pipe,
// readiness pipe, notify socket), so a new scanner can fill one from the table and the store alone. Small:
// there is one per service.
#pragma once

#include "base/fd.hpp"
#include "base/loop.hpp"
#include "base/service.hpp"
#include "svc/plan_source.hpp"

#include <vector>

namespace hob::svc {

class Scanner;

struct Service {
    static constexpr std::uint8_t no_slot = 0xff;

    Service(Scanner& s, base::ServiceId i) noexcept : scanner{s}, id{i} {}
    void on_deadline() noexcept;
    void on_ready(std::uint32_t events) noexcept;
    void on_notify(std::uint32_t events) noexcept;

    Scanner& scanner;
    base::ServiceId id;
    base::Fd pidfd;
    base::Fd log_read;
    base::Fd log_write;
    base::Fd ready_read;
    base::Fd notify;
    std::uint8_t slot = no_slot;  // of the launch under way
    base::Program queued = base::Program::main;
    bool is_queued = false;     // waits for a launch slot
    bool own_child = false;     // of this scanner; else a process it has adopted
    bool removing = false;      // its definition is gone: its record too once it is down
    bool log_out_only = false;  // stderr is inherited
    base::ServiceId reads_log_of = base::no_service;  // its stdin is the log pipe of this one
    base::Timer deadline;
    base::Watch ready_watch;
    base::Watch notify_watch;
    PlanRef plan;
    PlanRef next_plan;  // used from the next start
    std::vector<base::ServiceId> needs;
    std::vector<base::ServiceId> needed_by;
};

}  // namespace hob::svc
