#include "tools/hob/service_text.hpp"

#include "base/options.hpp"
#include "tools/hob/log_reader.hpp"
#include "tools/hob/log_text.hpp"
#include "tools/hob/text.hpp"

#include <unistd.h>

namespace hob::tools {

using base::State;
using base::Wish;

Colour colour_of(State state) noexcept {
    switch (base::shown(state)) {
        case State::up:
        case State::done: return Colour::good;
        case State::failed: return Colour::bad;
        case State::blocked: return Colour::warning;
        case State::down: return Colour::faint;
        default: return Colour::busy;
    }
}

bool is_wanted(const Service& s) noexcept {
    if (s.status.wish != Wish::none) return s.status.wish == Wish::up;
    return (s.status.flags & base::status_wanted) != 0 || s.status.state == State::blocked;
}

std::vector<Cell> service_row(const Tree& tree, const Service& s, base::Stamp now) {
    if (!s.sound) return {{s.name}, {"?", Colour::bad}, {""}, {""}, {tree.reason(s)}};
    return {{s.name},
            {std::string{base::name_of(base::shown(s.status.state))}, colour_of(s.status.state)},
            {s.status.pid > 0 ? std::to_string(s.status.pid) : "", Colour::plain, true},
            {s.status.since != 0 ? span_text(now.ns - s.status.since) : ""},
            {tree.reason(s)}};
}

namespace {

// "  label     text"; nothing when there is no text.
void detail(Screen& screen, std::string_view label, std::string_view text) {
    if (text.empty()) return;
    screen.add("  ").add(Colour::faint, padded(label, 12)).add(text).add("\n");
}

std::string ago(std::int64_t now, std::int64_t then) { return span_text(now - then) + " ago"; }

std::string state_text(const Service& s, std::int64_t now) {
    std::string text{base::name_of(base::shown(s.status.state))};
    if (s.status.since != 0) text += " for " + span_text(now - s.status.since);
    if (s.status.pid > 0) text += ", pid " + std::to_string(s.status.pid);
    if ((s.status.flags & base::status_paused) != 0) text += ", paused";
    return text;
}

std::string wish_text(const Service& s, std::int64_t now) {
    if (s.status.wish == Wish::none) return is_wanted(s) ? "up, for others" : "no";
    std::string text{base::name_of(s.status.wish)};
    text += std::string{", asked for by "} + std::string{base::name_of(s.status.asker)};
    if (s.status.asker == base::Asker::user) text += " (uid " + std::to_string(s.status.wish_uid) + ")";
    return text + " " + ago(now, s.status.wish_since);
}

std::string starts_text(const Service& s, std::int64_t now) {
    if (s.status.starts == 0) return {};
    std::string text = std::to_string(s.status.starts) + ", the last one " + ago(now, s.status.started);
    if (s.status.ready_since >= s.status.started && s.status.ready_since != 0)
        text += ", ready after " + seconds_text(s.status.ready_since - s.status.started) + " s";
    return text;
}

std::string names_of(const rc::Database& db, std::span<const std::uint32_t> nodes) {
    std::string text;
    for (const auto i : nodes) {
        if (!text.empty()) text += ", ";
        text += db.name(i);
    }
    return text;
}

void print_graph(Screen& screen, const Tree& tree, std::string_view name) {
    const rc::Database* const db = tree.database();
    const auto node = tree.node(name);
    if (db == nullptr || !node) return;
    detail(screen, "needs", names_of(*db, db->needs(*node)));
    detail(screen, "wants", names_of(*db, db->wants(*node)));
    detail(screen, "after", names_of(*db, db->after(*node)));
    detail(screen, "contains", names_of(*db, db->contents(*node)));
    const auto users = [&](auto edges) {
        std::string text;
        for (std::uint32_t i = 0; i < db->size(); ++i)
            for (const auto used : edges(i))
                if (used == *node) text += (text.empty() ? "" : ", ") + std::string{db->name(i)};
        return text;
    };
    detail(screen, "needed by", users([&](std::uint32_t i) { return db->needs(i); }));
    detail(screen, "wanted by", users([&](std::uint32_t i) { return db->wants(i); }));
    detail(screen, "in bundles", users([&](std::uint32_t i) { return db->contents(i); }));
}

}  // namespace

void print_details(Tree& tree, const Service& s) {
    Screen screen{STDOUT_FILENO};
    const std::int64_t now = base::boot_now().ns;
    screen.add(Colour::strong, s.name);
    if (const auto description = tree.description(s.name); !description.empty())
        screen.add(" - ").add_foreign(description);
    screen.add("\n");
    if (!s.sound) return detail(screen, "state", tree.reason(s));
    screen.add("  ")
        .add(Colour::faint, padded("state", 12))
        .add(colour_of(s.status.state), state_text(s, now))
        .add("\n");
    detail(screen, "reason", tree.reason(s));
    detail(screen, "type", base::name_of(s.type));
    detail(screen, "wanted", wish_text(s, now));
    print_graph(screen, tree, s.name);
    detail(screen, "starts", starts_text(s, now));
    if (s.status.exited != 0)
        detail(screen, "last exit", exit_text(s.status.last_exit) + " " + ago(now, s.status.exited));
    print_log_end(screen, tree.run(), s.name, 5, "  | ");
}

void add_service(Json& json, const Tree& tree, const Service& s) {
    json.begin_object().field("name", s.name).field("type", base::name_of(s.type));
    json.field("state", s.sound ? base::name_of(base::shown(s.status.state)) : std::string_view{"failed"});
    json.field("pid", s.status.pid > 0 ? s.status.pid : 0);
    json.field("reason", tree.reason(s));
    json.field("since", s.status.since).field("ready_since", s.status.ready_since);
    json.field("wanted", is_wanted(s) ? "up" : "down");
    json.field("wish", base::name_of(s.status.wish)).field("asked_by", base::name_of(s.status.asker));
    json.field("wish_since", s.status.wish_since)
        .field("started", s.status.started)
        .field("starts", s.status.starts);
    json.field("exited", s.status.exited);
    if (s.status.exited != 0)
        json.field("last_exit", exit_text(s.status.last_exit));
    else
        json.null("last_exit");
    json.field("builtin", s.builtin).field("description", tree.description(s.name)).end_object();
}

void complain_unknown(const char* program, Tree& tree, std::string_view name) {
    std::string text = "no service is named ";
    add_escaped(text, name.substr(0, 200));
    base::complain(program, text + tree.suggestion(name));
}

void print_log_end(Screen& screen, std::string_view run, std::string_view name, unsigned count,
                   std::string_view indent) {
    auto reader = LogReader::open(std::string{run} + "/log", name);
    if (!reader) return;
    (void)reader->keep_last(count);
    for (LogLine line; reader->next(line);) {
        screen.add(indent);
        add_log_line(screen, line, {});
    }
}

}  // namespace hob::tools
