#include "ui/log_kpis.hpp"

#include <millwright/twin/twin.hpp>
#include <millwright/ui/log_overview.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <mutex>
#include <thread>

namespace millwright::ui {
namespace {

constexpr std::size_t mostSlices = 4096, fewestSlices = 128;
constexpr std::size_t changesKeptPerSignal = 64; // a signal that changes more often says nothing as a mark
constexpr std::size_t batch = 4096;
constexpr std::size_t mostConditionSlices = 1024, conditionBytes = 16u << 20; // of all equipment
constexpr float none = std::numeric_limits<float>::quiet_NaN();

bool isNumeric(const plant::Signal& signal) {
    return signal.type == ValueType::Float || (signal.type == ValueType::Integer && signal.states.empty());
}

} // namespace

struct LogOverview::State {
    const plant::Plant& plant;
    std::unique_ptr<telemetry::Source> source;
    TimeInterval span;
    std::size_t sliceCount = 0;
    std::vector<std::size_t> rowOf; // per signal: its row of `ranges`, or npos
    std::vector<Range> ranges;      // row by row, sliceCount each
    std::vector<Attention> worst;   // per slice

    // The reader's own.
    std::vector<float> last;        // per signal: value held
    std::vector<Attention> now;     // per signal
    std::vector<Attention> inSlice; // per signal: the worst it was in the current slice
    std::vector<std::uint64_t> lastBits;
    std::vector<std::uint32_t> changes;
    std::vector<bool> seen;
    std::size_t current = 0;
    twin::Twin twin; // for its alarms
    std::size_t alarmsFound = 0;
    std::optional<LogKpis> kpis; // where something is measured
    twin::StateHistory machines;
    twin::MachineStates states;                // once done
    std::optional<twin::ConditionWatch> watch; // where there is a model
    std::shared_ptr<const twin::LearntCondition> learnt;
    std::size_t conditionSlices = 0;
    std::vector<twin::ConditionState> conditions; // equipment by equipment of the model, conditionSlices each

    // Slices below `published` are complete and never change again, so readers need no lock for them.
    std::atomic<std::size_t> published{0};
    std::atomic<bool> done{false};
    mutable std::mutex mutex; // guards what follows
    std::vector<Marker> newMarkers;
    std::vector<SignalIndex> restless;
    std::vector<AlarmMark> newAlarms;
    std::optional<Error> error;
    mutable std::vector<Marker> markers;   // the calling thread's
    mutable std::vector<AlarmMark> alarms; // likewise
    std::jthread reader;

    State(const plant::Plant& p, std::unique_ptr<telemetry::Source> s, std::size_t budget,
          std::shared_ptr<const twin::LearntCondition> model)
        : plant{p},
          source{std::move(s)},
          span{source->span()},
          twin{p},
          machines{p, source->conversions(), source->strings(), span.from},
          learnt{std::move(model)} {
        twin.connect(source->conversions(), {std::shared_ptr<const StringTable>{}, &source->strings()});
        twin.reset(span.from);
        rowOf.assign(plant.signals.size(), std::string::npos);
        std::size_t rows = 0;
        for (std::size_t i = 0; i < plant.signals.size(); ++i)
            if (isNumeric(plant.signals[i])) rowOf[i] = rows++;
        sliceCount = std::clamp(budget / (std::max<std::size_t>(1, rows) * sizeof(Range)), fewestSlices, mostSlices);
        ranges.assign(rows * sliceCount, Range{none, none});
        worst.assign(sliceCount, Attention::None);
        last.assign(plant.signals.size(), none);
        now.assign(plant.signals.size(), Attention::None);
        inSlice = now;
        lastBits.assign(plant.signals.size(), 0);
        changes.assign(plant.signals.size(), 0);
        seen.assign(plant.signals.size(), false);
        if (learnt) {
            watch.emplace(learnt, source->conversions());
            const std::size_t equipments = learnt->equipment.size();
            conditionSlices =
                std::clamp(conditionBytes / (equipments * sizeof(twin::ConditionState)), fewestSlices, mostConditionSlices);
            conditions.resize(equipments * conditionSlices);
        }
        if ((plant.kpis.empty() && kpi::characteristicsOf(plant).empty()) || span.length() <= Duration::zero()) return;
        kpis.emplace(plant, *source);
    }

