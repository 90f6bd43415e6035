#include "rc/compile/model/programs.hpp"

#include "base/plan_builder.hpp"

#include <string>

namespace hob::rc::compile {

namespace {

bool found_in_path(const std::string& program, std::string_view path, Root& root) {
    while (!path.empty()) {
        const std::string_view directory = path.substr(0, path.find(':'));
        if (root.has_program(std::string{directory} + "/" + program)) return true;
        path.remove_prefix(std::min(path.size(), directory.size() + 1));
    }
    return false;
}

std::string_view path_of(const Service& service) {
    for (const std::string& variable : service.environment)
        if (variable.starts_with("PATH=")) return std::string_view{variable}.substr(5);
    return default_path;
}

}  // namespace

void check_programs(const Service& service, Root& root, Diagnostics& say) {
    if (!root.given()) return;
    for (const auto& command : service.programs) {
        if (!command) continue;
        const std::string& program = command->script ? command->interpreter : command->argv.front();
        if (program.empty() || program.find(base::instance_mark) != program.npos) continue;
        const bool found = program.find('/') != program.npos ? root.has_program(program)
                                                             : found_in_path(program, path_of(service), root);
        if (found) continue;
        say.warning(command->where,
                    (command->script ? "its interpreter '" : "program '") + program + "' is not in " +
                        root.directory(),
                    "the service will be failed until it is there");
    }
}

}  // namespace hob::rc::compile
