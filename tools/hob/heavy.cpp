#include "tools/hob/heavy.hpp"

#include "base/options.hpp"

#include <cerrno>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

namespace hob::tools {

namespace {
constexpr int exit_not_executable = 126, exit_not_found = 127;
}

std::string find_program(const char* command, const char* program) {
    char self[4096];
    const ssize_t size = ::readlink("/proc/self/exe", self, sizeof self - 1);
    if (size < 0) {
        base::complain(command, "read /proc/self/exe (is /proc mounted?)", errno);
        return {};
    }
    std::string path{self, static_cast<std::size_t>(size)};
    path.erase(path.rfind('/') + 1);
    path += program;
    if (::access(path.c_str(), X_OK) == 0) return path;
    base::complain(command,
                   std::string{program} + " is not installed beside hob (" + path +
                       "): install hob's full package, or do this on the machine that builds the image");
    return {};
}

int execute(const char* command, const std::string& path, std::span<const std::string> arguments) {
    std::vector<char*> argv{const_cast<char*>(path.c_str())};
    for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    ::execv(path.c_str(), argv.data());
    const int code = errno;
    base::complain(command, path, code);
    return code == ENOENT ? exit_not_found : exit_not_executable;
}

int execute_and_wait(const char* command, const std::string& path, std::span<const std::string> arguments) {
    const pid_t pid = ::fork();
    if (pid < 0) {
        base::complain(command, "fork", errno);
        return base::exit_temporary;
    }
    if (pid == 0) ::_exit(execute(command, path, arguments));
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : base::exit_temporary;
}

}  // namespace hob::tools
