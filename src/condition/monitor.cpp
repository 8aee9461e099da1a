#include <millwright/condition/monitor.hpp>
#include <millwright/core/units.hpp>

#include <algorithm>
#include <cmath>
#include <condition/windows.hpp>
#include <format>
#include <functional>

namespace millwright::condition {
namespace {

/// Whether each of the last steps was above the limit.
struct Recent {
    std::vector<std::uint8_t> above; ///< ring
    std::size_t next = 0;
    std::uint32_t count = 0; ///< of those above

    void clear() {
        std::ranges::fill(above, std::uint8_t{0});
        count = 0;
    }
    void add(bool isAbove) {
        count = count - above[next] + isAbove;
        above[next] = isAbove;
        next = (next + 1) % above.size();
    }
};

} // namespace

struct Monitor::State {
    struct Judged {
        Recent recent;
        bool ever = false, anomaly = false;
        std::size_t period = 0; ///< while there is an anomaly and anomalies are kept: its place
    };

    State(const Model& m, std::vector<std::uint32_t> equipmentOf, std::vector<telemetry::Conversion> conversions, Keep k)
        : model{m},
          keep{k},
          windows{m.options, m.signals, std::move(equipmentOf), m.equipment.size(), std::move(conversions)},
          judged(m.equipment.size()) {
        std::size_t most = 0;
        for (const Equipment& equipment : model.equipment)
            for (const Group& group : equipment.groups) most = std::max(most, group.features.size());
        for (std::vector<double>* each : {&z, &y, &values}) each->resize(most);
        for (Judged& each : judged) each.recent.above.resize(model.options.of);
    }

    /// Standardises the group's features as of the completed step, into `values` and `z`, and whitens them into `y`; returns their
    /// squared distance.
    double squaredDistance(const Group& group);
    /// The group that is furthest from normal, and its distance over its limit; null and 0 of an equipment without groups.
    std::pair<const Group*, double> deciding(std::uint32_t equipment);
    /// Of the group that `squaredDistance` was last called for.
    [[nodiscard]] Contribution contribution(const Group& group, std::size_t i, double squaredSum) const;
    void complete();
    void judge(const Windows::Step& step);
    void describePeak(Period& period, const Group& group, double score, Time time);
    void closePeriod(Judged& each);

