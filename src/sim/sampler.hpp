#pragma once

#include "sim/elementary.hpp"

#include <millwright/plant/process.hpp>
#include <millwright/sim/random.hpp>

#include <cstdint>
#include <vector>

namespace millwright::sim {

/// One distribution made ready to draw from: lengths in nanoseconds, constants worked out. Every draw is a function of (seed,
/// stream, number of the draw); most kinds invert their distribution function, so that a larger random number gives a longer time.
struct Sampler {
    plant::DistributionKind kind = plant::DistributionKind::Constant;
    std::uint32_t streamId = 0; ///< what the numbers depend on; the same in every scenario
    std::uint32_t stream = 0;   ///< where the state of the stream is kept
    std::uint32_t tableBegin = 0, tableEnd = 0;
    std::int64_t constant = 0;
    double a = 0, b = 0, c = 0, d = 0;
};

/// The longest time a draw can come to, 2^61 ns, some 73 years: two of them can be added.
inline constexpr double longestNanoseconds = 0x1p61;

[[nodiscard]] inline std::int64_t toNanoseconds(double value) {
    if (!(value > 0)) return 0;
    return static_cast<std::int64_t>((value < longestNanoseconds ? value : longestNanoseconds) + 0.5);
}

/// Makes `distribution` ready; values of tables are appended to `tables`. It must be valid (`plant::problemOf`).
[[nodiscard]] Sampler makeSampler(const plant::Distribution& distribution, std::uint32_t streamId, std::uint32_t stream,
                                  std::vector<double>& tables);

/// The draw that belongs to `uniform` in (0, 1), of a kind that inverts its distribution function: all but gamma and beta, constant
/// and exponential. Larger numbers give longer times.
[[nodiscard]] std::int64_t sampleAt(const Sampler& sampler, double uniform, const double* tables);

/// What `sample` does for the kinds that it does not do itself.
[[nodiscard]] std::int64_t sampleOther(const Sampler& sampler, Stream& stream, std::uint64_t seed, const double* tables);

/// The next draw, in nanoseconds, never negative.
[[nodiscard]] inline std::int64_t sample(const Sampler& sampler, Stream& stream, std::uint64_t seed, const double* tables) {
    if (sampler.kind == plant::DistributionKind::Exponential)
        return toNanoseconds(-sampler.a * naturalLog(toUniform(stream.next(seed, sampler.streamId))));
    if (sampler.kind == plant::DistributionKind::Constant) return sampler.constant;
    return sampleOther(sampler, stream, seed, tables);
}

} // namespace millwright::sim
