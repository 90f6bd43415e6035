// Json: writes one JSON document into a string; commas, quotes and escapes are its business.
//
// Bytes that are no UTF-8 become U+FFFD, so the document is always valid. What is opened must be closed, in
// order; the writer does not check that.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

namespace hob::tools {

// Appends `text` as a JSON string, with its quotes.
void add_json(std::string& to, std::string_view text);

class Json {
  public:
    Json& begin_object(std::string_view key = {}) { return open(key, '{'); }
    Json& end_object() { return close('}'); }
    Json& begin_array(std::string_view key = {}) { return open(key, '['); }
    Json& end_array() { return close(']'); }
    Json& field(std::string_view key, std::string_view value);
    Json& field(std::string_view key, const char* value) { return field(key, std::string_view{value}); }
    Json& field(std::string_view key, bool value) { return raw(key, value ? "true" : "false"); }
    template <std::integral I>
    Json& field(std::string_view key, I value) {
        return raw(key, std::to_string(value));
    }
    Json& null(std::string_view key) { return raw(key, "null"); }
    Json& element(std::string_view value);
    [[nodiscard]] std::string& text() { return text_; }

  private:
    Json& open(std::string_view key, char bracket);
    Json& close(char bracket);
    Json& raw(std::string_view key, std::string_view value);
    void name(std::string_view key);
    std::string text_;
};

}  // namespace hob::tools
