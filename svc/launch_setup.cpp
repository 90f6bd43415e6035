// What a Launcher needs before its first launch: descriptors, memory, the words of the default environment.
#include "base/sys.hpp"
#include "base/table.hpp"
#include "svc/launch.hpp"

#include <string_view>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace hob::svc {

using base::failed;
using base::Result;

namespace {

constexpr std::size_t page = 4096;
constexpr std::size_t round_up(std::size_t n) { return (n + page - 1) / page * page; }
// guard page · stack · scratch
constexpr std::size_t slot_memory = page + launch_stack + round_up(sizeof(Scratch));

// Something that reads as empty: /dev/null, or where there is none a pipe nobody writes to.
Result<base::Fd> open_null() noexcept {
    auto null = base::sys::open_at(AT_FDCWD, "/dev/null", O_RDWR | O_NOCTTY);
    if (null) return null;
    auto pipe = base::sys::pipe();
    if (!pipe) return null;
    return std::move(pipe->read);
}

bool oom_score_is_zero() noexcept {
    auto file = base::sys::open_at(AT_FDCWD, "/proc/self/oom_score_adj", O_RDONLY);
    char text[2] = {};
    return !file || (base::sys::read(file->get(), text, sizeof text).value_or(0) > 0 && text[0] == '0');
}

// The word KEY=value of our own environment, which lives as long as we do; else `fallback`.
const char* own_word(std::string_view key, const char* fallback) noexcept {
    for (char** word = environ; *word != nullptr; ++word)
        if (std::string_view{*word}.starts_with(key)) return *word;
    return fallback;
}

}  // namespace

Launcher::~Launcher() {
    for (Slot& slot : slots_) slot.watch.drop();
    if (memory_ == nullptr) return;
    ::munmap(memory_, slot_memory * launch_slots);
    for (int fd = first_block; fd < blocks_end; ++fd) ::close(fd);
}

Result<void> Launcher::open(base::Loop& loop, int store, void* owner, Told told) noexcept {
    loop_ = &loop, store_ = store, owner_ = owner, told_ = told;
    for (Slot& slot : slots_) slot.launcher = this;
    if (auto reserved = reserve_descriptors(); !reserved) return reserved;
    root_ = ::geteuid() == 0;
    reset_oom_ = !oom_score_is_zero();
    if (root_)
        if (auto file = base::sys::open_at(AT_FDCWD, "/proc/sys/fs/suid_dumpable", O_RDONLY); file)
            dumpable_ = *std::move(file);
    set_default_words();
    return map_memory();
}

// Every low number is held by a placeholder, so that nothing else ever gets it: a child may still be copying
// from a block when the parent opens its next descriptor, and what lay below the blocks would be copied into
// every child until it executes.
Result<void> Launcher::reserve_descriptors() noexcept {
    auto null = open_null();
    if (!null) return std::unexpected{null.error()};
    null_ = base::Fd{::fcntl(null->get(), F_DUPFD_CLOEXEC, blocks_end)};
    if (!null_) return failed("reserve descriptors");
    for (int fd = 3; fd < blocks_end; ++fd)
        if (fd != store_ && (fd >= first_block || ::fcntl(fd, F_GETFD) < 0))
            if (::dup3(null_.get(), fd, O_CLOEXEC) < 0) return failed("reserve descriptors");
    if (null->get() < blocks_end) (void)null->release();  // one of them
    return {};
}

Result<void> Launcher::map_memory() noexcept {
    void* const at = ::mmap(nullptr, slot_memory * launch_slots, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) return failed("map launch slots");
    memory_ = static_cast<char*>(at);
    for (std::size_t i = 0; i < launch_slots; ++i) {
        char* const slot = memory_ + i * slot_memory;
        if (::mprotect(slot, page, PROT_NONE) < 0) return failed("protect launch slots");
        slots_[i].args.scratch = reinterpret_cast<Scratch*>(slot + page + launch_stack);
        slots_[i].args.base = first_block + static_cast<int>(i) * block_size;
    }
    return {};
}

void Launcher::forget_memory() noexcept {
    (void)::madvise(memory_ + 2 * slot_memory, (launch_slots - 2) * slot_memory, MADV_DONTNEED);
}

// A machine's services get fixed words; those of a user's own tree get that user's.
void Launcher::set_default_words() noexcept {
    const auto set = [&](DefaultWord which, std::string_view key, const char* fixed) {
        defaults_[static_cast<std::size_t>(which)] = root_ ? fixed : own_word(key, fixed);
    };
    set(DefaultWord::path, "PATH=", default_path);
    set(DefaultWord::home, "HOME=", "HOME=/root");
    set(DefaultWord::user, "USER=", "USER=root");
    defaults_[static_cast<std::size_t>(DefaultWord::lang)] = "LANG=C.UTF-8";
}

}  // namespace hob::svc
