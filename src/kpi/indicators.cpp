#include <millwright/kpi/indicators.hpp>

#include <algorithm>
#include <format>

namespace millwright::kpi {
namespace {

using plant::KpiSource;
using plant::Quantity;
using plant::TimeElement;

std::optional<double> ratio(double numerator, double denominator) {
    return denominator > 0 ? std::optional{numerator / denominator} : std::nullopt;
}
std::optional<double> ratio(Duration numerator, Duration denominator) {
    return ratio(static_cast<double>(numerator.count()), static_cast<double>(denominator.count()));
}
std::optional<double> ratio(std::optional<double> numerator, double denominator) {
    return numerator ? ratio(*numerator, denominator) : std::nullopt;
}

/// A sum that exists only while every part of it does.
struct Sum {
    std::optional<double> value = 0;
    void add(std::optional<double> part) { value = value && part ? std::optional{*value + *part} : std::nullopt; }
};

/// Adds every quantity up, each for itself.
struct QuantitySums {
    std::array<Sum, plant::quantities> sums;
    [[nodiscard]] std::optional<double> of(Quantity quantity) const { return sums[index(quantity)].value; }
    static std::array<Sum, plant::quantities> none() {
        std::array<Sum, plant::quantities> without;
        without.fill({std::nullopt});
        return without;
    }
};

/// Of the items that an equipment counts, or of its energy; none where it counts none.
std::optional<std::string> unitOf(const plant::Plant& plant, const KpiSource& source, bool energy) {
    for (std::size_t i = 0; i < plant::quantities; ++i)
        if (source.counts[i] != noSignal && (static_cast<Quantity>(i) == Quantity::Energy) == energy)
            return std::string{plant.at(source.counts[i]).unit};
    return energy && source.power != noSignal ? std::optional{std::format("{}.h", plant.at(source.power).unit)} : std::nullopt;
}

/// The one unit of all, or nothing.
struct CommonUnit {
    bool first = true, one = true;
    std::optional<std::string> unit;

