// The file system objects of a service in f1: a directory, its FIFOs, a cgroup.
#pragma once

#include "tests/bench/bare/work.hpp"

#include <cstddef>

namespace hob::bench {

// Makes what the work asks for; the cgroup's descriptor, or -1 without cgroups. The caller closes it.
int make_objects(const Work& work, std::size_t index) noexcept;
void remove_cgroup(const Work& work, std::size_t index) noexcept;

}  // namespace hob::bench
