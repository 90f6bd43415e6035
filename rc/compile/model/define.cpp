#include "rc/compile/model/define.hpp"

#include "base/checksum.hpp"
#include "base/plan_builder.hpp"
#include "rc/compile/model/keys.hpp"

#include <algorithm>
#include <utility>

namespace hob::rc::compile {

namespace {

using base::Program;
using base::ServiceType;

const Item* find_item(const std::vector<Item>& items, std::string_view key) {
    const auto found = std::ranges::find(items, key, &Item::key);
    return found == items.end() ? nullptr : &*found;
}

// One service on its way from its document into its type.
class Definition {
  public:
    Definition(const SourceService& source, Diagnostics& say) : source_{source}, say_{say} {
        service_.name = source.name;
        service_.where = source.where;
    }

    Service make() {
        const std::size_t errors = say_.errors();
        decide_type();
        service_.policy = default_policy(service_.type);
        if (source_.document) take_section("", *source_.document);
        take_scripts();
        if (say_.errors() == errors) check_programs();  // else a misspelt key may have named it
        check_before();
        check_restart();
        check_ready();
        service_.policy.log = has_log() ? 1 : 0;
        service_.broken = source_.broken || say_.errors() != errors;
        return std::move(service_);
    }

  private:
    [[nodiscard]] bool is(ServiceType type) const { return service_.type == type; }
    [[nodiscard]] bool has_process() const { return is(ServiceType::longrun) || is(ServiceType::oneshot); }
    [[nodiscard]] const std::optional<Script>& script(ScriptKind kind) const {
        return source_.scripts[static_cast<std::size_t>(kind)];
    }
    // Where `key` was written, else the place of the service as a whole.
    [[nodiscard]] Location place_of(std::string_view section, std::string_view key) const {
        const std::vector<Item>* items = source_.document ? &*source_.document : nullptr;
        if (items != nullptr && !section.empty()) {
            const Item* table = find_item(*items, section);
            items = table != nullptr ? table->value.as<std::vector<Item>>() : nullptr;
        }
        const Item* item = items != nullptr ? find_item(*items, key) : nullptr;
        return item != nullptr ? item->where : service_.where;
    }
    [[nodiscard]] bool has_log() const {
        const auto goes_there = [](const std::optional<Stdio>& s) {
            return !s || s->kind == base::StdioKind::log;
        };
        return has_process() && (goes_there(service_.stdio[1]) || goes_there(service_.stdio[2]));
    }

    // The type decides which keys there may be: it comes first, wherever it stands.
    void decide_type() {
        const Item* type = source_.document ? find_item(*source_.document, "type") : nullptr;
        if (type != nullptr) {
            take("", *type);
        } else if (source_.document && find_item(*source_.document, "contents") != nullptr) {
            service_.type = ServiceType::bundle;
        } else if (script(ScriptKind::up) ||
                   (source_.document && find_item(*source_.document, "up") != nullptr)) {
            service_.type = ServiceType::oneshot;
        }
    }

    void take(std::string_view section, const Item& item) {
        if (const Key* key = find_key(section, item.key)) {
            if ((key->types & bit(service_.type)) == 0) return refuse_for_type(*key, item);
            Take take{service_, *key, item.value, say_};
            return key->take(take);
        }
        const bool planned = std::ranges::any_of(
            planned_keys(), [&](const Planned& p) { return p.section == section && p.name == item.key; });
        if (planned) return say_.error(item.where, "'" + item.key + "' " + std::string{not_supported});
        const std::string place = section.empty() ? "" : " in [" + std::string{section} + "]";
        say_.error(item.where, "unknown key '" + item.key + "'" + place, key_hint(section, item.key));
    }

    void refuse_for_type(const Key& key, const Item& item) {
        std::string hint;
        if (key.name == "exec") hint = "a oneshot has 'up'";
        if (key.name == "up") hint = "a longrun has 'exec'";
        say_.error(item.where,
                   "'" + item.key + "' is for " + describe_types(key.types) + ", and this is a " +
                       std::string{name_of(service_.type)},
                   is(ServiceType::bundle) || is(ServiceType::milestone) ? "" : hint);
    }

