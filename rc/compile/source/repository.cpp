#include "rc/compile/source/repository.hpp"

#include "base/checksum.hpp"
#include "base/name.hpp"
#include "base/sys.hpp"
#include "rc/compile/source/file.hpp"
#include "rc/compile/source/target_path.hpp"

#include <algorithm>
#include <cstring>
#include <memory>

#include <dirent.h>
#include <fcntl.h>

namespace hob::rc::compile {

namespace {

struct Context {
    Sources& sources;
    Diagnostics& say;
};

// One repository that is open.
struct Layer {
    base::Fd dir;
    std::string shown;                  // as the user named it
    std::optional<std::string> target;  // where it stands on the target; nullopt: outside of --root
};

using Services = std::map<std::string, SourceService, std::less<>>;

std::string interpreter_of(std::string_view bytes) {
    if (!bytes.starts_with("#!")) return {};
    std::string_view line = bytes.substr(2, bytes.find('\n') - 2);
    const auto first = line.find_first_not_of(" \t");
    if (first == line.npos) return {};
    line.remove_prefix(first);
    return std::string{line.substr(0, line.find_first_of(" \t\r"))};
}

void read_script(const Layer& layer, SourceService& service, std::size_t kind, int dir, Context& context) {
    const char* const name = script_names[kind];
    struct stat st{};
    // Most services have no script: one call tells, without a path to be kept.
    if (::fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT) return;
    const auto file = context.sources.add(layer.shown + "/" + service.name + "/" + name);
    const Location where{file, 0, 0};
    const std::size_t errors = context.say.errors();
    bool missing = false;
    const auto read = read_file(dir, name, Content::script, context.sources, file, context.say, &missing);
    if (read && (read->mode & 0111) == 0)
        context.say.error(where, "is not executable", "chmod +x, or remove it if it is not meant to be run");
    if (read && !layer.target)
        context.say.error(where, "is not below --root, so there would be no such script on the target",
                          "put the repository into the root directory where the target will have it");
    service.broken = service.broken || context.say.errors() != errors;
    if (service.broken || !read) return;
    service.scripts[kind] = Script{.path = *layer.target + "/" + service.name + "/" + name,
                                   .where = where,
                                   .checksum = base::checksum(read->bytes.data(), read->bytes.size()),
                                   .interpreter = interpreter_of(read->bytes)};
}

SourceService read_service(const Layer& layer, const std::string& name, Context& context) {
    SourceService out{.name = name, .where = {}, .document = {}, .scripts = {}, .broken = false};
    const auto file = context.sources.add(layer.shown + "/" + name + "/service.toml");
    out.where = {file, 0, 0};
    const auto dir = base::sys::open_at(layer.dir.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (!dir) {
        context.say.error(out.where, describe_errno("its directory cannot be opened", dir.error().code));
        out.broken = true;
        return out;
    }
    const std::size_t errors = context.say.errors();
    bool missing = false;
    if (const auto text = read_file(dir->get(), "service.toml", Content::text, context.sources, file,
                                    context.say, &missing))
        out.document = parse_document(text->bytes, file, context.say);
    out.broken = context.say.errors() != errors;
    for (std::size_t kind = 0; kind < script_names.size(); ++kind)
        read_script(layer, out, kind, dir->get(), context);
    const bool runs = out.scripts[0] || out.scripts[1];
    if (missing && !runs && !out.broken)
        context.say.error(out.where,
                          "there is no such file, and neither an executable 'run' nor 'up' beside it",
                          "a directory whose name begins with '.' is passed over");
    out.broken = context.say.errors() != errors;
    return out;
}

void read_roles(const Layer& layer, SourceTree& tree, Context& context) {
    const auto file = context.sources.add(layer.shown + "/users.toml");
    bool missing = false;
    const auto text =
        read_file(layer.dir.get(), "users.toml", Content::text, context.sources, file, context.say, &missing);
    if (!text) return;
    const auto items = parse_document(text->bytes, file, context.say);
    if (!items) return;
    for (const Item& item : *items) {
        if (const auto* user = item.value.as<std::string>())
            tree.roles.insert_or_assign(item.key, Role{*user, item.value.where});
        else
            context.say.error(item.value.where,
                              "a role is a user's name, not " + std::string{item.value.kind()},
                              "write: " + item.key + " = \"name\"");
    }
}

// What the entry of a repository is: true for the directory of a service.
bool is_service(const Layer& layer, const dirent& entry, Context& context) {
    const std::string_view name = entry.d_name;
    if (name.starts_with('.') || name == "users.toml" || entry.d_type == DT_REG) return false;
    const Location where{context.sources.add(layer.shown + "/" + std::string{name}), 0, 0};
    mode_t mode = entry.d_type == DT_DIR ? S_IFDIR : 0;
    if (entry.d_type != DT_DIR)
        if (const auto st = base::sys::stat_at(layer.dir.get(), entry.d_name, AT_SYMLINK_NOFOLLOW))
            mode = st->st_mode;
    if (S_ISREG(mode)) return false;
    if (!S_ISDIR(mode)) {
        context.say.error(where, S_ISLNK(mode) ? "is a symbolic link, not the directory of a service"
                                               : "is not the directory of a service");
        return false;
    }
    const char* refusal = base::ServiceName::refusal(name);
    if (name == "hob-log" || name == "hob-rc") refusal = "the name is that of one of hob's own services";
    if (refusal != nullptr) context.say.error(where, "no name for a service: " + std::string{refusal});
    return refusal == nullptr;
}

std::vector<std::string> list_services(const Layer& layer, Context& context) {
    std::vector<std::string> names;
    auto copy = base::sys::open_dir_at(layer.dir.get(), ".");
    if (!copy) return names;
    const std::unique_ptr<DIR, int (*)(DIR*)> list{::fdopendir(copy->get()), ::closedir};
    if (!list) return names;
    (void)copy->release();  // the list's now
    while (const dirent* entry = ::readdir(list.get()))
        if (is_service(layer, *entry, context)) names.emplace_back(entry->d_name);
    std::ranges::sort(names);
    return names;
}

std::string without_slashes(std::string path) {
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    return path;
}

}  // namespace

SourceTree read_repositories(const std::vector<std::string>& repositories, const std::string& root,
                             Sources& sources, Diagnostics& say) {
    Context context{sources, say};
    SourceTree tree;
    std::vector<Layer> layers;
    std::map<std::string, std::size_t, std::less<>> winners;  // by name: the last layer that has it
    for (const std::string& repository : repositories) {
        const std::string shown = without_slashes(repository);
        auto dir = base::sys::open_dir_at(AT_FDCWD, repository.c_str());
        if (!dir) {
            say.error({sources.add(shown), 0, 0},
                      describe_errno("the repository cannot be opened", dir.error().code));
            continue;
        }
        layers.push_back({*std::move(dir), shown, target_path(repository, root)});
        for (std::string& name : list_services(layers.back(), context))
            winners.insert_or_assign(std::move(name), layers.size() - 1);
        read_roles(layers.back(), tree, context);
    }
    if (winners.empty() && !say.failed())
        say.error(
            {sources.add(without_slashes(repositories.back())), 0, 0}, "there is no service in it",
            "a repository has a directory for each service, with a service.toml or a script 'run' in it");
    tree.services.reserve(winners.size());
    for (const auto& [name, layer] : winners)
        tree.services.push_back(read_service(layers[layer], name, context));
    return tree;
}

}  // namespace hob::rc::compile
