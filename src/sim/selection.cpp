#include "sim/metrics.hpp"
#include "sim/selection_parts.hpp"

#include <millwright/sim/replicate.hpp>
#include <millwright/sim/selection.hpp>

#include <algorithm>
#include <cmath>
#include <format>
#include <numeric>

namespace millwright::sim {
namespace {

/// The procedure KN for the largest mean; what is to be least is turned round.
class Procedure {
public:
    Procedure(std::uint32_t systems, const SelectionPlan& plan, const Observe& observe)
        : plan_{plan}, observe_{observe}, count_{systems}, sums_(systems) {
        result_.candidates.resize(systems);
        left_.resize(systems);
        std::iota(left_.begin(), left_.end(), 0u);
    }

    Result<Selection> run() {
        if (auto done = look(plan_.first); !done) return std::unexpected(done.error());
        const double freedom = plan_.first - 1.0, error = (1 - plan_.confidence) / (count_ - 1.0);
        const double eta = (std::pow(2 * error, -2 / freedom) - 1) / 2;
        hSquared_ = 2 * eta * freedom;
        measureSpread();
        for (std::uint32_t r = plan_.first;; ++r) {
            count(r);
            screen(r);
            if (left_.size() == 1 || r > most_) break;
            if (r < observed_) continue;
            if (!affords(plan_.atOnce)) {
                result_.decided = false;
                break;
            }
            if (auto done = look(plan_.atOnce); !done) return std::unexpected(done.error());
        }
        choose();
        return std::move(result_);
    }

private:
    [[nodiscard]] double value(std::uint32_t system, std::size_t number) const {
        const double told = result_.candidates[system].values[number];
        return plan_.minimise ? -told : told;
    }

    [[nodiscard]] bool affords(std::uint32_t more) const {
        return plan_.budget == 0 || result_.observed + std::uint64_t{more} * left_.size() <= plan_.budget;
    }

    // More observations of each that is left.
    Result<void> look(std::uint32_t more) {
        auto values = observe_(left_, observed_, more);
        if (!values) return std::unexpected(std::move(values.error()));
        for (std::size_t i = 0; i < left_.size(); ++i)
            std::ranges::copy((*values)[i], std::back_inserter(result_.candidates[left_[i]].values));
        observed_ += more;
        result_.observed += std::uint64_t{more} * left_.size();
        return {};
    }

    // Variances of the differences over the first observations, and after how many a decision must fall.
    void measureSpread() {
        spread_.assign(count_, std::vector<double>(count_));
        double largest = 0;
        for (std::uint32_t i = 0; i < count_; ++i)
            for (std::uint32_t l = 0; l < i; ++l) {
                std::vector<double> differences(plan_.first);
                for (std::uint32_t j = 0; j < plan_.first; ++j) differences[j] = value(i, j) - value(l, j);
                const double deviation = estimate(differences).deviation;
                spread_[i][l] = spread_[l][i] = deviation * deviation;
                largest = std::max(largest, deviation * deviation);
            }
        most_ = std::floor(hSquared_ * largest / (plan_.indifference * plan_.indifference));
    }

    // The sums up to observation r.
    void count(std::uint32_t r) {
        for (const std::uint32_t i : left_)
            while (counted_[i] < r) sums_[i] += value(i, counted_[i]++);
    }

    void screen(std::uint32_t r) {
        const std::vector<std::uint32_t> before = left_;
        std::erase_if(left_, [&](std::uint32_t i) {
            for (const std::uint32_t l : before) {
                if (l == i) continue;
                const double delta = plan_.indifference;
                const double reach = std::max(0.0, delta / (2 * r) * (hSquared_ * spread_[i][l] / (delta * delta) - r));
                if (sums_[i] / r >= sums_[l] / r - reach) continue;
                result_.candidates[i].outAfter = r;
                result_.candidates[i].outBy = l;
                return true;
            }
            return false;
        });
    }

    void choose() {
        result_.left = static_cast<std::uint32_t>(left_.size());
        result_.best = *std::ranges::max_element(left_, {}, [&](std::uint32_t i) { return sums_[i] / counted_[i]; });
        compareWithBest(result_, plan_);
        double doubt = 0;
        for (std::uint32_t i = 0; i < count_; ++i)
            if (i != result_.best) doubt += probabilityBetter(result_.candidates[i].behind);
        result_.probabilityGood = std::max(0.0, 1 - doubt);
    }

    // That a candidate is better than the chosen one by a difference that matters.
    [[nodiscard]] double probabilityBetter(const Estimate& behind) const {
        const double mean = (plan_.minimise ? -behind.mean : behind.mean) - plan_.indifference;
        if (behind.deviation == 0) return mean > 0 ? 1 : mean < 0 ? 0 : 0.5;
        const auto n = static_cast<double>(behind.observations);
        return studentBelow(mean / behind.deviation * std::sqrt(n), n - 1);
    }

