// ServiceName: the one validator of service names; what passes is safe as a path component and on a terminal.
//
// 1 to 111 bytes of [A-Za-z0-9_.:+@-], not starting with '.', '-' or '@'. At most one '@': `getty@` is a
// template, `getty@tty1` an instance of it. Protocols carry names, never paths.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace hob::base {

inline constexpr std::size_t name_max = 111;

class ServiceName {
  public:
    // Why `text` is no name, as a literal for messages; nullptr when it is one.
    static constexpr const char* refusal(std::string_view text) noexcept {
        if (text.empty()) return "a name may not be empty";
        if (text.size() > name_max) return "a name has at most 111 bytes";
        if (text.front() == '.' || text.front() == '-' || text.front() == '@')
            return "a name may not start with '.', '-' or '@'";
        std::size_t ats = 0;
        for (const char c : text) {
            const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!word && c != '_' && c != '.' && c != ':' && c != '+' && c != '-' && c != '@')
                return "a name has only letters, digits and _.:+@-";
            if (c == '@') ++ats;
        }
        return ats > 1 ? "a name has at most one '@'" : nullptr;
    }
    static constexpr std::optional<ServiceName> parse(std::string_view text) noexcept {
        if (refusal(text) != nullptr) return std::nullopt;
        return ServiceName{text};
    }

    [[nodiscard]] constexpr std::string_view view() const noexcept { return text_; }
    [[nodiscard]] constexpr bool is_template() const noexcept { return text_.back() == '@'; }
    [[nodiscard]] constexpr bool is_instance() const noexcept {
        return text_.find('@') != text_.npos && !is_template();
    }
    // `getty@` of `getty@tty1`; empty when it is no instance.
    [[nodiscard]] constexpr std::string_view template_part() const noexcept {
        return is_instance() ? text_.substr(0, text_.find('@') + 1) : std::string_view{};
    }
    // `tty1` of `getty@tty1`.
    [[nodiscard]] constexpr std::string_view argument() const noexcept {
        return is_instance() ? text_.substr(text_.find('@') + 1) : std::string_view{};
    }

  private:
    constexpr explicit ServiceName(std::string_view text) noexcept : text_{text} {}
    std::string_view text_;  // borrowed: the caller's bytes outlive it
};

}  // namespace hob::base
