#include "init/storage.hpp"

#include "init/console.hpp"

#include <algorithm>
#include <span>

#include <sys/mman.h>
#include <sys/resource.h>

namespace hob::init {

namespace {
constexpr rlim_t own_descriptors = 128, most_descriptors = 524288;
constexpr std::size_t most_exits = 16384;
ExitEntry one_exit[1];  // an exit queue is never without room

}  // namespace

Storage make_storage() noexcept {
    rlimit files{1024, 1024};
    ::prlimit(0, RLIMIT_NOFILE, nullptr, &files);
    const rlim_t all = std::min(files.rlim_cur, most_descriptors);
    const auto capacity = static_cast<std::uint32_t>(all > own_descriptors + 16 ? all - own_descriptors : 16);
    const std::size_t store_size = Store::size_for(capacity);
    const std::size_t size = store_size + most_exits * sizeof(ExitEntry);
    void* const memory =
        ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        say("no memory: no descriptor of a service will be kept");
        return {Store{}, ExitQueue{one_exit}};
    }
    auto* const behind = reinterpret_cast<ExitEntry*>(static_cast<char*>(memory) + store_size);
    return {Store{memory, capacity}, ExitQueue{std::span{behind, most_exits}}};
}

}  // namespace hob::init
