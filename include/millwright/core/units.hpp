#pragma once

#include <millwright/core/result.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

/// Units of measure as UCUM codes (case sensitive: The Unified Code for Units of Measure, 2.2): `m/min`, `kW.h`, `N/mm`, `%{LEL}`,
/// `Cel`, `[degF]`. Prefixes, products, quotients, exponents, parentheses and annotations are read by the grammar; the atoms are
/// those of industry and plant engineering. Thread: any.
namespace millwright::units {

/// Exponents of metre, gram, second, ampere, kelvin, candela, radian, mole and bit. Plane angle, amount and information are kept
/// apart so that `deg` is not taken for `%`. `scale` is 0, or names a scale of its own (`[pH]`, `dB[SPL]`) that converts to nothing
/// else.
struct Dimension {
    std::array<std::int8_t, 9> exponents{};
    std::uint8_t scale = 0;
    friend bool operator==(const Dimension&, const Dimension&) = default;
};

/// A parsed code: coherent value (metre, gram, second …) = value * numerator / denominator * 10^tenExponent + offset.
/// Kept as a fraction so that decimal and sexagesimal conversions come out exact.
struct Unit {
    Dimension dimension;
    double numerator = 1;
    double denominator = 1;
    int tenExponent = 0;
    double offset = 0; ///< kelvin; only of a temperature scale standing alone (`Cel`, `[degF]`)
};

/// to = scale * from + offset.
struct Conversion {
    double scale = 1;
    double offset = 0;
    friend bool operator==(const Conversion&, const Conversion&) = default;
};

/// Reads a UCUM code; the empty code is the unit one. Errors: Invalid, saying what is not understood and, for common non-UCUM
/// spellings (`rpm`, `kWh`, `°C`), what to write instead.
[[nodiscard]] Result<Unit> parse(std::string_view code);

/// How values in `from` become values in `to`. An empty code means that the unit is not stated: such values are taken as they are.
/// Equal codes give exactly the identity. Errors: Invalid for a code that is not UCUM or units of different dimensions.
[[nodiscard]] Result<Conversion> convert(std::string_view from, std::string_view to);

/// The same of parsed units. Errors: Invalid for units of different dimensions.
[[nodiscard]] Result<Conversion> convert(const Unit& from, const Unit& to);
/// unit * other ^ exponent, for quantities that are multiplied (1) or divided (-1); a temperature counts as a difference.
/// Errors: Invalid when no unit holds the result.
[[nodiscard]] Result<Unit> multiplied(const Unit& unit, const Unit& other, int exponent);

[[nodiscard]] bool isAngle(const Unit& unit);         ///< rad, deg …
[[nodiscard]] bool isAngularSpeed(const Unit& unit);  ///< rad/s, deg/s …
[[nodiscard]] bool isFrequency(const Unit& unit);     ///< Hz, /min, {rev}/min …
[[nodiscard]] bool isLength(const Unit& unit);        ///< m, mm …
[[nodiscard]] bool isDimensionless(const Unit& unit); ///< %, [ppm], {count} …

/// The code as people write it, for labels: `Cel` -> `°C`, `m3/h` -> `m³/h`, `um` -> `µm`, `kW.h` -> `kW·h`, `%{LEL}` -> `% LEL`.
/// UTF-8. A code that is not UCUM comes back unchanged.
[[nodiscard]] std::string display(std::string_view code);

} // namespace millwright::units