    void take_section(std::string_view section, const std::vector<Item>& items) {
        for (const Item& item : items) {
            if (!section.empty() || !is_section(item.key)) {
                if (!section.empty() || item.key != "type") take(section, item);
                continue;
            }
            if (const auto* inner = item.value.as<std::vector<Item>>())
                take_section(item.key, *inner);
            else
                say_.error(item.value.where,
                           "'" + item.key + "' is a section, not " + std::string{item.value.kind()},
                           "write [" + item.key + "] on a line of its own, and its keys below");
        }
    }

    // A script is what a key could have said: having both is an error, not a matter of precedence.
    void take_script(ScriptKind kind, Program program, std::string_view key, Types types) {
        const auto& found = script(kind);
        if (!found) return;
        const std::string name = script_names[static_cast<std::size_t>(kind)];
        if ((types & bit(service_.type)) == 0)
            return say_.error(found->where, "the script '" + name + "' is for " + describe_types(types) +
                                                ", and this is a " + std::string{name_of(service_.type)});
        if (service_.program(program))
            return say_.error(
                found->where,
                "there are both the script '" + name + "' and the key '" + std::string{key} + "'",
                "remove one of them");
        Command command{
            .argv = {found->path}, .where = found->where, .script = true, .interpreter = found->interpreter};
        if (service_.name.ends_with('@')) command.argv.emplace_back(base::instance_mark);
        service_.program(program) = std::move(command);
        service_.scripts_checksum =
            base::checksum(&found->checksum, sizeof found->checksum, service_.scripts_checksum);
    }

    void take_scripts() {
        take_script(ScriptKind::run, Program::main, "exec", for_longrun);
        take_script(ScriptKind::up, Program::main, "up", for_oneshot);
        take_script(ScriptKind::down, Program::down, "down", for_oneshot);
        take_script(ScriptKind::finish, Program::finish, "", for_longrun);
    }

    void check_programs() {
        if (!has_process() || service_.program(Program::main) || source_.broken) return;
        const std::string key = is(ServiceType::longrun) ? "exec" : "up";
        const std::string file = is(ServiceType::longrun) ? "run" : "up";
        say_.error(place_of("", "type"), "a " + std::string{name_of(service_.type)} + " without a program",
                   "give it the key '" + key + "', or an executable file '" + file + "' beside service.toml");
    }

    void check_before() {
        if (service_.before.empty() || !service_.name.ends_with('@')) return;
        say_.error(service_.before.front().where, "'before' in a template " + std::string{not_supported},
                   "name the instance in the 'after' of the other service");
    }

    void check_restart() {
        const base::Policy& policy = service_.policy;
        if (is(ServiceType::oneshot) && policy.restart == base::RestartPolicy::always)
            say_.error(place_of("restart", "policy"), "a oneshot cannot be restarted always",
                       "on-failure tries again until it has succeeded once");
        if (policy.delay_max < policy.delay)
            say_.error(place_of("restart", "delay"), "'delay' is longer than 'delay-max'",
                       "raise delay-max, which is 1m by default");
    }

    void check_ready() {
        if (!has_process()) return;
        const bool at_exit = service_.policy.ready == base::Readiness::exit;
        if (is(ServiceType::longrun) && at_exit)
            say_.error(place_of("", "ready"), "a longrun is not ready by exiting",
                       "a program that ends is of type oneshot");
        if (is(ServiceType::oneshot) && !at_exit)
            say_.error(place_of("", "ready"), "a oneshot is ready when it has exited with 0",
                       "remove 'ready', or write \"exit\"");
    }

    const SourceService& source_;
    Diagnostics& say_;
    Service service_;
};

}  // namespace

base::Policy default_policy(ServiceType type) {
    base::Policy policy;
    policy.type = type;
    if (type == ServiceType::longrun) return policy;
    policy.restart = base::RestartPolicy::never;
    policy.ready = base::Readiness::exit;
    policy.start_timeout = base::seconds(120);
    if (type == ServiceType::oneshot) return policy;
    policy.ready = base::Readiness::spawn;
    policy.start_timeout = {};
    return policy;
}

Service define(const SourceService& source, Diagnostics& say) { return Definition{source, say}.make(); }

}  // namespace hob::rc::compile
