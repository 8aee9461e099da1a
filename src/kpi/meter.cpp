#include <millwright/kpi/meter.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace millwright::kpi {
namespace {

using plant::PackmlState;
using plant::TimeElement;

/// How long it is from `time` to the next multiple of `every`.
Duration toBoundary(Time time, Duration every) {
    const Duration rest = time.time_since_epoch() % every;
    return rest < Duration::zero() ? -rest : every - rest; // before 1970, the rest is negative
}

/// Stops at the largest value: a hostile log could count on for ever.
Millionths added(Millionths sum, Millionths more) {
    Millionths result = 0;
    return __builtin_add_overflow(sum, more, &result) ? std::numeric_limits<Millionths>::max() : result;
}

} // namespace

Tally& Tally::operator+=(const Tally& later) {
    for (std::size_t i = 0; i < inState.size(); ++i) inState[i] += later.inState[i];
    operating += later.operating;
    repair += later.repair;
    failures += later.failures;
    falls += later.falls;
    for (std::size_t i = 0; i < counted.size(); ++i) counted[i] = added(counted[i], later.counted[i]);
    return *this;
}

Meter::Meter(const plant::Plant& plant, std::span<const telemetry::Conversion> conversions, const StringTable& strings,
             TimeInterval window, Duration every)
    : plant_{plant},
      conversions_{conversions.begin(), conversions.end()},
      strings_{strings},
      window_{window},
      every_{every},
      time_{window.from},
      uses_(plant.signals.size()),
      machines_(plant.kpis.size()) {
    for (std::uint32_t i = 0; i < plant.kpis.size(); ++i) {
        const plant::KpiSource& source = plant.kpis[i];
        uses_[index(source.state)].push_back({i, isState});
        for (std::uint32_t role = 0; role < plant::quantities; ++role)
            if (source.counts[role] != noSignal) uses_[index(source.counts[role])].push_back({i, role});
    }
    for (Machine& machine : machines_) machine.since = window.from;
    openBin(window.from);
}

void Meter::openBin(Time from) {
    bins_.push_back({{from, window_.to}, std::vector<Tally>(machines_.size())});
    if (every_ <= Duration::zero()) return;
    const Duration length = toBoundary(from, every_);
    if (length < window_.to - from) bins_.back().interval.to = from + length;
}

/// Adds the time that the machine has been in its state to the bin that is open.
void Meter::spend(std::uint32_t i) {
    Machine& machine = machines_[i];
    const Duration length = time_ - std::exchange(machine.since, time_);
    if (length == Duration::zero()) return;
    Tally& tally = bins_.back().tallies[i];
    tally.failures += machine.failedNow ? 1 : 0;
    machine.failedNow = false;
    tally.inState[index(machine.state)] += length;
    const TimeElement element = plant_.kpis[i].elementOf[index(machine.state)];
    if (machine.failed && element < TimeElement::Unplanned) tally.repair += length;
    if (!machine.failed && element <= TimeElement::SetUp) tally.operating += length;
    if (journals_.empty()) return;
    auto& spells = journals_[i].spells;
    if (!spells.empty() && spells.back().state == machine.state)
        spells.back().interval.to = time_;
    else
        spells.push_back({{time_ - length, time_}, machine.state});
}

void Meter::spendAll() {
    for (std::uint32_t i = 0; i < machines_.size(); ++i) spend(i);
}

void Meter::moveTo(Time time) {
    const Time end = std::min(time, window_.to);
    while (time_ < end) {
        const Time boundary = bins_.back().interval.to;
        time_ = std::min(end, boundary);
        // A count at the very boundary belongs to the bin that ends there: the next one opens when time goes on.
        if (time_ < boundary || time_ == end) continue;
        spendAll();
        openBin(time_);
    }
}

PackmlState Meter::stateOf(const plant::KpiSource& source, const telemetry::Sample& sample) {
    if (!isUsable(sample.quality)) return PackmlState::Unknown;
    if (sample.type != ValueType::String) return source.stateOfNumber(sample.value.asNumber(sample.type));
    const std::string_view text = strings_.text(sample.value.string);
    const PackmlState state = source.stateOfText(text);
    constexpr std::size_t shown = 5;
    if (state == PackmlState::Unknown && !plant::usualState(text)) {
        auto& texts = unmapped_[plant_.at(source.state).path];
        if (texts.size() < shown && !std::ranges::contains(texts, text)) texts.emplace_back(text);
    }
    return state;
}

void Meter::setState(std::uint32_t i, const telemetry::Sample& sample) {
    Machine& machine = machines_[i];
    const bool usable = isUsable(sample.quality);
    if (machine.told && machine.usable == usable && (!usable || machine.value.bits == sample.value.bits)) return; // goes on
    machine.told = true;
    machine.usable = usable;
    machine.value = sample.value;
    spend(i);
    const plant::KpiSource& source = plant_.kpis[i];
    machine.state = stateOf(source, sample);
    if (source.elementOf[index(machine.state)] == TimeElement::Production) machine.failed = machine.failedNow = false;
    if (!source.isFailure[index(machine.state)] || machine.failed) return;
    machine.failed = true;
    machine.failedNow = sample.time >= window_.from;
}

void Meter::count(const Use& use, const telemetry::Sample& sample) {
    const telemetry::Conversion& conversion = conversions_[index(sample.signal)];
    const double value = (conversion.scale * sample.value.asNumber(sample.type) + conversion.offset) * 1e6;
    if (!isUsable(sample.quality) || !(std::abs(value) < 4e18)) return; // the difference of two must be representable
    const auto now = static_cast<Millionths>(std::llround(value));
    const auto before = std::exchange(machines_[use.source].last[use.role], now);
    if (!before || sample.time <= window_.from || sample.time > window_.to) return;
    Tally& tally = bins_.back().tallies[use.source];
    if (now < *before)
        ++tally.falls;
    else
        tally.counted[use.role] = added(tally.counted[use.role], now - *before);
    const bool isProduced = use.role == index(plant::Quantity::Produced);
    const bool standsFor =
        use.role == index(plant::Quantity::Good) && plant_.kpis[use.source].counts[index(plant::Quantity::Produced)] == noSignal;
    if (!journals_.empty() && now != *before && (isProduced || standsFor))
        journals_[use.source].rises.push_back({sample.time, std::max<Millionths>(now - *before, 0)});
}

void Meter::apply(std::span<const telemetry::Sample> samples) {
    for (const telemetry::Sample& sample : samples) {
        const std::vector<Use>& uses = uses_[index(sample.signal)];
        if (uses.empty()) continue;
        moveTo(sample.time);
        for (const Use& use : uses) {
            if (use.role == isState)
                setState(use.source, sample);
            else
                count(use, sample);
        }
    }
}

std::vector<Bin> Meter::finish() {
    moveTo(window_.to);
    spendAll();
    return std::move(bins_);
}

} // namespace millwright::kpi
