// Users and groups of the target, from its /etc/passwd and /etc/group: no name service, nothing guessed.
//
// A name must look like one and be in the file, a number must be a whole one in range: `0day`, `0x1`, `-1`
// and 4294967295 are refused, never read as something near. When in doubt nothing is compiled, for a service
// that runs as the wrong user is worse than one that does not run.
#pragma once

#include "rc/compile/model/root.hpp"
#include "rc/compile/model/service.hpp"
#include "rc/compile/source/repository.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hob::rc::compile {

inline constexpr std::int64_t id_max = 4294967294;  // -1 means "leave it" to the kernel

// A user's or group's number: decimal, no sign, no leading zero, at most id_max.
[[nodiscard]] std::optional<std::int64_t> parse_id(std::string_view text);
// Letters, digits, `_`, `-`, `.`; begins with a letter or `_`; may end in `$`; at most 32 bytes.
[[nodiscard]] bool is_account_name(std::string_view text);

class Accounts {
  public:
    explicit Accounts(Root& root) : root_{root} {}

    // Fills `account` of a service that has a user. Tells what is wrong with it.
    void resolve(Service& service, const std::map<std::string, Role, std::less<>>& roles, Diagnostics& say);

  private:
    struct User {
        std::optional<std::int64_t> uid, gid;  // nullopt: the file has no sound number there
        std::string home;
    };
    template <class T>
    using ByName = std::map<std::string, T, std::less<>>;

    void load();
    std::optional<std::string> read(std::string_view path, std::string& fault);
    void read_users(std::string_view text);
    void read_groups(std::string_view text);
    [[nodiscard]] bool known_user(const Word& user, const std::string& name, Account& out,
                                  Diagnostics& say) const;
    [[nodiscard]] std::optional<std::int64_t> group(const Word& name, Diagnostics& say) const;
    bool resolve_user(const Service& service, Account& out, Diagnostics& say) const;
    bool resolve_groups(const Service& service, Account& out, Diagnostics& say) const;
    [[nodiscard]] std::vector<std::int64_t> memberships(std::string_view user) const;

    Root& root_;
    bool loaded_ = false;
    std::string passwd_fault_, group_fault_;  // why there are none
    ByName<User> users_;
    ByName<std::optional<std::int64_t>> groups_;  // nullopt: no sound number
    ByName<std::vector<std::int64_t>> members_;   // user → gids
};

}  // namespace hob::rc::compile
