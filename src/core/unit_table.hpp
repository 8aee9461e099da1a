#pragma once

#include <array>
#include <cstdint>
#include <numbers>
#include <string_view>

/// The atoms and prefixes of UCUM that industry uses. Private to units.cpp.
namespace millwright::units {

using Exponents = std::array<std::int8_t, 9>;

struct Atom {
    std::string_view code;
    bool metric; // takes SI prefixes
    double numerator;
    double denominator;
    int tenExponent;
    Exponents exponents;
    double offset = 0;      // of a temperature scale
    std::uint8_t scale = 0; // a scale of its own
};

//                              m  g  s  A  K cd rad mol bit
inline constexpr Exponents none{0, 0, 0, 0, 0, 0, 0, 0, 0};
inline constexpr Exponents length{1, 0, 0, 0, 0, 0, 0, 0, 0};
inline constexpr Exponents area{2, 0, 0, 0, 0, 0, 0, 0, 0};
inline constexpr Exponents volume{3, 0, 0, 0, 0, 0, 0, 0, 0};
inline constexpr Exponents mass{0, 1, 0, 0, 0, 0, 0, 0, 0};
inline constexpr Exponents second{0, 0, 1, 0, 0, 0, 0, 0, 0};
inline constexpr Exponents perSecond{0, 0, -1, 0, 0, 0, 0, 0, 0};
inline constexpr Exponents ampere{0, 0, 0, 1, 0, 0, 0, 0, 0};
inline constexpr Exponents coulomb{0, 0, 1, 1, 0, 0, 0, 0, 0};
inline constexpr Exponents kelvin{0, 0, 0, 0, 1, 0, 0, 0, 0};
inline constexpr Exponents candela{0, 0, 0, 0, 0, 1, 0, 0, 0};
inline constexpr Exponents lumen{0, 0, 0, 0, 0, 1, 2, 0, 0};
inline constexpr Exponents lux{-2, 0, 0, 0, 0, 1, 2, 0, 0};
inline constexpr Exponents angle{0, 0, 0, 0, 0, 0, 1, 0, 0};
inline constexpr Exponents solidAngle{0, 0, 0, 0, 0, 0, 2, 0, 0};
inline constexpr Exponents mole{0, 0, 0, 0, 0, 0, 0, 1, 0};
inline constexpr Exponents bit{0, 0, 0, 0, 0, 0, 0, 0, 1};
inline constexpr Exponents speed{1, 0, -1, 0, 0, 0, 0, 0, 0};
inline constexpr Exponents gravity{1, 0, -2, 0, 0, 0, 0, 0, 0};
inline constexpr Exponents force{1, 1, -2, 0, 0, 0, 0, 0, 0};
inline constexpr Exponents pressure{-1, 1, -2, 0, 0, 0, 0, 0, 0};
inline constexpr Exponents energy{2, 1, -2, 0, 0, 0, 0, 0, 0};
inline constexpr Exponents power{2, 1, -3, 0, 0, 0, 0, 0, 0};
inline constexpr Exponents volt{2, 1, -3, -1, 0, 0, 0, 0, 0};
inline constexpr Exponents ohm{2, 1, -3, -2, 0, 0, 0, 0, 0};
inline constexpr Exponents siemens{-2, -1, 3, 2, 0, 0, 0, 0, 0};
inline constexpr Exponents farad{-2, -1, 4, 2, 0, 0, 0, 0, 0};
inline constexpr Exponents henry{2, 1, -2, -2, 0, 0, 0, 0, 0};
inline constexpr Exponents weber{2, 1, -2, -1, 0, 0, 0, 0, 0};
inline constexpr Exponents tesla{0, 1, -2, -1, 0, 0, 0, 0, 0};
inline constexpr Exponents viscosity{-1, 1, -1, 0, 0, 0, 0, 0, 0};
inline constexpr Exponents kinematic{2, 0, -1, 0, 0, 0, 0, 0, 0};

// Factors from the UCUM 2.2 table, to m, g, s, A, K, cd, rad, mol, bit.
inline constexpr Atom atoms[] = {
    {"m", true, 1, 1, 0, length},
    {"g", true, 1, 1, 0, mass},
    {"s", true, 1, 1, 0, second},
    {"A", true, 1, 1, 0, ampere},
    {"K", true, 1, 1, 0, kelvin},
    {"cd", true, 1, 1, 0, candela},
    {"rad", true, 1, 1, 0, angle},
    {"mol", true, 1, 1, 0, mole},
    {"C", true, 1, 1, 0, coulomb},
    {"bit", true, 1, 1, 0, bit},
    {"bit_s", false, 1, 1, 0, bit},
    {"By", true, 8, 1, 0, bit},
    {"Bd", true, 1, 1, 0, perSecond},
    {"10*", false, 10, 1, 0, none},
    {"10^", false, 10, 1, 0, none},
    {"[pi]", false, std::numbers::pi, 1, 0, none},
    {"%", false, 1, 1, -2, none},
    {"[ppth]", false, 1, 1, -3, none},
    {"[ppm]", false, 1, 1, -6, none},
    {"[ppb]", false, 1, 1, -9, none},
    {"[pptr]", false, 1, 1, -12, none},
    {"min", false, 60, 1, 0, second},
    {"h", false, 3600, 1, 0, second},
    {"d", false, 86400, 1, 0, second},
    {"wk", false, 604800, 1, 0, second},
    {"mo", false, 2629800, 1, 0, second},
    {"a", false, 31557600, 1, 0, second},
    {"Hz", true, 1, 1, 0, perSecond},
    {"Bq", true, 1, 1, 0, perSecond},
    {"Ci", true, 37, 1, 9, perSecond},
    {"deg", false, std::numbers::pi, 180, 0, angle},
    {"'", false, std::numbers::pi, 10800, 0, angle},
    {"''", false, std::numbers::pi, 648000, 0, angle},
    {"gon", false, std::numbers::pi, 200, 0, angle},
    {"circ", false, 2 * std::numbers::pi, 1, 0, angle},
    {"sr", true, 1, 1, 0, solidAngle},
    {"N", true, 1, 1, 3, force},
    {"dyn", true, 1, 1, -2, force},
    {"gf", true, 980665, 1, -5, force},
    {"[lbf_av]", false, 44482216152605, 1, -10, force},
    {"Pa", true, 1, 1, 3, pressure},
    {"bar", true, 1, 1, 8, pressure},
    {"atm", false, 101325, 1, 3, pressure},
    {"att", false, 980665, 1, 2, pressure},
    {"[psi]", false, 6894757293168, 1, -6, pressure},
    {"m[Hg]", true, 133322, 1, 3, pressure},
    {"m[H2O]", true, 980665, 1, 1, pressure},
    {"[in_i'Hg]", false, 33863788, 1, -1, pressure},
    {"[in_i'H2O]", false, 2490889, 1, -1, pressure},
    {"J", true, 1, 1, 3, energy},
    {"eV", true, 1.602176634, 1, -16, energy},
    {"cal", true, 4184, 1, 0, energy},
    {"cal_IT", true, 41868, 1, -1, energy},
    {"[Btu_IT]", false, 105505585262, 1, -5, energy},
    {"[Btu]", false, 10550600, 1, -1, energy},
    {"W", true, 1, 1, 3, power},
    {"[HP]", false, 7456998715823, 1, -7, power},
    {"V", true, 1, 1, 3, volt},
    {"Ohm", true, 1, 1, 3, ohm},
    {"S", true, 1, 1, -3, siemens},
    {"F", true, 1, 1, -3, farad},
    {"H", true, 1, 1, 3, henry},
    {"Wb", true, 1, 1, 3, weber},
    {"T", true, 1, 1, 3, tesla},
    {"G", true, 1, 1, -1, tesla},
    {"lm", true, 1, 1, 0, lumen},
    {"lx", true, 1, 1, 0, lux},
    {"Cel", true, 1, 1, 0, kelvin, 273.15},
    {"[degF]", false, 5, 9, 0, kelvin, 459.67 * 5 / 9},
    {"[degR]", false, 5, 9, 0, kelvin},
    {"l", true, 1, 1, -3, volume},
    {"L", true, 1, 1, -3, volume},
    {"ar", true, 1, 1, 2, area},
    {"t", true, 1, 1, 6, mass},
    {"u", true, 1.66053906660, 1, -24, mass},
    {"P", true, 1, 1, 2, viscosity},
    {"St", true, 1, 1, -4, kinematic},
    {"Ao", false, 1, 1, -10, length},
    {"[in_i]", false, 254, 1, -4, length},
    {"[ft_i]", false, 3048, 1, -4, length},
    {"[yd_i]", false, 9144, 1, -4, length},
    {"[mi_i]", false, 1609344, 1, -3, length},
    {"[mil_i]", false, 254, 1, -7, length},
    {"[nmi_i]", false, 1852, 1, 0, length},
    {"[kn_i]", false, 1852, 3600, 0, speed},
    {"[sin_i]", false, 64516, 1, -8, area},
    {"[sft_i]", false, 9290304, 1, -8, area},
    {"[cin_i]", false, 16387064, 1, -12, volume},
    {"[cft_i]", false, 28316846592, 1, -12, volume},
    {"[gal_us]", false, 3785411784, 1, -12, volume},
    {"[qt_us]", false, 946352946, 1, -12, volume},
    {"[lb_av]", false, 45359237, 1, -5, mass},
    {"[oz_av]", false, 28349523125, 1, -9, mass},
    {"[ston_av]", false, 90718474, 1, -2, mass},
    {"[g]", true, 980665, 1, -5, gravity},
    {"[c]", true, 299792458, 1, 0, speed},
    {"[pH]", false, 1, 1, 0, none, 0, 1},
    {"[NTU]", false, 1, 1, 0, none, 0, 2},
    {"B", true, 1, 1, 0, none, 0, 3},
    {"Np", true, 1, 1, 0, none, 0, 4},
    {"B[SPL]", true, 1, 1, 0, none, 0, 5},
    {"B[V]", true, 1, 1, 0, none, 0, 6},
    {"B[mV]", true, 1, 1, 0, none, 0, 7},
    {"B[uV]", true, 1, 1, 0, none, 0, 8},
    {"B[W]", true, 1, 1, 0, none, 0, 9},
    {"B[kW]", true, 1, 1, 0, none, 0, 10},
    {"[FNU]", false, 1, 1, 0, none, 0, 11},
    {"[iU]", true, 1, 1, 0, none, 0, 12},
};

struct Prefix {
    std::string_view code;
    int tenExponent;
    double factor = 1; // binary prefixes
};
inline constexpr Prefix prefixes[] = {
    {"da", 1},
    {"Y", 24},
    {"Z", 21},
    {"E", 18},
    {"P", 15},
    {"T", 12},
    {"G", 9},
    {"M", 6},
    {"k", 3},
    {"h", 2},
    {"d", -1},
    {"c", -2},
    {"m", -3},
    {"u", -6},
    {"n", -9},
    {"p", -12},
    {"f", -15},
    {"a", -18},
    {"z", -21},
    {"y", -24},
    {"Ki", 0, 1024},
    {"Mi", 0, 1048576},
    {"Gi", 0, 1073741824},
    {"Ti", 0, 1099511627776},
};

} // namespace millwright::units
