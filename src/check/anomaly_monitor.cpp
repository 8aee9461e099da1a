#include "check/monitor.hpp"
#include "check/text.hpp"

#include <millwright/condition/monitor.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <format>
#include <optional>

namespace millwright::check {
namespace {

/// Judges the samples of one equipment by its learnt model.
class AnomalyMonitor final : public Monitor {
public:
    AnomalyMonitor(const AnomalyCheck& check, const Watch& watch)
        : check_{check},
          watch_{watch},
          places_(watch.plant.signals.size()),
          monitor_{*check.model, conversions(check, watch), condition::Keep::Nothing} {
        for (std::size_t i = 0; i < check.signals.size(); ++i) places_[index(check.signals[i])] = static_cast<SignalIndex>(i);
    }

    void add(std::span<const telemetry::Sample> samples) override {
        for (telemetry::Sample sample : samples) {
            if (sample.time > watch_.window.to) continue;
            sample.signal = places_[index(sample.signal)];
            judge(monitor_.apply({&sample, 1}));
        }
    }
    void finish(Outcome& outcome) override {
        judge(monitor_.finish());
        const std::string_view path = watch_.plant.at(check_.equipment).path;
        const bool counted = std::isinf(check_.mostScore);
        outcome.expected = counted ? std::format("{} of {}", countText(check_.count, "anomaly", "anomalies"), path)
                                   : std::format("score of {} at most {:.4g} at every step", path, check_.mostScore);
        if (steps_ == 0) {
            outcome.found = "no step that could be judged: too little of the model's signals is in the window";
            return;
        }
        outcome.passed = counted ? count_ >= check_.count.least && count_ <= check_.count.most : !above_;
        if (counted)
            outcome.found = std::format("{} {}{}", count_, count_ == 1 ? "anomaly" : "anomalies",
                                        first_ ? std::format(", first at {}", timeText(*first_)) : "");
        else
            outcome.found = above_ ? std::format("above it first at {}", timeText(*above_)) : "as expected";
        outcome.found += std::format("; highest score {:.2f} at {}", worst_, timeText(worstTime_));
        if (!outcome.passed) outcome.time = counted && first_ ? first_ : above_;
        if (!outcome.passed) explain(outcome);
    }

private:
    static constexpr std::size_t told = 3;     ///< contributions
    static constexpr double leastTold = 0.005; ///< share of one that is worth a word

    static std::vector<telemetry::Conversion> conversions(const AnomalyCheck& check, const Watch& watch) {
        std::vector<telemetry::Conversion> all;
        for (std::size_t i = 0; i < check.signals.size(); ++i) {
            const auto [scale, offset] = watch.source.conversions()[index(check.signals[i])];
            const auto [toScale, toOffset] = check.toModel[i];
            all.push_back({toScale * scale, toScale * offset + toOffset});
        }
        return all;
    }

    /// At most one step of the one equipment.
    void judge(std::span<const condition::Evaluation> evaluations) {
        for (const condition::Evaluation& each : evaluations) {
            const bool within = each.time >= watch_.window.from && each.time <= watch_.window.to;
            if (within && each.anomaly && (!anomaly_ || steps_ == 0)) {
                ++count_;
                if (!first_) first_ = each.time;
            }
            anomaly_ = each.anomaly;
            if (!within) continue;
            if (each.score > check_.mostScore && !above_) above_ = each.time;
            if (steps_++ > 0 && each.score <= worst_) continue;
            worst_ = each.score;
            worstTime_ = each.time;
            whyCount_ = monitor_.explain(0, why_);
        }
    }
    /// By what it was so, in words and by signals to look at.
    void explain(Outcome& outcome) const {
        for (const condition::Contribution& each : std::span{why_}.first(whyCount_)) {
            if (each.share < leastTold) break;
            const std::string_view path = watch_.plant.at(check_.signals[each.signal]).path;
            outcome.found += std::format("; {:.0f} % {} {}", 100 * each.share, path,
                                         condition::describe(each, check_.model->signals[each.signal]));
            if (!std::ranges::contains(outcome.signals, path)) outcome.signals.emplace_back(path);
        }
    }

    const AnomalyCheck& check_;
    Watch watch_;
    std::vector<SignalIndex> places_; ///< by signal of the plant: its place in the model
    condition::Monitor monitor_;
    std::uint64_t steps_ = 0, count_ = 0; ///< in the window
    bool anomaly_ = false;
    double worst_ = 0;
    Time worstTime_{};
    std::optional<Time> first_, above_;
    std::array<condition::Contribution, told> why_; ///< at the worst step
    std::size_t whyCount_ = 0;
};

} // namespace

Watcher watcherOf(const AnomalyCheck& check, const Watch& watch) {
    return {check.signals, std::make_unique<AnomalyMonitor>(check, watch)};
}

} // namespace millwright::check
