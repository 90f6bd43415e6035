#include "init/console.hpp"

#include "base/fd.hpp"

#include <cerrno>

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace hob::init {

namespace {

const char* speaker = "hob-init";
bool kernel_log = false;
bool console_missing = false;

// Those that a user can do something about; strerror() would cost 2 KB for words about all the others.
struct ErrorText {
    int code;
    const char* text;
};
constexpr ErrorText error_texts[] = {
    {EPERM, "not permitted"},        {ENOENT, "no such file or directory"},
    {ENOEXEC, "not an executable"},  {EAGAIN, "not now"},
    {ENOMEM, "out of memory"},       {EACCES, "permission denied"},
    {EMFILE, "too many open files"}, {EROFS, "read-only file system"},
    {ENAMETOOLONG, "name too long"},
};

// A line to a tty or pipe that has room does not block: it is shorter than what "has room" means there.
bool write_if_ready(int fd, std::string_view line) noexcept {
    pollfd ready{fd, POLLOUT, 0};
    if (::poll(&ready, 1, 0) != 1 || (ready.revents & POLLOUT) == 0) return false;
    return ::write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size());
}

}  // namespace

void sane_descriptors() noexcept {
    for (int fd = 0; fd <= 2; ++fd) {
        if (::syscall(SYS_fcntl, fd, F_GETFD) >= 0) continue;
        console_missing = true;
        // The lowest free number is the one wanted: those below are open.
        if (::open("/dev/console", O_RDWR | O_NOCTTY) >= 0 || ::open("/dev/null", O_RDWR) >= 0) continue;
        int ends[2];
        if (::pipe(ends) == 0 && ends[1] > 2) ::close(ends[1]);
    }
}

void take_console() noexcept {
    if (!console_missing) return;
    const base::Fd console{::open("/dev/console", O_RDWR | O_NOCTTY | O_CLOEXEC)};
    if (!console) return;
    for (int fd = 0; fd <= 2; ++fd) ::dup2(console.get(), fd);
    console_missing = false;
}

void speak_as(const char* program, bool to_kernel_log) noexcept {
    speaker = program;
    kernel_log = to_kernel_log;
}

void say(const char* a, const char* b, const char* c, const char* d) noexcept {
    base::Text<320> line{speaker, ": ", a, b, c, d};
    line.add('\n');
    if ((!console_missing && write_if_ready(STDERR_FILENO, line.view())) || !kernel_log) return;
    const base::Fd log{::open("/dev/kmsg", O_WRONLY | O_CLOEXEC | O_NONBLOCK)};
    if (log) (void)!::write(log.get(), line.c_str(), line.size());
}

void say_error(int code, const char* what, const char* detail) noexcept {
    for (const auto& known : error_texts)
        if (known.code == code) return say(what, detail, ": ", known.text);
    say(what, detail, ": error ", Decimal(static_cast<unsigned long>(code)).c_str());
}

const char* behind(const char* word, const char* prefix) noexcept {
    for (; *prefix != '\0'; ++prefix, ++word)
        if (*word != *prefix) return nullptr;
    return word;
}

}  // namespace hob::init
