#include "sim/selection_parts.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace millwright::sim {
namespace {

/// OCBA for the largest mean; what is to be least is turned round.
class Allocation {
public:
    Allocation(std::uint32_t systems, const SelectionPlan& plan, const Observe& observe)
        : plan_{plan}, observe_{observe}, means_(systems), variances_(systems), more_(systems, plan.first) {
        result_.candidates.resize(systems);
        result_.left = systems;
    }

    Result<Selection> run() {
        for (;;) {
            if (auto done = look(); !done) return std::unexpected(done.error());
            judge();
            if (result_.probabilityGood >= plan_.confidence) break;
            if (plan_.budget != 0 && result_.observed + plan_.atOnce > plan_.budget) {
                result_.decided = false;
                break;
            }
            allocate();
        }
        compareWithBest(result_, plan_);
        return std::move(result_);
    }

private:
    [[nodiscard]] std::size_t count() const { return means_.size(); }
    [[nodiscard]] double observed(std::size_t i) const { return static_cast<double>(result_.candidates[i].values.size()); }
    /// By how much the best would have to be wrong about another for the choice to be a bad one.
    [[nodiscard]] double gap(std::size_t i) const { return means_[result_.best] - means_[i] + plan_.indifference; }

    // As many observations of each as it was given.
    Result<void> look() {
        for (std::uint32_t i = 0; i < count(); ++i) {
            if (more_[i] == 0) continue;
            std::vector<double>& values = result_.candidates[i].values;
            const auto seen = observe_({&i, 1}, static_cast<std::uint32_t>(values.size()), more_[i]);
            if (!seen) return std::unexpected(seen.error());
            std::ranges::copy(seen->front(), std::back_inserter(values));
            result_.observed += more_[i];
            const Estimate found = estimate(values, plan_.confidence);
            means_[i] = plan_.minimise ? -found.mean : found.mean;
            variances_[i] = found.deviation * found.deviation;
        }
        return {};
    }

    void judge() {
        result_.best = static_cast<std::uint32_t>(std::ranges::max_element(means_) - means_.begin());
        double doubt = 0;
        for (std::size_t i = 0; i < count(); ++i)
            if (i != result_.best) doubt += probabilityBad(i);
        result_.probabilityGood = std::max(0.0, 1 - doubt);
    }

    // That a system is better than the best so far by the indifference or more; Welch's t.
    [[nodiscard]] double probabilityBad(std::size_t i) const {
        const double own = variances_[i] / observed(i), best = variances_[result_.best] / observed(result_.best);
        if (own + best == 0) return 0;
        const double freedom =
            (own + best) * (own + best) / (own * own / (observed(i) - 1) + best * best / (observed(result_.best) - 1));
        return studentBelow(-gap(i) / std::sqrt(own + best), freedom);
    }

    // One after the other to whoever has the least of what it should have of all.
    void allocate() {
        std::vector<double> wanted(count());
        double squares = 0;
        for (std::size_t i = 0; i < count(); ++i) {
            if (i == result_.best) continue;
            wanted[i] = variances_[i] / (gap(i) * gap(i));
            squares += variances_[i] / std::pow(gap(i), 4);
        }
        wanted[result_.best] = std::sqrt(variances_[result_.best] * squares);
        const double all = std::reduce(wanted.begin(), wanted.end());
        const double total = static_cast<double>(result_.observed + plan_.atOnce);
        for (std::size_t i = 0; i < count(); ++i) wanted[i] = total * wanted[i] / all - observed(i);
        std::ranges::fill(more_, 0u);
        for (std::uint32_t n = 0; n < plan_.atOnce; ++n) {
            const auto most = std::ranges::max_element(wanted);
            *most -= 1;
            ++more_[static_cast<std::size_t>(most - wanted.begin())];
        }
    }

    const SelectionPlan& plan_;
    const Observe& observe_;
    std::vector<double> means_, variances_;
    std::vector<std::uint32_t> more_;
    Selection result_;
};

} // namespace

Result<Selection> allocateBudget(std::uint32_t systems, const SelectionPlan& plan, const Observe& observe) {
    return Allocation{systems, plan, observe}.run();
}

} // namespace millwright::sim
