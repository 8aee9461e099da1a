#include <millwright/condition/learn.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <condition/statistics.hpp>
#include <condition/windows.hpp>
#include <format>
#include <numeric>

namespace millwright::condition {

Layout layoutOf(const plant::Plant& plant) {
    Layout layout;
    std::vector<std::string_view> unfit(plant.signals.size());
    for (std::size_t i = 0; i < unfit.size(); ++i) {
        const plant::Signal& signal = plant.signals[i];
        layout.signals.push_back(
            {std::string{signal.path}, std::string{signal.topic.empty() ? signal.path : signal.topic}, std::string{signal.unit}});
        if (!signal.states.empty()) unfit[i] = "its values are names of states";
        if (signal.type == ValueType::String) unfit[i] = "a text";
        if (signal.derived) unfit[i] = "computed from other signals";
    }
    for (const plant::KpiSource& kpi : plant.kpis) {
        if (kpi.state != noSignal) unfit[index(kpi.state)] = "a state of KPIs";
        for (const SignalIndex count : kpi.counts)
            if (count != noSignal) unfit[index(count)] = "a count of KPIs";
    }
    for (const plant::Equipment& equipment : plant.equipment) {
        Layout::Members members{equipment.path, {}};
        for (const SignalIndex i : equipment.signals) {
            if (unfit[index(i)].empty())
                members.signals.push_back(static_cast<std::uint32_t>(i));
            else
                layout.leftOut.push_back({std::string{plant.at(i).path}, std::string{unfit[index(i)]}});
        }
        if (!members.signals.empty()) layout.equipment.push_back(std::move(members));
    }
    return layout;
}

void Survey::apply(std::span<const telemetry::Sample> samples) {
    for (const telemetry::Sample& sample : samples) {
        const std::size_t i = index(sample.signal);
        const double value = sample.value.asNumber(sample.type) * conversions_[i].scale + conversions_[i].offset;
        if (!isUsable(sample.quality) || !std::isfinite(value)) continue;
        Seen& seen = seen_[i];
        if (seen.usable == 0) {
            seen.from = sample.time;
        } else {
            seen.rises += value > seen.last;
            seen.falls += value < seen.last;
        }
        seen.last = value;
        seen.to = sample.time;
        ++seen.usable;
    }
}

Duration Survey::step() const {
    std::vector<double> between;
    for (const Seen& seen : seen_)
        if (seen.usable > 1) between.push_back(seconds(seen.to - seen.from) / static_cast<double>(seen.usable - 1));
    const double typical = between.empty() ? 0 : median(between);
    // Whole seconds: samples that come a little early or late still come one a step.
    return durationFromSeconds(std::max(1.0, std::round(typical)));
}

std::string_view Survey::unfit(std::size_t signal) const {
    const Seen& seen = seen_[signal];
    if (seen.usable == 0) return "no usable number";
    if (seen.rises + seen.falls == 0) return "always the same";
    if (seen.falls == 0 && seen.rises > 2) return "only rises, as a running count does";
    return {};
}

void Survey::describe(Signal& signal, std::size_t index, Duration step) const {
    const Seen& seen = seen_[index];
    if (seen.usable < 2 || seen.to <= seen.from) return;
    const double rate = static_cast<double>(seen.usable - 1) / seconds(seen.to - seen.from);
    const auto samples = static_cast<std::uint64_t>(std::min(0.9 * rate * seconds(step), 8192.0)); // not every step has as many
    if (samples < 64) return;
    signal.rate = rate;
    signal.block = static_cast<std::uint32_t>(std::bit_floor(samples));
}

namespace {

constexpr std::size_t folds = 5;
/// Of what is learnt from: beyond this many scales from its location, a value counts as that far, so that a few do not rule.
constexpr double farthestLearnt = 6;
/// What is added to spreads before their logarithm is taken, as a share of their median: below it they all count as quiet.
constexpr double quiet = 0.1;

/// Rows of features of one equipment, one a step, thinned out by halves when there are too many. Missing ones are NaN.
struct Rows {
    std::size_t columns = 0, most = 0;
    std::uint64_t steps = 0, every = 1;
    std::vector<double> cells;

