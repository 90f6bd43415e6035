// hob timeline: the boot as a chart, out of the table.
#include "tools/hob/chart.hpp"
#include "tools/hob/commands.hpp"
#include "tools/hob/json.hpp"
#include "tools/hob/screen.hpp"
#include "tools/hob/tree.hpp"

#include <unistd.h>

namespace hob::tools {

namespace {

enum : std::size_t { opt_json = opt_run + 1, opt_all };
constexpr base::Option options[] = {
    run_option, json_option, {"all", 'a', nullptr, "what was started later, and hob's own services, too"}};

// Milestones and bundles are not started: their time is when they were reached.
Span span_of(const Service& s) {
    Span span{.name = s.name,
              .started = s.status.started,
              .ready = s.status.ready_since,
              .starts = s.status.starts,
              .state = std::string{base::name_of(base::shown(s.status.state))}};
    if (span.started == 0) span.started = span.ready;
    if (span.ready < span.started) span.ready = 0;  // of an earlier start
    return span;
}

}  // namespace

constexpr base::Command timeline_command{
    .program = "hob timeline",
    .operands = "",
    .summary = "Show the boot as a chart: when each service was started and ready.",
    .options = options,
    .operands_max = 0};

int do_timeline(const base::Command& line, const base::Parsed& parsed) {
    int code = base::exit_done;
    auto tree = open_tree(line.program, parsed.values[opt_run], &code);
    if (!tree) return code;
    std::vector<Span> spans;
    for (const Service& s : tree->services(parsed.has(opt_all))) {
        Span span = span_of(s);
        if (s.sound && span.started != 0) spans.push_back(std::move(span));
    }
    Screen screen{STDOUT_FILENO};
    if (!parsed.has(opt_json)) {
        screen.add(chart(std::move(spans), base::boot_now().ns, screen.width(), parsed.has(opt_all)));
        return code;
    }
    Json json;
    json.begin_object().begin_array("services");
    for (const Span& s : spans)
        json.begin_object()
            .field("name", s.name)
            .field("started", s.started)
            .field("ready_since", s.ready)
            .field("starts", s.starts)
            .field("state", s.state)
            .end_object();
    screen.add(json.end_array().end_object().text()).add("\n");
    return code;
}

}  // namespace hob::tools
