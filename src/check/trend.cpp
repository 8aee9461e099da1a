#include "check/trend.hpp"

#include "check/text.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace millwright::check {
namespace {

constexpr std::size_t sliceCount = 600; // a pixel and a half each, as wide as a report is
constexpr std::size_t mostSpells = 400; // of more, none can be told apart
constexpr float none = std::numeric_limits<float>::quiet_NaN();

bool isDiscrete(const plant::Signal& signal) {
    return signal.type == ValueType::String || signal.type == ValueType::Boolean || !signal.states.empty();
}

/// Of every two neighbours, keeps the longer for both: of so many, none can be told apart.
void thinOut(std::vector<Trend::Spell>& spells) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < spells.size();) {
        Trend::Spell spell = std::move(spells[i++]);
        if (i < spells.size() && spells[i].from == spell.to) {
            Trend::Spell& next = spells[i++];
            if (next.to - next.from > spell.to - spell.from) spell.text = std::move(next.text);
            spell.to = next.to;
        }
        if (kept > 0 && spells[kept - 1].to == spell.from && spells[kept - 1].text == spell.text)
            spells[kept - 1].to = spell.to;
        else
            spells[kept++] = std::move(spell);
    }
    spells.resize(kept);
}

/// The signal whose trend tells most of a condition: the first that is a number and no state.
SignalIndex mainOf(const plant::Plant& plant, const plant::Expression& condition) {
    const auto& signals = condition.signals;
    if (signals.empty()) return noSignal;
    const auto number = std::ranges::find_if(signals, [&](SignalIndex each) { return !isDiscrete(plant.at(each)); });
    return number == signals.end() ? signals.front() : *number;
}

void addTo(TrendRecorder& recorder, const twin::Replay& replay, const telemetry::Sample& sample) {
    const auto [scale, offset] = replay.source().conversions()[index(sample.signal)];
    const bool isText = sample.type == ValueType::String;
    recorder.add(sample.time, isText ? 0 : scale * sample.value.asNumber(sample.type) + offset,
                 isText ? replay.source().strings().text(sample.value.string) : std::string_view{}, sample.quality);
}

} // namespace

TrendRecorder::TrendRecorder(const plant::Signal& signal, TimeInterval interval)
    : signal_{&signal}, since_{interval.from}, value_{std::numeric_limits<double>::quiet_NaN()} {
    trend_.path = signal.path;
    trend_.unit = signal.unit;
    trend_.interval = interval;
    trend_.discrete = isDiscrete(signal);
    if (!trend_.discrete) trend_.slices.assign(sliceCount, {none, none});
}

void TrendRecorder::add(Time time, double number, std::string_view text, Quality quality) {
    hold(time);
    known_ = isUsable(quality);
    value_ = number;
    if (trend_.discrete) text_ = signal_->type == ValueType::String ? std::string{text} : valueText(*signal_, number, {});
}

/// Draws the value from where the drawing ends until `until`, which belongs to it.
void TrendRecorder::hold(Time until) {
    const Time from = since_, to = std::min(until, trend_.interval.to);
    if (to < from) return;
    since_ = to;
    if (!known_) return;
    if (trend_.discrete) {
        auto& spells = trend_.spells;
        if (to == from) return;
        if (!spells.empty() && spells.back().to == from && spells.back().text == text_)
            spells.back().to = to;
        else
            spells.push_back({from, to, text_});
        if (spells.size() >= 2 * mostSpells) thinOut(spells);
        return;
    }
    if (!std::isfinite(value_)) return;
    const auto length = static_cast<double>(std::max<std::int64_t>(1, trend_.interval.length().count()));
    const auto placeOf = [&](Time time) {
        const double share = static_cast<double>((time - trend_.interval.from).count()) / length;
        return std::min(static_cast<std::size_t>(share * sliceCount), sliceCount - 1);
    };
    const auto number = static_cast<float>(value_);
    for (std::size_t i = placeOf(from); i <= placeOf(to); ++i) {
        Trend::Slice& slice = trend_.slices[i];
        slice.low = std::fmin(slice.low, number);
        slice.high = std::fmax(slice.high, number);
    }
}

Trend TrendRecorder::finish() {
    hold(trend_.interval.to);
    return std::move(trend_);
}

std::size_t Trends::watch(SignalIndex signal) {
    auto& recorder = recorders_[index(signal)];
    if (!recorder) {
        recorder = std::make_unique<TrendRecorder>(plant_.at(signal), replay_.log());
        watched_.push_back(signal);
    }
    return static_cast<std::size_t>(std::ranges::find(watched_, signal) - watched_.begin());
}

std::optional<std::size_t> Trends::find(SignalIndex signal) const {
    const auto found = std::ranges::find(watched_, signal);
    if (found == watched_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - watched_.begin());
}

void Trends::add(std::span<const telemetry::Sample> samples) {
    if (watched_.empty()) return;
    for (const telemetry::Sample& sample : samples)
        if (TrendRecorder* recorder = recorders_[index(sample.signal)].get()) addTo(*recorder, replay_, sample);
}

