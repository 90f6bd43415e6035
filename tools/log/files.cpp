#include "tools/log/files.hpp"

#include <cstdint>
#include <cstring>

#include <sys/syscall.h>
#include <unistd.h>

namespace hob::log {

namespace {
// What getdents64 gives, up to the name (man 2 getdents); readdir() would allocate.
constexpr std::size_t reclen_at = 16, name_at = 19;
}  // namespace

base::Result<void> each_entry(int dir, void* owner,
                              void (*visit)(void* owner, const char* name) noexcept) noexcept {
    if (::lseek(dir, 0, SEEK_SET) < 0) return base::failed("read directory");
    alignas(std::uint64_t) char buffer[4096];
    for (;;) {
        const long got = ::syscall(SYS_getdents64, dir, buffer, sizeof buffer);
        if (got < 0) return base::failed("read directory");
        if (got == 0) return {};
        for (long at = 0; at < got;) {
            std::uint16_t size;
            std::memcpy(&size, buffer + at + reclen_at, sizeof size);
            visit(owner, buffer + at + name_at);
            at += size;
        }
    }
}

}  // namespace hob::log
