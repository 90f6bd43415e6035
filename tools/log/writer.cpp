#include "tools/log/writer.hpp"

#include "base/text.hpp"
#include "tools/log/lines.hpp"
#include "tools/log/stamp.hpp"

#include <cstring>
#include <new>

namespace hob::log {

namespace {
constexpr std::string_view cut_off = "hob-log was ended in the middle of the line above";
}

bool Writer::prepare(base::Wall now) noexcept {
    if (file_.is_open() || ring_ != nullptr) return false;
    if (auto opened = file_.open(); !opened) {
        error_ = opened.error(), told_ = false;
        keep({});
        return false;
    }
    if (!file_.inside_line()) return false;
    add("\n");
    note(now, cut_off);
    return true;
}

base::Wall Writer::begin(char mark, base::Wall now, std::size_t size) noexcept {
    if (ring_ == nullptr && file_.is_full(buffer_.size, stamp_size + 2 + size)) {
        flush();
        if (ring_ == nullptr && file_.is_full(0, stamp_size + 2 + size)) {
            if (auto rotated = file_.rotate(now); !rotated) error_ = rotated.error(), told_ = false;
        }
    }
    // Unique within a log, so that a reader can tell which lines it has seen. A clock that was set back goes
    // back.
    if (now <= last_ && last_.ns - now.ns < base::seconds(1).count) now.ns = last_.ns + 1;
    last_ = now;
    char head[stamp_size + 1];
    write_stamp(head, now);
    head[stamp_size] = mark;
    add({head, sizeof head});
    return now;
}

void Writer::text(std::string_view text) noexcept { add(text); }

void Writer::add(std::string_view bytes) noexcept {
    if (bytes.size() > WriteBuffer::capacity - buffer_.size) flush();
    if (bytes.empty()) return;  // memcpy from nowhere is undefined, however little
    std::memcpy(buffer_.data + buffer_.size, bytes.data(), bytes.size());
    buffer_.size += bytes.size();
}

void Writer::note(base::Wall now, std::string_view text) noexcept {
    begin(mark_note, now, text.size());
    add(text);
    end();
}

void Writer::flush() noexcept {
    std::string_view bytes{buffer_.data, buffer_.size};
    buffer_.size = 0;
    if (bytes.empty()) return;
    if (ring_ == nullptr && !file_.is_open()) {  // a rotation could not begin a new file
        if (auto opened = file_.open(); !opened) {
            error_ = opened.error(), told_ = false;
            return keep(bytes);
        }
    }
    if (ring_ == nullptr) {
        base::Error error{};
        bytes.remove_prefix(file_.append(bytes, &error));
        if (bytes.empty()) return;
        error_ = error, told_ = false;
    }
    keep(bytes);
}

void Writer::keep(std::string_view bytes) noexcept {
    if (ring_ == nullptr) ring_.reset(new (std::nothrow) Ring);
    if (ring_ != nullptr) ring_->push(bytes);
}

// Ends a line that will not go on, and says why, in one write.
bool Writer::explain(base::Wall now, std::string_view text) noexcept {
    char stamp[stamp_size];
    write_stamp(stamp, now);
    const base::Text<256> said{file_.inside_line() ? "\n" : "", std::string_view{stamp, stamp_size},
                               mark_note, text, "\n"};
    base::Error error{};
    return file_.append(said.view(), &error) == said.size();
}

bool Writer::retry(base::Wall now) noexcept {
    if (ring_ == nullptr) return true;
    const bool fresh = !file_.is_open();
    if (!file_.open()) return false;
    if (fresh && file_.inside_line() && !explain(now, cut_off)) return false;
    if (ring_->dropped() != 0) {
        const base::Text<160> text{"hob-log dropped ", ring_->dropped(),
                                   " lines here: ", std::strerror(error_.code)};
        if (!explain(now, text.view())) return false;
        ring_->forget_dropped();
    }
    while (!ring_->empty()) {
        base::Error error{};
        const std::size_t done = file_.append(ring_->front(), &error);
        ring_->consume(done);
        if (done == 0) return false;
    }
    ring_.reset();
    error_ = {0, "write log"}, told_ = false;
    return true;
}

const base::Error* Writer::complaint() noexcept {
    if (told_) return nullptr;
    told_ = true;
    return &error_;
}

}  // namespace hob::log
