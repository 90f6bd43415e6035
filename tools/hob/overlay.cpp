#include "tools/hob/overlay.hpp"

#include "base/sys.hpp"
#include "base/tree.hpp"
#include "tools/hob/engine.hpp"
#include "tools/hob/heavy.hpp"
#include "tools/hob/service_text.hpp"
#include "tools/hob/suggest.hpp"
#include "tools/hob/text.hpp"
#include "tools/hob/tree.hpp"

#include <optional>

#include <fcntl.h>
#include <unistd.h>

namespace hob::tools {

namespace sys = base::sys;

namespace {

base::Result<base::Fd> open_overlay(std::string_view lib, bool create) {
    const base::Path path{lib, "/overlay"};
    if (create) {
        if (auto made = sys::make_dir_at(AT_FDCWD, path.c_str(), 0755); !made)
            return std::unexpected{made.error()};
    }
    return sys::open_dir_at(AT_FDCWD, path.c_str());
}

// The database that names are checked against: the running tree's, or the one of the next boot.
std::optional<rc::Database> database_of(const std::string& lib, const std::string& run, bool has_tree) {
    const std::string path = has_tree ? run + "/db" : lib + "/current";
    auto db = rc::Database::open(AT_FDCWD, path.c_str(), rc::Check::header);
    if (!db) return std::nullopt;
    return *std::move(db);
}

bool check_name(const char* program, const std::optional<rc::Database>& db, std::string_view name,
                int* code) {
    std::string shown;
    add_escaped(shown, name.substr(0, 200));
    if (const char* const refusal = base::ServiceName::refusal(name)) {
        base::complain(program, "not a name: " + shown + ": " + refusal);
        *code = base::exit_usage;
        return false;
    }
    const auto parsed = base::ServiceName::parse(name);
    if (parsed->is_template()) {
        base::complain(program, shown + " is a template: name an instance of it, like " + shown + "NAME");
        *code = base::exit_failed;
        return false;
    }
    if (!db || db->find(name)) return true;
    if (parsed->is_instance() && db->find(parsed->template_part())) return true;
    Suggestion suggestion{name};
    for (std::uint32_t i = 0; i < db->size(); ++i) suggestion.consider(db->name(i));
    base::complain(program, "no service is named " + shown + suggestion.text());
    *code = base::exit_failed;
    return false;
}

// Tells a running engine, which then acts on what is written now.
int reload(const char* program, const std::string& run) {
    Conversation conversation;
    conversation.request.verb = base::Verb::reload;
    conversation.report = [&](std::string_view text) { base::complain(program, text); };
    return explain(program, run, talk(run, conversation));
}

}  // namespace

base::Result<void> write_overlay(std::string_view lib, std::string_view name, std::string_view word) {
    auto dir = open_overlay(lib, true);
    if (!dir) return std::unexpected{dir.error()};
    const base::Text<256> temporary{".", name, ".new"};
    auto file = sys::open_at(dir->get(), temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0644);
    if (!file) return std::unexpected{file.error()};
    const auto done = [&](base::Result<void> result) {
        if (!result) (void)sys::unlink_at(dir->get(), temporary.c_str());
        return result;
    };
    const std::string text = std::string{word} + "\n";
    if (auto wrote = sys::write_all(file->get(), text); !wrote) return done(wrote);
    if (auto synced = sys::sync_fd(file->get()); !synced) return done(synced);
    const base::Text<256> final_name{name};
    if (auto renamed = sys::rename_at(dir->get(), temporary.c_str(), dir->get(), final_name.c_str());
        !renamed)
        return done(renamed);
    return sys::sync_fd(dir->get());
}

base::Result<void> remove_overlay(std::string_view lib, std::string_view name) {
    auto dir = open_overlay(lib, false);
    if (!dir && dir.error().code == ENOENT) return {};
    if (!dir) return std::unexpected{dir.error()};
    if (auto gone = sys::unlink_at(dir->get(), base::Text<256>{name}.c_str()); !gone) return gone;
    return sys::sync_fd(dir->get());
}

int overlay(const base::Command& line, const base::Parsed& parsed, std::string_view word) {
    int code = base::exit_done;
    const std::string run = base::run_directory(parsed.values[opt_run]);
    const bool given = parsed.has(overlay_lib);
    const bool has_tree = !given && ::access((run + "/table").c_str(), F_OK) == 0;
    const std::string lib = given ? parsed.values[overlay_lib] : has_tree ? run + "/lib" : "/var/lib/hob";
    const auto database = database_of(lib, run, has_tree);
    for (const char* const name : parsed.operands)
        if (!check_name(line.program, database, name, &code)) return code;
    for (const char* const name : parsed.operands) {
        const auto result = word.empty() ? remove_overlay(lib, name) : write_overlay(lib, name, word);
        if (result) continue;
        base::complain(line.program, lib + "/overlay/" + name + ": " + result.error().what,
                       result.error().code);
        return base::exit_failed;
    }
    if (!has_tree || !parsed.has(overlay_now)) return code;
    if (const int told = reload(line.program, run); told != base::exit_done) return told;
    Conversation conversation;
    conversation.request.verb = word == "enabled" ? base::Verb::up : base::Verb::down;
    conversation.names = parsed.operands;
    return explain(line.program, run, talk(run, conversation));
}

}  // namespace hob::tools
