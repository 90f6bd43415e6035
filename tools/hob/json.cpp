#include "tools/hob/json.hpp"

#include "tools/hob/text.hpp"

namespace hob::tools {

void add_json(std::string& to, std::string_view text) {
    constexpr const char* hex = "0123456789abcdef";
    to += '"';
    while (!text.empty()) {
        const auto first = static_cast<unsigned char>(text[0]);
        const std::size_t size = utf8_size(text);
        if (size == 0) {
            to += "\xef\xbf\xbd";
        } else if (first == '"' || first == '\\') {
            to += '\\';
            to += text[0];
        } else if (first == '\n') {
            to += "\\n";
        } else if (first == '\t') {
            to += "\\t";
        } else if (first < 0x20 || first == 0x7f) {
            to += "\\u00";
            to += hex[first >> 4];
            to += hex[first & 15];
        } else {
            to += text.substr(0, size);
        }
        text.remove_prefix(size == 0 ? 1 : size);
    }
    to += '"';
}

void Json::name(std::string_view key) {
    if (!text_.empty() && text_.back() != '{' && text_.back() != '[') text_ += ',';
    if (key.empty()) return;
    add_json(text_, key);
    text_ += ':';
}
Json& Json::open(std::string_view key, char bracket) {
    name(key);
    text_ += bracket;
    return *this;
}
Json& Json::close(char bracket) {
    text_ += bracket;
    return *this;
}
Json& Json::raw(std::string_view key, std::string_view value) {
    name(key);
    text_ += value;
    return *this;
}
Json& Json::field(std::string_view key, std::string_view value) {
    name(key);
    add_json(text_, value);
    return *this;
}
Json& Json::element(std::string_view value) { return field({}, value); }

}  // namespace hob::tools
