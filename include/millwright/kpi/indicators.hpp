#pragma once

#include <millwright/kpi/meter.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millwright::kpi {

/// Time elements of ISO 22400-2 in nanoseconds; docs/kpi.md says which PackML state counts as which.
struct Times {
    Duration production{}; ///< APT, actual production time
    Duration setUp{};      ///< ASUT, actual set-up time
    Duration delay{};      ///< ADET, actual delay time
    Duration down{};       ///< ADOT, actual down time
    Duration unplanned{};
    Duration unknown{};

    [[nodiscard]] Duration processing() const { return production + setUp; } ///< AUPT
    [[nodiscard]] Duration busy() const { return processing() + delay; }     ///< AUBT
    [[nodiscard]] Duration plannedBusy() const { return busy() + down; }     ///< PBT
    [[nodiscard]] Duration known() const { return plannedBusy() + unplanned; }
    [[nodiscard]] Duration total() const { return known() + unknown; }
    Times& operator+=(const Times& other);
};
[[nodiscard]] Times timesOf(const plant::KpiSource& source, const Tally& tally);

/// By `plant::Quantity`, in the unit of the counts: those that the equipment counts, and of produced, good and scrap the one that
/// the other two give (PQ = GQ + SQ + RQ; what is not counted as rework is taken as none).
using Quantities = std::array<std::optional<double>, plant::quantities>;
[[nodiscard]] Quantities quantitiesOf(const plant::KpiSource& source, const Tally& tally);

/// KPIs of ISO 22400-2. Without a value where a denominator is zero or something is not measured: never 0 or 100 % instead.
/// Ratios are fractions and not clamped.
struct Indicators {
    std::optional<double> availability;          ///< APT / PBT
    std::optional<double> effectiveness;         ///< PRU * PQ / APT
    std::optional<double> qualityRatio;          ///< GQ / PQ
    std::optional<double> oee;                   ///< the product of the three, which is PRU * GQ / PBT
    std::optional<double> nee;                   ///< AUPT / PBT * effectiveness * quality ratio
    std::optional<double> allocationEfficiency;  ///< AUBT / PBT
    std::optional<double> utilisationEfficiency; ///< APT / AUBT
    std::optional<double> technicalEfficiency;   ///< APT / (APT + ADET)
    std::optional<double> setUpRate;             ///< ASUT / AUPT
    std::optional<double> scrapRatio;            ///< SQ / PQ
    std::optional<double> reworkRatio;           ///< RQ / PQ
    std::optional<double> firstPassYield;        ///< GP / IP
    std::optional<double> throughputRate;        ///< PQ / AOET, an hour; where the order is not known, AOET is taken as PBT
    std::optional<double> productionProcessRate; ///< APT / AOET; of orders only
    std::optional<double> allocationRatio;       ///< sum of AUBT / AOET; of orders only
    std::optional<double> energyConsumption;     ///< energy / PQ
    std::optional<double> costPerItem;           ///< `costOf` / GQ
    std::optional<double> mtbf, mttf, mttr;      ///< seconds: sums of TBF, TTF and TTR over n, see `plant::MeanOver`
    std::optional<double> coverage;              ///< share of the time whose state is known
};

/// What the number of a KPI is.
enum class IndicatorUnit : std::uint8_t {
    Fraction, ///< shown in per cent
    AnHour,   ///< items an hour
    AnItem,   ///< energy or money for one item
    Seconds,
};

/// One of the KPIs, for whoever lists them or asks for one by its name.
struct IndicatorInfo {
    std::string_view name; ///< in JSON and checks
    std::optional<double> Indicators::*value;
    IndicatorUnit unit = IndicatorUnit::Fraction;
    std::string_view clause; ///< where its formula stands: the description of that name in ISO 22400-2:2014, or our own policy
};
/// All of them, in the order of docs/kpi.md.
[[nodiscard]] std::span<const IndicatorInfo> indicatorList();
/// A KPI for people: `69.0 %`, `9 min 18 s`, `850 an hour`; `-` for none.
[[nodiscard]] std::string textOf(IndicatorUnit unit, std::optional<double> value);

/// One equipment's part in a KPI: how it is measured, and what it did.
struct Part {
    const plant::KpiSource* source = nullptr;
    Tally tally;
};
/// KPIs of one equipment, or of several together: numerators and denominators are added up before they are divided, and a KPI
/// exists only where every part has what it needs. `oneUnit`: whether quantities of the parts may be added up. `aoet`: from the
/// order's beginning to its end, where the parts are what was done for one order.
[[nodiscard]] Indicators indicatorsOf(std::span<const Part> parts, bool oneUnit = true, std::optional<Duration> aoet = {});

/// What the work cost, in the plant's currency: hours of PBT, energy, items made and scrapped at their prices. Policy: ISO 22400-2
/// has no cost. Nothing where the equipment has no `cost`, or does not measure what has a price.
[[nodiscard]] std::optional<double> costOf(const plant::KpiSource& source, const Tally& tally);

/// An equipment with KPIs: measured itself, or summed up from those below it.
struct Row {
    EquipmentIndex equipment = noEquipment;
    std::vector<std::uint32_t> sources; ///< indices in `Plant::kpis`; one, its own, where it is measured
    bool measured = false;
    bool oneUnit = true;    ///< the items that are counted have one unit, and the energy too
    std::string unit;       ///< of the items, where it is one
    std::string energyUnit; ///< of what is counted, or `kW.h` of a power in kW
};
/// The plant's equipment with KPIs, parents before children. A group is the sum of what is measured below it, where that lies
/// below no other that is measured.
[[nodiscard]] std::vector<Row> rowsOf(const plant::Plant& plant);

} // namespace millwright::kpi
