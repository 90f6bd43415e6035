// hob status: what every service is doing, out of the table alone.
#include "base/tree.hpp"
#include "tools/hob/commands.hpp"
#include "tools/hob/json.hpp"
#include "tools/hob/service_text.hpp"
#include "tools/hob/tree.hpp"

#include <unistd.h>

namespace hob::tools {

namespace {

enum : std::size_t { opt_json = opt_run + 1, opt_all };
constexpr base::Option options[] = {run_option, json_option, {"all", 'a', nullptr, "hob's own services too"}};

void print_json(const Tree& tree, const std::vector<Service>& services) {
    Json json;
    json.begin_object().begin_array("services");
    for (const Service& s : services) add_service(json, tree, s);
    json.end_array().end_object().text() += "\n";
    base::print(json.text());
}

void print_table(const Tree& tree, const std::vector<Service>& services) {
    Screen screen{STDOUT_FILENO};
    Columns columns;
    columns.row({{"NAME", Colour::faint},
                 {"STATE", Colour::faint},
                 {"PID", Colour::faint, true},
                 {"SINCE", Colour::faint},
                 {"REASON", Colour::faint}});
    const base::Stamp now = base::boot_now();
    for (const Service& s : services) columns.row(service_row(tree, s, now));
    columns.print(screen);
}

// The services that were named; false when one is not known.
bool pick(Tree& tree, const base::Parsed& parsed, const char* program, std::vector<Service>& picked) {
    bool all_known = true;
    for (const char* const name : parsed.operands) {
        auto s = tree.find(name);
        if (s) {
            picked.push_back(*std::move(s));
            continue;
        }
        all_known = false;
        complain_unknown(program, tree, name);
    }
    return all_known;
}

}  // namespace

constexpr base::Command status_command{
    .program = "hob status",
    .operands = "[NAME…]",
    .summary = "Show what services do, since when, and why not. With names: everything about them.",
    .options = options,
    .details =
        "Reads the live tree's table: nothing needs to be running. Exit code 1 when a named service is "
        "neither up nor\n"
        "done, or is not known."};

int do_status(const base::Command& line, const base::Parsed& parsed) {
    int code = base::exit_done;
    auto tree = open_tree(line.program, parsed.values[opt_run], &code);
    if (!tree) return code;
    if (tree->is_over())
        base::complain(line.program, "the tree at " + tree->run() + " has ended; this is what it was");
    std::vector<Service> services;
    if (parsed.operands.empty())
        services = tree->services(parsed.has(opt_all));
    else if (!pick(*tree, parsed, line.program, services))
        code = base::exit_failed;
    if (parsed.has(opt_json))
        print_json(*tree, services);
    else if (parsed.operands.empty())
        print_table(*tree, services);
    for (const Service& s : services) {
        if (parsed.operands.empty()) break;
        if (!parsed.has(opt_json)) print_details(*tree, s);
        if (!s.sound || !base::is_ready(s.status.state)) code = base::exit_failed;
    }
    return code;
}

}  // namespace hob::tools
