#pragma once

#include <millwright/core/time.hpp>
#include <millwright/plant/plant.hpp>
#include <millwright/twin/frame.hpp>

#include <string>
#include <string_view>

/// Values and times as people read them; units are those of `units::display`.
namespace millwright::ui {

/// The value alone, with the signal's decimals and a real minus sign; booleans as `on`/`off`; `–` when there is none. Numbers too
/// long for a row (more than ten digits) are in powers of ten. `strings` may be null.
[[nodiscard]] std::string formatValue(const plant::Signal& signal, const twin::SignalState& state, const StringTable* strings);
/// A number with `decimals` digits after the point; never `-0`.
[[nodiscard]] std::string formatNumber(double value, int decimals);

/// `01:43:07` or, with `decimals`, `01:43:07.250`; UTC.
[[nodiscard]] std::string clockText(Time time, int decimals = 0);
/// `2026-11-23`; UTC.
[[nodiscard]] std::string dateText(Time time);
/// Time since the start of a log, `+00:12:31`; hours grow beyond two digits.
[[nodiscard]] std::string offsetText(Duration duration);
/// `1×`, `0.1×`, `1000×`.
[[nodiscard]] std::string speedText(double speed);
/// A count with thin groups of three, `12 345 678`.
[[nodiscard]] std::string countText(std::uint64_t count);
/// `text`, or as much of it as fits `fits` measured by whole characters, with `…`; empty if not even that.
template <typename Fits>
[[nodiscard]] std::string elided(std::string_view text, Fits&& fits);

/// Number of bytes of the UTF-8 character at `text[at]`; 1 for a byte that begins none.
[[nodiscard]] std::size_t characterLength(std::string_view text, std::size_t at);
/// Whether `text` contains `wanted`, without regard to the case of ASCII letters. Nothing wanted is contained in everything.
[[nodiscard]] bool containsIgnoringCase(std::string_view text, std::string_view wanted);

template <typename Fits>
std::string elided(std::string_view text, Fits&& fits) {
    if (fits(text)) return std::string{text};
    std::string best;
    for (std::size_t at = 0; at < text.size();) {
        at += characterLength(text, at);
        std::string candidate{text.substr(0, at)};
        candidate += "…";
        if (!fits(std::string_view{candidate})) break;
        best = std::move(candidate);
    }
    return best;
}

} // namespace millwright::ui
