// What the files of the child's side (svc/child*.cpp) share. Tier 0, raw system calls only; see
// svc/child.hpp.
//
// A step answers 0 or a positive errno and leaves reporting to run_child().
#pragma once

#include "svc/child.hpp"
#include "svc/raw.hpp"

#include <cerrno>
#include <cstring>

namespace hob::svc {

inline constexpr std::size_t planned_max = 32;

struct Child {
    const ChildArgs& args;
    int hands[block_size];  // where the handed-over descriptors are now
    std::uint16_t step = context_step;
    std::uint16_t planned_count = 0;
    int planned[planned_max];  // descriptors above 2 that the program shall have
    bool stdio_set[3] = {};    // by a step; the others get their default
    bool groups_set = false;
    std::size_t env_count = 0;
    std::size_t text_used = 0;

    explicit Child(const ChildArgs& a) noexcept : args{a} {
        for (int i = 0; i < block_size; ++i) hands[i] = a.base + i;
    }
    [[nodiscard]] int hand(Hand h) const noexcept { return hands[static_cast<int>(h)]; }
};

// A kernel's answer as an errno, 0 when it is none.
inline int error_of(long answer) noexcept { return answer < 0 ? static_cast<int>(-answer) : 0; }

// Makes `fd` appear as `target`, kept open at exec. Descriptors of ours in the way move.
int place(Child&, int fd, int target) noexcept;

// Steps.
int step_stdio(Child&, const base::Step&) noexcept;
int step_environment(Child&, const base::Step&) noexcept;
int step_limit(const base::Step&) noexcept;
int step_groups(Child&, const base::Step&) noexcept;
int step_user(Child&, const base::Step&) noexcept;
int step_exec(Child&, const base::Step&) noexcept;  // returns only when it failed

int write_oom_score(std::int64_t value) noexcept;
// PATH, HOME, USER, LANG, and NOTIFY_SOCKET where there is one.
int default_environment(Child&) noexcept;
// "KEY=" and `value` joined in the scratch; nullptr when it is full.
const char* join(Child&, const char* key, const char* value) noexcept;

}  // namespace hob::svc
