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
const std::string* unitOf(const plant::Plant& plant, const KpiSource& source, bool energy) {
    for (std::size_t i = 0; i < plant::quantities; ++i)
        if (source.counts[i] != noSignal && (static_cast<Quantity>(i) == Quantity::Energy) == energy)
            return &plant.at(source.counts[i]).unit;
    return nullptr;
}

/// The one unit of all, or nothing.
struct CommonUnit {
    bool first = true, one = true;
    const std::string* unit = nullptr;

    void add(const std::string* next) {
        one = one && (first || (unit == nullptr) == (next == nullptr)) && (first || next == nullptr || *unit == *next);
        unit = one ? next : nullptr;
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
    static constexpr IndicatorInfo list[] = {
        {"availability", &Indicators::availability},
        {"effectiveness", &Indicators::effectiveness},
        {"qualityRatio", &Indicators::qualityRatio},
        {"oee", &Indicators::oee},
        {"nee", &Indicators::nee},
        {"allocationEfficiency", &Indicators::allocationEfficiency},
        {"utilisationEfficiency", &Indicators::utilisationEfficiency},
        {"technicalEfficiency", &Indicators::technicalEfficiency},
        {"setUpRate", &Indicators::setUpRate},
        {"scrapRatio", &Indicators::scrapRatio},
        {"reworkRatio", &Indicators::reworkRatio},
        {"firstPassYield", &Indicators::firstPassYield},
        {"throughputRate", &Indicators::throughputRate, IndicatorUnit::AnHour},
        {"energyConsumption", &Indicators::energyConsumption, IndicatorUnit::AnItem},
        {"mtbf", &Indicators::mtbf, IndicatorUnit::Seconds},
        {"mttf", &Indicators::mttf, IndicatorUnit::Seconds},
        {"mttr", &Indicators::mttr, IndicatorUnit::Seconds},
        {"coverage", &Indicators::coverage},
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

Indicators indicatorsOf(std::span<const Part> parts, bool oneUnit) {
    Times times;
    Duration operating{}, repair{};
    std::uint64_t failures = 0;
    QuantitySums items;
    Sum plannedRun, plannedGoodRun; // PRU * PQ and PRU * GQ in nanoseconds
    for (const auto& [source, tally] : parts) {
        times += timesOf(*source, tally);
        operating += tally.operating;
        repair += tally.repair;
        failures += tally.failures;
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

    // ISO 22400-2:2014, the description of the KPI of the same name in each line.
    Indicators found;
    found.availability = ratio(times.production, planned);
    found.effectiveness = ratio(plannedRun.value, count(times.production));
    found.qualityRatio = share(Quantity::Good, Quantity::Produced);
    // "OEE index" and "NEE index", with APT and PQ cancelled: so they exist for a machine that only counts what is good.
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
    found.throughputRate = ratio(produced, seconds(planned) / 3600);
    // "Mean time between failures", "to failure" and "to restoration", n = FE; TBF = TTF + TTR.
    const auto n = static_cast<double>(failures);
    found.mtbf = ratio(seconds(operating + repair), n);
    found.mttf = ratio(seconds(operating), n);
    found.mttr = ratio(seconds(repair), n);
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
        if (items[i].unit != nullptr) rows[i].unit = *items[i].unit;
        if (energies[i].unit != nullptr) rows[i].energyUnit = *energies[i].unit;
    }
    std::erase_if(rows, [](const Row& row) { return row.sources.empty(); });
    return rows;
}

} // namespace millwright::kpi
