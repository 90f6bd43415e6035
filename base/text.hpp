// Text<N>: a bounded, always terminated string built in place; what does not fit is cut, never overrun.
//
// For messages, paths and numbers in tiers 0 and 1, where there is neither heap nor stdio. Call `cut()` where
// a cut text would be wrong (a path). Numbers are decimal.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstring>
#include <string_view>

namespace hob::base {

template <std::size_t N>
class Text {
  public:
    Text() noexcept = default;
    template <class... Parts>
        requires(sizeof...(Parts) > 0)
    explicit Text(const Parts&... parts) noexcept {
        (add(parts), ...);
    }

    Text& add(std::string_view s) noexcept {
        const std::size_t room = N - 1 - size_;
        if (s.size() > room) {
            cut_ = true;
            s = s.substr(0, room);
        }
        if (!s.empty()) std::memcpy(data_ + size_, s.data(), s.size());
        size_ += s.size();
        data_[size_] = '\0';
        return *this;
    }
    Text& add(const char* s) noexcept { return add(std::string_view{s}); }
    Text& add(char c) noexcept { return add(std::string_view{&c, 1}); }
    template <std::integral I>
        requires(!std::same_as<I, char> && !std::same_as<I, bool>)
    Text& add(I value) noexcept {
        char digits[24];
        char* at = digits + sizeof digits;
        const bool negative = value < 0;
        auto left = static_cast<unsigned long long>(value);
        if (negative) left = 0 - left;
        do *--at = static_cast<char>('0' + left % 10);
        while ((left /= 10) != 0);
        if (negative) *--at = '-';
        return add(std::string_view{at, static_cast<std::size_t>(digits + sizeof digits - at)});
    }

    void clear() noexcept { size_ = 0, cut_ = false, data_[0] = '\0'; }
    [[nodiscard]] bool cut() const noexcept { return cut_; }
    [[nodiscard]] const char* c_str() const noexcept { return data_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::string_view view() const noexcept { return {data_, size_}; }

  private:
    std::size_t size_ = 0;
    bool cut_ = false;
    char data_[N] = {};
};

}  // namespace hob::base
