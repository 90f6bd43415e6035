#include "rc/compile/source/document.hpp"

#include <algorithm>

// No exceptions out of the parser, no writers, and an end to recursion long before the stack's.
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_MAX_NESTED_VALUES 16
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

}  // namespace

std::string_view Value::kind() const {
    static constexpr std::string_view names[] = {
        "a string", "an integer", "an octal integer", "true or false", "an array", "a table", ""};
    const auto* other = as<Other>();
    return other != nullptr ? other->name : names[data.index()];
}

std::optional<std::vector<Item>> parse_document(std::string_view text, std::uint32_t file, Diagnostics& say) {
    const toml::parse_result result = toml::parse(text);
    if (!result) {
        const toml::parse_error& error = result.error();
        say.error(place(error.source(), file), reason(error.description()));
        return std::nullopt;
    }
    auto items = convert_table(result.table(), file);
    // The library sorts by key; a reader of messages expects the order of the text.
    std::ranges::stable_sort(items, [](const Item& a, const Item& b) {
        return a.where.line != b.where.line ? a.where.line < b.where.line : a.where.column < b.where.column;
    });
    return items;
}

}  // namespace hob::rc::compile
