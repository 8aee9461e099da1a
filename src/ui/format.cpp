#include <millwright/ui/format.hpp>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <format>

namespace millwright::ui {
namespace {

constexpr std::string_view minus = "−";
constexpr std::string_view nothing = "–";
constexpr int longestNumber = 10;

} // namespace

std::string formatNumber(double value, int decimals) {
    if (std::isnan(value)) return std::string{nothing};
    if (std::isinf(value)) return value > 0 ? "∞" : "−∞";
    const int digits = std::clamp(decimals, 0, 9);
    std::string text = std::format("{:.{}f}", std::abs(value), digits);
    if (static_cast<int>(text.size()) - (digits > 0 ? digits + 1 : 0) > longestNumber)
        text = std::format("{:.3e}", std::abs(value));
    const bool zero = text.find_first_of("123456789") == std::string::npos;
    if (value < 0 && !zero) text.insert(0, minus);
    return text;
}

std::string formatValue(const plant::Signal& signal, const twin::SignalState& state, const StringTable* strings) {
    if (!state.known) return std::string{nothing};
    switch (signal.type) {
    case ValueType::Float: return formatNumber(state.value.number, signal.decimals);
    case ValueType::Integer: {
        const std::int64_t value = state.value.integer;
        if (!signal.states.empty() && value >= 0 && static_cast<std::size_t>(value) < signal.states.size())
            return signal.states[static_cast<std::size_t>(value)];
        return formatNumber(static_cast<double>(value), 0);
    }
    case ValueType::Boolean: return state.value.boolean ? "on" : "off";
    case ValueType::String: break;
    }
    const auto id = static_cast<std::size_t>(state.value.string);
    if (!strings || id >= strings->size()) return std::string{nothing};
    return std::string{strings->text(state.value.string)};
}

std::string clockText(Time time, int decimals) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::int64_t ns = (time - day).count(), s = ns / 1'000'000'000;
    std::string text = std::format("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
    if (decimals > 0) {
        std::int64_t divisor = 1'000'000'000;
        for (int i = 0; i < std::min(decimals, 9); ++i) divisor /= 10;
        text += std::format(".{:0{}}", ns % 1'000'000'000 / divisor, std::min(decimals, 9));
    }
    return text;
}

std::string dateText(Time time) {
    const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(time)};
    return std::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()));
}

std::string offsetText(Duration duration) {
    const std::int64_t s = std::abs(duration.count()) / 1'000'000'000;
    return std::format("{}{:02}:{:02}:{:02}", duration.count() < 0 ? minus : "+", s / 3600, s / 60 % 60, s % 60);
}

std::string speedText(double speed) {
    return std::format("{}×", speed);
}

std::string countText(std::uint64_t count) {
    std::string digits = std::to_string(count);
    for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, "\u2009");
    return digits;
}

std::size_t characterLength(std::string_view text, std::size_t at) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    for (std::size_t i = 1; i < length; ++i)
        if (at + i >= text.size() || (static_cast<unsigned char>(text[at + i]) & 0xC0) != 0x80) return 1;
    return length;
}

bool containsIgnoringCase(std::string_view text, std::string_view wanted) {
    const auto same = [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
    };
    return std::ranges::search(text, wanted, same).begin() != text.end() || wanted.empty();
}

} // namespace millwright::ui
