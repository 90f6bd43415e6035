// Text<N>: a bounded, always terminated string built in place; what does not fit is cut, never overrun.
//
// For messages, paths and numbers in tiers 0 and 1, where there is neither heap nor stdio. Call `cut()` where
// a cut text would be wrong (a path). Numbers are decimal. The work is done out of line, by one TextHead for
// every N, and bytes behind the terminator are never touched: small programs are full of texts.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace hob::base {

// The front of a Text; its bytes lie directly behind it.
struct TextHead {
    std::uint32_t size = 0;
    std::uint32_t room : 31;  // with the terminator
    std::uint32_t cut : 1 = 0;

    explicit TextHead(std::size_t n) noexcept : room{static_cast<std::uint32_t>(n & 0x7fffffff)} {}
    void add(const char* bytes, std::size_t count) noexcept;
    void add(const char* s) noexcept;
    void add(char c) noexcept;
    void add_number(unsigned long long magnitude, bool negative) noexcept;
};

template <std::size_t N>
class Text {
    static_assert(N > 0 && N <= 0x7fffffff);

  public:
    Text() noexcept : head_{N} { data_[0] = '\0'; }
    template <class... Parts>
        requires(sizeof...(Parts) > 0)
    explicit Text(const Parts&... parts) noexcept : Text{} {
        (add(parts), ...);
    }
    Text(const Text& other) noexcept : Text{} { *this = other; }
    Text& operator=(const Text& other) noexcept {
        if (this == &other) return *this;
        clear();
        add(other.view());
        head_.cut = other.head_.cut;
        return *this;
    }

    Text& add(std::string_view s) noexcept { return head_.add(s.data(), s.size()), *this; }
    Text& add(const char* s) noexcept { return head_.add(s), *this; }
    Text& add(char c) noexcept { return head_.add(c), *this; }
    template <std::integral I>
        requires(!std::same_as<I, char> && !std::same_as<I, bool>)
    Text& add(I value) noexcept {
        const auto bits = static_cast<unsigned long long>(value);
        head_.add_number(value < 0 ? 0 - bits : bits, value < 0);
        return *this;
    }

    void clear() noexcept { head_.size = 0, head_.cut = 0, data_[0] = '\0'; }
    [[nodiscard]] bool cut() const noexcept { return head_.cut != 0; }
    [[nodiscard]] const char* c_str() const noexcept { return data_; }
    [[nodiscard]] std::size_t size() const noexcept { return head_.size; }
    [[nodiscard]] std::string_view view() const noexcept { return {data_, head_.size}; }

  private:
    TextHead head_;
    char data_[N];
};

}  // namespace hob::base
