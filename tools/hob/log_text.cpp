#include "tools/hob/log_text.hpp"

#include "tools/hob/json.hpp"
#include "tools/log/lines.hpp"
#include "tools/log/stamp.hpp"

namespace hob::tools {

void add_log_line(Screen& screen, const LogLine& line, std::string_view name) {
    char stamp[log::stamp_size];
    log::write_stamp(stamp, line.when);
    constexpr std::size_t to_milliseconds = 23;
    screen.add(Colour::faint, std::string{stamp, to_milliseconds} + "Z").add(" ");
    if (!name.empty()) screen.add(Colour::strong, name).add(": ");
    if (line.mark != log::mark_line) screen.add(Colour::warning, std::string{line.mark, ' '});
    screen.add_foreign(line.text).add("\n");
}

void add_log_json(Screen& screen, const LogLine& line, std::string_view name) {
    char stamp[log::stamp_size];
    log::write_stamp(stamp, line.when);
    Json json;
    json.begin_object().field("time", std::string_view{stamp, sizeof stamp}).field("service", name);
    if (line.mark == log::mark_rest) json.field("rest", true);
    if (line.mark == log::mark_note) json.field("note", true);
    json.field("text", line.text).end_object();
    screen.add(json.text()).add("\n");
}

}  // namespace hob::tools
