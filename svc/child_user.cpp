// Whether a user still is what the compiler was told: a streaming look into /etc/passwd.
//
// Raw reads of 2 KiB, a state per byte: no line is too long, nothing is kept. A uid is decimal digits only;
// anything else in that field is another uid (faults: `0day`, `0x1`).
#include "svc/child_parts.hpp"

#include <fcntl.h>

namespace hob::svc {

namespace {

struct Scan {
    enum class Field : std::uint8_t { name, password, uid, rest };
    const char* name;
    std::uint32_t uid;
    int verdict = ENODATA;
    const char* at = nullptr;  // what of the name is still to match
    Field field = Field::name;
    bool match = true;
    bool digits = false;
    bool bad = false;
    std::uint64_t number = 0;

    void begin_line() noexcept {
        field = Field::name, at = name, match = true;
        digits = bad = false, number = 0;
    }
    bool end_uid() noexcept {
        verdict = digits && !bad && number == uid ? 0 : EUCLEAN;
        return true;
    }
    void name_byte(char c) noexcept {
        if (c == ':') {
            match = match && *at == '\0';
            field = Field::password;
            return;
        }
        match = match && *at == c;
        if (match) ++at;
    }
    void uid_byte(char c) noexcept {
        digits = true;
        bad = bad || c < '0' || c > '9' || number > UINT32_MAX;
        if (!bad) number = number * 10 + static_cast<std::uint64_t>(c - '0');
    }
    // True when the name has been found and judged.
    bool feed(char c) noexcept {
        if (c == '\n') {
            if (field == Field::uid) return end_uid();
            begin_line();
            return false;
        }
        switch (field) {
            case Field::name: name_byte(c); break;
            case Field::password:
                if (c == ':') field = match ? Field::uid : Field::rest;
                break;
            case Field::uid:
                if (c == ':') return end_uid();
                uid_byte(c);
                break;
            case Field::rest: break;
        }
        return false;
    }
};

}  // namespace

int check_user(const char* path, const char* name, std::uint32_t uid) noexcept {
    const long fd = raw::call(SYS_openat, AT_FDCWD, path, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return error_of(fd);
    Scan scan{.name = name, .uid = uid};
    scan.begin_line();
    char buffer[2048] = {};
    for (bool found = false; !found;) {
        const long got = raw::call(SYS_read, fd, buffer, sizeof buffer);
        if (got == -EINTR) continue;
        if (got < 0) scan.verdict = error_of(got);
        if (got == 0 && scan.field == Scan::Field::uid) scan.end_uid();  // no newline at the end
        if (got <= 0) break;
        for (long i = 0; i < got && !found; ++i) found = scan.feed(buffer[i]);
    }
    (void)raw::call(SYS_close, fd);
    return scan.verdict;
}

}  // namespace hob::svc
