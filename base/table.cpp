#include "base/table.hpp"

#include "base/checksum.hpp"
#include "base/sys.hpp"

#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>

namespace hob::base {

std::uint64_t identity_check(const Record& r) noexcept {
    return checksum(r.name, offsetof(Record, identity_check));
}
std::uint32_t plan_ref_check(const Record& r) noexcept {
    return static_cast<std::uint32_t>(
        checksum(&r.plan_source, offsetof(Record, plan_check) - offsetof(Record, plan_source)) | 1);
}
std::uint32_t status_check(const Status& s, std::uint64_t sequence) noexcept {
    const std::uint64_t sum = checksum(&s, offsetof(Status, check), sequence);
    return static_cast<std::uint32_t>(sum ^ (sum >> 32));
}

std::optional<Status> read_status(const Record& r) noexcept {
    for (int tries = 0; tries < 1000; ++tries) {
        const std::uint64_t before = r.commit.load(std::memory_order_acquire);
        Status s;
        std::memcpy(&s, &r.banks[before & 1], sizeof s);
        std::atomic_thread_fence(std::memory_order_acquire);
        if (r.commit.load(std::memory_order_relaxed) != before) continue;
        const bool sound = s.check == status_check(s, committed_sequence(before)) &&
                           s.state == committed_state(before) && s.state <= State::last_ &&
                           s.wish <= Wish::last_ && s.asker <= Asker::last_ &&
                           s.reason.kind <= ReasonKind::last_ && (before & 0xfe) == 0;
        if (!sound) return std::nullopt;
        return s;
    }
    return std::nullopt;
}

bool identity_sound(const Record& r, ServiceId id) noexcept {
    return r.id == id && r.identity_check == identity_check(r) && r.type <= ServiceType::last_ &&
           std::memchr(r.name, '\0', sizeof r.name) != nullptr && ServiceName::refusal(r.name) == nullptr;
}

TableView::~TableView() {
    if (at_ != nullptr) ::munmap(const_cast<char*>(at_), size_);
}
TableView::TableView(TableView&& other) noexcept
    : file_{std::move(other.file_)}, at_{std::exchange(other.at_, nullptr)}, size_{other.size_} {}
TableView& TableView::operator=(TableView&& other) noexcept {
    std::swap(file_, other.file_);
    std::swap(at_, other.at_);
    std::swap(size_, other.size_);
    return *this;
}

Result<TableView> TableView::open(const char* path) noexcept {
    auto file = sys::open_at(AT_FDCWD, path, O_RDONLY);
    if (!file) return std::unexpected{file.error()};
    return from(*std::move(file));
}

Result<TableView> TableView::from(Fd file) noexcept {
    TableView view;
    view.file_ = std::move(file);
    if (!view.remap()) return failed(errno != 0 ? errno : EPROTO, "map table");
    const TableHeader& h = view.header();
    if (std::memcmp(h.magic, table_magic, sizeof table_magic) != 0 || h.version != table_version ||
        h.record_size != sizeof(Record))
        return failed(EPROTO, "table of another version");
    return view;
}

bool TableView::remap() noexcept {
    auto st = sys::stat_fd(file_.get());
    if (!st) return false;
    const auto size = static_cast<std::size_t>(st->st_size);
    if (size < table_header_size) {
        errno = EPROTO;
        return false;
    }
    auto at = sys::map(file_.get(), size, PROT_READ);
    if (!at) return false;
    if (at_ != nullptr) ::munmap(const_cast<char*>(at_), size_);
    at_ = static_cast<const char*>(*at);
    size_ = size;
    return true;
}

std::uint32_t TableView::count() noexcept {
    const std::uint32_t count = header().count.load(std::memory_order_acquire);
    if (table_file_size(count) > size_ && !remap()) return 0;
    const auto mapped = static_cast<std::uint32_t>((size_ - table_header_size) / sizeof(Record));
    return count < mapped ? count : mapped;
}

ServiceId TableView::find(std::string_view name) noexcept {
    const std::uint32_t n = count();
    for (ServiceId id = 0; id < n; ++id)
        if (name == record(id).name && (record(id).flags & record_removed) == 0) return id;
    return no_service;
}

}  // namespace hob::base
