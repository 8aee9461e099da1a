#include "sim/residual.hpp"

#include <algorithm>
#include <array>

namespace millwright::sim {
namespace {

using plant::DistributionKind;

// Draws that no run comes to: those of a present state that need an unknown number of them.
constexpr std::uint64_t farAway = std::uint64_t{1} << 60;
constexpr std::uint32_t mostDraws = 1u << 20, mostTries = 20'000;
constexpr std::size_t candidates = 256;

class Rest {
public:
    Rest(const Sampler& sampler, Stream& stream, std::uint64_t seed, const double* tables, std::uint32_t which)
        : sampler_{sampler},
          stream_{stream},
          far_{.drawn = farAway + std::uint64_t{which} * 2 * mostDraws},
          seed_{seed},
          tables_{tables} {}

    std::int64_t draw(const Elapsed& elapsed) {
        const std::int64_t age = std::max<std::int64_t>(elapsed.time.count(), 0);
        if (sampler_.kind == DistributionKind::Exponential) return sample(sampler_, stream_, seed_, tables_); // it has no memory
        switch (elapsed.known) {
        case Elapsed::Known::Exactly: return afterAge(age);
        case Elapsed::Known::Renewed: return afterRenewals(age);
        case Elapsed::Known::AtLeast: return stationary(age);
        }
        return 0;
    }

private:
    std::int64_t afterAge(std::int64_t age) {
        if (age == 0) return sample(sampler_, stream_, seed_, tables_);
        if (sampler_.kind == DistributionKind::Constant) return std::max<std::int64_t>(sampler_.constant - age, 0);
        if (sampler_.kind == DistributionKind::Gamma || sampler_.kind == DistributionKind::Beta) return afterRejections(age);
        // The largest number that gives no more than the age, by halving, as larger numbers give longer times; then one above it.
        double low = 0, high = 1;
        for (int i = 0; i < 60; ++i) {
            const double middle = (low + high) / 2;
            (sampleAt(sampler_, middle, tables_) <= age ? low : high) = middle;
        }
        const double uniform = toOpenUniform(stream_.next(seed_, sampler_.streamId));
        constexpr double edge = 1 - 0x1p-53;
        return std::max<std::int64_t>(sampleAt(sampler_, std::min(low + (1 - low) * uniform, edge), tables_) - age, 0);
    }

    std::int64_t afterRejections(std::int64_t age) {
        for (std::uint32_t i = 0; i < mostTries; ++i)
            if (const std::int64_t time = next(); time > age) return used(time - age);
        if (sampler_.kind == DistributionKind::Beta) return used(0);
        // So far out the gamma distribution's rate of ending is all but constant: one over its scale.
        return used(toNanoseconds(-sampler_.a * naturalLog(toUniform(far_.next(seed_, sampler_.streamId)))));
    }

    std::int64_t afterRenewals(std::int64_t age) {
        std::int64_t sum = 0;
        for (std::uint32_t i = 0; i < mostDraws; ++i)
            if (sum += next(); sum > age) return used(sum - age);
        return stationary(0);
    }

    std::int64_t stationary(std::int64_t age) {
        std::array<std::int64_t, candidates> times{};
        double total = 0, sum = 0;
        for (std::int64_t& time : times) {
            time = next();
            total += static_cast<double>(std::max<std::int64_t>(time - age, 0));
        }
        const double chosen = toUniform(far_.next(seed_, sampler_.streamId)) * total;
        const double share = toOpenUniform(far_.next(seed_, sampler_.streamId));
        for (const std::int64_t time : times) {
            if (time <= age) continue;
            sum += static_cast<double>(time - age);
            if (sum >= chosen) return used(toNanoseconds(share * static_cast<double>(time - age)));
        }
        return used(0);
    }

    std::int64_t next() { return sample(sampler_, far_, seed_, tables_); }
    std::int64_t used(std::int64_t rest) {
        static_cast<void>(stream_.next(seed_, sampler_.streamId));
        return rest;
    }

    const Sampler& sampler_;
    Stream& stream_;
    Stream far_;
    std::uint64_t seed_;
    const double* tables_;
};

} // namespace

std::int64_t drawRest(const Elapsed& elapsed, const Sampler& sampler, Stream& stream, std::uint64_t seed, const double* tables,
                      std::uint32_t which) {
    return Rest{sampler, stream, seed, tables, which}.draw(elapsed);
}

} // namespace millwright::sim
