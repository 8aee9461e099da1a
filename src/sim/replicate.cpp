#include <millwright/sim/random.hpp>
#include <millwright/sim/replicate.hpp>

#include <algorithm>
#include <atomic>
#include <format>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace millwright::sim {
namespace {

/// Gives out the numbers of replications to threads and keeps the first failure, first by number.
class Pool {
public:
    using Work = std::function<Result<void>(std::uint32_t replication, std::uint64_t seed)>;

    Pool(const Replications& plan, const Progress& progress, Work work)
        : plan_{plan}, progress_{progress}, work_{std::move(work)} {}

    Result<void> run() {
        const std::uint32_t cores = plan_.threads != 0 ? plan_.threads : std::max(1u, std::thread::hardware_concurrency());
        {
            std::vector<std::jthread> helpers;
            for (std::uint32_t i = 1; i < std::min(cores, plan_.count); ++i) helpers.emplace_back([this] { takeTurns(); });
            takeTurns();
        }
        if (error_) return std::unexpected(*error_);
        if (progress_.cancelled())
            return failure(ErrorCode::Cancelled, std::format("stopped after {} of {} replications", done_.load(), plan_.count));
        return {};
    }

private:
    void takeTurns() {
        while (!progress_.cancelled()) {
            const std::uint32_t replication = next_++;
            if (replication >= failed_ || replication >= plan_.count) return;
            const std::uint32_t number = plan_.first + replication * plan_.stride;
            const std::uint64_t seed = replicationSeed(plan_.seed, number);
            const Result<void> result = work_(replication, seed);
            const std::scoped_lock lock{mutex_};
            if (!result && result.error().code != ErrorCode::Cancelled && replication < failed_) {
                failed_ = replication;
                error_ = result.error();
                error_->place = std::format("replication {} (--seed {}): {}", number + 1, seed, error_->place);
            }
            ++done_;
            progress_(static_cast<double>(done_) / plan_.count, std::format("{} of {}", done_.load(), plan_.count));
        }
    }

    const Replications& plan_;
    const Progress& progress_;
    Work work_;
    std::atomic<std::uint32_t> next_ = 0, done_ = 0, failed_ = ~0u;
    std::mutex mutex_;
    std::optional<Error> error_;
};

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
    if (auto done = Pool{plan, progress, one}.run(); !done) return std::unexpected(done.error());
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
    if (auto done = Pool{plan, progress, one}.run(); !done) return std::unexpected(done.error());
    std::vector<double> mean(count);
    for (const auto& values : series)
        for (std::size_t i = 0; i < count; ++i) mean[i] += values[i] / plan.count;
    return mean;
}

} // namespace millwright::sim
