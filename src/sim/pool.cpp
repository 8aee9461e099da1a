#include "sim/pool.hpp"

#include <millwright/sim/random.hpp>

#include <algorithm>
#include <atomic>
#include <format>
#include <mutex>
#include <optional>
#include <thread>

namespace millwright::sim {
namespace {

/// Gives out the numbers of replications to threads and keeps the first failure, first by number.
class Pool {
public:
    Pool(const Replications& plan, const Progress& progress, const Replication& work)
        : plan_{plan}, progress_{progress}, work_{work} {}

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
    const Replication& work_;
    std::atomic<std::uint32_t> next_ = 0, done_ = 0, failed_ = ~0u;
    std::mutex mutex_;
    std::optional<Error> error_;
};

} // namespace

Result<void> eachReplication(const Replications& plan, const Progress& progress, const Replication& work) {
    return Pool{plan, progress, work}.run();
}

} // namespace millwright::sim
