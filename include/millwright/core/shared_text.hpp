#pragma once

#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <format>
#include <functional>
#include <string_view>
#include <utility>

namespace millwright {

/// A text that never changes, of which all copies share one piece of memory: for what thousands of like things have in common, or
/// hold several times. Eight bytes; an empty one owns nothing. Thread: any; each copy by one at a time.
class SharedText {
public:
    SharedText() = default;
    /// Implicit, from whatever is a text, so that it is assigned and compared like a string. At most 4 GiB.
    template <std::convertible_to<std::string_view> Text>
        requires(!std::same_as<Text, SharedText>)
    SharedText(const Text& text) : SharedText{std::string_view{text}, Owned{}} {}
    SharedText(const SharedText& other) noexcept : block_{other.block_} { share(); }
    SharedText(SharedText&& other) noexcept : block_{std::exchange(other.block_, nullptr)} {}
    SharedText& operator=(SharedText other) noexcept {
        std::swap(block_, other.block_);
        return *this;
    }
    ~SharedText() { release(); }

    /// Valid while this text, or a copy of it, lives and is not assigned to.
    [[nodiscard]] std::string_view view() const;
    operator std::string_view() const { return view(); }
    [[nodiscard]] bool empty() const { return block_ == nullptr; }
    [[nodiscard]] std::size_t size() const { return view().size(); }

    friend bool operator==(const SharedText& a, const SharedText& b) { return a.block_ == b.block_ || a.view() == b.view(); }
    friend auto operator<=>(const SharedText& a, const SharedText& b) { return a.view() <=> b.view(); }
    template <std::convertible_to<std::string_view> Text>
        requires(!std::same_as<Text, SharedText>)
    friend bool operator==(const SharedText& a, const Text& b) {
        return a.view() == std::string_view{b};
    }
    template <std::convertible_to<std::string_view> Text>
        requires(!std::same_as<Text, SharedText>)
    friend auto operator<=>(const SharedText& a, const Text& b) {
        return a.view() <=> std::string_view{b};
    }

private:
    struct Block;
    struct Owned {};
    SharedText(std::string_view text, Owned);
    void share() const noexcept;
    void release() noexcept;

    Block* block_ = nullptr;
};

} // namespace millwright

template <>
struct std::formatter<millwright::SharedText> : std::formatter<std::string_view> {
    auto format(const millwright::SharedText& text, auto& context) const {
        return std::formatter<std::string_view>::format(text.view(), context);
    }
};