    [[nodiscard]] std::size_t count() const { return columns == 0 ? 0 : cells.size() / columns; }
    /// Room for the next step's row, or nothing where it is passed over.
    std::span<double> add() {
        const std::uint64_t step = steps++;
        if (step % every != 0) return {};
        if (count() >= most) {
            const std::size_t half = (count() + 1) / 2;
            for (std::size_t row = 1; row < half; ++row)
                std::copy_n(cells.begin() + static_cast<std::ptrdiff_t>(2 * row * columns), columns,
                            cells.begin() + static_cast<std::ptrdiff_t>(row * columns));
            cells.resize(half * columns);
            every *= 2;
            if (step % every != 0) return {};
        }
        cells.resize(cells.size() + columns);
        return std::span{cells}.last(columns);
    }
};

/// Some of the rows, of which one group is learnt: all but those from `leftFrom` up to `leftTo`.
struct Part {
    const Rows& rows;
    std::size_t leftFrom = 0, leftTo = 0;

    template <typename Visit>
    void visit(Visit&& each) const {
        for (std::size_t row = 0; row < rows.count(); ++row)
            if (row < leftFrom || row >= leftTo) each(rows.cells.data() + row * rows.columns);
    }
};

/// What a column of the rows holds.
struct Column {
    std::uint32_t signal;
    Measure measure;
    std::uint32_t band = 0;
};

std::vector<Column> columnsOf(std::span<const std::uint32_t> members, std::span<const Signal> signals) {
    std::vector<Column> columns;
    for (const std::uint32_t i : members) {
        columns.push_back({i, Measure::Level});
        columns.push_back({i, Measure::Spread});
        if (signals[i].block == 0) continue;
        for (const Measure measure : {Measure::Rms, Measure::Kurtosis, Measure::Crest, Measure::Envelope})
            columns.push_back({i, measure});
        for (std::uint32_t band = 0; band < bands; ++band) columns.push_back({i, Measure::Band, band});
    }
    return columns;
}

/// Learns location and scale of the column; false where it does not vary, or by more than can be reckoned with.
bool fit(Feature& feature, const Part& part, std::size_t column, std::vector<double>& buffer) {
    buffer.clear();
    part.visit([&](const double* row) {
        if (std::isfinite(row[column])) buffer.push_back(row[column]);
    });
    if (2 * buffer.size() < part.rows.count() - (part.leftTo - part.leftFrom)) return false;
    if (feature.measure != Measure::Level) {
        feature.floor = quiet * median(buffer);
        if (feature.floor <= 0)
            feature.floor = quiet * std::accumulate(buffer.begin(), buffer.end(), 0.0) / static_cast<double>(buffer.size());
        if (feature.floor <= 0) return false;
        for (double& value : buffer) value = feature.compared(value);
    }
    feature.location = median(buffer);
    feature.scale = robustScale(buffer, feature.location);
    const double rounding = 1e-12 * std::max(std::abs(feature.location), 1e-12);
    return feature.scale > rounding && std::isfinite(feature.scale);
}

/// Of one group: which columns of the rows are its features, and the standardised rows.
struct Fitted {
    Group group;
    std::vector<std::size_t> columns;
};

Fitted fit(Kind kind, std::span<const Column> columns, const Part& part, double overlap) {
    Fitted fitted{{.kind = kind}, {}};
    std::vector<double> buffer;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (kindOf(columns[i].measure) != kind) continue;
        Feature feature{.signal = columns[i].signal, .measure = columns[i].measure, .band = columns[i].band};
        if (!fit(feature, part, i, buffer)) continue;
        fitted.group.features.push_back(feature);
        fitted.columns.push_back(i);
    }
    const std::size_t size = fitted.columns.size();
    if (size == 0) return fitted;
    buffer.clear();
    part.visit([&](const double* row) {
        for (std::size_t i = 0; i < size; ++i)
            buffer.push_back(
                std::clamp(fitted.group.features[i].standardised(row[fitted.columns[i]]), -farthestLearnt, farthestLearnt));
    });
    const Shrunk shrunk = shrunkCovariance(buffer, size, overlap);
    fitted.group.shrinkage = shrunk.shrinkage;
    fitted.group.whitening = inverseSquareRoot(shrunk.covariance).cells;
    return fitted;
}

/// Limits from steps that a model did not learn from: each fifth of the time is judged by what the other four teach, but for a
/// window on either side of it, which shares samples with it. What was learnt from looks closer to normal than what comes later.
void setLimits(Fitted& whole, std::span<const Column> columns, const Rows& rows, std::size_t windowRows, double overlap,
               double rate, std::size_t groups) {
    std::vector<double> distances, z, y(columns.size());
    std::vector<std::vector<double>> alone(whole.columns.size());
    for (std::size_t fold = 0; fold < folds; ++fold) {
        const std::size_t from = rows.count() * fold / folds, to = rows.count() * (fold + 1) / folds;
        const Part others{rows, from > windowRows ? from - windowRows : 0, std::min(rows.count(), to + windowRows)};
        const Fitted fitted = fit(whole.group.kind, columns, others, overlap);
        for (std::size_t row = from; row < to; ++row) {
            z.clear();
            for (std::size_t i = 0; i < fitted.columns.size(); ++i)
                z.push_back(fitted.group.features[i].standardised(rows.cells[row * rows.columns + fitted.columns[i]]));
            if (!z.empty()) distances.push_back(fitted.group.whiten(z, y));
            for (std::size_t i = 0; i < fitted.columns.size(); ++i) {
                const auto at = std::ranges::lower_bound(whole.columns, fitted.columns[i]);
                if (at != whole.columns.end() && *at == fitted.columns[i])
                    alone[static_cast<std::size_t>(at - whole.columns.begin())].push_back(std::abs(z[i]));
            }
        }
    }
    constexpr double least = 1e-6;
    // Each group has its share of the false alarms.
    if (!distances.empty()) whole.group.limit = std::max(quantile(distances, 1 - rate / static_cast<double>(groups)), least);
    for (std::size_t i = 0; i < alone.size(); ++i)
        if (!alone[i].empty()) whole.group.features[i].limit = std::max(quantile(alone[i], 1 - rate), least);
}

} // namespace

