// TableWriter: the scanner's side of RUN/table (base/table.hpp): creates or adopts the file, grows it,
// commits transitions.
//
// Invariant: killed at any instruction it leaves a table that readers and the next scanner understand: a new
// file appears under its name complete, a record counts only once it is whole, a transition is one 64-bit
// store. Addresses of records never change while the process lives (room for the largest table is reserved),
// so the kernel may be given one to write a pid to. A full tmpfs refuses growth and nothing else. Pages are
// locked where that is allowed.
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"
#include "base/table.hpp"

#include <string_view>

namespace hob::svc {

class TableWriter {
  public:
    TableWriter() noexcept = default;
    ~TableWriter();
    TableWriter(const TableWriter&) = delete;
    TableWriter& operator=(const TableWriter&) = delete;

    // A new, empty table as `name` in the directory `dir`, replacing what is there.
    [[nodiscard]] base::Result<void> create(int dir, const char* name) noexcept;
    // The table of a previous scanner. EPROTO: not one of this version, or its header is damaged.
    [[nodiscard]] base::Result<void> adopt(base::Fd file) noexcept;

    // A new record, down. The name is valid and not in the table.
    [[nodiscard]] base::Result<base::ServiceId> add(std::string_view name, base::ServiceType type,
                                                    std::uint8_t flags) noexcept;
    // Writes the identity of a damaged record anew.
    void rename(base::ServiceId, std::string_view name, base::ServiceType type, std::uint8_t flags) noexcept;
    void set_flags(base::ServiceId, std::uint8_t flags) noexcept;
    void set_plan(base::ServiceId, std::uint32_t source, std::uint32_t offset, std::uint32_t size,
                  std::uint64_t sum) noexcept;
    void set_degraded(std::uint32_t bits) noexcept { header().degraded |= bits; }
    void commit(base::ServiceId, const base::Status&) noexcept;
    // For CLONE_PARENT_SETTID.
    [[nodiscard]] std::int32_t* launch_pid(base::ServiceId id) noexcept { return &writable(id).launch_pid; }

    [[nodiscard]] std::uint32_t count() const noexcept {
        return header().count.load(std::memory_order_relaxed);
    }
    [[nodiscard]] const base::Record& record(base::ServiceId id) const noexcept { return records()[id]; }
    // What was committed last. Only we write, so no check.
    [[nodiscard]] const base::Status& status(base::ServiceId id) const noexcept {
        const base::Record& r = record(id);
        return r.banks[r.commit.load(std::memory_order_relaxed) & 1];
    }
    [[nodiscard]] int file() const noexcept { return file_.get(); }

  private:
    base::TableHeader& header() const noexcept { return *reinterpret_cast<base::TableHeader*>(at_); }
    base::Record* records() const noexcept {
        return reinterpret_cast<base::Record*>(at_ + base::table_header_size);
    }
    base::Record& writable(base::ServiceId id) noexcept { return records()[id]; }
    base::Result<void> map() noexcept;
    base::Result<void> grow() noexcept;
    void lock(std::size_t from, std::size_t to) noexcept;

    base::Fd file_;
    char* at_ = nullptr;
};

}  // namespace hob::svc
