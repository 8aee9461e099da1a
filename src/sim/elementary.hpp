#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <initializer_list>

/// Elementary functions out of IEEE 754 basic arithmetic alone, so that a run gives the same bits with every C library and
/// compiler.
namespace millwright::sim {

/// Natural logarithm of a positive, normal, finite number; relative error below 1e-15.
[[nodiscard]] inline double naturalLog(double x) {
    constexpr double ln2High = 0x1.62e42fee00000p-1; // 33 bits: times an exponent it is exact
    constexpr double ln2Low = 0x1.a39ef35793c76p-33;
    const std::uint64_t bits = std::bit_cast<std::uint64_t>(x);
    // m in [sqrt(1/2), sqrt(2)): what is subtracted moves the borders of the exponents there.
    const std::uint64_t shifted = bits - 0x3fe6a09e667f3bcdu;
    const double exponent = static_cast<double>(static_cast<std::int64_t>(shifted) >> 52);
    const double m = std::bit_cast<double>(bits - (shifted & 0xfff0000000000000u));
    // ln m = 2 atanh s, s = (m - 1) / (m + 1): an odd series in s, summed in pairs so that the parts can be computed at once.
    const double s = (m - 1) / (m + 1);
    const double z = s * s;
    const double z2 = z * z, z4 = z2 * z2, z8 = z4 * z4;
    const double low = (2.0 / 3 + z * (2.0 / 5)) + z2 * (2.0 / 7 + z * (2.0 / 9));
    const double middle = (2.0 / 11 + z * (2.0 / 13)) + z2 * (2.0 / 15 + z * (2.0 / 17));
    const double high = 2.0 / 19 + z * (2.0 / 21);
    const double tail = s * z * (low + z4 * middle + z8 * high);
    return exponent * ln2High + (2 * s + (tail + exponent * ln2Low));
}

/// e to the power of x for |x| < 700; relative error below 1e-15.
[[nodiscard]] inline double naturalExponential(double x) {
    constexpr double ln2High = 0x1.62e42fee00000p-1;
    constexpr double ln2Low = 0x1.a39ef35793c76p-33;
    const double n = std::floor(x * 1.4426950408889634 + 0.5);
    const double r = (x - n * ln2High) - n * ln2Low; // |r| <= ln 2 / 2
    double sum = 1.0 / 6227020800;                   // 1 / 13!
    for (const double factorial :
         {479001600.0, 39916800.0, 3628800.0, 362880.0, 40320.0, 5040.0, 720.0, 120.0, 24.0, 6.0, 2.0, 1.0, 1.0})
        sum = sum * r + 1 / factorial;
    return sum * std::bit_cast<double>(static_cast<std::uint64_t>(static_cast<std::int64_t>(n) + 1023) << 52);
}

/// x below which a standard normal variate lies with probability p in (0, 1); relative error about 1e-15
/// (Wichura, Algorithm AS 241, Applied Statistics 37, 1988).
[[nodiscard]] double inverseNormal(double p);

} // namespace millwright::sim