    std::size_t sliceOf(Time time) const { return placeOf(time, sliceCount); }
    /// Which of `count` equal parts of the log holds the time.
    std::size_t placeOf(Time time, std::size_t count) const {
        const double length = static_cast<double>(span.length().count());
        if (length <= 0) return 0;
        const double share = static_cast<double>((time - span.from).count()) / length;
        return static_cast<std::size_t>(std::clamp(share * static_cast<double>(count), 0.0, static_cast<double>(count - 1)));
    }

    /// Keeps the worst step of each slice.
    void keep(std::span<const std::uint32_t> completed) {
        for (const std::uint32_t i : completed) {
            const twin::ConditionState& fresh = watch->states().states[i];
            twin::ConditionState& kept = conditions[i * conditionSlices + placeOf(fresh.time, conditionSlices)];
            const bool anomaly = fresh.anomaly || kept.anomaly;
            if (!kept.known || fresh.score > kept.score) kept = fresh;
            kept.anomaly = anomaly;
        }
    }

    /// Completes slices up to `slice`: a value holds until the next sample, so slices without one repeat it.
    void moveTo(std::size_t slice) {
        for (; current < slice; ++current) {
            Attention most = Attention::None;
            for (std::size_t i = 0; i < now.size(); ++i) {
                most = std::max(most, inSlice[i]);
                inSlice[i] = now[i];
                if (rowOf[i] == std::string::npos) continue;
                Range& range = ranges[rowOf[i] * sliceCount + current];
                if (std::isnan(range.low)) range = {last[i], last[i]};
            }
            worst[current] = most;
        }
        published.store(current, std::memory_order_release);
    }

    void take(const telemetry::Sample& sample, const telemetry::Conversion& conversion) {
        const std::size_t i = index(sample.signal);
        const plant::Signal& signal = plant.signals[i];
        twin::SignalState state{.value = sample.value, .time = sample.time, .quality = sample.quality, .known = true};
        const bool good = isUsable(sample.quality);
        if (signal.type == ValueType::Float) state.value.number = conversion.scale * sample.value.number + conversion.offset;
        now[i] = ui::attention(signal, state);
        inSlice[i] = std::max(inSlice[i], now[i]);
        if (rowOf[i] != std::string::npos) {
            last[i] = good ? static_cast<float>(state.value.asNumber(signal.type)) : none;
            Range& range = ranges[rowOf[i] * sliceCount + current];
            if (std::isnan(range.low)) range = {last[i], last[i]};
            range = {std::fmin(range.low, last[i]), std::fmax(range.high, last[i])};
            return;
        }
        if (seen[i] && lastBits[i] != sample.value.bits && good) mark(signal, sample, state);
        if (good) {
            seen[i] = true;
            lastBits[i] = sample.value.bits;
        }
    }

    void mark(const plant::Signal& signal, const telemetry::Sample& sample, const twin::SignalState& state) {
        const std::size_t i = index(sample.signal);
        if (++changes[i] > changesKeptPerSignal) {
            if (changes[i] == changesKeptPerSignal + 1) {
                const std::scoped_lock lock{mutex};
                restless.push_back(sample.signal);
            }
            return;
        }
        std::string text;
        if (signal.type == ValueType::String)
            text = source->strings().text(sample.value.string);
        else if (signal.type == ValueType::Boolean)
            text = state.value.boolean ? "on" : "off";
        else if (const auto at = static_cast<std::size_t>(state.value.integer); at < signal.states.size())
            text = signal.states[at];
        else
            text = std::to_string(state.value.integer);
        const std::scoped_lock lock{mutex};
        newMarkers.push_back({sample.time, sample.signal, std::move(text)});
    }

    void takeAlarms() {
        if (twin.transitions().empty()) return;
        machines.note(twin.transitions());
        {
            const std::scoped_lock lock{mutex};
            for (const twin::AlarmTransition& each : twin.transitions()) {
                if (each.annunciated && alarmsFound++ < mostAlarmMarks) newAlarms.push_back({each.time, each.alarm});
            }
        }
        twin.clearTransitions();
    }

