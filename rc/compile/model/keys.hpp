// Every key of a definition, in one table: the parser, the hints, `hob-compile --keys` and the check of
// docs/definitions.md read the same list.
#pragma once

#include "base/service.hpp"
#include "rc/compile/model/take.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace hob::rc::compile {

// Types of service a key is for.
using Types = std::uint8_t;
constexpr Types bit(base::ServiceType type) { return static_cast<Types>(1U << static_cast<unsigned>(type)); }
inline constexpr Types for_longrun = bit(base::ServiceType::longrun);
inline constexpr Types for_oneshot = bit(base::ServiceType::oneshot);
inline constexpr Types for_milestone = bit(base::ServiceType::milestone);
inline constexpr Types for_bundle = bit(base::ServiceType::bundle);
inline constexpr Types for_processes = for_longrun | for_oneshot;
inline constexpr Types for_all = for_processes | for_milestone | for_bundle;

struct Key {
    std::string_view section;  // empty: at the top
    std::string_view name;
    Types types;
    std::string_view example;   // a value
    std::string_view standard;  // what holds without it; empty: nothing
    std::string_view meaning;
    void (*take)(Take&);
};

[[nodiscard]] std::span<const Key> keys();
[[nodiscard]] const Key* find_key(std::string_view section, std::string_view name);
[[nodiscard]] bool is_section(std::string_view name);

// Keys and sections that hob will have, refused by name until then. Section empty: at the top.
struct Planned {
    std::string_view section;
    std::string_view name;
};
[[nodiscard]] std::span<const Planned> planned_keys();
// One wording for planned keys and planned values.
inline constexpr std::string_view not_supported = "is not supported by this version of hob";

// For an unknown `name` in `section`: the key that was meant, or the section where it belongs.
[[nodiscard]] std::string key_hint(std::string_view section, std::string_view name);

// "longrun, oneshot".
[[nodiscard]] std::string describe_types(Types types);

// The table as Markdown, one table for each section: docs/definitions.md holds exactly this.
[[nodiscard]] std::string keys_as_markdown();

}  // namespace hob::rc::compile
