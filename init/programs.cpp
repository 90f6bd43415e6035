#include "init/programs.hpp"

#include "init/process.hpp"

#include <cstring>

#include <unistd.h>

extern "C" char** environ;  // NOLINT(readability-redundant-declaration): not every libc declares it

namespace hob::init {

namespace {

base::Text<480> directory;

struct Variable {
    std::string_view name;  // with its '='
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
const char* inherited(std::string_view name) noexcept {
    for (char** word = environ; word != nullptr && *word != nullptr; ++word)
        if (std::strncmp(*word, name.data(), name.size()) == 0) return *word;
    return nullptr;
}

}  // namespace

void find_programs(const char* own_path) noexcept {
    char path[480];
    std::string_view own;
    const ssize_t got = ::readlink("/proc/self/exe", path, sizeof path);
    if (got > 0 && got < static_cast<ssize_t>(sizeof path))
        own = {path, static_cast<std::size_t>(got)};
    else if (own_path != nullptr && own_path[0] == '/')
        own = own_path;
    const auto slash = own.rfind('/');
    directory.clear();
    directory.add(slash == own.npos ? std::string_view{"/usr/bin"} : own.substr(0, slash));
}

ProgramPath beside(std::string_view name) noexcept { return ProgramPath{directory.view(), "/", name}; }

void Environment::make(bool machine, std::string_view run, std::string_view up) noexcept {
    for (const Variable& v : variables) {
        const char* const own = !machine || v.machine ? inherited(v.name) : nullptr;
        add(own != nullptr ? own : v.otherwise);
    }
    run_.add("HOB_RUN=").add(run);
    add(run_.c_str());
    if (up.empty()) {
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