struct Learner::State {
    State(Layout given, const Options& chosen, std::vector<std::uint32_t> equipmentOf,
          std::vector<telemetry::Conversion> conversions)
        : layout{std::move(given)},
          options{chosen},
          windows{chosen, layout.signals, std::move(equipmentOf), layout.equipment.size(), std::move(conversions)},
          rows(layout.equipment.size()) {
        std::size_t total = 0;
        for (const Layout::Members& members : layout.equipment) {
            columns.push_back(columnsOf(members.signals, layout.signals));
            total += columns.back().size();
        }
        for (std::size_t e = 0; e < rows.size(); ++e) {
            rows[e].columns = columns[e].size();
            rows[e].most = std::clamp<std::size_t>(mostBytes / sizeof(double) / std::max<std::size_t>(total, 1), 1000, 20'000);
        }
    }

    Layout layout;
    Options options;
    Windows windows;
    std::vector<std::vector<Column>> columns; ///< of the rows of each equipment
    std::vector<Rows> rows;                   ///< parallel to the layout's equipment
    std::vector<LeftOut> leftOut;
    TimeInterval learnt{};
    bool any = false;

    void complete() {
        for (const Windows::Step& step : windows.complete()) {
            const std::span<double> row = rows[step.equipment].add();
            for (std::size_t i = 0; i < row.size(); ++i) {
                const Column& column = columns[step.equipment][i];
                row[i] = windows.value(column.signal, column.measure, column.band);
            }
        }
    }
    [[nodiscard]] Equipment learn(std::size_t which) const;
};

Equipment Learner::State::learn(std::size_t which) const {
    const Rows& from = rows[which];
    const double overlap = std::max(1.0, options.window / static_cast<double>(from.every));
    const std::size_t windowRows = (options.window + from.every - 1) / from.every;
    std::vector<Fitted> groups;
    for (std::size_t kind = 0; kind < kinds; ++kind) {
        Fitted fitted = fit(static_cast<Kind>(kind), columns[which], Part{from}, overlap);
        if (!fitted.columns.empty()) groups.push_back(std::move(fitted));
    }
    Equipment found{.name = layout.equipment[which].name, .groups = {}, .steps = from.steps};
    for (Fitted& each : groups) {
        setLimits(each, columns[which], from, windowRows, overlap, options.falseAlarmRate, groups.size());
        found.groups.push_back(std::move(each.group));
    }
    return found;
}

Learner::Learner(std::unique_ptr<State> state) : state_{std::move(state)} {}
Learner::Learner(Learner&&) noexcept = default;
Learner& Learner::operator=(Learner&&) noexcept = default;
Learner::~Learner() = default;

Result<Learner> Learner::create(Layout layout, const Options& options, const Survey& survey) {
    if (auto fine = check(options); !fine) return std::unexpected(fine.error());
    for (std::size_t i = 0; i < layout.signals.size(); ++i) survey.describe(layout.signals[i], i, options.step);
    if (cellsOf(layout.signals, options) > mostCells)
        return failure(ErrorCode::ResourceLimit,
                       std::format("{} signals over a window of {} steps are too much to hold: take fewer steps",
                                   layout.signals.size(), options.window));
    std::vector<LeftOut> leftOut = layout.leftOut;
    std::vector<std::uint32_t> equipmentOf(layout.signals.size(), Windows::none);
    for (std::uint32_t e = 0; e < layout.equipment.size(); ++e) {
        auto& members = layout.equipment[e].signals;
        std::erase_if(members, [&](std::uint32_t signal) {
            const std::string_view reason = survey.unfit(signal);
            if (!reason.empty()) leftOut.push_back({layout.signals[signal].name, std::string{reason}});
            return !reason.empty();
        });
        std::array<std::size_t, kinds> together{};
        for (const Column& column : columnsOf(members, layout.signals))
            ++together[static_cast<std::size_t>(kindOf(column.measure))];
        if (const std::size_t most = std::ranges::max(together); most > mostFeaturesTogether)
            return failure(
                ErrorCode::ResourceLimit,
                std::format("its {} signals have {} features to watch together, more than {}: describe the plant so that each "
                            "equipment has its own signals",
                            members.size(), most, mostFeaturesTogether),
                layout.equipment[e].name);
        for (const std::uint32_t signal : members) equipmentOf[signal] = e;
    }
    auto state = std::make_unique<State>(std::move(layout), options, std::move(equipmentOf), survey.conversions_);
    state->leftOut = std::move(leftOut);
    return Learner{std::move(state)};
}

void Learner::apply(std::span<const telemetry::Sample> samples) {
    State& state = *state_;
    if (samples.empty()) return;
    if (!state.any) state.learnt.from = samples.front().time;
    state.any = true;
    state.learnt.to = samples.back().time;
    while (true) {
        samples = samples.subspan(state.windows.take(samples));
        if (samples.empty()) break;
        state.complete();
    }
}

Result<Model> Learner::finish() {
    State& state = *state_;
    state.complete();
    Model model{
        .options = state.options, .learnt = state.learnt, .signals = {}, .equipment = {}, .leftOut = std::move(state.leftOut)};
    std::vector<std::uint32_t> indexOf(state.layout.signals.size(), Windows::none);
    std::string reason = "there is no signal that can be watched";
    for (std::size_t e = 0; e < state.rows.size(); ++e) {
        const Rows& rows = state.rows[e];
        const auto& members = state.layout.equipment[e];
        if (members.signals.empty()) continue;
        const std::uint64_t needed = folds * state.options.window;
        if (rows.steps < needed) {
            reason =
                std::format("{} steps of {} are too few to learn from, at least {} are needed: give a longer log or a shorter step",
                            rows.steps, formatDuration(state.options.step), needed);
            model.leftOut.push_back({members.name, reason});
            continue;
        }
        Equipment equipment = state.learn(e);
        for (Group& group : equipment.groups)
            for (Feature& feature : group.features) {
                std::uint32_t& at = indexOf[feature.signal];
                if (at == Windows::none) {
                    at = static_cast<std::uint32_t>(model.signals.size());
                    model.signals.push_back(state.layout.signals[feature.signal]);
                }
                feature.signal = at;
            }
        if (equipment.groups.empty()) {
            model.leftOut.push_back({members.name, "nothing about its signals varies"});
            continue;
        }
        model.equipment.push_back(std::move(equipment));
        for (const std::uint32_t signal : members.signals)
            if (indexOf[signal] == Windows::none)
                model.leftOut.push_back({state.layout.signals[signal].name, "it varies by nothing, or beyond all reckoning"});
    }
    if (model.equipment.empty()) return failure(ErrorCode::Invalid, reason);
    return model;
}

} // namespace millwright::condition
