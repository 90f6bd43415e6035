// The child's side of a launch: everything between clone and exec.
//
// run_child() performs the default context (DESIGN §4), the steps of one program of a plan, and exec. It may
// share memory and, until its first call, descriptors with the scanner: so raw system calls only, no errno,
// no heap, no lock, and every byte it writes lies on its own stack or in its own scratch. The first step that
// fails is reported through the report pipe and nothing is executed. It deliberately does not know why it
// runs, and never returns.
//
// Descriptors are handed over in a block of low numbers that belongs to the launch slot. The pipe first tells
// the parent that the block is free again (the child has a table of its own), then how it ended; end of file
// with nothing else said means executed.
#pragma once

#include "base/plan.hpp"

#include <cstddef>
#include <cstdint>

namespace hob::svc {

// Where a slot's descriptors lie in its block.
enum class Hand : int { null, out, err, report, store, ready, in, spare, count };
inline constexpr int block_size = static_cast<int>(Hand::count);
inline constexpr int first_block = 10;
inline constexpr int launch_slots = 16;
inline constexpr int blocks_end = first_block + launch_slots * block_size;

// What the child writes to the report pipe: `unshared_mark` once, and a LaunchReport if a step fails.
inline constexpr char unshared_mark = 'u';
inline constexpr std::uint16_t context_step = 0xffff;
struct LaunchReport {
    std::uint16_t program = 0;
    std::uint16_t step = context_step;  // index in the program; context_step: the default context
    std::int32_t error = 0;
};
static_assert(sizeof(LaunchReport) == 8);

inline constexpr std::size_t scratch_env_max = 4096;
inline constexpr std::size_t scratch_argv_max = 8192;
inline constexpr std::size_t scratch_text = 16 * 1024;

// Memory of one launch. Only pages that are touched exist.
struct Scratch {
    char text[scratch_text];
    const char* argv[scratch_argv_max + 4];
    const char* env[scratch_env_max + 1];
};

// PATH, HOME, USER, LANG as KEY=value, in this order.
inline constexpr std::size_t default_words = 4;
enum class DefaultWord : std::size_t { path, home, user, lang };
inline constexpr const char default_path[] =
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

// Everything a child is told. Complete before the clone, constant until the child has executed.
struct ChildArgs {
    const char* begin = nullptr;  // first step
    const char* end = nullptr;
    Scratch* scratch = nullptr;
    const char* defaults[default_words] = {};
    const char* notify = nullptr;  // NOTIFY_SOCKET=path
    const char* appended[3] = {};  // to argv (finish: code, signal, name)
    const void* put = nullptr;     // the packet that stores the child's own pidfd; null: no store
    std::uint64_t nofile[2] = {};  // soft, hard; 0, 0: leave it
    std::uint32_t put_size = 0;
    int base = 0;            // first descriptor of the slot's block
    int ready_fd = -1;       // where the readiness pipe goes
    bool own_files = false;  // the descriptor table is a copy already
    bool has_out = false;    // Hand::out is set; else inherited
    bool has_err = false;
    bool has_in = false;     // Hand::in is set; else null
    bool reset_oom = false;  // only with memory of its own
    base::Program program = base::Program::main;
};

[[noreturn]] void run_child(const ChildArgs& args) noexcept;

// ENODATA: `name` is not in the passwd file at `path`. EUCLEAN: it has another uid. 0: it is so. Reads in
// pieces, whatever the length of lines.
int check_user(const char* path, const char* name, std::uint32_t uid) noexcept;

}  // namespace hob::svc