    void read(const std::stop_token& stop) {
        const auto conversions = source->conversions();
        while (!stop.stop_requested()) {
            const auto samples = source->next(batch);
            if (!samples) {
                const std::scoped_lock lock{mutex};
                error = samples.error();
                break;
            }
            if (samples->empty()) break;
            machines.apply(*samples);
            if (!plant.alarms.empty()) twin.apply(*samples);
            takeAlarms();
            if (kpis) kpis->apply(*samples);
            for (const telemetry::Sample& sample : *samples) {
                if (index(sample.signal) >= plant.signals.size()) continue;
                if (watch) keep(watch->apply(sample));
                moveTo(sliceOf(sample.time));
                take(sample,
                     index(sample.signal) < conversions.size() ? conversions[index(sample.signal)] : telemetry::Conversion{});
            }
        }
        if (!stop.stop_requested()) {
            moveTo(error ? current : sliceCount);
            twin.advance(std::max(twin.time(), error ? twin.time() : span.to));
            takeAlarms();
            if (watch) keep(watch->finish());
            machines.advance(twin.time());
            states = machines.states();
            if (error) kpis.reset();
            if (kpis) kpis->finish();
        }
        done.store(true, std::memory_order_release);
        done.notify_all();
        if (kpis) kpis->serve(stop);
    }
};

LogOverview::LogOverview(const plant::Plant& plant, std::unique_ptr<telemetry::Source> source, std::size_t budgetBytes,
                         std::shared_ptr<const twin::LearntCondition> learnt)
    : state_{std::make_unique<State>(plant, std::move(source), budgetBytes, std::move(learnt))} {
    state_->reader = std::jthread{[state = state_.get()](const std::stop_token& stop) { state->read(stop); }};
}

LogOverview::~LogOverview() = default;

TimeInterval LogOverview::span() const {
    return state_->span;
}
double LogOverview::progress() const {
    return static_cast<double>(slices()) / static_cast<double>(state_->sliceCount);
}
bool LogOverview::finished() const {
    return state_->done.load(std::memory_order_acquire);
}
std::size_t LogOverview::slices() const {
    return state_->published.load(std::memory_order_acquire);
}
std::size_t LogOverview::sliceOf(Time time) const {
    return state_->sliceOf(time);
}

Time LogOverview::sliceStart(std::size_t slice) const {
    const double share = static_cast<double>(slice) / static_cast<double>(state_->sliceCount);
    return state_->span.from + Duration{static_cast<std::int64_t>(share * static_cast<double>(state_->span.length().count()))};
}

std::span<const LogOverview::Range> LogOverview::ranges(SignalIndex signal) const {
    const std::size_t row = index(signal) < state_->rowOf.size() ? state_->rowOf[index(signal)] : std::string::npos;
    if (row == std::string::npos) return {};
    return std::span{state_->ranges}.subspan(row * state_->sliceCount, slices());
}

std::span<const Attention> LogOverview::attention() const {
    return std::span{state_->worst}.first(slices());
}

std::span<const LogOverview::Marker> LogOverview::markers() const {
    const std::scoped_lock lock{state_->mutex};
    std::ranges::move(state_->newMarkers, std::back_inserter(state_->markers));
    state_->newMarkers.clear();
    if (!state_->restless.empty()) {
        std::erase_if(state_->markers, [this](const Marker& m) { return std::ranges::contains(state_->restless, m.signal); });
        state_->restless.clear();
    }
    return state_->markers;
}

std::span<const LogOverview::AlarmMark> LogOverview::alarms() const {
    const std::scoped_lock lock{state_->mutex};
    state_->alarms.insert(state_->alarms.end(), state_->newAlarms.begin(), state_->newAlarms.end());
    state_->newAlarms.clear();
    return state_->alarms;
}

std::shared_ptr<const kpi::Bins> LogOverview::binsUpTo(Time time) const {
    return finished() && state_->kpis ? state_->kpis->upTo(time) : nullptr;
}

bool LogOverview::measuring() const {
    return finished() && state_->kpis && state_->kpis->busy();
}

void LogOverview::waitForKpis() const {
    if (finished() && state_->kpis) state_->kpis->wait();
}

const twin::MachineStates* LogOverview::states() const {
    return finished() ? &state_->states : nullptr;
}

const twin::LearntCondition* LogOverview::learnt() const {
    return state_->learnt.get();
}

std::span<const twin::ConditionState> LogOverview::condition(EquipmentIndex equipment) const {
    if (!finished() || !state_->learnt) return {};
    const auto found = std::ranges::find(state_->learnt->equipment, equipment);
    if (found == state_->learnt->equipment.end() || equipment == noEquipment) return {};
    const auto row = static_cast<std::size_t>(found - state_->learnt->equipment.begin());
    return std::span{state_->conditions}.subspan(row * state_->conditionSlices, state_->conditionSlices);
}

std::optional<Error> LogOverview::error() const {
    const std::scoped_lock lock{state_->mutex};
    return state_->error;
}

void LogOverview::wait() const {
    state_->done.wait(false, std::memory_order_acquire);
}

} // namespace millwright::ui
