// Take: one value on its way from the document into a Service, checked on the way.
//
// Each function wants one form of value. What has another form, or is impossible, is told with its place and
// the key's example, and leaves the service unchanged.
#pragma once

#include "base/time.hpp"
#include "rc/compile/model/service.hpp"
#include "rc/compile/source/document.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hob::rc::compile {

struct Key;

inline constexpr std::size_t words_max =
    65535;  // of one array or table: a step counts its strings in 16 bits
inline constexpr std::size_t text_max = 64 * 1024;

enum class Unit : std::uint8_t { count, size, time };

struct Take {
    Service& service;
    const Key& key;
    const Value& value;
    Diagnostics& say;

    void line(std::string& to);                        // one line of text
    void path(std::string& to);                        // absolute
    void command(base::Program program);               // array: program and arguments
    void names(std::vector<Word>& to);                 // array of names of services
    void words(std::vector<Word>& to);                 // array of strings
    void word(std::optional<Word>& to);                // a string
    void duration(base::Nanos& to, bool zero = true);  // zero: "0" is allowed
    void flag(bool& to);
    void mask(std::optional<int>& to);
    void signal(std::uint8_t& to);
    void readiness();
    void environment();
    void stdio(std::size_t descriptor);
    void limit(int resource, Unit unit);

    template <class T>
    void number(T& to, std::int64_t low, std::int64_t high) {
        if (const auto got = integer(low, high)) to = static_cast<T>(*got);
    }
    template <class T>
    void number(std::optional<T>& to, std::int64_t low, std::int64_t high) {
        if (const auto got = integer(low, high)) to = static_cast<T>(*got);
    }
    // One of `choices`; `to` is set to its index.
    template <class E>
    void choice(E& to, std::span<const std::string_view> choices) {
        if (const auto got = index(choices)) to = static_cast<E>(*got);
    }

    // Says that the value is wrong: "KEY: WHAT", with the key's example as the hint unless another is given.
    void wrong(const Location& where, const std::string& what, std::string hint = {});

  private:
    // The string of `v`, fit for a plan; null: told.
    const std::string* text(const Value& v);
    std::optional<std::vector<Word>> texts();
    std::optional<std::int64_t> integer(std::int64_t low, std::int64_t high);
    std::optional<std::size_t> index(std::span<const std::string_view> choices);
    [[nodiscard]] std::optional<std::int64_t> amount(Unit unit) const;
    void take_name(const Word& name, std::vector<Word>& to);
    bool absolute(const std::string& path, const Location& where);
};

}  // namespace hob::rc::compile
