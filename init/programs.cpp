#include "init/programs.hpp"

#include "init/console.hpp"
#include "init/process.hpp"

#include <unistd.h>

extern "C" char** environ;  // NOLINT(readability-redundant-declaration): not every libc declares it

namespace hob::init {

namespace {

char directory[480];  // plain: a static Text would be made at run time

struct Variable {
    const char* name;       // with its '='
    const char* otherwise;  // the assignment when it is not taken over; nullptr: left out
    bool machine;           // taken over on a machine too
};
constexpr Variable variables[] = {
    {"PATH=", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", false},
    {"HOME=", "HOME=/", false},
    {"TERM=", nullptr, true},
    {"USER=", nullptr, false},
    {"LANG=", nullptr, false},
};

// The whole assignment in our own environment, or nullptr.
const char* inherited(const char* name) noexcept {
    for (char** word = environ; word != nullptr && *word != nullptr; ++word)
        if (behind(*word, name) != nullptr) return *word;
    return nullptr;
}

}  // namespace

void find_programs(const char* own_path) noexcept {
    const ssize_t got = ::readlink("/proc/self/exe", directory, sizeof directory - 1);
    std::size_t size = got > 0 ? static_cast<std::size_t>(got) : 0;
    if (size == 0 && own_path != nullptr)
        for (; size + 1 < sizeof directory && own_path[size] != '\0'; ++size)
            directory[size] = own_path[size];
    while (size > 0 && directory[size - 1] != '/') --size;
    directory[size] = '\0';
}

ProgramPath beside(const char* name) noexcept { return ProgramPath{directory, name}; }

void Environment::make(bool machine, const char* run, const char* up) noexcept {
    for (const Variable& v : variables) {
        const char* const own = !machine || v.machine ? inherited(v.name) : nullptr;
        add(own != nullptr ? own : v.otherwise);
    }
    run_.add("HOB_RUN=").add(run);
    add(run_.c_str());
    if (*up == '\0') {
        if (!machine) add(inherited("HOB_UP="));
    } else {
        up_.add("HOB_UP=").add(up);
        add(up_.c_str());
    }
    const rlimit& files = first_file_limit();
    // RLIM_INFINITY is not decimal: no descriptor table is that large, so the largest number says it.
    files_.add("HOB_NOFILE=").add(files.rlim_cur).add(':').add(files.rlim_max);
    add(files_.c_str());
}

void Environment::add(const char* assignment) noexcept {
    if (assignment != nullptr && size_ + 1 < list_.size()) list_[size_++] = const_cast<char*>(assignment);
}

}  // namespace hob::init
