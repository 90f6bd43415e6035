// One service, for people and for programs: a row of `hob status`, all details, a JSON object, an unknown
// name.
#pragma once

#include "base/time.hpp"
#include "tools/hob/json.hpp"
#include "tools/hob/table_text.hpp"
#include "tools/hob/tree.hpp"

#include <string_view>
#include <vector>

namespace hob::tools {

[[nodiscard]] Colour colour_of(base::State state) noexcept;
// NAME STATE PID SINCE REASON.
[[nodiscard]] std::vector<Cell> service_row(const Tree& tree, const Service& service, base::Stamp now);
// A block of lines on standard output, with the end of its log.
void print_details(Tree& tree, const Service& service);
// The object that `hob status --json` has for it; times are ns since boot.
void add_service(Json& json, const Tree& tree, const Service& service);
// True when it is to be up: by a wish of its own, or because others need it.
[[nodiscard]] bool is_wanted(const Service& service) noexcept;
// "PROGRAM: no service is named NAME (did you mean …?)"
void complain_unknown(const char* program, Tree& tree, std::string_view name);
// The last `count` lines of its log, each behind `indent`.
void print_log_end(Screen& screen, std::string_view run, std::string_view name, unsigned count,
                   std::string_view indent);

}  // namespace hob::tools
