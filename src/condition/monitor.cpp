#include <millwright/condition/monitor.hpp>

#include <algorithm>
#include <cmath>
#include <condition/windows.hpp>
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
        std::size_t period = noPeriod; ///< the one that is open
    };
    static constexpr std::size_t noPeriod = ~std::size_t{0};

    State(const Model& m, std::vector<std::uint32_t> equipmentOf, std::vector<telemetry::Conversion> conversions)
        : model{m},
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
    void complete();
    void judge(const Windows::Step& step);
    void describePeak(Period& period, const Group& group, double score, Time time);
    void closePeriod(Judged& each);

    const Model& model;
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

void Monitor::State::describePeak(Period& period, const Group& group, double score, Time time) {
    period.peak = score;
    period.peakTime = time;
    period.contributions.clear();
    const double sum = squaredDistance(group);
    for (std::size_t i = 0; i < group.features.size(); ++i) {
        const Feature& feature = group.features[i];
        period.contributions.push_back({.signal = feature.signal,
                                        .measure = feature.measure,
                                        .band = feature.band,
                                        .share = sum > 0 ? y[i] * y[i] / sum : 0,
                                        .value = values[i],
                                        .normal = feature.normal(),
                                        .score = z[i] / feature.limit});
    }
    std::ranges::stable_sort(period.contributions, std::greater{}, &Contribution::share);
}

void Monitor::State::closePeriod(Judged& each) {
    if (each.period == noPeriod) return;
    periods[each.period].open = false;
    each.period = noPeriod;
}

void Monitor::State::judge(const Windows::Step& step) {
    const auto [which, time, anew] = step;
    Judged& each = judged[which];
    if (anew) {
        closePeriod(each);
        each.recent.clear();
    }
    double score = 0;
    const Group* deciding = nullptr;
    for (const Group& group : model.equipment[which].groups) {
        const double found = std::sqrt(squaredDistance(group) / group.limit);
        if (deciding != nullptr && found <= score) continue;
        score = found;
        deciding = &group;
    }
    each.recent.add(score > 1);
    if (each.period == noPeriod && each.recent.count >= model.options.raise) {
        each.period = periods.size();
        periods.push_back({.equipment = which, .interval = {time, time}, .open = true});
    } else if (each.recent.count == 0) {
        closePeriod(each);
    }
    if (each.period != noPeriod) {
        Period& period = periods[each.period];
        period.interval.to = time;
        if (score > period.peak) describePeak(period, *deciding, score, time);
    }
    evaluations.push_back({which, time, score, each.period != noPeriod});
}

void Monitor::State::complete() {
    for (const Windows::Step& step : windows.complete()) judge(step);
}

Monitor::Monitor(const Model& model, std::span<const telemetry::Conversion> conversions) {
    std::vector<std::uint32_t> equipmentOf(model.signals.size(), Windows::none);
    for (std::uint32_t e = 0; e < model.equipment.size(); ++e)
        for (const Group& group : model.equipment[e].groups)
            for (const Feature& feature : group.features) equipmentOf[feature.signal] = e;
    state_ = std::make_unique<State>(model, std::move(equipmentOf),
                                     std::vector<telemetry::Conversion>{conversions.begin(), conversions.end()});
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

std::span<const Period> Monitor::periods() const {
    return state_->periods;
}

} // namespace millwright::condition