    const Model& model;
    Keep keep;
    Windows windows;
    std::vector<Judged> judged; ///< parallel to the model's equipment
    std::vector<double> z, y, values;
    std::vector<Evaluation> evaluations;
    std::vector<Period> periods;
};

double Monitor::State::squaredDistance(const Group& group) {
    const std::size_t size = group.features.size();
    for (std::size_t i = 0; i < size; ++i) {
        const Feature& feature = group.features[i];
        values[i] = windows.value(feature.signal, feature.measure, feature.band);
        z[i] = feature.standardised(values[i]);
    }
    return group.whiten(std::span{z}.first(size), y);
}

std::pair<const Group*, double> Monitor::State::deciding(std::uint32_t equipment) {
    const Group* worst = nullptr;
    double score = 0;
    for (const Group& group : model.equipment[equipment].groups) {
        const double found = std::sqrt(squaredDistance(group) / group.limit);
        if (worst != nullptr && found <= score) continue;
        score = found;
        worst = &group;
    }
    return {worst, score};
}

Contribution Monitor::State::contribution(const Group& group, std::size_t i, double squaredSum) const {
    const Feature& feature = group.features[i];
    return {.signal = feature.signal,
            .measure = feature.measure,
            .band = feature.band,
            .share = squaredSum > 0 ? y[i] * y[i] / squaredSum : 0,
            .value = values[i],
            .normal = feature.normal(),
            .score = z[i] / feature.limit};
}

void Monitor::State::describePeak(Period& period, const Group& group, double score, Time time) {
    period.peak = score;
    period.peakTime = time;
    period.contributions.clear();
    const double sum = squaredDistance(group);
    for (std::size_t i = 0; i < group.features.size(); ++i) period.contributions.push_back(contribution(group, i, sum));
    std::ranges::stable_sort(period.contributions, std::greater{}, &Contribution::share);
}

void Monitor::State::closePeriod(Judged& each) {
    if (each.anomaly && keep == Keep::Periods) periods[each.period].open = false;
    each.anomaly = false;
}

void Monitor::State::judge(const Windows::Step& step) {
    const auto [which, time, anew] = step;
    Judged& each = judged[which];
    each.ever = true;
    if (anew) {
        closePeriod(each);
        each.recent.clear();
    }
    const auto [group, score] = deciding(which);
    each.recent.add(score > 1);
    if (!each.anomaly && each.recent.count >= model.options.raise) {
        each.anomaly = true;
        each.period = periods.size();
        if (keep == Keep::Periods) periods.push_back({.equipment = which, .interval = {time, time}, .open = true});
    } else if (each.recent.count == 0) {
        closePeriod(each);
    }
    if (each.anomaly && keep == Keep::Periods) {
        Period& period = periods[each.period];
        period.interval.to = time;
        if (score > period.peak) describePeak(period, *group, score, time);
    }
    evaluations.push_back({which, time, score, each.anomaly});
}

void Monitor::State::complete() {
    for (const Windows::Step& step : windows.complete()) judge(step);
}

Monitor::Monitor(const Model& model, std::span<const telemetry::Conversion> conversions, Keep keep) {
    std::vector<std::uint32_t> equipmentOf(model.signals.size(), Windows::none);
    for (std::uint32_t e = 0; e < model.equipment.size(); ++e)
        for (const Group& group : model.equipment[e].groups)
            for (const Feature& feature : group.features) equipmentOf[feature.signal] = e;
    state_ = std::make_unique<State>(model, std::move(equipmentOf),
                                     std::vector<telemetry::Conversion>{conversions.begin(), conversions.end()}, keep);
    state_->evaluations.reserve(model.equipment.size());
}
Monitor::Monitor(Monitor&&) noexcept = default;
Monitor& Monitor::operator=(Monitor&&) noexcept = default;
Monitor::~Monitor() = default;

std::span<const Evaluation> Monitor::apply(std::span<const telemetry::Sample> samples) {
    state_->evaluations.clear();
    while (true) {
        samples = samples.subspan(state_->windows.take(samples));
        if (samples.empty()) return state_->evaluations;
        state_->complete();
    }
}

std::span<const Evaluation> Monitor::finish() {
    state_->evaluations.clear();
    state_->complete();
    return state_->evaluations;
}

std::size_t Monitor::explain(std::uint32_t equipment, std::span<Contribution> into) const {
    State& s = *state_;
    const Group* const group = s.judged[equipment].ever ? s.deciding(equipment).first : nullptr;
    if (group == nullptr) return 0;
    const double sum = s.squaredDistance(*group);
    std::size_t count = 0;
    for (std::size_t i = 0; i < group->features.size(); ++i) {
        const Contribution each = s.contribution(*group, i, sum);
        std::size_t place = count;
        while (place > 0 && into[place - 1].share < each.share) --place;
        if (place == into.size()) continue;
        count = std::min(count + 1, into.size());
        for (std::size_t k = count - 1; k > place; --k) into[k] = into[k - 1];
        into[place] = each;
    }
    return count;
}

std::span<const Period> Monitor::periods() const {
    return state_->periods;
}

std::pair<double, double> bandOf(const Contribution& contribution, const Signal& signal) {
    const double width = signal.rate / 2 / bands;
    return {width * contribution.band, width * (contribution.band + 1)};
}

std::string_view unitOf(const Contribution& contribution, const Signal& signal) {
    using enum Measure;
    const bool ratio = contribution.measure == Kurtosis || contribution.measure == Crest || contribution.measure == Envelope;
    return ratio ? std::string_view{} : signal.unit;
}

std::string describe(const Contribution& contribution, const Signal& signal) {
    std::string text{nameOf(contribution.measure)};
    if (contribution.measure == Measure::Band) {
        const auto [low, high] = bandOf(contribution, signal);
        text += std::format(" {:.4g} to {:.4g} Hz", low, high);
    }
    const std::string unit = units::display(unitOf(contribution, signal));
    return text +
           std::format(" {:.4g}, normally {:.4g}{}{}", contribution.value, contribution.normal, unit.empty() ? "" : " ", unit);
}

} // namespace millwright::condition