std::vector<Trend> Trends::finish() {
    std::vector<Trend> trends;
    for (const SignalIndex signal : watched_) trends.push_back(recorders_[index(signal)]->finish());
    return trends;
}

Result<std::optional<Trend>> detailOf(const plant::Plant& plant, twin::Replay& replay, SignalIndex signal, Time moment) {
    constexpr Duration around = std::chrono::seconds{30};
    const TimeInterval log = replay.log();
    const TimeInterval interval{moment - std::min(around, moment - log.from), moment + std::min(around, log.to - moment)};
    if (interval.length() * 4 > log.length()) return std::nullopt;
    if (auto done = replay.seek(interval.from); !done) return std::unexpected(done.error());
    TrendRecorder recorder{plant.at(signal), interval};
    const auto frame = replay.frame();
    if (const twin::SignalState& state = frame->signals[index(signal)]; state.known) {
        const ValueType type = plant.at(signal).type;
        const bool isText = type == ValueType::String;
        recorder.add(interval.from, isText ? 0 : state.value.asNumber(type),
                     isText ? frame->strings->text(state.value.string) : std::string_view{}, state.quality);
    }
    while (true) {
        const auto samples = replay.advance(interval.to);
        if (!samples) return std::unexpected(samples.error());
        if (samples->empty()) return recorder.finish();
        for (const telemetry::Sample& sample : *samples)
            if (sample.signal == signal) addTo(recorder, replay, sample);
    }
}

Subject evidenceOf(const plant::Plant& plant, const Expectation& expectation) {
    Subject subject;
    auto& [evidence, signal] = subject;
    if (const auto* condition = std::get_if<ConditionCheck>(&expectation.what)) {
        signal = mainOf(plant, condition->when);
        evidence.limit = condition->limit;
    } else if (const auto* value = std::get_if<ValueCheck>(&expectation.what)) {
        signal = value->signal;
        if (const auto* number = std::get_if<double>(&value->value)) evidence.limit = *number;
    } else if (const auto* count = std::get_if<SampleCountCheck>(&expectation.what)) {
        signal = count->signal;
        evidence.moment = false;
    } else if (const auto* rate = std::get_if<RateCheck>(&expectation.what)) {
        signal = rate->signal;
    } else if (const auto* monotone = std::get_if<MonotoneCheck>(&expectation.what)) {
        signal = monotone->signal;
    } else if (const auto* sequence = std::get_if<SequenceCheck>(&expectation.what)) {
        signal = sequence->signal;
    } else if (const auto* quality = std::get_if<QualityCheck>(&expectation.what)) {
        if (quality->signals.size() == 1) signal = quality->signals.front();
    } else if (const auto* check = std::get_if<AlarmCheck>(&expectation.what)) {
        const plant::Alarm& alarm = plant.at(check->alarm);
        signal = alarm.signal;
        evidence.equipment = alarm.equipment;
        if (alarm.kind <= plant::AlarmKind::LowLow) evidence.limit = alarm.limit;
    } else if (const auto* kpi = std::get_if<KpiCheck>(&expectation.what)) {
        const auto source = std::ranges::find(plant.kpis, kpi->equipment, &plant::KpiSource::equipment);
        if (source != plant.kpis.end()) signal = source->state;
        evidence.equipment = kpi->equipment;
        evidence.moment = false;
    } else if (const auto* learnt = std::get_if<AnomalyCheck>(&expectation.what)) {
        evidence.equipment = learnt->equipment;
    } else if (const auto* picture = std::get_if<PictureCheck>(&expectation.what)) {
        evidence.camera = picture->camera;
    }
    if (signal != noSignal && isDiscrete(plant.at(signal))) evidence.limit.reset();
    if (signal != noSignal && evidence.equipment == noEquipment) evidence.equipment = plant.at(signal).equipment;
    if (evidence.equipment != noEquipment) evidence.equipmentPath = plant.at(evidence.equipment).path;
    return subject;
}

std::vector<SignalIndex> furtherOf(const plant::Plant& plant, const Expectation& expectation) {
    constexpr std::size_t most = 2;
    std::vector<SignalIndex> further;
    const auto* condition = std::get_if<ConditionCheck>(&expectation.what);
    if (condition == nullptr) return further;
    for (const SignalIndex signal : condition->when.signals)
        if (signal != mainOf(plant, condition->when) && further.size() < most) further.push_back(signal);
    return further;
}

std::span<const SignalIndex> suspectsOf(const Expectation& expectation) {
    constexpr std::size_t most = 256; // watching costs with every sample
    std::span<const SignalIndex> signals;
    if (const auto* quality = std::get_if<QualityCheck>(&expectation.what)) signals = quality->signals;
    if (const auto* learnt = std::get_if<AnomalyCheck>(&expectation.what)) signals = learnt->signals;
    return signals.size() <= most ? signals : std::span<const SignalIndex>{};
}

} // namespace millwright::check
