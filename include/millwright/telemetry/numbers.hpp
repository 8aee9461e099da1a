#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

/// How numbers become small integers, in the columns of a log and in the blocks of the history alike.
namespace millwright::telemetry {

/// Signed integers near zero as unsigned ones near zero: 0, -1, 1, -2 … become 0, 1, 2, 3 …
constexpr std::uint64_t zigzag(std::int64_t value) {
    return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t value) {
    return static_cast<std::int64_t>((value >> 1) ^ (0 - (value & 1)));
}

inline constexpr std::uint8_t maximumDecimalExponent = 9;
/// Exact in a double; dividing an integer below 2^53 by one of these rounds once, so the result is the double nearest to the
/// decimal.
inline constexpr std::array<double, maximumDecimalExponent + 1> powersOfTen{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};

/// `number` as integer / 10^exponent, when that gives back the very same bits (so never -0, NaN or an infinity).
inline bool toDecimal(double number, std::uint8_t exponent, std::int64_t& integer) {
    const double scaled = std::nearbyint(number * powersOfTen[exponent]);
    if (!(std::abs(scaled) < 0x1p53)) return false;
    integer = static_cast<std::int64_t>(scaled);
    return std::bit_cast<std::uint64_t>(static_cast<double>(integer) / powersOfTen[exponent]) ==
           std::bit_cast<std::uint64_t>(number);
}

} // namespace millwright::telemetry
