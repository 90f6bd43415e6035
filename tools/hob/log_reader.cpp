#include "tools/hob/log_reader.hpp"

#include "base/sys.hpp"
#include "tools/log/files.hpp"
#include "tools/log/lines.hpp"
#include "tools/log/stamp.hpp"

#include <algorithm>

#include <fcntl.h>
#include <unistd.h>

namespace hob::tools {

namespace sys = base::sys;

namespace {

constexpr std::size_t block = 8 * 1024;
constexpr std::size_t line_limit = 2 * log::line_max;  // what is longer is damage, and cut

struct Listing {
    std::vector<std::string> names;
    static void visit(void* self, const char* name) noexcept {
        if (log::is_rotated(name)) static_cast<Listing*>(self)->names.emplace_back(name);
    }
};

bool same_file(const struct stat& a, const struct stat& b) noexcept {
    return a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

// Where the last `count` lines of [begin, end) begin; `count` becomes how many there are.
std::uint64_t find_last(int fd, std::uint64_t end, std::uint64_t& count) {
    std::uint64_t at = end, lines = 0;
    char data[block];
    while (at != 0) {
        const std::uint64_t size = std::min<std::uint64_t>(block, at);
        const ssize_t got = ::pread(fd, data, size, static_cast<off_t>(at - size));
        if (got != static_cast<ssize_t>(size)) break;
        if (at == end && data[size - 1] != '\n') ++lines;  // a line without its end is one too
        for (std::uint64_t i = size; i-- != 0;) {
            if (data[i] != '\n') continue;
            if (lines == count) return at - size + i + 1;
            ++lines;
        }
        at -= size;
    }
    count = std::min(lines, count);
    return 0;
}

}  // namespace

base::Result<LogReader> LogReader::open(std::string_view root, std::string_view name) {
    LogReader reader;
    reader.name_ = name;
    // `current` first: a rotation after this gives it another name, but not another descriptor.
    auto current =
        sys::open_at(AT_FDCWD, log::log_path(root, name, log::current_name).c_str(), O_RDONLY | O_NONBLOCK);
    if (!current && current.error().code != ENOENT) return std::unexpected{current.error()};
    auto dir = sys::open_dir_at(AT_FDCWD, log::LogPath{root, "/", name}.c_str());
    if (!dir && dir.error().code == ENOENT) return reader;
    if (!dir) return std::unexpected{dir.error()};
    Listing listing;
    if (auto listed = log::each_entry(dir->get(), &listing, &Listing::visit); !listed)
        return std::unexpected{listed.error()};
    std::ranges::sort(listing.names);
    struct stat mine{};
    if (current) {
        if (auto st = sys::stat_fd(current->get()); st && S_ISREG(st->st_mode)) mine = *st;
    }
    for (const auto& rotated : listing.names) {
        const auto st = sys::stat_at(dir->get(), rotated.c_str(), 0);
        if (st && current && same_file(*st, mine))
            break;  // it was `current`; what follows is newer than this snapshot
        reader.files_.push_back({.path = log::log_path(root, name, rotated).c_str(), .fd = {}});
    }
    if (current)
        reader.files_.push_back({.path = {},
                                 .fd = *std::move(current),
                                 .begin = 0,
                                 .end = static_cast<std::uint64_t>(mine.st_size)});
    return reader;
}

bool LogReader::open_file(File& file) const {
    if (file.fd) return true;
    auto fd = sys::open_at(AT_FDCWD, file.path.c_str(), O_RDONLY | O_NONBLOCK);
    if (!fd) return false;
    const auto st = sys::stat_fd(fd->get());
    if (!st || !S_ISREG(st->st_mode)) return false;
    file.end = static_cast<std::uint64_t>(st->st_size);
    file.fd = *std::move(fd);
    return true;
}

std::uint64_t LogReader::keep_last(std::uint64_t count) {
    std::uint64_t left = count;
    std::size_t i = files_.size();
    while (i != 0 && left != 0) {
        File& file = files_[--i];
        if (!open_file(file)) continue;
        std::uint64_t here = left;
        file.begin = find_last(file.fd.get(), file.end, here);
        left -= here;
    }
    if (left == 0) at_file_ = i;
    if (count == 0) at_file_ = files_.size();
    return count - left;
}

LogReader::Fill LogReader::fill() {
    buffer_.erase(0, taken_);
    taken_ = 0;
    if (at_file_ == files_.size()) return Fill::end;
    File& file = files_[at_file_];
    if (!begun_) {
        begun_ = open_file(file);
        offset_ = file.begin;
    }
    const std::uint64_t left = begun_ && file.end > offset_ ? file.end - offset_ : 0;
    const std::size_t old = buffer_.size(), size = std::min<std::uint64_t>(left, block);
    buffer_.resize(old + size);
    const ssize_t got =
        size != 0 ? ::pread(file.fd.get(), buffer_.data() + old, size, static_cast<off_t>(offset_)) : 0;
    buffer_.resize(old + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got > 0) {
        offset_ += static_cast<std::uint64_t>(got);
        return Fill::more;
    }
    file.fd.reset();
    begun_ = false;
    ++at_file_;
    return Fill::file_end;
}

bool LogReader::next(LogLine& line) {
    std::size_t size = 0;
    bool ended = false;
    for (;;) {
        const std::string_view there = std::string_view{buffer_}.substr(taken_);
        const std::size_t newline = there.find('\n');
        ended = newline != there.npos;
        size = ended ? newline : std::min(there.size(), line_limit);
        if (ended || size == line_limit) break;
        const Fill filled = fill();
        if (filled == Fill::end) return false;
        if (filled == Fill::file_end && size != 0) break;  // its last line has no end
    }
    const std::string_view text = std::string_view{buffer_}.substr(taken_, size);
    taken_ += size + (ended ? 1 : 0);
    line = {.when = last_, .mark = log::mark_line, .text = text, .whole = ended};
    const auto when = log::read_stamp(text);
    if (!when || text.size() <= log::stamp_size) return true;
    line.when = last_ = *when;
    line.mark = text[log::stamp_size];
    line.text = text.substr(log::stamp_size + 1);
    return true;
}

}  // namespace hob::tools
