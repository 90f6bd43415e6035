#include "tests/bench/bare/objects.hpp"

#include "base/text.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace hob::bench {

namespace {
base::Text<512> place(const char* parent, std::size_t index, const char* rest = "") noexcept {
    return base::Text<512>{parent, "/s-", index, rest};
}
void make_directory(const char* path) noexcept {
    if (::mkdir(path, 0755) < 0 && errno != EEXIST) give_up("mkdir", errno);
}
}  // namespace

int make_objects(const Work& work, std::size_t index) noexcept {
    if (work.directory != nullptr) {
        make_directory(place(work.directory, index).c_str());
        make_directory(place(work.directory, index, "/supervise").c_str());
        if (work.fifos)
            for (const char* name : {"/supervise/control", "/supervise/ok"})
                if (::mkfifo(place(work.directory, index, name).c_str(), 0600) < 0 && errno != EEXIST)
                    give_up("mkfifo", errno);
    }
    if (work.cgroup == nullptr) return -1;
    const auto path = place(work.cgroup, index);
    make_directory(path.c_str());
    const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) give_up("open cgroup", errno);
    return fd;
}

void remove_cgroup(const Work& work, std::size_t index) noexcept {
    if (work.cgroup != nullptr) ::rmdir(place(work.cgroup, index).c_str());
}

}  // namespace hob::bench
