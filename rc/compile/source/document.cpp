#include "rc/compile/source/document.hpp"

#include <algorithm>

// toml++ 3.3 asserts what some texts break (a line with nothing but `[`), and without assertions goes on into
// undefined behaviour. As an exception an assertion is one more way to say that a text is no TOML.
namespace {
struct BrokenAssertion {};
[[noreturn]] void break_assertion() { throw BrokenAssertion{}; }
}  // namespace
#undef NDEBUG
#define TOML_ASSERT(condition) ((condition) ? static_cast<void>(0) : break_assertion())
// No writers, and an end to recursion long before the stack's.
#define TOML_ENABLE_FORMATTERS 0
#define TOML_MAX_NESTED_VALUES 16
// Its classes of characters hold the end of a function for unreachable that an `ä` outside of a string
// reaches.
#include <toml++/impl/forward_declarations.h>
#pragma push_macro("TOML_UNREACHABLE")
#undef TOML_UNREACHABLE
#define TOML_UNREACHABLE return false
#include <toml++/impl/unicode.h>
#pragma pop_macro("TOML_UNREACHABLE")
#include <toml++/toml.h>

namespace hob::rc::compile {

namespace {

Location place(const toml::source_region& source, std::uint32_t file) {
    return {file, static_cast<std::uint32_t>(source.begin.line),
            static_cast<std::uint32_t>(source.begin.column)};
}

Value convert(const toml::node& node, std::uint32_t file);

std::vector<Item> convert_table(const toml::table& table, std::uint32_t file) {
    std::vector<Item> items;
    items.reserve(table.size());
    for (const auto& [key, node] : table)
        items.push_back({std::string{key.str()}, place(key.source(), file), convert(node, file)});
    return items;
}

Value convert(const toml::node& node, std::uint32_t file) {
    Value out{place(node.source(), file), Other{"a number with a point"}};
    if (const auto* text = node.as_string())
        out.data = text->get();
    else if (const auto* number = node.as_integer()) {
        const bool octal = (number->flags() & toml::value_flags::format_as_octal) != toml::value_flags::none;
        if (octal)
            out.data = Octal{number->get()};
        else
            out.data = number->get();
    } else if (const auto* flag = node.as_boolean())
        out.data = flag->get();
    else if (const auto* table = node.as_table())
        out.data = convert_table(*table, file);
    else if (const auto* array = node.as_array()) {
        std::vector<Value> values;
        values.reserve(array->size());
        for (const auto& element : *array) values.push_back(convert(element, file));
        out.data = std::move(values);
    } else if (!node.is_floating_point())
        out.data = Other{"a date or time"};
    return out;
}

// "Error while parsing key-value pair: cannot redefine existing integer 'a'" → what comes behind the colon
// says it all, except at the end of the file.
std::string reason(std::string_view description) {
    const auto colon = description.find(": ");
    const std::string_view tail = colon == description.npos ? description : description.substr(colon + 2);
    if (tail.starts_with("encountered end-of-file")) return "the file ends too early";
    return std::string{tail};
}

// The first line that begins like a section and goes on like none; 1 when there is no such line.
std::uint32_t line_of_bad_header(std::string_view text) {
    constexpr std::string_view spaces = " \t\r";
    for (std::uint32_t number = 1; !text.empty(); ++number) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        line.remove_prefix(std::min(line.size(), line.find_first_not_of(spaces)));
        if (!line.starts_with('[')) continue;
        line.remove_prefix(std::min(line.size(), line.find_first_not_of("[ \t\r")));
        const char first = line.empty() ? ' ' : line.front();
        const bool name = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') ||
                          (first >= '0' && first <= '9') || first == '_' || first == '-' || first == '"' ||
                          first == '\'';
        if (!name) return number;
    }
    return 1;
}

}  // namespace

std::string_view Value::kind() const {
    static constexpr std::string_view names[] = {
        "a string", "an integer", "an octal integer", "true or false", "an array", "a table", ""};
    const auto* other = as<Other>();
    return other != nullptr ? other->name : names[data.index()];
}

std::optional<std::vector<Item>> parse_document(std::string_view text, std::uint32_t file, Diagnostics& say) {
    std::vector<Item> items;
    try {
        items = convert_table(toml::parse(text), file);
    } catch (const toml::parse_error& error) {
        say.error(place(error.source(), file), reason(error.description()));
        return std::nullopt;
    } catch (const BrokenAssertion&) {
        say.error({file, line_of_bad_header(text), 1}, "not the [name] of a section");
        return std::nullopt;
    }
    // The library sorts by key; a reader of messages expects the order of the text.
    std::ranges::sort(items, [](const Item& a, const Item& b) {
        if (a.where.line != b.where.line) return a.where.line < b.where.line;
        if (a.where.column != b.where.column) return a.where.column < b.where.column;
        return a.key < b.key;
    });
    return items;
}

}  // namespace hob::rc::compile
