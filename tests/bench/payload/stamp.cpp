// stamp FILE: notes in FILE (payload/stamp.hpp) when it started, waits for the order to die, notes when,
// dies.
#include "tests/bench/payload/stamp.hpp"

#include "base/time.hpp"

#include <fcntl.h>
#include <sys/mman.h>

int main(int argc, char** argv) {
    using hob::bench::StampPage;
    const std::int64_t born = hob::base::read_clock(CLOCK_MONOTONIC);
    if (argc != 2) return 100;
    const int file = ::open(argv[1], O_RDWR | O_CLOEXEC);
    if (file < 0) return 111;
    void* const at = ::mmap(nullptr, sizeof(StampPage), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (at == MAP_FAILED) return 111;
    auto& page = *static_cast<StampPage*>(at);
    const std::uint32_t orders = page.orders.load();
    page.born = born;
    hob::bench::raise(page.lives);
    while (page.orders.load() == orders) (void)hob::bench::wait_while(page.orders, orders);
    page.died = hob::base::read_clock(CLOCK_MONOTONIC);
    return 0;
}
