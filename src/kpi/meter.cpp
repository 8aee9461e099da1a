#include <millwright/kpi/meter.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

namespace millwright::kpi {
namespace {

using plant::PackmlState;
using plant::TimeElement;

constexpr std::size_t mostOrders = 65'536; // of one equipment

/// In millionths, where the difference of two can be represented.
std::optional<Millionths> millionths(std::optional<double> value) {
    if (!value || !(std::abs(*value * 1e6) < 4e18)) return std::nullopt;
    return static_cast<Millionths>(std::llround(*value * 1e6));
}

} // namespace

Tally& Tally::operator+=(const Tally& later) {
    for (std::size_t i = 0; i < inState.size(); ++i) inState[i] += later.inState[i];
    operating += later.operating;
    repair += later.repair;
    failures += later.failures;
    falls += later.falls;
    for (std::size_t i = 0; i < counted.size(); ++i) counted[i] += later.counted[i];
    powerTime += later.powerTime;
    powered += later.powered;
    return *this;
}

Tally& Tally::operator-=(const Tally& beginning) {
    for (std::size_t i = 0; i < inState.size(); ++i) inState[i] -= beginning.inState[i];
    operating -= beginning.operating;
    repair -= beginning.repair;
    failures -= beginning.failures;
    falls -= beginning.falls;
    for (std::size_t i = 0; i < counted.size(); ++i) counted[i] -= beginning.counted[i];
    powerTime -= beginning.powerTime;
    powered -= beginning.powered;
    return *this;
}

Tally Bin::tally(std::size_t i) const {
    Tally made = (*through)[i];
    return made -= (*before)[i];
}

Tallies Bin::tallies() const {
    Tallies made = *through;
    for (std::size_t i = 0; i < made.size(); ++i) made[i] -= (*before)[i];
    return made;
}

Bin& Bin::operator+=(const Bin& later) {
    interval.to = later.interval.to;
    through = later.through;
    for (std::size_t i = 0; i < spreads.size(); ++i) spreads[i] += later.spreads[i];
    return *this;
}

Meter::Meter(const plant::Plant& plant, std::span<const telemetry::Conversion> conversions, const StringTable& strings,
             TimeInterval window, Cuts cuts)
    : plant_{plant},
      conversions_{conversions.begin(), conversions.end()},
      strings_{strings},
      window_{window},
      cuts_{cuts},
      time_{window.from},
      uses_(plant.signals.size()),
      machines_(plant.kpis.size()),
      totals_(plant.kpis.size()),
      characteristics_{characteristicsOf(plant)},
      subgroups_(characteristics_.size()) {
    const auto use = [this](SignalIndex signal, Use as) {
        if (signal != noSignal) uses_[index(signal)].push_back(as);
    };
    for (std::uint32_t i = 0; i < plant.kpis.size(); ++i) {
        const plant::KpiSource& source = plant.kpis[i];
        use(source.state, {i, isState});
        for (std::uint32_t role = 0; role < plant::quantities; ++role) use(source.counts[role], {i, role});
        use(source.power, {i, isPower});
    }
    for (std::uint32_t i = 0; i < characteristics_.size(); ++i) use(characteristics_[i].signal, {i, isMeasured});
    for (Machine& machine : machines_) machine.since = window.from;
    openBin(window.from);
}

void Meter::keepOrders() {
    orders_.resize(machines_.size());
    orderByName_.resize(machines_.size());
    for (std::uint32_t i = 0; i < machines_.size(); ++i)
        if (const SignalIndex order = plant_.kpis[i].order; order != noSignal) uses_[index(order)].push_back({i, isOrder});
}

void Meter::openBin(Time from) {
    auto before = std::make_shared<const Tallies>(totals_);
    if (!bins_.empty()) bins_.back().through = before;
    bins_.push_back({{from, std::min(window_.to, cuts_.after(from))},
                     std::move(before),
                     nullptr,
                     std::vector<Spread>(characteristics_.size())});
}

/// Makes a change of what the machine did, in all and in the order that it is made for. No sum of times that follow each other
/// overflows, nor one of power in millionths over them, which is below 2^62, nor one of rises, each below 2^63.
template <typename Change>
void Meter::book(std::uint32_t i, const Change& change) {
    change(totals_[i]);
    if (machines_[i].order != noOrder) change(orders_[i][machines_[i].order].tally);
}

/// Adds the time that the machine has been in its state to the bin that is open.
void Meter::spend(std::uint32_t i) {
    Machine& machine = machines_[i];
    const Duration length = time_ - std::exchange(machine.since, time_);
    if (length == Duration::zero()) return;
    if (machine.nextOrder) beginOrder(machine, i);
    const TimeElement element = plant_.kpis[i].elementOf[index(machine.state)];
    book(i, [&](Tally& tally) {
        tally.failures += machine.failedNow ? 1 : 0;
        tally.inState[index(machine.state)] += length;
        if (machine.failed && element < TimeElement::Unplanned) tally.repair += length;
        if (!machine.failed && element <= TimeElement::SetUp) tally.operating += length;
        if (!machine.power) return;
        tally.powerTime += Wide{*machine.power} * length.count();
        tally.powered += length;
    });
    machine.failedNow = false;
    if (machine.order != noOrder) orders_[i][machine.order].interval.to = time_;
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
        auto& texts = unmapped_[std::string{plant_.at(source.state).path}];
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

/// In the plant's unit; nothing for what is not to be used.
std::optional<double> Meter::numberOf(const telemetry::Sample& sample) const {
    if (!isUsable(sample.quality)) return std::nullopt;
    const telemetry::Conversion& conversion = conversions_[index(sample.signal)];
    return conversion.scale * sample.value.asNumber(sample.type) + conversion.offset;
}

void Meter::count(const Use& use, const telemetry::Sample& sample) {
    const auto now = millionths(numberOf(sample));
    if (!now) return;
    Machine& machine = machines_[use.source];
    const auto before = std::exchange(machine.last[use.role], now);
    if (!before || sample.time <= window_.from || sample.time > window_.to) return;
    if (machine.nextOrder && sample.time > machine.orderFrom) spend(use.source); // which begins it
    book(use.source, [&](Tally& tally) {
        if (*now < *before)
            ++tally.falls;
        else
            tally.counted[use.role] += *now - *before;
    });
    const bool isProduced = use.role == index(plant::Quantity::Produced);
    const bool standsFor =
        use.role == index(plant::Quantity::Good) && plant_.kpis[use.source].counts[index(plant::Quantity::Produced)] == noSignal;
    if (!journals_.empty() && *now != *before && (isProduced || standsFor))
        journals_[use.source].rises.push_back({sample.time, std::max<Millionths>(*now - *before, 0)});
}

void Meter::setPower(std::uint32_t i, const telemetry::Sample& sample) {
    const auto power = millionths(numberOf(sample));
    if (power == machines_[i].power) return;
    spend(i);
    machines_[i].power = power;
}

/// What is made from the sample's time on. Counts at that very time are still of what was made before.
void Meter::setOrder(std::uint32_t i, const telemetry::Sample& sample) {
    std::string order;
    if (isUsable(sample.quality))
        order = sample.type == ValueType::String ? std::string{strings_.text(sample.value.string)}
                                                 : std::to_string(sample.value.integer);
    std::uint32_t next = noOrder;
    if (!order.empty()) {
        const auto known = orderByName_[i].find(order);
        if (known != orderByName_[i].end()) {
            next = known->second;
        } else if (orderByName_[i].size() < mostOrders) {
            next = static_cast<std::uint32_t>(orderByName_[i].size());
            orderByName_[i].emplace(std::move(order), next);
        } else {
            tooManyOrders_ = true;
        }
    }
    Machine& machine = machines_[i];
    spend(i);
    machine.nextOrder = next;
    machine.orderFrom = time_;
}

void Meter::beginOrder(Machine& machine, std::uint32_t i) {
    machine.order = *std::exchange(machine.nextOrder, std::nullopt);
    if (machine.order == noOrder) return;
    auto& orders = orders_[i];
    if (machine.order >= orders.size()) orders.resize(machine.order + 1);
    OrderTally& order = orders[machine.order];
    if (order.interval == TimeInterval{}) order.interval.from = machine.orderFrom;
}

void Meter::measure(std::uint32_t i, const telemetry::Sample& sample) {
    if (sample.time <= window_.from || sample.time > window_.to) return;
    const Characteristic& characteristic = characteristics_[i];
    const auto value = numberOf(sample);
    const auto deviation = value ? characteristic.deviation(*value) : std::nullopt;
    const bool produces =
        characteristic.machine == Characteristic::always ||
        plant_.kpis[characteristic.machine].elementOf[index(machines_[characteristic.machine].state)] == TimeElement::Production;
    if (!deviation || !produces) return subgroups_[i].interrupt();
    subgroups_[i].measure(*deviation, plant_.at(characteristic.signal).specification->subgroup, bins_.back().spreads[i]);
}

void Meter::apply(std::span<const telemetry::Sample> samples) {
    for (const telemetry::Sample& sample : samples) {
        const std::vector<Use>& uses = uses_[index(sample.signal)];
        if (uses.empty()) continue;
        moveTo(sample.time);
        for (const Use& use : uses) {
            switch (use.role) {
            case isState: setState(use.source, sample); break;
            case isPower: setPower(use.source, sample); break;
            case isOrder: setOrder(use.source, sample); break;
            case isMeasured: measure(use.source, sample); break;
            default: count(use, sample);
            }
        }
    }
}

std::vector<Bin> Meter::finish() {
    moveTo(window_.to);
    spendAll();
    for (std::size_t i = 0; i < orders_.size(); ++i) { // those that never lasted have no place yet
        for (const auto& [name, at] : orderByName_[i])
            if (at < orders_[i].size()) orders_[i][at].order = name;
        std::erase_if(orders_[i], [](const OrderTally& each) { return each.interval == TimeInterval{}; });
    }
    bins_.back().through = std::make_shared<const Tallies>(totals_);
    return std::move(bins_);
}

std::vector<Bin> Meter::takeClosed(Time now) {
    moveTo(now);
    spendAll();
    std::vector<Bin> closed{std::make_move_iterator(bins_.begin()), std::make_move_iterator(bins_.end() - 1)};
    bins_.erase(bins_.begin(), bins_.end() - 1);
    return closed;
}

void Meter::restart(Time from) {
    bins_.clear();
    window_.from = time_ = from;
    for (Machine& machine : machines_) {
        machine.since = from;
        machine.failedNow = false;
    }
    openBin(from);
}

Meter::Checkpoint Meter::checkpoint() const {
    Checkpoint made;
    made.time = time_;
    made.machines = machines_;
    made.subgroups = subgroups_;
    made.totals = totals_;
    made.bin = bins_.back();
    return made;
}

void Meter::resume(const Checkpoint& checkpoint) {
    time_ = checkpoint.time;
    machines_ = checkpoint.machines;
    subgroups_ = checkpoint.subgroups;
    totals_ = checkpoint.totals;
    bins_.assign(1, checkpoint.bin);
}

std::size_t Meter::Checkpoint::bytes() const {
    return sizeof *this + machines.size() * sizeof(Machine) + subgroups.size() * sizeof(Subgroup) + totals.size() * sizeof(Tally) +
           bin.spreads.size() * sizeof(Spread);
}

Bin Meter::open() const {
    Bin bin = bins_.back();
    bin.interval.to = time_;
    bin.through = std::make_shared<const Tallies>(totals_);
    return bin;
}

} // namespace millwright::kpi
