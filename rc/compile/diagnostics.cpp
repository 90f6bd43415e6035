#include "rc/compile/diagnostics.hpp"

#include "rc/compile/source/utf8.hpp"

#include <algorithm>
#include <numeric>

namespace hob::rc::compile {

namespace {

constexpr std::size_t excerpt_width = 100;

// The characters of `line` from `first` on, at most `count`; columns count characters, not bytes.
std::string_view characters(std::string_view line, std::size_t first, std::size_t count) {
    const std::size_t begin = utf8_offset(line, first);
    const std::string_view rest = line.substr(begin);
    return rest.substr(0, utf8_offset(rest, count));
}

// The line with a caret under the column; long lines are cut around it.
std::string excerpt(std::string_view line, const Location& where) {
    if (line.empty()) return {};
    const std::size_t column = where.column == 0 ? 0 : where.column - 1;
    const std::size_t first = column > excerpt_width * 3 / 4 ? column - excerpt_width / 2 : 0;
    const std::string number = std::to_string(where.line);
    std::string out = " " + number + " | ";
    out += printable(characters(line, first, excerpt_width));
    out += "\n " + std::string(number.size(), ' ') + " | ";
    for (const char c : printable(characters(line, first, column - first)))
        if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) out += c == '\t' ? '\t' : ' ';
    return out + "^\n";
}

std::string show(const Sources& sources, const Message& m) {
    std::string out = sources.describe(m.where);
    out += m.severity == Severity::error ? ": error: " : ": warning: ";
    out += printable(m.text) + "\n" + excerpt(sources.line(m.where), m.where);
    for (const Note& note : m.notes)
        out += "  " + sources.describe(note.where) + ": " + printable(note.text) + "\n";
    if (!m.hint.empty()) out += "  hint: " + printable(m.hint) + "\n";
    return out;
}

}  // namespace

std::uint32_t Sources::add(std::string path) {
    files_.push_back({std::move(path), {}});
    return static_cast<std::uint32_t>(files_.size() - 1);
}

std::string_view Sources::line(const Location& where) const {
    std::string_view text = files_[where.file].text;
    if (where.line == 0) return {};
    for (std::uint32_t n = 1; n < where.line; ++n) {
        const auto end = text.find('\n');
        if (end == text.npos) return {};
        text.remove_prefix(end + 1);
    }
    text = text.substr(0, text.find('\n'));
    if (text.ends_with('\r')) text.remove_suffix(1);
    return text;
}

std::string Sources::describe(const Location& where) const {
    return printable(path(where.file)) + ":" + std::to_string(std::max(where.line, 1U)) + ":" +
           std::to_string(std::max(where.column, 1U));
}

void Diagnostics::add(Message message) {
    if (message.severity == Severity::error) ++errors_;
    messages_.push_back(std::move(message));
}

std::string Diagnostics::print(const Sources& sources) const {
    std::vector<const Message*> order;
    order.reserve(messages_.size());
    for (const Message& m : messages_) order.push_back(&m);
    std::ranges::sort(order, [&](const Message* a, const Message* b) {
        if (const int by = sources.path(a->where.file).compare(sources.path(b->where.file)); by != 0)
            return by < 0;
        if (a->where.line != b->where.line) return a->where.line < b->where.line;
        if (a->where.column != b->where.column) return a->where.column < b->where.column;
        if (a->text != b->text) return a->text < b->text;
        return a < b;  // pointers into one vector: as they were told
    });
    std::string out;
    for (const Message* m : order) out += show(sources, *m);
    return out;
}

std::string printable(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        const auto first = static_cast<unsigned char>(text.front());
        const bool control = (first < 0x20 && first != '\t') || first == 0x7f ||
                             (first == 0xc2 && length == 2 && static_cast<unsigned char>(text[1]) < 0xa0);
        if (length == 0 || control)
            out += '?';
        else
            out += text.substr(0, length);
        text.remove_prefix(std::max(length, std::size_t{1}));
    }
    return out;
}

}  // namespace hob::rc::compile