    const SelectionPlan& plan_;
    const Observe& observe_;
    std::uint32_t count_;
    std::vector<double> sums_;
    std::vector<std::uint32_t> counted_ = std::vector<std::uint32_t>(count_);
    std::vector<std::uint32_t> left_;
    std::vector<std::vector<double>> spread_;
    double hSquared_ = 0, most_ = 0;
    std::uint32_t observed_ = 0; // of each that is left
    Selection result_;
};

std::unexpected<Error> refused(std::string why, std::string place = {}) {
    return failure(ErrorCode::Invalid, std::move(why), std::move(place));
}

} // namespace

void compareWithBest(Selection& selection, const SelectionPlan& plan) {
    const std::vector<double>& best = selection.candidates[selection.best].values;
    for (Candidate& candidate : selection.candidates) {
        candidate.estimate = estimate(candidate.values, plan.confidence);
        const std::span<const double> shared = std::span{candidate.values}.first(std::min(candidate.values.size(), best.size()));
        candidate.behind = estimateDifference(shared, std::span{best}.first(shared.size()), plan.confidence);
    }
}

Result<Selection> selectBest(std::uint32_t systems, const SelectionPlan& plan, const Observe& observe) {
    if (systems < 2) return refused("there is nothing to choose between: name two or more");
    if (!(plan.indifference > 0) || !std::isfinite(plan.indifference))
        return refused("the smallest difference that matters must be above 0");
    if (!(plan.confidence > 1.0 / systems) || plan.confidence >= 1)
        return refused(std::format("the confidence must lie above {:.3g}, which guessing among {} reaches, and below 1",
                                   1.0 / systems, systems));
    if (plan.first < 2 || plan.atOnce < 1) return refused("two observations of each are needed to begin with");
    if (plan.budget != 0 && plan.budget < std::uint64_t{plan.first} * systems)
        return refused(
            std::format("the first {} runs of each of {} are more than {} altogether", plan.first, systems, plan.budget));
    if (plan.procedure == SelectionProcedure::Ocba) return allocateBudget(systems, plan, observe);
    return Procedure{systems, plan, observe}.run();
}

Result<SelectedScenario> selectScenario(const std::vector<Scenario>& scenarios, std::string_view metric, const SelectionPlan& plan,
                                        const StudyPlan& study, const Progress& progress) {
    constexpr double pilotShare = 0.1; // of the progress bar
    for (const Scenario& scenario : scenarios)
        if (auto known = metricNamed(scenario.model.process(), metric); !known)
            return std::unexpected(inScenario(known.error(), scenario.id));
    const auto warmUps = warmUpsOf(scenarios, study, partOf(progress, 0, pilotShare, ""));
    if (!warmUps) return std::unexpected(warmUps.error());
    SelectedScenario result;
    for (std::size_t i = 0; i < scenarios.size(); ++i) {
        result.warmUp = std::max(result.warmUp, (*warmUps)[i].length);
        result.length = std::max(result.length, study.length.value_or(scenarios[i].model.process().length));
        result.settled = result.settled && (*warmUps)[i].settled;
    }
    if (result.warmUp >= result.length) return refused("the warm-up leaves nothing of the runs: lengthen them");
    double done = 0; // of the bar: what is still to come is not known before
    const Observe observe = [&](std::span<const std::uint32_t> systems, std::uint32_t from,
                                std::uint32_t count) -> Result<std::vector<std::vector<double>>> {
        std::vector<std::vector<double>> all;
        const double before = done;
        done += (1 - done) * (from == 0 ? 0.5 : 0.2);
        for (const std::uint32_t system : systems) {
            const Scenario& scenario = scenarios[system];
            const Replications runs{.warmUp = result.warmUp,
                                    .length = study.length.value_or(scenario.model.process().length),
                                    .seed = study.seed,
                                    .count = count,
                                    .first = from,
                                    .threads = study.threads};
            const double share = static_cast<double>(all.size()) / static_cast<double>(systems.size());
            const double at = pilotShare + (1 - pilotShare) * (before + (done - before) * share);
            const std::string what = std::format("{} of {} choices, run {} on", systems.size(), scenarios.size(), from + 1);
            const auto reports = replicate(scenario.model, runs, partOf(progress, at, at, what));
            if (!reports) return std::unexpected(inScenario(reports.error(), scenario.id));
            const std::vector<MetricResult> metrics = metricsOf(scenario.model.process(), *reports);
            const auto found = std::ranges::find(metrics, metric, &MetricResult::id);
            for (std::size_t r = 0; r < found->values.size(); ++r)
                if (std::isnan(found->values[r]))
                    return refused(std::format("run {} has no value of {}: lengthen the runs, or choose by another quantity",
                                               from + r + 1, metric),
                                   std::format("scenario '{}'", scenario.id));
            all.push_back(found->values);
        }
        return all;
    };
    auto selection = selectBest(static_cast<std::uint32_t>(scenarios.size()), plan, observe);
    if (!selection) return std::unexpected(std::move(selection.error()));
    result.selection = *std::move(selection);
    return result;
}

} // namespace millwright::sim
