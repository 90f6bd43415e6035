#include "rc/database.hpp"

#include "base/checksum.hpp"
#include "base/name.hpp"
#include "base/sys.hpp"

#include <cstring>

#include <fcntl.h>
#include <sys/mman.h>

// FlatBuffers asserts what the verifier has not looked at; everything is verified here, and tier 1 has no
// assert.
#define FLATBUFFERS_ASSERT(condition) static_cast<void>(0)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#include "rc/database_generated.h"
#pragma GCC diagnostic pop

namespace hob::rc {

namespace {

const db::Node& node(const void* nodes, std::uint32_t i) noexcept {
    return static_cast<const db::Node*>(nodes)[i];
}

constexpr std::uint8_t node_template = 1;

bool inside(std::uint64_t offset, std::uint64_t size, std::uint64_t start, std::uint64_t total) noexcept {
    return offset >= start && offset <= total && size <= total - offset;
}

constexpr base::Error other_version{EPROTO,
                                    "database of another format: compile it with this version of hob"};
constexpr base::Error other_machine{ENOEXEC, "database for another architecture: compile it for this one"};

}  // namespace

std::uint64_t database_checksum(std::span<const char> file) noexcept {
    constexpr std::size_t at = offsetof(FileHeader, checksum);
    constexpr std::uint64_t zero = 0;
    const auto head = base::checksum(file.data(), at);
    const auto middle = base::checksum(&zero, sizeof zero, head);
    return base::checksum(file.data() + at + sizeof zero, file.size() - at - sizeof zero, middle);
}

Database::~Database() {
    if (at_ != nullptr) ::munmap(const_cast<char*>(at_), size_);
}

base::Result<Database> Database::open(int dir, const char* path, Check check,
                                      std::uint16_t machine) noexcept {
    // Not blocking: somebody may have put a FIFO there.
    auto file = base::sys::open_at(dir, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (!file) return base::failed(file.error().code, "open database");
    return from(*std::move(file), check, machine);
}

base::Result<Database> Database::from(base::Fd file, Check check, std::uint16_t machine) noexcept {
    auto st = base::sys::stat_fd(file.get());
    if (!st) return std::unexpected{st.error()};
    if (!S_ISREG(st->st_mode)) return base::failed(EINVAL, "database is not a regular file");
    const auto size = static_cast<std::uint64_t>(st->st_size);
    if (size < sizeof(FileHeader)) return base::failed(EBADMSG, "database is cut off");
    if (size > database_size_max) return base::failed(EBADMSG, "database is too large");

    Database database;
    auto mapped = base::sys::map(file.get(), size, PROT_READ);
    if (!mapped) return base::failed(mapped.error().code, "map database");
    database.file_ = std::move(file);
    database.at_ = static_cast<const char*>(*mapped);
    database.size_ = size;
    const base::Error fault = database.fault(check, machine);
    if (fault.what != nullptr) return std::unexpected{fault};
    return database;
}

// `what` is null when the file is sound.
base::Error Database::fault(Check check, std::uint16_t machine) noexcept {
    if (std::memcmp(header().magic, database_magic, sizeof database_magic) != 0)
        return {EBADMSG, "not a hob database"};
    if (header().version != database_version) return other_version;
    if (const char* what = header_fault()) return {EBADMSG, what};
    if (check == Check::full && header().checksum != database_checksum(bytes()))
        return {EBADMSG, "database is damaged: checksum does not match"};
    if (machine != any_machine && header().machine != machine) return other_machine;
    if (const char* what = graph_fault()) return {EBADMSG, what};
    if (const char* what = check == Check::full ? plans_fault() : nullptr) return {EBADMSG, what};
    return {0, nullptr};
}

const char* Database::header_fault() const noexcept {
    const FileHeader& h = header();
    if (h.header_size != sizeof h) return "database is damaged: size of its header";
    if (h.file_size != size_)
        return h.file_size > size_ ? "database is cut off" : "database has bytes behind its end";
    if (h.graph_offset % 8 != 0 || !inside(h.graph_offset, h.graph_size, sizeof h, size_))
        return "database is damaged: place of its graph";
    if (h.plans_offset % plan_alignment != 0 || !inside(h.plans_offset, h.plans_size, sizeof h, size_))
        return "database is damaged: place of its plans";
    return nullptr;
}

const char* Database::graph_fault() noexcept {
    const auto* start = reinterpret_cast<const std::uint8_t*>(at_ + header().graph_offset);
    flatbuffers::Verifier verifier{start, static_cast<std::size_t>(header().graph_size)};
    if (!db::VerifyGraphBuffer(verifier)) return "database is damaged: its graph";
    const db::Graph* graph = db::GetGraph(start);
    if (graph->nodes() == nullptr || graph->edges() == nullptr || graph->text() == nullptr)
        return "database is damaged: its graph lacks a part";
    if (reinterpret_cast<std::uintptr_t>(graph->nodes()->Data()) % alignof(db::Node) != 0)
        return "database is damaged: alignment of its graph";
    graph_ = {.nodes = graph->nodes()->Data(),
              .edges = graph->edges()->data(),
              .text = reinterpret_cast<const char*>(graph->text()->data()),
              .count = graph->nodes()->size(),
              .edge_count = graph->edges()->size(),
              .text_size = graph->text()->size()};
    if (graph_.text_size == 0 || graph_.text[graph_.text_size - 1] != '\0')
        return "database is damaged: its text is not terminated";
    for (std::uint32_t i = 0; i < graph_.edge_count; ++i)
        if (graph_.edges[i] >= graph_.count) return "database is damaged: an edge to nowhere";
    for (std::uint32_t i = 0; i < graph_.count; ++i)
        if (const char* what = node_fault(i)) return what;
    return nullptr;
}

const char* Database::node_fault(std::uint32_t i) const noexcept {
    const db::Node& n = node(graph_.nodes, i);
    if (n.name() >= graph_.text_size || n.description() >= graph_.text_size)
        return "database is damaged: a string out of bounds";
    const auto checked = base::ServiceName::parse(name(i));
    if (!checked) return "database is damaged: an impossible name";
    if (i > 0 && name(i - 1) >= name(i)) return "database is damaged: its names are not sorted";
    if (n.type() > static_cast<std::uint8_t>(base::ServiceType::last_))
        return "database is damaged: an impossible type";
    if (n.flags() != (checked->is_template() ? node_template : 0) || n.spare() != 0)
        return "database is damaged: impossible flags";
    if (n.contents() != 0 && type(i) != base::ServiceType::bundle)
        return "database is damaged: contents of what is no bundle";
    const std::uint64_t edges = std::uint64_t{n.needs()} + n.wants() + n.after() + n.contents();
    if (n.edges() > graph_.edge_count || edges > graph_.edge_count - n.edges())
        return "database is damaged: edges out of bounds";
    const FileHeader& h = header();
    if (n.plan_offset() % plan_alignment != 0 ||
        !inside(n.plan_offset(), n.plan_size(), h.plans_offset, h.plans_offset + h.plans_size))
        return "database is damaged: a plan out of bounds";
    return nullptr;
}

const char* Database::plans_fault() const noexcept {
    for (std::uint32_t i = 0; i < graph_.count; ++i) {
        const auto checked = plan(i);
        if (!checked) return "database is damaged: a plan";
        if (checked->policy().type != type(i)) return "database is damaged: type of a plan";
        if (checked->is_template() && !is_template(i)) return "database is damaged: a template's plan";
    }
    return nullptr;
}

std::string_view Database::name(std::uint32_t i) const noexcept {
    return graph_.text + node(graph_.nodes, i).name();
}
std::string_view Database::description(std::uint32_t i) const noexcept {
    return graph_.text + node(graph_.nodes, i).description();
}
base::ServiceType Database::type(std::uint32_t i) const noexcept {
    return static_cast<base::ServiceType>(node(graph_.nodes, i).type());
}
bool Database::is_template(std::uint32_t i) const noexcept {
    return (node(graph_.nodes, i).flags() & node_template) != 0;
}
std::uint64_t Database::hash(std::uint32_t i) const noexcept { return node(graph_.nodes, i).hash(); }
std::uint32_t Database::plan_offset(std::uint32_t i) const noexcept {
    return node(graph_.nodes, i).plan_offset();
}
std::uint32_t Database::plan_size(std::uint32_t i) const noexcept {
    return node(graph_.nodes, i).plan_size();
}

std::optional<base::PlanView> Database::plan(std::uint32_t i) const noexcept {
    return base::PlanView::check(bytes().subspan(plan_offset(i), plan_size(i)));
}

std::optional<std::uint32_t> Database::find(std::string_view wanted) const noexcept {
    std::uint32_t low = 0;
    for (std::uint32_t high = size(); low < high;) {
        const std::uint32_t middle = low + (high - low) / 2;
        if (name(middle) < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == size() || name(low) != wanted) return std::nullopt;
    return low;
}

std::span<const std::uint32_t> Database::edges(std::uint32_t i, int kind) const noexcept {
    const db::Node& n = node(graph_.nodes, i);
    const std::uint32_t counts[] = {n.needs(), n.wants(), n.after(), n.contents()};
    std::uint32_t first = n.edges();
    for (int k = 0; k < kind; ++k) first += counts[k];
    return {graph_.edges + first, counts[kind]};
}
std::span<const std::uint32_t> Database::needs(std::uint32_t i) const noexcept { return edges(i, 0); }
std::span<const std::uint32_t> Database::wants(std::uint32_t i) const noexcept { return edges(i, 1); }
std::span<const std::uint32_t> Database::after(std::uint32_t i) const noexcept { return edges(i, 2); }
std::span<const std::uint32_t> Database::contents(std::uint32_t i) const noexcept { return edges(i, 3); }

}  // namespace hob::rc
