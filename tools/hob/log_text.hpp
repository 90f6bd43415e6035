// A log line as people read it: "2026-11-20T12:06:35.123Z NAME: text".
#pragma once

#include "tools/hob/log_reader.hpp"
#include "tools/hob/screen.hpp"

#include <string_view>

namespace hob::tools {

// Without `name` when it is empty. The rest of a cut line and the logger's notes show their mark.
void add_log_line(Screen& screen, const LogLine& line, std::string_view name);
// {"time":"…","service":NAME,"text":…} and a newline; a rest has "rest":true, a note "note":true.
void add_log_json(Screen& screen, const LogLine& line, std::string_view name);

}  // namespace hob::tools
