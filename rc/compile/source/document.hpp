// A definition as text says it: TOML, one level of sections, every key and value with its place.
//
// parse_document() is the only place that knows the TOML library (toml++: its headers cost seconds to
// compile). It knows no key of hob: what may be there, and of what kind, is model/keys.hpp's business.
#pragma once

#include "rc/compile/diagnostics.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace hob::rc::compile {

struct Value;
struct Item;

struct Octal {  // an integer written 0o…
    std::int64_t value;
};
struct Other {  // of a kind no key of hob has
    std::string_view name;
};

// A table inside a value is a list of items, in the order of their keys.
struct Value {
    Location where;
    std::variant<std::string, std::int64_t, Octal, bool, std::vector<Value>, std::vector<Item>, Other> data;

    template <class T>
    [[nodiscard]] const T* as() const {
        return std::get_if<T>(&data);
    }
    // "a string", "an integer", …: for messages.
    [[nodiscard]] std::string_view kind() const;
};

struct Item {
    std::string key;
    Location where;  // of the key
    Value value;
};

// The root table of `text`, in the order of the text. nullopt: an error was told.
[[nodiscard]] std::optional<std::vector<Item>> parse_document(std::string_view text, std::uint32_t file,
                                                              Diagnostics& say);

}  // namespace hob::rc::compile
