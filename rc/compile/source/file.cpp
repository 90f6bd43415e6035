#include "rc/compile/source/file.hpp"

#include "base/sys.hpp"
#include "rc/compile/source/utf8.hpp"

#include <cstring>
#include <string_view>

#include <fcntl.h>

namespace hob::rc::compile {

namespace {

const char* kind_of(mode_t mode) {
    switch (mode & S_IFMT) {
        case S_IFDIR: return "a directory";
        case S_IFIFO: return "a FIFO";
        case S_IFSOCK: return "a socket";
        case S_IFLNK: return "a symbolic link";
        case S_IFCHR:
        case S_IFBLK: return "a device";
        default: return "no regular file";
    }
}

// Line and column of the byte at `at`.
Location place(std::string_view text, std::size_t at, std::uint32_t file) {
    Location where{file, 1, 1};
    std::size_t start = 0;
    for (auto end = text.find('\n'); end != text.npos && end < at; end = text.find('\n', start)) {
        ++where.line;
        start = end + 1;
    }
    for (; start < at; ++where.column) start += utf8_offset(text.substr(start, at - start), 1);
    return where;
}

bool sound_text(std::string_view text, std::uint32_t file, Diagnostics& say) {
    for (std::size_t start = 0; start < text.size();) {
        const std::size_t end = std::min(text.find('\n', start), text.size());
        if (end - start > line_size_max) {
            Location where = place(text, start, file);
            say.error(where, "line of " + std::to_string(end - start) + " bytes",
                      "a line has at most " + std::to_string(line_size_max) + " bytes");
            return false;
        }
        start = end + 1;
    }
    if (const std::size_t bad = utf8_fault(text); bad != text.npos) {
        say.error(place(text, bad, file), "not UTF-8", "save the file as UTF-8");
        return false;
    }
    if (const std::size_t nul = text.find('\0'); nul != text.npos) {
        say.error(place(text, nul, file), "NUL byte in a definition");
        return false;
    }
    return true;
}

// Everything up to one byte above the limit.
bool read_all(int fd, std::string& bytes, std::size_t expected, std::size_t limit, Location where,
              Diagnostics& say) {
    bytes.resize(std::min(expected, limit) + 1);
    std::size_t size = 0;
    for (;;) {
        const auto got = base::sys::read(fd, bytes.data() + size, bytes.size() - size);
        if (!got) {
            say.error(where, describe_errno("cannot be read", got.error().code));
            return false;
        }
        size += *got;
        if (*got == 0 || size > limit) break;
        if (size == bytes.size()) bytes.resize(std::min(size * 2, limit + 1));
    }
    bytes.resize(size);
    return true;
}

}  // namespace

std::string describe_errno(const char* what, int code) {
    return std::string{what} + ": " + std::strerror(code);
}

std::optional<File> read_file(int dir, const char* name, Content content, Sources& sources,
                              std::uint32_t file, Diagnostics& say, bool* missing) {
    const Location where{file, 0, 0};
    // O_NONBLOCK: opening a FIFO must not wait for its writer.
    auto fd = base::sys::open_at(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    *missing = !fd && fd.error().code == ENOENT;
    if (*missing) return std::nullopt;
    if (!fd) {
        const bool link = fd.error().code == ELOOP;
        const bool socket = fd.error().code == ENXIO;
        say.error(
            where,
            link     ? "is a symbolic link, not a regular file"
            : socket ? "is a socket, not a regular file"
                     : describe_errno("cannot be opened", fd.error().code),
            link ? "put the file itself here, or a directory of the same name into a later repository" : "");
        return std::nullopt;
    }
    const auto st = base::sys::stat_fd(fd->get());
    if (!st || !S_ISREG(st->st_mode)) {
        say.error(where, st ? std::string{"is "} + kind_of(st->st_mode) + ", not a regular file"
                            : describe_errno("cannot be examined", st.error().code));
        return std::nullopt;
    }
    File out{.bytes = {}, .mode = st->st_mode};
    const std::size_t limit = content == Content::text ? text_size_max : script_size_max;
    if (!read_all(fd->get(), out.bytes, static_cast<std::size_t>(st->st_size), limit, where, say))
        return std::nullopt;
    if (content == Content::text) {
        sources.set_text(file, out.bytes);
        if (!sound_text(out.bytes, file, say)) return std::nullopt;
    }
    if (out.bytes.size() > limit) {
        say.error(where, "is larger than " + std::to_string(limit) + " bytes");
        return std::nullopt;
    }
    return out;
}

}  // namespace hob::rc::compile
