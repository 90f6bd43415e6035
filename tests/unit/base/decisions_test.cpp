// The small proofs behind docs/decisions: what the kernel promises and the design leans on.
#include "base/channel.hpp"
#include "base/plan_builder.hpp"
#include "base/protocol.hpp"
#include "base/sys.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace hob::base;

namespace {

int wait_status(pid_t pid) {
    int status = -1;
    ::waitpid(pid, &status, 0);
    return status;
}

bool readable(int fd, int ms) {
    pollfd p{fd, POLLIN, 0};
    return ::poll(&p, 1, ms) == 1;
}

struct Slot {
    alignas(16) char stack[64 * 1024];
    const char* fifo = nullptr;
    int report = -1;
};

// Blocks in open() of a FIFO that nobody opens, like a launch step gone wrong.
int open_fifo(void* slot) {
    ::syscall(SYS_openat, AT_FDCWD, static_cast<Slot*>(slot)->fifo, O_WRONLY, 0);
    ::syscall(SYS_exit, 3);
    return 0;
}
int report(void* slot) {
    ::syscall(SYS_write, static_cast<Slot*>(slot)->report, "x", 1);
    ::syscall(SYS_exit, 0);
    return 0;
}

}  // namespace

TEST_CASE(
    "decision 1, store: a stored descriptor outlives the process that put it, and what it sent is not lost") {
    auto pair = sys::seqpacket_pair();
    auto pipe = sys::pipe();
    REQUIRE((pair && pipe));
    const pid_t scanner = ::fork();
    if (scanner == 0) {
        const std::array fds{pipe->write.get()};
        (void)send_message(pair->one.get(), Put{.id = 1, .role = Role::log_write}, fds);
        ::kill(::getpid(), SIGKILL);
    }
    pair->one.reset();
    pipe->write.reset();
    CHECK(WTERMSIG(wait_status(scanner)) == SIGKILL);
    Packet packet;
    REQUIRE(receive_packet(pair->two.get(), packet));  // drained after its death
    const Fd stored = packet.take_fd();
    REQUIRE(stored);
    CHECK(sys::write(stored.get(), "log line\n", 9));
    char line[16];
    CHECK(sys::read(pipe->read.get(), line, sizeof line).value() == 9);
    REQUIRE(receive_packet(pair->two.get(), packet));
    CHECK(packet.closed);
}

TEST_CASE(
    "decision 2, table: the kernel records a child's pid in the mapping before the parent can be killed") {
    auto file = sys::memfd("table");
    REQUIRE((file && sys::allocate(file->get(), 4096)));
    auto at = sys::map(file->get(), 4096, PROT_READ | PROT_WRITE);
    REQUIRE(at);
    auto* const recorded = static_cast<std::int32_t*>(*at);
    auto pipe = sys::pipe();
    REQUIRE(pipe);
    const pid_t scanner = ::fork();
    if (scanner == 0) {
        static Slot slot;
        ::clone(
            [](void*) {
                ::syscall(SYS_kill, ::syscall(SYS_getppid),
                          SIGKILL);  // its first instruction ends the parent
                ::pause();
                return 0;
            },
            slot.stack + sizeof slot.stack, CLONE_PARENT_SETTID | SIGCHLD, nullptr, recorded);
        ::pause();
    }
    CHECK(WTERMSIG(wait_status(scanner)) == SIGKILL);
    CHECK(*recorded > 0);
    CHECK(*recorded != scanner);
    if (*recorded > 0) ::kill(*recorded, SIGKILL);
    ::munmap(*at, 4096);
}

TEST_CASE(
    "decision 3, spawning: a child that blocks before exec delays neither its parent nor the next child") {
    char directory[] = "/tmp/hob-proof-XXXXXX";
    REQUIRE(::mkdtemp(directory) != nullptr);
    const std::string fifo = std::string{directory} + "/fifo";
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    auto pipe = sys::pipe();
    REQUIRE(pipe);
    static Slot stuck, next;
    stuck.fifo = fifo.c_str();
    next.report = pipe->write.get();
    constexpr int flags = CLONE_VM | CLONE_FILES | SIGCHLD;  // and no CLONE_VFORK
    const pid_t one = ::clone(open_fifo, stuck.stack + sizeof stuck.stack, flags, &stuck);
    const pid_t two = ::clone(report, next.stack + sizeof next.stack, flags, &next);
    REQUIRE((one > 0 && two > 0));
    CHECK(readable(pipe->read.get(), 5000));
    CHECK(wait_status(two) == 0);
    CHECK(::waitpid(one, nullptr, WNOHANG) == 0);  // still stuck
    ::kill(one, SIGKILL);
    CHECK(WTERMSIG(wait_status(one)) == SIGKILL);
    ::unlink(fifo.c_str());
    ::rmdir(directory);
}

TEST_CASE("decision 4, plan: a sealed memfd with a plan is mapped by its receiver and outlives its sender") {
    PlanBuilder builder;
    builder.begin(Program::main);
    builder.step(StepOp::exec, {}, {"/bin/true"});
    const auto blob = builder.finish();
    auto pair = sys::seqpacket_pair();
    REQUIRE(pair);
    const pid_t engine = ::fork();
    if (engine == 0) {
        auto file = sys::memfd("plan");
        (void)sys::write_all(file->get(), {blob.data(), blob.size()});
        ::fcntl(file->get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
        const std::array fds{file->get()};
        (void)send_message(pair->one.get(), PlanSource{.key = 2}, fds);
        ::_exit(0);
    }
    CHECK(wait_status(engine) == 0);
    Packet packet;
    REQUIRE(receive_packet(pair->two.get(), packet));
    const Fd file = packet.take_fd();
    const auto st = sys::stat_fd(file.get());
    REQUIRE((st && static_cast<std::size_t>(st->st_size) == blob.size()));
    CHECK((::fcntl(file.get(), F_GET_SEALS) & F_SEAL_WRITE) != 0);
    auto at = sys::map(file.get(), blob.size(), PROT_READ);
    REQUIRE(at);
    CHECK(PlanView::check({static_cast<const char*>(*at), blob.size()}));
    ::munmap(*at, blob.size());
}

TEST_CASE("decision 6, run time: allocated growth keeps old mappings valid and a limit refuses it") {
    auto file = sys::memfd("table");
    REQUIRE((file && sys::allocate(file->get(), 4096)));
    auto old = sys::map(file->get(), 4096, PROT_READ | PROT_WRITE);
    REQUIRE(old);
    REQUIRE(sys::allocate(file->get(), 1 << 20));
    auto grown = sys::map(file->get(), 1 << 20, PROT_READ | PROT_WRITE);
    REQUIRE(grown);
    static_cast<char*>(*old)[5] = 'x';
    CHECK(static_cast<char*>(*grown)[5] == 'x');
    ::munmap(*old, 4096);
    ::munmap(*grown, 1 << 20);
    // A limit stands in for a full file system (memfd has none of its own, and takes all memory there is).
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const rlimit small{2 << 20, before.rlim_max};
    auto* const handler = ::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &small);
    const auto refused = sys::allocate(file->get(), 4 << 20);
    ::setrlimit(RLIMIT_FSIZE, &before);
    ::signal(SIGXFSZ, handler);
    CHECK_FALSE(refused);  // an error at growth, never SIGBUS at a write
}
