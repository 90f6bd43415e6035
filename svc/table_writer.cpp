#include "svc/table_writer.hpp"

#include "base/sys.hpp"
#include "base/text.hpp"
#include "base/time.hpp"

#include <algorithm>
#include <cstring>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace hob::svc {

using base::failed;
using base::Record;
using base::Result;
using base::ServiceId;
using base::Status;
using base::TableHeader;

namespace {

constexpr std::size_t reserved = base::table_file_size(base::table_capacity_max);

void read_boot_id(TableHeader& header) noexcept {
    auto file = base::sys::open_at(AT_FDCWD, "/proc/sys/kernel/random/boot_id", O_RDONLY);
    if (!file) return;
    const auto got = base::sys::read(file->get(), header.boot_id, sizeof header.boot_id - 1);
    if (got && *got > 0 && header.boot_id[*got - 1] == '\n') header.boot_id[*got - 1] = '\0';
}

void write_identity(Record& r, std::string_view name, base::ServiceType type, std::uint8_t flags) noexcept {
    std::memset(r.name, 0, sizeof r.name);
    std::memcpy(r.name, name.data(), std::min(name.size(), base::name_max));
    r.type = type;
    r.flags = flags;
    r.identity_check = base::identity_check(r);
}

}  // namespace

TableWriter::~TableWriter() {
    if (at_ != nullptr) ::munmap(at_, reserved);
}

Result<void> TableWriter::map() noexcept {
    auto at = base::sys::map(file_.get(), reserved, PROT_READ | PROT_WRITE);
    if (!at) return std::unexpected{at.error()};
    at_ = static_cast<char*>(*at);
    return {};
}

// Also brings the pages in. Not allowed: they may be swapped out, nothing else.
void TableWriter::lock(std::size_t from, std::size_t to) noexcept {
    if (::mlock(at_ + from, to - from) < 0) set_degraded(base::degraded_locked);
}

Result<void> TableWriter::create(int dir, const char* name) noexcept {
    const base::Text<300> temporary{name, ".new"};
    if (temporary.cut()) return failed(ENAMETOOLONG, "create table");
    if (auto gone = base::sys::unlink_at(dir, temporary.c_str()); !gone) return gone;
    auto file = base::sys::open_at(dir, temporary.c_str(), O_RDWR | O_CREAT | O_EXCL, 0444);
    if (!file) return std::unexpected{file.error()};
    file_ = *std::move(file);
    (void)::fchmod(file_.get(), 0444);  // whatever the umask
    const std::size_t size = base::table_file_size(base::table_growth);
    if (auto allocated = base::sys::allocate(file_.get(), static_cast<std::int64_t>(size)); !allocated) {
        (void)base::sys::unlink_at(dir, temporary.c_str());
        return allocated;
    }
    if (auto mapped = map(); !mapped) return mapped;
    TableHeader& h = header();
    h.version = base::table_version;
    h.record_size = sizeof(Record);
    h.capacity = base::table_growth;
    h.scanner_pid = ::getpid();
    h.created = base::boot_now().ns;
    read_boot_id(h);
    std::memcpy(h.magic, base::table_magic, sizeof h.magic);
    lock(0, size);
    return base::sys::rename_at(dir, temporary.c_str(), dir, name);
}

Result<void> TableWriter::adopt(base::Fd file) noexcept {
    auto st = base::sys::stat_fd(file.get());
    if (!st) return std::unexpected{st.error()};
    const auto size = static_cast<std::uint64_t>(st->st_size);
    if (size < base::table_header_size) return failed(EPROTO, "adopt table");
    file_ = std::move(file);
    if (auto mapped = map(); !mapped) return mapped;
    const TableHeader& h = header();
    const bool good = std::memcmp(h.magic, base::table_magic, sizeof h.magic) == 0 &&
                      h.version == base::table_version && h.record_size == sizeof(Record) &&
                      h.capacity <= base::table_capacity_max && size >= base::table_file_size(h.capacity) &&
                      count() <= h.capacity;
    if (!good) {
        ::munmap(at_, reserved);
        at_ = nullptr;
        return failed(EPROTO, "adopt table");
    }
    header().scanner_pid = ::getpid();
    header().degraded = 0;
    lock(0, base::table_file_size(h.capacity));
    return {};
}

Result<void> TableWriter::grow() noexcept {
    TableHeader& h = header();
    if (h.capacity >= base::table_capacity_max) return failed(ENOSPC, "grow table");
    const std::uint32_t more = std::min(h.capacity + base::table_growth, base::table_capacity_max);
    const std::size_t size = base::table_file_size(more);
    auto allocated = base::sys::allocate(file_.get(), static_cast<std::int64_t>(size));
    if (!allocated) return allocated;
    const std::size_t from = base::table_file_size(h.capacity) / 4096 * 4096;
    h.capacity = more;
    lock(from, size);
    return {};
}

Result<ServiceId> TableWriter::add(std::string_view name, base::ServiceType type,
                                   std::uint8_t flags) noexcept {
    const ServiceId id = count();
    if (id == header().capacity)
        if (auto grown = grow(); !grown) return std::unexpected{grown.error()};
    Record& r = writable(id);
    std::memset(static_cast<void*>(&r), 0, sizeof r);  // an addition that was not finished
    r.id = id;
    write_identity(r, name, type, flags);
    Status first;
    first.since = base::boot_now().ns;
    commit(id, first);
    header().count.store(id + 1, std::memory_order_release);
    return id;
}

void TableWriter::rename(ServiceId id, std::string_view name, base::ServiceType type,
                         std::uint8_t flags) noexcept {
    writable(id).id = id;
    write_identity(writable(id), name, type, flags);
}

void TableWriter::set_flags(ServiceId id, std::uint8_t flags) noexcept {
    Record& r = writable(id);
    r.flags = flags;
    r.identity_check = base::identity_check(r);
}

void TableWriter::set_plan(ServiceId id, std::uint32_t source, std::uint32_t offset, std::uint32_t size,
                           std::uint64_t sum) noexcept {
    Record& r = writable(id);
    r.plan_check = 0;  // not valid while it changes
    std::atomic_signal_fence(std::memory_order_seq_cst);
    r.plan_source = source, r.plan_offset = offset, r.plan_size = size, r.plan_sum = sum;
    std::atomic_signal_fence(std::memory_order_seq_cst);
    r.plan_check = base::plan_ref_check(r);
}

void TableWriter::commit(ServiceId id, const Status& status) noexcept {
    Record& r = writable(id);
    const std::uint64_t old = r.commit.load(std::memory_order_relaxed);
    const std::uint64_t sequence = base::committed_sequence(old) + 1;
    const std::uint64_t bank = (old & 1) ^ 1;
    Status& to = r.banks[bank];
    to = status;
    to.check = base::status_check(status, sequence);
    const auto state = static_cast<std::uint64_t>(status.state);
    r.commit.store(sequence << 16 | state << 8 | bank, std::memory_order_release);
}

}  // namespace hob::svc
