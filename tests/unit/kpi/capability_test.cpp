#include <millwright/kpi/indicators.hpp>
#include <millwright/kpi/meter.hpp>
#include <millwright/plant/load.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <format>
#include <random>

namespace millwright::kpi {
namespace {

using namespace std::chrono_literals;
using plant::Quantity;
using telemetry::Sample;

constexpr Time start = timeFromNanoseconds(1'800'000'000'000'000'000);

plant::Plant plantOf(std::string_view signal, std::string_view kpi = "") {
    const std::string text =
        std::format("format = 1\n[plant]\nid = \"p\"\n[[equipment]]\npath = \"m\"\nsignal = [{}]\n{}\n", signal, kpi);
    auto loaded = plant::loadText(text, ".", "plant.toml");
    EXPECT_TRUE(loaded.has_value()) << (loaded ? "" : loaded.error().front().text());
    return loaded.value_or(plant::Plant{});
}

std::vector<Bin> measured(const plant::Plant& plant, std::span<const Sample> samples, TimeInterval window, Cuts cuts = {}) {
    const std::vector<telemetry::Conversion> conversions(plant.signals.size());
    const StringTable strings;
    Meter meter{plant, conversions, strings, window, cuts};
    meter.apply(samples);
    return meter.finish();
}

std::vector<Sample> widths(std::span<const double> values, std::uint32_t signal = 0) {
    std::vector<Sample> samples;
    for (const double value : values)
        samples.push_back({start + std::chrono::seconds{samples.size() + 1}, Value::of(value), SignalIndex{signal},
                           ValueType::Float, Quality::Good});
    return samples;
}

Capability of(const plant::Plant& plant, const Spread& spread) {
    const auto characteristics = characteristicsOf(plant);
    return capabilityOf(characteristics[0], *plant.at(characteristics[0].signal).specification, spread);
}

constexpr std::string_view width =
    R"({ id = "width", unit = "mm", specification = { lower = 9.95, upper = 10.05, subgroup = 2 } })";

// ISO 22400-2:2014, Process capability index and Critical process capability index; with s of all, Machine capability index and
// Critical machine capability index (ISO 22514-2: Pp, Ppk). By hand: USL 10.05, LSL 9.95; subgroups of two with means 10.00,
// 10.02, 10.01 and variances 2e-4, 0, 5e-5.
TEST(Capability, IsThatComputedByHand) {
    const plant::Plant plant = plantOf(width);
    const double values[] = {9.99, 10.01, 10.02, 10.02, 10.005, 10.015};
    const auto bins = measured(plant, widths(values), {start, start + 1h});
    const Capability found = of(plant, bins[0].spreads[0]);
    EXPECT_EQ(found.measured, 6u);
    EXPECT_EQ(found.groups, 3u);
    const double sigma = std::sqrt((2e-4 + 0 + 5e-5) / 3);
    EXPECT_NEAR(found.groupMean.value(), 10.01, 1e-9);
    EXPECT_NEAR(found.withinDeviation.value(), sigma, 1e-7);
    EXPECT_NEAR(found.cp.value(), 0.1 / (6 * sigma), 1e-4);
    EXPECT_NEAR(found.cpk.value(), 0.04 / (3 * sigma), 1e-4);
    double squares = 0;
    for (const double value : values) squares += (value - 10.01) * (value - 10.01);
    const double s = std::sqrt(squares / 5);
    EXPECT_NEAR(found.mean.value(), 10.01, 1e-9);
    EXPECT_NEAR(found.deviation.value(), s, 1e-7);
    EXPECT_NEAR(found.pp.value(), 0.1 / (6 * s), 1e-4);
    EXPECT_NEAR(found.ppk.value(), 0.04 / (3 * s), 1e-4);
}

// The reference sheet's example: USL 10.05, LSL 9.95, mean 10.01, s 0.012.
TEST(Capability, OfTheWorkedExample) {
    const plant::Plant plant = plantOf(width);
    const double half = 0.012 * std::sqrt(999.0 / 1000);
    std::vector<double> values;
    for (int i = 0; i < 1000; ++i) values.push_back(i % 2 == 0 ? 10.01 - half : 10.01 + half);
    const auto bins = measured(plant, widths(values), {start, start + 1h});
    EXPECT_NEAR(of(plant, bins[0].spreads[0]).pp.value(), 1.388889, 1e-4);
    EXPECT_NEAR(of(plant, bins[0].spreads[0]).ppk.value(), 1.111111, 1e-4);
}

TEST(Capability, HasNoValueWhereNothingWasMeasuredOrNothingVaries) {
    const plant::Plant plant = plantOf(width);
    const Capability nothing = of(plant, {});
    EXPECT_FALSE(nothing.mean || nothing.deviation || nothing.cp || nothing.cpk || nothing.pp || nothing.ppk);
    const double one[] = {10.01};
    const Capability single = of(plant, measured(plant, widths(one), {start, start + 1h})[0].spreads[0]);
    EXPECT_NEAR(single.mean.value(), 10.01, 1e-9);
    EXPECT_FALSE(single.deviation || single.cp || single.pp);
    const double same[] = {10.01, 10.01, 10.01, 10.01};
    const Capability constant = of(plant, measured(plant, widths(same), {start, start + 1h})[0].spreads[0]);
    EXPECT_EQ(constant.deviation, 0.0);
    EXPECT_EQ(constant.withinDeviation, 0.0);
    EXPECT_FALSE(constant.cp || constant.cpk || constant.pp || constant.ppk) << "nothing to divide by";
    const double outside[] = {10.08, 10.10, 10.08, 10.10};
    EXPECT_LT(of(plant, measured(plant, widths(outside), {start, start + 1h})[0].spreads[0]).cpk.value(), 0);
}

TEST(Capability, OfOneLimitHasOnlyTheCriticalIndex) {
    const plant::Plant plant = plantOf(R"({ id = "strength", unit = "N", specification = { lower = 50, subgroup = 2 } })");
    const double values[] = {58, 62, 59, 61};
    const Capability found = of(plant, measured(plant, widths(values), {start, start + 1h})[0].spreads[0]);
    EXPECT_FALSE(found.cp || found.pp);
    const double sigma = std::sqrt((8.0 + 2.0) / 2);
    EXPECT_NEAR(found.cpk.value(), 10 / (3 * sigma), 1e-4);
}

TEST(Capability, CountsWhatIsMeasuredInProduction) {
    const plant::Plant plant =
        plantOf(std::format(R"({}, {{ id = "state", type = "integer" }})", width), "kpi = { state = \"state\" }");
    const auto state = [](int second, std::int64_t to) {
        return Sample{start + std::chrono::seconds{second}, Value::of(to), SignalIndex{1}, ValueType::Integer, Quality::Good};
    };
    const auto measuredAt = [](double second, double value, Quality quality = Quality::Good) {
        return Sample{start + durationFromSeconds(second), Value::of(value), SignalIndex{0}, ValueType::Float, quality};
    };
    const std::vector<Sample> samples{measuredAt(0.5, 10), // its state is not known yet
                                      state(1, 6),
                                      measuredAt(2, 10.00),
                                      measuredAt(3, 10.02),
                                      measuredAt(4, 10.01), // begins a subgroup that the stop ends
                                      state(5, 11),
                                      measuredAt(6, 3.0),
                                      state(7, 6),
                                      measuredAt(8, 10.03),
                                      measuredAt(9, 9.0, Quality::Bad),
                                      measuredAt(10, 10.01),
                                      measuredAt(11, 10.03),
                                      measuredAt(12, std::nan(""))};
    const Capability found = of(plant, measured(plant, samples, {start, start + 1h})[0].spreads[0]);
    EXPECT_EQ(found.measured, 6u);
    EXPECT_EQ(found.groups, 2u);
    EXPECT_NEAR(found.withinDeviation.value(), std::sqrt(2e-4), 1e-7);
}

TEST(Capability, OfSubIntervalsAddsUpExactly) {
    const plant::Plant plant = plantOf(width);
    std::mt19937 random{5};
    std::vector<double> values;
    for (int i = 0; i < 3000; ++i) values.push_back(10 + static_cast<double>(random() % 10'000) / 3e5);
    values[17] = 1e300; // a sensor gone mad stays within what sums can hold
    const auto samples = widths(values);
    const TimeInterval window{start, start + 3000s};
    const auto whole = measured(plant, samples, window);
    for (const int every : {1, 7, 600}) {
        const auto bins = measured(plant, samples, window, Cuts{std::chrono::seconds{every}});
        Bin sum = bins.front();
        for (const Bin& bin : std::span{bins}.subspan(1)) sum += bin;
        EXPECT_EQ(sum.spreads[0], whole[0].spreads[0]) << every;
    }
}

// Power holds from its sample to the next: 30 kW for 20 min, unknown for 10 min, 90 kW for 30 min.
TEST(Energy, IsWhatThePowerSumsUpTo) {
    const plant::Plant plant = plantOf(R"({ id = "state", type = "integer" }, { id = "power", unit = "kW" }, { id = "made" })",
                                       "kpi = { state = \"state\", power = \"power\", produced = \"made\" }");
    const auto number = [](Duration at, std::uint32_t signal, double value, Quality quality = Quality::Good) {
        return Sample{start + at, Value::of(value), SignalIndex{signal}, ValueType::Float, quality};
    };
    const std::vector<Sample> samples{number(-1h, 1, 30), number(0s, 2, 10), number(20min, 1, 99, Quality::Bad),
                                      number(30min, 1, 90), number(50min, 2, 120)};
    const TimeInterval window{start, start + 1h};
    const Tally tally = measured(plant, samples, window)[0].tally(0);
    EXPECT_EQ(tally.powered, 50min);
    EXPECT_DOUBLE_EQ(quantitiesOf(plant.kpis[0], tally)[index(Quantity::Energy)].value(), 10 + 45) << "kW h";
    const Part part{&plant.kpis[0], tally};
    EXPECT_DOUBLE_EQ(indicatorsOf({&part, 1}).energyConsumption.value(), 0.5);
    EXPECT_EQ(rowsOf(plant)[0].energyUnit, "kW.h");
    Tally sum;
    for (const Bin& bin : measured(plant, samples, window, Cuts{7s})) sum += bin.tally(0);
    EXPECT_EQ(sum, tally) << "exact in any bins";
    const Part unknown{&plant.kpis[0], measured(plant, {}, window)[0].tally(0)};
    EXPECT_FALSE(indicatorsOf({&unknown, 1}).energyConsumption) << "not 0: nothing was measured";
}

// Policy: hours of PBT, energy, items and scrap at their prices, for each good item.
TEST(Cost, IsOfHoursEnergyItemsAndScrap) {
    plant::KpiSource source;
    source.elementOf = plant::usualElements();
    source.counts[index(Quantity::Produced)] = source.counts[index(Quantity::Good)] = SignalIndex{0};
    source.cost = plant::Cost{.hour = 60, .energy = 0, .item = 0.5, .scrap = 2};
    Tally tally;
    tally.inState[index(plant::PackmlState::Execute)] = 90min;
    tally.inState[index(plant::PackmlState::Idle)] = 30min;
    tally.inState[index(plant::PackmlState::Unknown)] = 1h;
    tally.counted[index(Quantity::Produced)] = 100'000'000;
    tally.counted[index(Quantity::Good)] = 80'000'000;
    EXPECT_DOUBLE_EQ(costOf(source, tally).value(), 120 + 50 + 40);
    const Part part{&source, tally};
    EXPECT_DOUBLE_EQ(indicatorsOf({&part, 1}).costPerItem.value(), 210.0 / 80);
    source.cost->energy = 0.2;
    EXPECT_FALSE(costOf(source, tally)) << "a price for what is not measured gives no cost";
    source.cost->energy = 0;
    tally.counted[index(Quantity::Good)] = 0;
    const Part allBad{&source, tally};
    EXPECT_FALSE(indicatorsOf({&allBad, 1}).costPerItem);
    source.cost.reset();
    EXPECT_FALSE(costOf(source, tally));
}

} // namespace
} // namespace millwright::kpi
