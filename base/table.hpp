// The table: RUN/table, one tmpfs file that says everything about every service, mapped by whoever wants to
// know.
//
//   TableHeader (one page)  magic, version, sizes, count of records, the scanner's pid, boot id
//   Record × capacity       fixed size; index = ServiceId; never re-used for another name while the table
//   lives
//
// Only the scanner writes, through its own mapping; everyone else maps read-only. A record holds an identity,
// written once before `count` covers it, and two banks. A transition fills the bank that is not current and
// is committed by one 64-bit store to `commit` = sequence << 16 | state << 8 | bank: killed at any
// instruction, the scanner leaves the old or the new transition, never a mixture. Each bank carries a
// checksum over itself and its sequence number, so a torn or poisoned record is found. `launch_pid` is
// written by the kernel (CLONE_PARENT_SETTID), outside the banks.
//
// The file is allocated before it is mapped (a full tmpfs refuses growth, it never faults). Mode 0444.
#pragma once

#include "base/fd.hpp"
#include "base/name.hpp"
#include "base/result.hpp"
#include "base/service.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace hob::base {

inline constexpr char table_magic[8] = {'H', 'O', 'B', 'T', 'A', 'B', 'L', 'E'};
inline constexpr std::uint32_t table_version = 1;
inline constexpr std::uint32_t table_capacity_max = 65536;
inline constexpr std::uint32_t table_growth = 64;  // records allocated at a time

// Everything about a service that changes, as one transition leaves it. Times: Stamp (ns since boot) unless
// said.
struct Status {
    State state = State::down;
    Wish wish = Wish::none;
    Asker asker = Asker::nobody;
    std::uint8_t flags = 0;    // status_… below
    std::int32_t pid = 0;      // of the main process, 0: none
    Reason reason;             // of the last transition
    std::int64_t since = 0;    // when this state was entered
    std::int64_t started = 0;  // last launch
    std::int64_t ready_since = 0;
    std::int64_t deadline = 0;   // Instant that ends this state, 0: an event does
    std::uint32_t starts = 0;    // launches since boot
    std::uint32_t attempts = 0;  // launches within the window
    std::int32_t last_exit = 0;  // wait status of the last main process
    std::uint32_t wish_uid = 0;
    std::int64_t wish_since = 0;
    std::int64_t window_start = 0;  // Instant
    std::int64_t exited = 0;        // last death of the main process
    std::uint32_t rests = 0;        // used of Policy::max_retry
    std::uint32_t check = 0;        // checksum, kept by commit
};
static_assert(sizeof(Status) == 96);

inline constexpr std::uint8_t status_may_start = 1;  // the graph allows a launch
inline constexpr std::uint8_t status_paused = 2;
inline constexpr std::uint8_t status_wanted = 4;  // told to run (Start without a Stop since)
inline constexpr std::uint8_t status_adopted =
    8;  // by a new scanner: its process is not its child, its needs are not known

struct Record {
    char name[name_max + 1];
    ServiceId id;
    ServiceType type;
    std::uint8_t flags;  // record_… below
    std::uint16_t spare;
    std::uint64_t identity_check;  // over name, id, type, flags
    std::uint32_t plan_source;     // key; 0: none. These three: valid if plan_check says so
    std::uint32_t plan_offset;
    std::uint32_t plan_size;
    std::uint32_t plan_check;
    std::int32_t launch_pid;  // written by the kernel at clone
    std::uint32_t spare2;
    std::atomic<std::uint64_t> commit;
    std::uint64_t plan_sum;  // PlanHeader::checksum of the plan in use: a source that changed is noticed
    std::uint64_t spare3[3];
    Status banks[2];
};
static_assert(sizeof(Record) == 384 && sizeof(std::atomic<std::uint64_t>) == 8);

inline constexpr std::uint8_t record_builtin = 1;  // hob's own: hob-log, hob-rc
inline constexpr std::uint8_t record_removed = 2;

struct TableHeader {
    char magic[8];
    std::uint32_t version;
    std::uint32_t record_size;
    std::uint32_t capacity;
    std::atomic<std::uint32_t> count;
    std::int32_t scanner_pid;
    std::uint32_t degraded;  // bits of what this tree does without (degraded_…)
    std::int64_t created;    // Stamp
    char boot_id[40];
};
// TableHeader::degraded: what this tree does without.
inline constexpr std::uint32_t degraded_clone = 1;   // clone3 refused: legacy clone and pidfd_open
inline constexpr std::uint32_t degraded_fork = 2;    // fs.suid_dumpable is 1 or unknown: launches copy memory
inline constexpr std::uint32_t degraded_store = 4;   // no store: a killed scanner loses its services
inline constexpr std::uint32_t degraded_locked = 8;  // the table's pages could not be locked
inline constexpr std::size_t table_header_size = 4096;
static_assert(sizeof(TableHeader) <= table_header_size);

constexpr std::size_t table_file_size(std::uint32_t capacity) {
    return table_header_size + std::size_t{capacity} * sizeof(Record);
}

// Checksums of a record's three parts.
[[nodiscard]] std::uint64_t identity_check(const Record&) noexcept;
[[nodiscard]] std::uint32_t plan_ref_check(const Record&) noexcept;
[[nodiscard]] std::uint32_t status_check(const Status&, std::uint64_t sequence) noexcept;

// The state in a commit word, without reading the bank.
constexpr State committed_state(std::uint64_t commit) { return static_cast<State>((commit >> 8) & 0xff); }
constexpr std::uint64_t committed_sequence(std::uint64_t commit) { return commit >> 16; }

// A consistent copy of a record's status; nullopt when its checksums do not hold (damaged). Tries again while
// the scanner is writing; bounded.
[[nodiscard]] std::optional<Status> read_status(const Record&) noexcept;
// True when name, id, type and flags are what their checksum says and the name is one.
[[nodiscard]] bool identity_sound(const Record&, ServiceId id) noexcept;

// Read-only view for everyone but the scanner. Follows growth.
class TableView {
  public:
    TableView() noexcept = default;
    ~TableView();
    TableView(TableView&& other) noexcept;
    TableView& operator=(TableView&&) noexcept;

    // Opens RUN/table. ENOENT: no tree is running there. EPROTO: a table of another version.
    [[nodiscard]] static Result<TableView> open(const char* path) noexcept;
    [[nodiscard]] static Result<TableView> from(Fd file) noexcept;

    [[nodiscard]] std::uint32_t count() noexcept;  // maps more when the file has grown
    [[nodiscard]] const Record& record(ServiceId id) const noexcept { return records()[id]; }
    [[nodiscard]] const TableHeader& header() const noexcept {
        return *reinterpret_cast<const TableHeader*>(at_);
    }
    // The id of `name`, or no_service. Linear: clients look up few names.
    [[nodiscard]] ServiceId find(std::string_view name) noexcept;

  private:
    const Record* records() const noexcept {
        return reinterpret_cast<const Record*>(at_ + table_header_size);
    }
    bool remap() noexcept;
    Fd file_;
    const char* at_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace hob::base