    void add(const std::optional<std::string>& next) {
        one = one && (first || unit == next);
        unit = one ? next : std::nullopt;
        first = false;
    }
};

} // namespace

Times& Times::operator+=(const Times& other) {
    production += other.production;
    setUp += other.setUp;
    delay += other.delay;
    down += other.down;
    unplanned += other.unplanned;
    unknown += other.unknown;
    return *this;
}

Times timesOf(const KpiSource& source, const Tally& tally) {
    std::array<Duration, plant::timeElements> sums{};
    for (std::size_t i = 0; i < tally.inState.size(); ++i) sums[static_cast<std::size_t>(source.elementOf[i])] += tally.inState[i];
    return {sums[0], sums[1], sums[2], sums[3], sums[4], sums[5]};
}

Quantities quantitiesOf(const KpiSource& source, const Tally& tally) {
    Quantities found;
    for (std::size_t i = 0; i < found.size(); ++i)
        if (source.counts[i] != noSignal) found[i] = static_cast<double>(tally.counted[i]) / 1e6;
    constexpr double millionthHour = 1e6 * 3600e9; // of the power's unit, in nanoseconds
    if (source.power != noSignal && tally.powered > Duration::zero())
        found[index(Quantity::Energy)] = static_cast<double>(tally.powerTime) / millionthHour;
    auto& produced = found[index(Quantity::Produced)];
    auto& good = found[index(Quantity::Good)];
    auto& scrap = found[index(Quantity::Scrap)];
    const double rework = found[index(Quantity::Rework)].value_or(0);
    if (!produced && good && scrap) produced = *good + *scrap + rework;
    if (produced && !good && scrap) good = *produced - *scrap - rework;
    if (produced && good && !scrap) scrap = *produced - *good - rework;
    return found;
}

std::span<const IndicatorInfo> indicatorList() {
    using enum IndicatorUnit;
    using I = Indicators;
    // The standard describes each of its KPIs in a table under a name of its own: that names the place in every edition.
    static constexpr IndicatorInfo list[] = {
        {"availability", &I::availability, Fraction, "ISO 22400-2:2014, Availability"},
        {"effectiveness", &I::effectiveness, Fraction, "ISO 22400-2:2014, Effectiveness"},
        {"qualityRatio", &I::qualityRatio, Fraction, "ISO 22400-2:2014, Quality ratio"},
        {"oee", &I::oee, Fraction, "ISO 22400-2:2014, Overall equipment effectiveness index"},
        {"nee", &I::nee, Fraction, "ISO 22400-2:2014, Net equipment effectiveness index"},
        {"allocationEfficiency", &I::allocationEfficiency, Fraction, "ISO 22400-2:2014, Allocation efficiency"},
        {"utilisationEfficiency", &I::utilisationEfficiency, Fraction, "ISO 22400-2:2014, Utilization efficiency"},
        {"technicalEfficiency", &I::technicalEfficiency, Fraction, "ISO 22400-2:2014, Technical efficiency"},
        {"setUpRate", &I::setUpRate, Fraction, "ISO 22400-2:2014, Set-up rate"},
        {"scrapRatio", &I::scrapRatio, Fraction, "ISO 22400-2:2014, Scrap ratio"},
        {"reworkRatio", &I::reworkRatio, Fraction, "ISO 22400-2:2014, Rework ratio"},
        {"firstPassYield", &I::firstPassYield, Fraction, "ISO 22400-2:2014, First pass yield"},
        {"throughputRate", &I::throughputRate, AnHour, "ISO 22400-2:2014, Throughput rate; without an order, AOET = PBT is policy"},
        {"productionProcessRate", &I::productionProcessRate, Fraction, "ISO 22400-2:2014, Production process rate"},
        {"allocationRatio", &I::allocationRatio, Fraction, "ISO 22400-2:2014, Allocation ratio"},
        {"energyConsumption", &I::energyConsumption, AnItem, "policy, after ISO 22400-2:2014, Comprehensive energy consumption"},
        {"costPerItem", &I::costPerItem, AnItem, "policy: ISO 22400-2 has no cost"},
        {"mtbf", &I::mtbf, Seconds, "policy, after ISO 22400-2:2014, Mean operating time between failures: n is FE or FE + 1"},
        {"mttf", &I::mttf, Seconds, "policy, after ISO 22400-2:2014, Mean time to failure: n is FE or FE + 1"},
        {"mttr", &I::mttr, Seconds, "policy, after ISO 22400-2:2014, Mean time to restoration: n is FE or FE + 1"},
        {"coverage", &I::coverage, Fraction, "policy: time of an unknown state is left out and told"},
    };
    return list;
}

std::string textOf(IndicatorUnit unit, std::optional<double> value) {
    if (!value) return "-";
    switch (unit) {
    case IndicatorUnit::Fraction: return std::format("{:.1f} %", *value * 100);
    case IndicatorUnit::AnHour: return std::format("{:.4g} an hour", *value);
    case IndicatorUnit::AnItem: return std::format("{:.4g} an item", *value);
    case IndicatorUnit::Seconds: break;
    }
    return formatDuration(durationFromSeconds(*value));
}

std::optional<double> costOf(const KpiSource& source, const Tally& tally) {
    if (!source.cost) return std::nullopt;
    const Quantities quantities = quantitiesOf(source, tally);
    Sum cost;
    cost.add(source.cost->hour * seconds(timesOf(source, tally).plannedBusy()) / 3600);
    const auto priced = [&](double price, Quantity quantity) {
        if (price <= 0) return;
        const auto& used = quantities[index(quantity)];
        cost.add(used ? std::optional{price * *used} : std::nullopt);
    };
    priced(source.cost->energy, Quantity::Energy);
    priced(source.cost->item, Quantity::Produced);
    priced(source.cost->scrap, Quantity::Scrap);
    return cost.value;
}

namespace {

/// TBF = TTF + TTR; `n` is what the plant takes the means over.
void setMeanTimes(Indicators& found, Duration operating, Duration repair, double n) {
    found.mtbf = ratio(seconds(operating + repair), n);
    found.mttf = ratio(seconds(operating), n);
    found.mttr = ratio(seconds(repair), n);
}

} // namespace

Indicators indicatorsOf(std::span<const Part> parts, bool oneUnit, std::optional<Duration> aoet) {
    Times times;
    Duration operating{}, repair{};
    std::uint64_t divisor = 0; // n of the mean times
    QuantitySums items;
    Sum cost;
    Sum plannedRun, plannedGoodRun; // PRU * PQ and PRU * GQ in nanoseconds
    for (const auto& [source, tally] : parts) {
        times += timesOf(*source, tally);
        operating += tally.operating;
        repair += tally.repair;
        divisor += tally.failures + (source->meanOver == plant::MeanOver::FailuresPlusOne ? 1 : 0);
        cost.add(costOf(*source, tally));
        const Quantities quantities = quantitiesOf(*source, tally);
        for (std::size_t i = 0; i < quantities.size(); ++i) items.sums[i].add(quantities[i]);
        const auto run = [&](Quantity which) {
            const auto& quantity = quantities[index(which)];
            return quantity && source->runTimePerUnit
                       ? std::optional{*quantity * static_cast<double>(source->runTimePerUnit->count())}
                       : std::nullopt;
        };
        plannedRun.add(run(Quantity::Produced));
        plannedGoodRun.add(run(Quantity::Good));
    }
    if (!oneUnit) items = {.sums = QuantitySums::none()};
    const std::optional<double> produced = items.of(Quantity::Produced);
    const auto share = [&](Quantity part, Quantity whole) {
        const auto denominator = items.of(whole);
        return denominator ? ratio(items.of(part), *denominator) : std::nullopt;
    };
    const auto count = [](Duration duration) { return static_cast<double>(duration.count()); };
    const Duration planned = times.plannedBusy();

    // `indicatorList` says where each of these stands.
    Indicators found;
    found.availability = ratio(times.production, planned);
    found.effectiveness = ratio(plannedRun.value, count(times.production));
    found.qualityRatio = share(Quantity::Good, Quantity::Produced);
    // The OEE and NEE index with APT and PQ cancelled: so they exist for a machine that only counts what is good.
    found.oee = ratio(plannedGoodRun.value, count(planned));
    if (const auto setUpAndProduction = ratio(times.processing(), times.production); found.oee && setUpAndProduction)
        found.nee = *found.oee * *setUpAndProduction;
    found.allocationEfficiency = ratio(times.busy(), planned);
    found.utilisationEfficiency = ratio(times.production, times.busy());
    found.technicalEfficiency = ratio(times.production, times.production + times.delay);
    found.setUpRate = ratio(times.setUp, times.processing());
    found.scrapRatio = share(Quantity::Scrap, Quantity::Produced);
    found.reworkRatio = share(Quantity::Rework, Quantity::Produced);
    found.firstPassYield = share(Quantity::FirstPass, Quantity::Inspected);
    found.energyConsumption = share(Quantity::Energy, Quantity::Produced);
    found.throughputRate = ratio(produced, seconds(aoet.value_or(planned)) / 3600);
    if (aoet) found.productionProcessRate = ratio(times.production, *aoet);
    if (aoet) found.allocationRatio = ratio(times.busy(), *aoet);
    if (const auto good = items.of(Quantity::Good)) found.costPerItem = ratio(cost.value, *good);
    if (times.known() > Duration::zero()) setMeanTimes(found, operating, repair, static_cast<double>(divisor));
    found.coverage = ratio(times.known(), times.total());
    return found;
}

std::vector<Row> rowsOf(const plant::Plant& plant) {
    std::vector<Row> rows(plant.equipment.size());
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i].equipment = static_cast<EquipmentIndex>(i);
    for (const KpiSource& source : plant.kpis) rows[index(source.equipment)].measured = true;
    std::vector<CommonUnit> items(rows.size()), energies(rows.size());
    for (std::uint32_t i = 0; i < plant.kpis.size(); ++i) {
        const KpiSource& source = plant.kpis[i];
        const auto join = [&](EquipmentIndex equipment) {
            rows[index(equipment)].sources.push_back(i);
            items[index(equipment)].add(unitOf(plant, source, false));
            energies[index(equipment)].add(unitOf(plant, source, true));
        };
        join(source.equipment);
        for (EquipmentIndex above = plant.at(source.equipment).parent; above != noEquipment; above = plant.at(above).parent) {
            if (rows[index(above)].measured) break;
            join(above);
        }
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i].oneUnit = items[i].one && energies[i].one;
        rows[i].unit = items[i].unit.value_or("");
        rows[i].energyUnit = energies[i].unit.value_or("");
    }
    std::erase_if(rows, [](const Row& row) { return row.sources.empty(); });
    return rows;
}

} // namespace millwright::kpi
