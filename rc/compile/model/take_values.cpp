// The forms of value that only one key, or one family of keys, has.
#include "base/options.hpp"
#include "rc/compile/model/keys.hpp"
#include "rc/compile/model/similar.hpp"
#include "rc/compile/model/take.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace hob::rc::compile {

namespace {

constexpr int last_signal = 64;

// The rest of `text` behind `prefix`; nullopt: it begins otherwise.
std::optional<std::string_view> behind(std::string_view text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return std::nullopt;
    return text.substr(prefix.size());
}

bool is_variable(std::string_view name) {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    return !name.empty() && letter(name.front()) &&
           std::ranges::all_of(name, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

bool has_path(base::StdioKind kind) {
    return kind == base::StdioKind::read || kind == base::StdioKind::append || kind == base::StdioKind::tty;
}

}  // namespace

void Take::mask(std::optional<int>& to) {
    std::int64_t mask = -1;
    if (const auto* octal = value.as<Octal>()) {
        mask = octal->value;
    } else if (const auto* got = value.as<std::string>()) {
        const bool digits = !got->empty() && got->find_first_not_of("01234567") == got->npos;
        if (digits && got->size() <= 4) mask = std::stoi(*got, nullptr, 8);
    }
    if (mask < 0 || mask > 0777)
        return wrong(value.where, "expected an octal number from \"000\" to \"777\"");
    to = static_cast<int>(mask);
}

void Take::signal(std::uint8_t& to) {
    const auto* got = text(value);
    if (got == nullptr) return;
    const int number = base::parse_signal(*got);
    if (number < 1 || number > last_signal) return wrong(value.where, "'" + *got + "' is no signal");
    to = static_cast<std::uint8_t>(number);
}

void Take::readiness() {
    static constexpr std::array<std::string_view, 4> words{"spawn", "notify", "exit", "fd:3"};
    const auto* got = text(value);
    if (got == nullptr) return;
    base::Policy& policy = service.policy;
    if (*got == "spawn") {
        policy.ready = base::Readiness::spawn;
    } else if (*got == "notify") {
        policy.ready = base::Readiness::notify;
    } else if (*got == "exit") {
        policy.ready = base::Readiness::exit;
    } else if (const auto digits = behind(*got, "fd:")) {
        unsigned long long fd = 0;
        if (!base::parse_number(*digits, 255, &fd) || fd < 3)
            return wrong(value.where, "a descriptor for readiness is a number from 3 to 255");
        policy.ready = base::Readiness::descriptor;
        policy.ready_fd = static_cast<std::uint8_t>(fd);
    } else if (*got == "check" || got->starts_with("tcp:") || got->starts_with("path:")) {
        wrong(value.where, "'" + *got + "' " + std::string{not_supported}, "use spawn, notify or fd:N");
    } else {
        wrong(value.where, "'" + *got + "' is none of: spawn, notify, fd:N, exit", did_you_mean(*got, words));
    }
}

void Take::environment() {
    const auto* items = value.as<std::vector<Item>>();
    if (items == nullptr)
        return wrong(value.where, "expected a table of strings, not " + std::string{value.kind()});
    if (items->size() > words_max)
        return wrong(value.where, "more than " + std::to_string(words_max) + " variables");
    for (const Item& item : *items) {
        if (!is_variable(item.key)) {
            wrong(item.where, "'" + item.key + "' is no name of a variable");
            continue;
        }
        if (const auto* got = text(item.value)) service.environment.push_back(item.key + "=" + *got);
    }
    std::ranges::sort(service.environment);
}

void Take::stdio(std::size_t descriptor) {
    using base::StdioKind;
    const auto* got = text(value);
    if (got == nullptr) return;
    const bool input = descriptor == 0;
    Stdio out{StdioKind::null, {}};
    if (*got == "log" && !input) {
        out.kind = StdioKind::log;
    } else if (*got == "inherit") {
        out.kind = StdioKind::inherit;
    } else if (const auto file = behind(*got, "file:")) {
        out = {input ? StdioKind::read : StdioKind::append, std::string{*file}};
    } else if (const auto tty = behind(*got, "tty:")) {
        out = {StdioKind::tty, std::string{*tty}};
    } else if (*got != "null") {
        const char* log = input ? "" : "log, ";
        return wrong(value.where,
                     "'" + *got + "' is none of: null, " + log + "file:/path, tty:/dev/name, inherit");
    }
    if (has_path(out.kind) && !absolute(out.path, value.where)) return;
    service.stdio[descriptor] = std::move(out);
}

std::optional<std::int64_t> Take::amount(Unit unit) const {
    if (const auto* number = value.as<std::int64_t>())
        return *number >= 0 ? std::optional{*number} : std::nullopt;
    const auto* text = value.as<std::string>();
    if (text == nullptr) return std::nullopt;
    if (*text == "infinity") return -1;
    unsigned long long plain = 0;
    long long ns = 0;
    switch (unit) {
        case Unit::count:
            if (base::parse_number(*text, INT64_MAX, &plain)) return static_cast<std::int64_t>(plain);
            return std::nullopt;
        case Unit::size:
            if (base::parse_size(*text, &plain) && plain <= INT64_MAX)
                return static_cast<std::int64_t>(plain);
            return std::nullopt;
        case Unit::time:
            // The kernel counts processor time in seconds: a part of one counts as a whole.
            if (base::parse_duration(*text, &ns))
                return ns / 1'000'000'000 + (ns % 1'000'000'000 != 0 ? 1 : 0);
            return std::nullopt;
    }
    return std::nullopt;
}

void Take::limit(int resource, Unit unit) {
    static constexpr std::array<std::string_view, 3> forms{"a number", "a size", "a duration"};
    const auto got = amount(unit);
    if (!got)
        return wrong(value.where,
                     "expected " + std::string{forms[static_cast<std::size_t>(unit)]} + " or \"infinity\"");
    service.limits.push_back({resource, *got});
}

}  // namespace hob::rc::compile
