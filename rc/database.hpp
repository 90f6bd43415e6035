// The compiled database: one immutable file that says what services there are, how they hang together, and
// holds the launch plan of each.
//
//   FileHeader   64 bytes: magic, format version, sizes, checksum of the whole file with that field 0
//   graph        FlatBuffers, rc/database.fbs: nodes sorted by name, edges, text
//   plans        base/plan.hpp blobs, each at a multiple of 8
//
// Invariant: what open() returned may be walked without further checks; every index, offset, count and string
// that the accessors hand out is in bounds, names are valid, unique and sorted. A file that is not sound is
// refused with the reason as a literal; no input makes the reader crash. Borrowed views live as long as the
// Database. No heap. It does not look for cycles: the compiler refuses them, and the engine must survive one
// anyway.
#pragma once

#include "base/fd.hpp"
#include "base/plan.hpp"
#include "base/result.hpp"
#include "base/service.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace hob::rc {

inline constexpr char database_magic[8] = {'H', 'O', 'B', 'D', 'A', 'T', 'A', '\n'};
inline constexpr std::uint32_t database_version = 1;
inline constexpr std::uint64_t database_size_max =
    0x7fffffff;  // of FlatBuffers, and plan offsets fit 32 bits
inline constexpr std::size_t plan_alignment = 8;

struct FileHeader {
    char magic[8];
    std::uint32_t version;
    std::uint16_t header_size;
    std::uint16_t machine;  // e_machine of ELF: what the plans were made for
    std::uint64_t file_size;
    std::uint64_t checksum;
    std::uint64_t graph_offset;
    std::uint64_t graph_size;
    std::uint64_t plans_offset;
    std::uint64_t plans_size;
};
static_assert(sizeof(FileHeader) == 64);

// What FileHeader::checksum must be for `file`, at least a header long.
[[nodiscard]] std::uint64_t database_checksum(std::span<const char> file) noexcept;

inline constexpr std::uint16_t any_machine = 0;
#if defined(__x86_64__)
inline constexpr std::uint16_t native_machine = 62;
#elif defined(__aarch64__)
inline constexpr std::uint16_t native_machine = 183;
#elif defined(__arm__)
inline constexpr std::uint16_t native_machine = 40;
#elif defined(__riscv) && __riscv_xlen == 64
inline constexpr std::uint16_t native_machine = 243;
#elif defined(__i386__)
inline constexpr std::uint16_t native_machine = 3;
#else
#error "add this architecture's e_machine here and to rc/compile/backend/machine.cpp"
#endif

// How much open() reads. A copy that hob-rc init has checked needs no second look at every byte.
enum class Check : std::uint8_t {
    header,  // header and graph: enough for every accessor to be in bounds
    full,    // the checksum and every plan as well
};

class Database {
  public:
    // `dir` is a directory descriptor or AT_FDCWD. Refused: no regular file (EINVAL), another format version
    // (EPROTO), another architecture than `machine` (ENOEXEC), damage (EBADMSG).
    [[nodiscard]] static base::Result<Database> open(int dir, const char* path, Check check,
                                                     std::uint16_t machine = native_machine) noexcept;
    // The same of an open file. Keeps it.
    [[nodiscard]] static base::Result<Database> from(base::Fd file, Check check,
                                                     std::uint16_t machine = native_machine) noexcept;

    Database(Database&& other) noexcept
        : file_{std::move(other.file_)}, at_{std::exchange(other.at_, nullptr)}, size_{other.size_} {
        graph_ = std::exchange(other.graph_, {});
    }
    Database& operator=(Database&& other) noexcept {
        std::swap(file_, other.file_);
        std::swap(at_, other.at_);
        std::swap(size_, other.size_);
        std::swap(graph_, other.graph_);
        return *this;
    }
    ~Database();

    // Services are 0 … size() - 1, in the byte order of their names. Terminated strings.
    [[nodiscard]] std::uint32_t size() const noexcept { return graph_.count; }
    [[nodiscard]] std::string_view name(std::uint32_t i) const noexcept;
    [[nodiscard]] std::string_view description(std::uint32_t i) const noexcept;
    [[nodiscard]] base::ServiceType type(std::uint32_t i) const noexcept;
    [[nodiscard]] bool is_template(std::uint32_t i) const noexcept;
    [[nodiscard]] std::optional<std::uint32_t> find(std::string_view name) const noexcept;

    // Indices of services, in the order of the definition. `after` includes the `before` of others; contents
    // are those of a bundle.
    [[nodiscard]] std::span<const std::uint32_t> needs(std::uint32_t i) const noexcept;
    [[nodiscard]] std::span<const std::uint32_t> wants(std::uint32_t i) const noexcept;
    [[nodiscard]] std::span<const std::uint32_t> after(std::uint32_t i) const noexcept;
    [[nodiscard]] std::span<const std::uint32_t> contents(std::uint32_t i) const noexcept;

    // Of the definition and its scripts: equal in two databases means that nothing about the service changed.
    [[nodiscard]] std::uint64_t hash(std::uint32_t i) const noexcept;

    // Where the plan is in the file, for handing fd() with it to the scanner.
    [[nodiscard]] std::uint32_t plan_offset(std::uint32_t i) const noexcept;
    [[nodiscard]] std::uint32_t plan_size(std::uint32_t i) const noexcept;
    // The plan, checked; nullopt when it is damaged (only possible after Check::header).
    [[nodiscard]] std::optional<base::PlanView> plan(std::uint32_t i) const noexcept;

    [[nodiscard]] int fd() const noexcept { return file_.get(); }
    [[nodiscard]] std::uint64_t checksum() const noexcept { return header().checksum; }
    [[nodiscard]] std::uint16_t machine() const noexcept { return header().machine; }

  private:
    struct Graph {
        const void* nodes = nullptr;  // db::Node
        const std::uint32_t* edges = nullptr;
        const char* text = nullptr;
        std::uint32_t count = 0;
        std::uint32_t edge_count = 0;
        std::uint32_t text_size = 0;
    };
    Database() noexcept = default;
    [[nodiscard]] const FileHeader& header() const noexcept {
        return *reinterpret_cast<const FileHeader*>(at_);
    }
    [[nodiscard]] std::span<const char> bytes() const noexcept { return {at_, size_}; }
    base::Error fault(Check check, std::uint16_t machine) noexcept;
    const char* header_fault() const noexcept;
    const char* graph_fault() noexcept;
    const char* node_fault(std::uint32_t i) const noexcept;
    const char* plans_fault() const noexcept;
    [[nodiscard]] std::span<const std::uint32_t> edges(std::uint32_t i, int kind) const noexcept;

    base::Fd file_;
    const char* at_ = nullptr;
    std::size_t size_ = 0;
    Graph graph_;
};

}  // namespace hob::rc
