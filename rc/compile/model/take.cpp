#include "rc/compile/model/take.hpp"

#include "base/name.hpp"
#include "base/options.hpp"
#include "base/plan_builder.hpp"
#include "rc/compile/model/keys.hpp"
#include "rc/compile/model/similar.hpp"

#include <algorithm>
#include <climits>
#include <cstddef>
#include <unordered_set>
#include <utility>

namespace hob::rc::compile {

namespace {

std::string quoted(std::string_view text) { return "'" + std::string{text} + "'"; }

// What text may not hold in any value; null: it is fine.
const char* text_fault(std::string_view text, const Service& service) {
    if (text.size() > text_max) return "text is too long";
    if (text.find('\0') != text.npos) return "NUL in a string";
    if (text.find(base::instance_mark) != text.npos && service.name.find('@') == service.name.npos)
        return "${instance} is for templates: services whose name ends in '@'";
    return nullptr;
}

bool has_control(std::string_view text) {
    return std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

}  // namespace

void Take::wrong(const Location& where, const std::string& what, std::string hint) {
    std::string full{key.name};
    if (!key.section.empty()) full = "[" + std::string{key.section} + "] " + full;
    if (hint.empty()) hint = "for example: " + std::string{key.name} + " = " + std::string{key.example};
    say.error(where, full + ": " + what, std::move(hint));
}

const std::string* Take::text(const Value& v) {
    const auto* text = v.as<std::string>();
    if (text == nullptr) {
        wrong(v.where, "expected a string, not " + std::string{v.kind()});
        return nullptr;
    }
    if (const char* fault = text_fault(*text, service)) {
        wrong(v.where, fault);
        return nullptr;
    }
    return text;
}

void Take::line(std::string& to) {
    const auto* got = text(value);
    if (got == nullptr) return;
    if (has_control(*got)) return wrong(value.where, "expected one line of text without control characters");
    to = *got;
}

bool Take::absolute(const std::string& path, const Location& where) {
    const bool good = path.starts_with('/');
    if (!good) wrong(where, quoted(path) + " is not an absolute path");
    return good;
}

void Take::path(std::string& to) {
    const auto* got = text(value);
    if (got != nullptr && absolute(*got, value.where)) to = *got;
}

std::optional<std::vector<Word>> Take::texts() {
    const auto* values = value.as<std::vector<Value>>();
    if (values == nullptr) {
        wrong(value.where, "expected an array of strings, not " + std::string{value.kind()});
        return std::nullopt;
    }
    if (values->size() > words_max) {
        wrong(value.where, "more than " + std::to_string(words_max) + " strings");
        return std::nullopt;
    }
    std::vector<Word> out;
    out.reserve(values->size());
    bool good = true;
    for (const Value& v : *values) {
        const auto* got = text(v);
        good = good && got != nullptr;
        if (got != nullptr) out.push_back({*got, v.where});
    }
    if (!good) return std::nullopt;
    return out;
}

void Take::words(std::vector<Word>& to) {
    if (auto got = texts()) to = *std::move(got);
}
void Take::word(std::optional<Word>& to) {
    if (const auto* got = text(value)) to = Word{*got, value.where};
}

void Take::command(base::Program program) {
    const auto got = texts();
    if (!got) return;
    if (got->empty() || got->front().text.empty()) return wrong(value.where, "no program named");
    Command out{.argv = {}, .where = value.where, .script = false, .interpreter = {}};
    for (const Word& w : *got) out.argv.push_back(w.text);
    const std::string& path = out.argv.front();
    if (path.find('/') != path.npos && !absolute(path, got->front().where)) return;
    service.program(program) = std::move(out);
}

void Take::take_name(const Word& name, std::vector<Word>& to) {
    const char* refusal = base::ServiceName::refusal(name.text);
    if (name.text.find(base::instance_mark) != name.text.npos)
        wrong(name.where, "${instance} in the name of another service " + std::string{not_supported},
              "name one instance, like getty@tty1");
    else if (refusal != nullptr)
        wrong(name.where, quoted(name.text) + " is no name of a service: " + refusal);
    else if (name.text == service.name)
        wrong(name.where, "a service cannot name itself", "remove it");
    else
        to.push_back(name);
}

void Take::names(std::vector<Word>& to) {
    const auto got = texts();
    if (!got) return;
    std::unordered_set<std::string_view> seen;
    for (const Word& name : *got) {
        if (seen.insert(name.text).second)
            take_name(name, to);
        else
            wrong(name.where, quoted(name.text) + " is named twice", "remove one");
    }
}

std::optional<std::int64_t> Take::integer(std::int64_t low, std::int64_t high) {
    const auto* got = value.as<std::int64_t>();
    if (got != nullptr && *got >= low && *got <= high) return *got;
    const std::string not_this = got != nullptr ? std::to_string(*got) : std::string{value.kind()};
    wrong(value.where, "expected an integer from " + std::to_string(low) + " to " + std::to_string(high) +
                           ", not " + not_this);
    return std::nullopt;
}

std::optional<std::size_t> Take::index(std::span<const std::string_view> choices) {
    const auto* got = text(value);
    if (got == nullptr) return std::nullopt;
    const auto found = std::ranges::find(choices, *got);
    if (found != choices.end()) return static_cast<std::size_t>(found - choices.begin());
    std::string list;
    for (const std::string_view c : choices) list += (list.empty() ? "" : ", ") + std::string{c};
    wrong(value.where, quoted(*got) + " is none of: " + list, did_you_mean(*got, choices));
    return std::nullopt;
}

void Take::duration(base::Nanos& to, bool zero) {
    constexpr long long most = 1'000'000'000;  // s; thirty years: sums with a clock do not overflow
    long long ns = 0;
    if (const auto* number = value.as<std::int64_t>()) {
        if (*number < 0 || *number > most) return wrong(value.where, "impossible duration");
        ns = *number * 1'000'000'000;
    } else {
        const auto* got = text(value);
        if (got == nullptr) return;
        if (!base::parse_duration(*got, &ns)) return wrong(value.where, quoted(*got) + " is no duration");
    }
    if (ns > base::seconds(most).count) return wrong(value.where, "longer than thirty years");
    if (ns == 0 && !zero) return wrong(value.where, "may not be 0");
    to = {ns};
}

void Take::flag(bool& to) {
    if (const auto* got = value.as<bool>())
        to = *got;
    else
        wrong(value.where, "expected true or false, not " + std::string{value.kind()});
}

}  // namespace hob::rc::compile
