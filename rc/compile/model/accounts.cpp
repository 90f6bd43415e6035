#include "rc/compile/model/accounts.hpp"

#include "base/options.hpp"
#include "base/sys.hpp"
#include "rc/compile/model/similar.hpp"
#include "rc/compile/source/file.hpp"

#include <algorithm>

#include <fcntl.h>

namespace hob::rc::compile {

namespace {

constexpr std::size_t accounts_size_max = 16 * 1024 * 1024;
constexpr std::string_view passwd_path = "/etc/passwd";
constexpr std::string_view group_path = "/etc/group";

std::string quoted(std::string_view text) { return "'" + std::string{text} + "'"; }

std::vector<std::string_view> split(std::string_view text, char at) {
    std::vector<std::string_view> out;
    for (;;) {
        const auto end = text.find(at);
        out.push_back(text.substr(0, end));
        if (end == text.npos) return out;
        text.remove_prefix(end + 1);
    }
}

template <class F>
void each_line(std::string_view text, F&& line) {
    for (const std::string_view one : split(text, '\n'))
        if (!one.empty() && !one.starts_with('#')) line(one);
}

}  // namespace

std::optional<std::int64_t> parse_id(std::string_view text) {
    unsigned long long id = 0;
    if (text.size() > 1 && text.front() == '0') return std::nullopt;
    if (!base::parse_number(text, static_cast<unsigned long long>(id_max), &id)) return std::nullopt;
    return static_cast<std::int64_t>(id);
}

bool is_account_name(std::string_view text) {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    const auto more = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.'; };
    if (text.size() > 1 && text.ends_with('$')) text.remove_suffix(1);
    return !text.empty() && text.size() <= 32 && letter(text.front()) && std::ranges::all_of(text, more);
}

std::optional<std::string> Accounts::read(std::string_view path, std::string& fault) {
    auto fd = root_.open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    const auto st = fd ? base::sys::stat_fd(fd->get()) : std::unexpected{fd.error()};
    if (!st || !S_ISREG(st->st_mode)) {
        fault = root_.shown(path) + (st ? std::string{" is no regular file"}
                                        : describe_errno(" cannot be read", st.error().code));
        return std::nullopt;
    }
    std::string text(std::min(static_cast<std::size_t>(st->st_size), accounts_size_max), '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        const auto got = base::sys::read(fd->get(), text.data() + size, text.size() - size);
        if (!got || *got == 0) break;
        size += *got;
    }
    text.resize(size);
    return text;
}

// name:password:uid:gid:comment:home:shell. The first of equal names counts, as it does for the C library.
void Accounts::read_users(std::string_view text) {
    each_line(text, [&](std::string_view line) {
        const auto fields = split(line, ':');
        if (fields.size() < 7) return;
        users_.try_emplace(std::string{fields[0]},
                           User{parse_id(fields[2]), parse_id(fields[3]), std::string{fields[5]}});
    });
}

// name:password:gid:member,member
void Accounts::read_groups(std::string_view text) {
    each_line(text, [&](std::string_view line) {
        const auto fields = split(line, ':');
        if (fields.size() < 4) return;
        const auto gid = parse_id(fields[2]);
        groups_.try_emplace(std::string{fields[0]}, gid);
        if (!gid) return;
        for (const std::string_view member : split(fields[3], ','))
            if (!member.empty()) members_[std::string{member}].push_back(*gid);
    });
}

void Accounts::load() {
    if (loaded_) return;
    loaded_ = true;
    if (const auto text = read(passwd_path, passwd_fault_)) read_users(*text);
    if (const auto text = read(group_path, group_fault_)) read_groups(*text);
}

bool Accounts::known_user(const Word& user, const std::string& name, Account& out, Diagnostics& say) const {
    const std::string called = name == user.text
                                   ? quoted(name)
                                   : quoted(name) + ", which users.toml has for " + quoted(user.text) + ",";
    if (!passwd_fault_.empty()) {
        say.error(user.where, "user " + called + " cannot be looked up: " + passwd_fault_);
        return false;
    }
    const auto found = users_.find(name);
    if (found == users_.end()) {
        Nearest nearest{name};
        for (const auto& [known, unused] : users_) nearest.consider(known);
        std::string hint = nearest.hint();
        if (hint.empty()) hint = "add the user there, or map the role in users.toml";
        say.error(user.where, "user " + called + " is not in " + root_.shown(passwd_path), hint);
        return false;
    }
    if (!found->second.uid || !found->second.gid) {
        say.error(user.where, "user " + called + " has no sound numbers in " + root_.shown(passwd_path));
        return false;
    }
    out.uid = *found->second.uid;
    out.gid = *found->second.gid;
    out.home = found->second.home.empty() ? "/" : found->second.home;
    return true;
}

std::optional<std::int64_t> Accounts::group(const Word& name, Diagnostics& say) const {
    if (const auto id = parse_id(name.text)) return id;
    if (!is_account_name(name.text)) {
        say.error(name.where, quoted(name.text) + " is no name of a group",
                  "a name begins with a letter; a number is decimal and below 4294967295");
        return std::nullopt;
    }
    const auto found = groups_.find(name.text);
    if (found != groups_.end() && found->second) return found->second;
    Nearest nearest{name.text};
    for (const auto& [known, unused] : groups_) nearest.consider(known);
    say.error(name.where,
              !group_fault_.empty() ? "group " + quoted(name.text) + " cannot be looked up: " + group_fault_
              : found != groups_.end()
                  ? "group " + quoted(name.text) + " has no sound number in " + root_.shown(group_path)
                  : "group " + quoted(name.text) + " is not in " + root_.shown(group_path),
              nearest.hint());
    return std::nullopt;
}

std::vector<std::int64_t> Accounts::memberships(std::string_view user) const {
    const auto found = members_.find(user);
    return found == members_.end() ? std::vector<std::int64_t>{} : found->second;
}

// uid, primary gid and home of `user`, whose name is already in `out`.
bool Accounts::resolve_user(const Service& service, Account& out, Diagnostics& say) const {
    const Word& user = *service.user;
    if (const auto number = parse_id(out.name)) {
        out.uid = *number;
        out.home = "/";
        if (service.group) return true;
        say.error(user.where, "user " + quoted(out.name) + " is a number, and no group is given",
                  "add: group = \"name or number\"");
        return false;
    }
    if (is_account_name(out.name)) return known_user(user, out.name, out, say);
    say.error(user.where, quoted(out.name) + " is no name of a user",
              "a name begins with a letter; a number is decimal and below 4294967295");
    return false;
}

// The primary group, if one is given, and all supplementary ones: those of the user and those asked for.
bool Accounts::resolve_groups(const Service& service, Account& out, Diagnostics& say) const {
    bool good = true;
    if (service.group) {
        const auto gid = group(*service.group, say);
        good = gid.has_value();
        out.gid = gid.value_or(0);
    }
    if (!parse_id(out.name)) out.groups = memberships(out.name);
    for (const Word& name : service.groups) {
        const auto gid = group(name, say);
        good = good && gid;
        out.groups.push_back(gid.value_or(0));
    }
    out.groups.push_back(out.gid);
    std::ranges::sort(out.groups);
    const auto surplus = std::ranges::unique(out.groups);
    out.groups.erase(surplus.begin(), surplus.end());
    return good;
}

void Accounts::resolve(Service& service, const std::map<std::string, Role, std::less<>>& roles,
                       Diagnostics& say) {
    if (!service.user) {
        const Word* stray = service.group ? &*service.group : nullptr;
        if (stray == nullptr && !service.groups.empty()) stray = &service.groups.front();
        if (stray != nullptr) say.error(stray->where, "a group without a user", "add: user = \"name\"");
        return;
    }
    load();
    const auto role = roles.find(service.user->text);
    Account out;
    out.name = role != roles.end() ? role->second.user : service.user->text;
    const bool user = resolve_user(service, out, say);
    const bool groups = resolve_groups(service, out, say);
    if (user && groups) service.account = std::move(out);
}

}  // namespace hob::rc::compile
