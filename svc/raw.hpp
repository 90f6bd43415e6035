// System calls without libc: for code that runs between clone and exec and shares the parent's memory.
//
// Invariant: nothing here touches errno (it is the parent's while memory is shared), the heap or any lock. A
// call answers the kernel's word: a negative errno on failure. The two spawn functions start `entry(arg)` on
// a stack of its own in the child and never return there. Conventions: syscall(2), "Architecture calling
// conventions".
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <sys/syscall.h>

namespace hob::svc::raw {

using Entry = void (*)(void*);

// The same number on every architecture since 5.1.
inline constexpr long nr_pidfd_open = 434, nr_clone3 = 435, nr_close_range = 436;

// struct clone_args of clone(2), its first version (64 bytes).
struct CloneArgs {
    std::uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
};
static_assert(sizeof(CloneArgs) == 64);

#if defined(__x86_64__)

inline long call6(long nr, long a, long b, long c, long d, long e, long f) noexcept {
    long result;
    register long r10 asm("r10") = d;
    register long r8 asm("r8") = e;
    register long r9 asm("r9") = f;
    asm volatile("syscall"
                 : "=a"(result)
                 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                 : "rcx", "r11", "memory");
    return result;
}
// The child gets here with the new stack pointer, 16-aligned, and calls `entry` on it.
inline long spawn6(long nr, long a, long b, long c, long d, long e, Entry entry, void* arg) noexcept {
    long result;
    register long r10 asm("r10") = d;
    register long r8 asm("r8") = e;
    register Entry r12 asm("r12") = entry;
    register void* r13 asm("r13") = arg;
    asm volatile(
        "syscall\n\t"
        "test %%rax, %%rax\n\t"
        "jnz 1f\n\t"
        "xor %%ebp, %%ebp\n\t"
        "mov %%r13, %%rdi\n\t"
        "call *%%r12\n\t"
        "hlt\n"
        "1:"
        : "=a"(result)
        : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r12), "r"(r13)
        : "rcx", "r11", "memory");
    return result;
}

#elif defined(__aarch64__)

inline long call6(long nr, long a, long b, long c, long d, long e, long f) noexcept {
    register long x8 asm("x8") = nr;
    register long x0 asm("x0") = a;
    register long x1 asm("x1") = b;
    register long x2 asm("x2") = c;
    register long x3 asm("x3") = d;
    register long x4 asm("x4") = e;
    register long x5 asm("x5") = f;
    asm volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    return x0;
}
inline long spawn6(long nr, long a, long b, long c, long d, long e, Entry entry, void* arg) noexcept {
    register long x8 asm("x8") = nr;
    register long x0 asm("x0") = a;
    register long x1 asm("x1") = b;
    register long x2 asm("x2") = c;
    register long x3 asm("x3") = d;
    register long x4 asm("x4") = e;
    register Entry x9 asm("x9") = entry;
    register void* x10 asm("x10") = arg;
    asm volatile(
        "svc 0\n\t"
        "cbnz x0, 1f\n\t"
        "mov x29, xzr\n\t"
        "mov x0, x10\n\t"
        "blr x9\n\t"
        "brk 1\n"
        "1:"
        : "+r"(x0)
        : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x9), "r"(x10)
        : "x30", "memory");
    return x0;
}

#elif defined(__arm__)

// r7 holds the number and may be the frame pointer (Thumb), so it is saved by hand.
inline long call6(long nr, long a, long b, long c, long d, long e, long f) noexcept {
    register long r0 asm("r0") = a;
    register long r1 asm("r1") = b;
    register long r2 asm("r2") = c;
    register long r3 asm("r3") = d;
    register long r4 asm("r4") = e;
    register long r5 asm("r5") = f;
    asm volatile(
        "mov r12, r7\n\t"
        "mov r7, %[nr]\n\t"
        "svc 0\n\t"
        "mov r7, r12"
        : "+r"(r0)
        : [nr] "r"(nr), "r"(r1), "r"(r2), "r"(r3), "r"(r4), "r"(r5)
        : "r12", "memory");
    return r0;
}
inline long spawn6(long nr, long a, long b, long c, long d, long e, Entry entry, void* arg) noexcept {
    register long r0 asm("r0") = a;
    register long r1 asm("r1") = b;
    register long r2 asm("r2") = c;
    register long r3 asm("r3") = d;
    register long r4 asm("r4") = e;
    register Entry r5 asm("r5") = entry;
    register void* r6 asm("r6") = arg;
    asm volatile(
        "mov r12, r7\n\t"
        "mov r7, %[nr]\n\t"
        "svc 0\n\t"
        "mov r7, r12\n\t"
        "cmp r0, #0\n\t"
        "bne 1f\n\t"
        "mov r0, r6\n\t"
        "blx r5\n\t"
        "udf #0\n"
        "1:"
        : "+r"(r0)
        : [nr] "r"(nr), "r"(r1), "r"(r2), "r"(r3), "r"(r4), "r"(r5), "r"(r6)
        : "r12", "lr", "cc", "memory");
    return r0;
}

#else
#error "svc/raw.hpp knows x86_64, aarch64 and arm"
#endif

template <class T>
long word(T value) noexcept {
    if constexpr (std::is_pointer_v<T>)
        return reinterpret_cast<long>(value);
    else if constexpr (std::is_null_pointer_v<T>)
        return 0;
    else
        return static_cast<long>(value);
}

template <class... Args>
long call(long nr, Args... args) noexcept {
    static_assert(sizeof...(Args) <= 6);
    const long words[7] = {word(args)..., 0};
    return call6(nr, words[0], words[1], words[2], words[3], words[4], words[5]);
}

// clone3(2): the child's pid, or a negative errno. Top of the stack 16-aligned.
inline long clone3(const CloneArgs& args, Entry entry, void* arg) noexcept {
    return spawn6(nr_clone3, word(&args), sizeof args, 0, 0, 0, entry, arg);
}

// clone(2) with the thread-local storage argument left out, which is where architectures differ.
inline long clone(unsigned long flags, void* stack_top, std::int32_t* parent_tid, Entry entry,
                  void* arg) noexcept {
    return spawn6(SYS_clone, word(flags), word(stack_top), word(parent_tid), 0, 0, entry, arg);
}

}  // namespace hob::svc::raw
