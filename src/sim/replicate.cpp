#include "sim/pool.hpp"

#include <millwright/sim/replicate.hpp>

namespace millwright::sim {
namespace {

// In pieces, so that a long run can be stopped.
Result<void> runTo(Simulation& simulation, Duration to, const Progress& progress) {
    constexpr int pieces = 200;
    const Duration from = simulation.now();
    for (int i = 1; i <= pieces; ++i) {
        if (progress.cancelled()) return failure(ErrorCode::Cancelled, "stopped");
        const Duration until = i == pieces ? to : from + (to - from) / pieces * i;
        if (auto done = simulation.runTo(until); !done) return done;
    }
    return {};
}

} // namespace

Result<std::vector<Report>> replicate(const Model& model, const Replications& plan, const Progress& progress) {
    std::vector<Report> reports(plan.count);
    const auto one = [&](std::uint32_t replication, std::uint64_t seed) -> Result<void> {
        Simulation simulation{model, seed};
        if (plan.warmUp > Duration::zero()) {
            if (auto done = runTo(simulation, plan.warmUp, progress); !done) return done;
            simulation.resetStatistics();
        }
        if (auto done = runTo(simulation, plan.length, progress); !done) return done;
        reports[replication] = simulation.report();
        return {};
    };
    if (auto done = eachReplication(plan, progress, one); !done) return std::unexpected(done.error());
    return reports;
}

Result<std::vector<double>> partsOverTime(const Model& model, const Replications& plan, std::size_t count,
                                          const Progress& progress) {
    std::vector<std::vector<double>> series(plan.count);
    const auto one = [&](std::uint32_t replication, std::uint64_t seed) -> Result<void> {
        Simulation simulation{model, seed};
        for (std::size_t i = 1; i <= count; ++i) {
            if (progress.cancelled()) return failure(ErrorCode::Cancelled, "stopped");
            if (auto done = simulation.runTo(plan.length / static_cast<std::int64_t>(count) * static_cast<std::int64_t>(i)); !done)
                return done;
            series[replication].push_back(simulation.partsInProgress());
        }
        return {};
    };
    if (auto done = eachReplication(plan, progress, one); !done) return std::unexpected(done.error());
    std::vector<double> mean(count);
    for (const auto& values : series)
        for (std::size_t i = 0; i < count; ++i) mean[i] += values[i] / plan.count;
    return mean;
}

} // namespace millwright::sim
