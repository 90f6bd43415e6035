// hob list: the names of all services.
#include "tools/hob/commands.hpp"
#include "tools/hob/json.hpp"
#include "tools/hob/service_text.hpp"
#include "tools/hob/text.hpp"
#include "tools/hob/tree.hpp"

#include <unistd.h>

namespace hob::tools {

namespace {
enum : std::size_t { opt_json = opt_run + 1, opt_long, opt_all };
constexpr base::Option options[] = {run_option,
                                    json_option,
                                    {"long", 'l', nullptr, "with type, state and description"},
                                    {"all", 'a', nullptr, "hob's own services too"}};
}  // namespace

constexpr base::Command list_command{.program = "hob list",
                                     .operands = "",
                                     .summary = "List the names of all services, one a line.",
                                     .options = options,
                                     .operands_max = 0};

int do_list(const base::Command& line, const base::Parsed& parsed) {
    int code = base::exit_done;
    auto tree = open_tree(line.program, parsed.values[opt_run], &code);
    if (!tree) return code;
    Screen screen{STDOUT_FILENO};
    Columns columns;
    Json json;
    json.begin_object().begin_array("services");
    for (const Service& s : tree->services(parsed.has(opt_all))) {
        std::string description;
        add_escaped(description, tree->description(s.name));
        const auto state = base::name_of(base::shown(s.status.state));
        if (parsed.has(opt_json))
            json.begin_object()
                .field("name", s.name)
                .field("type", base::name_of(s.type))
                .field("state", state)
                .field("description", tree->description(s.name))
                .end_object();
        else if (parsed.has(opt_long))
            columns.row({{s.name},
                         {std::string{base::name_of(s.type)}},
                         {std::string{state}, colour_of(s.status.state)},
                         {description}});
        else
            screen.add(s.name).add("\n");
    }
    columns.print(screen);
    if (parsed.has(opt_json)) screen.add(json.end_array().end_object().text()).add("\n");
    return code;
}

}  // namespace hob::tools
