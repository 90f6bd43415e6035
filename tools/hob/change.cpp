#include "tools/hob/change.hpp"

#include "base/tree.hpp"
#include "tools/hob/engine.hpp"
#include "tools/hob/log_follow.hpp"
#include "tools/hob/progress.hpp"
#include "tools/hob/service_text.hpp"
#include "tools/hob/text.hpp"
#include "tools/hob/tree.hpp"

#include <algorithm>
#include <vector>

#include <unistd.h>

namespace hob::tools {

namespace {

// Names that no service and no template stands behind: said before anything is asked for.
bool all_known(const base::Command& line, Tree& tree, std::span<char* const> names, int* code) {
    bool good = true;
    for (const char* const name : names) {
        if (const char* const refusal = base::ServiceName::refusal(name)) {
            std::string text = "not a name: ";
            add_escaped(text, name);
            base::complain(line.program, text.substr(0, 200) + ": " + refusal);
            *code = base::exit_usage;
            return false;
        }
        if (tree.knows(name)) continue;
        complain_unknown(line.program, tree, name);
        *code = base::exit_failed;
        good = false;
    }
    return good;
}

// What stands in the way, each once, with the end of its log.
void print_failures(const base::Command& line, Tree& tree, const std::vector<base::Outcome>& outcomes) {
    Screen screen{STDERR_FILENO};
    std::vector<std::string> names;
    for (const base::Outcome& o : outcomes)
        if (o.good == 0 && o.id < tree.count()) names.push_back(tree.service(o.id).name);
    settle_logs(tree.run(), names);
    std::vector<base::ServiceId> told;
    for (const base::Outcome& o : outcomes) {
        if (o.good != 0 || o.id >= tree.count() || std::ranges::find(told, o.id) != told.end()) continue;
        told.push_back(o.id);
        const Service s = tree.service(o.id);
        const base::State state = base::shown(s.status.state);
        if (state == base::State::starting || state == base::State::stopping)
            continue;  // the engine has said so
        const std::string reason = tree.reason(s);
        screen.add(line.program).add(": ").add(Colour::strong, s.name).add(" is ");
        screen.add(colour_of(state), base::name_of(state));
        if (!reason.empty()) screen.add(": ").add(reason);
        screen.add("\n");
        if (s.status.state != base::State::blocked) print_log_end(screen, tree.run(), s.name, 5, "    ");
    }
}

}  // namespace

int change(base::Verb verb, const base::Command& line, const base::Parsed& parsed) {
    int code = base::exit_done;
    long long timeout = 0;
    if (parsed.has(change_timeout) &&
        (!base::parse_duration(parsed.values[change_timeout], &timeout) || timeout <= 0)) {
        base::complain(line.program, "--timeout: not a time (like 30s, 2m)");
        return base::exit_usage;
    }
    auto tree = open_tree(line.program, parsed.values[opt_run], &code);
    if (!tree || !all_known(line, *tree, parsed.operands, &code)) return code;

    ProgressLine progress{*tree, STDERR_FILENO};
    std::vector<base::Outcome> outcomes;
    Conversation conversation;
    conversation.request.verb = verb;
    conversation.request.timeout_ns = timeout;
    if (parsed.has(change_no_wait)) conversation.request.flags |= base::request_no_wait;
    if (parsed.has(change_dry_run)) conversation.request.flags |= base::request_dry_run;
    conversation.names = parsed.operands;
    conversation.outcome = [&](const base::Outcome& o) { outcomes.push_back(o); };
    const bool dry = parsed.has(change_dry_run);
    conversation.report = [&](std::string_view text) {
        progress.clear();
        if (dry)
            base::print(std::string{text} + "\n");
        else
            base::complain(line.program, text);
    };
    if (progress.visible()) {
        conversation.progress = [&](const base::Progress& p) { progress.update(p); };
        conversation.tick = [&] { progress.draw(); };
    }
    Answer answer = talk(tree->run(), conversation);
    // A killed engine has a successor; asking it what it knows already does no harm. More than once, because
    // a dying engine may still take a connection.
    const base::Instant end = base::monotonic_now() + base::seconds(10);
    while (answer.ending == Ending::lost && base::monotonic_now() < end) {
        outcomes.clear();
        // A restart that was heard is in the table: asked for twice, services would restart twice.
        if (verb == base::Verb::restart) conversation.request.verb = base::Verb::up;
        answer = talk(tree->run(), conversation, end - base::monotonic_now());
    }
    progress.clear();
    if (answer.ending == Ending::interrupted)
        base::complain(line.program, "no longer waiting; what was asked for goes on (hob status shows it)");
    if (answer.ending != Ending::finished) return explain(line.program, tree->run(), answer);
    if (answer.code != base::exit_done) print_failures(line, *tree, outcomes);
    return answer.code;
}

int ask(base::Verb verb, const base::Command& line, const base::Parsed& parsed) {
    int code = base::exit_done;
    auto tree = open_tree(line.program, parsed.values[opt_run], &code);
    if (!tree || !all_known(line, *tree, parsed.operands, &code)) return code;
    Conversation conversation;
    conversation.request.verb = verb;
    conversation.names = parsed.operands;
    conversation.report = [](std::string_view text) { base::print(std::string{text} + "\n"); };
    return explain(line.program, tree->run(), talk(tree->run(), conversation));
}

}  // namespace hob::tools
