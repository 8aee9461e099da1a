#include <millwright/kpi/indicators.hpp>
#include <millwright/kpi/meter.hpp>
#include <millwright/plant/load.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace millwright::kpi {
namespace {

using plant::PackmlState;
using plant::Quantity;
using telemetry::Sample;

constexpr std::string_view plantText = R"(format = 1
[plant]
id = "p"
[[pattern]]
id = "machine"
signal = [
    { id = "state", type = "integer" },
    { id = "made", type = "integer" },
    { id = "good", type = "integer" },
]
kpi = { state = "state", produced = "made", good = "good", cycle = "48s" }
[[equipment]]
path = "area/line/m"
like = "machine"
repeat = { count = 2 }
)";

plant::Plant machines() {
    auto loaded = plant::loadText(plantText, ".", "plant.toml");
    EXPECT_TRUE(loaded.has_value()) << (loaded ? "" : loaded.error().front().text());
    return loaded.value_or(plant::Plant{});
}

Time minute(double minutes) {
    return timeFromNanoseconds(1'800'000'000'000'000'000) + durationFromSeconds(minutes * 60);
}

Sample sample(double minutes, std::uint32_t signal, std::int64_t value, Quality quality = Quality::Good) {
    return {minute(minutes), Value::of(value), SignalIndex{signal}, ValueType::Integer, quality};
}
Sample state(double minutes, PackmlState to, Quality quality = Quality::Good) {
    return sample(minutes, 0, static_cast<std::int64_t>(to), quality);
}

std::vector<Bin> measured(const plant::Plant& plant, std::span<const Sample> samples, TimeInterval window, Duration every = {}) {
    const std::vector<telemetry::Conversion> conversions(plant.signals.size());
    const StringTable strings;
    Meter meter{plant, conversions, strings, window, every};
    meter.apply(samples);
    return meter.finish();
}

Duration minutes(double length) {
    return durationFromSeconds(length * 60);
}

// A shift of 420 min with APT 340, ASUT 20, ADET 35, ADOT 25 min, PRU 0.8 min, PQ 400, GQ 372; expected values computed by hand.
TEST(Kpis, OfAShiftAreThoseComputedByHand) {
    const plant::Plant plant = machines();
    const std::vector<Sample> samples{state(0, PackmlState::Starting),
                                      sample(0, 1, 1000),
                                      sample(0, 2, 900),
                                      state(20, PackmlState::Execute),
                                      state(200, PackmlState::Held),
                                      state(235, PackmlState::Execute),
                                      state(395, PackmlState::Idle),
                                      sample(420, 1, 1400),
                                      sample(420, 2, 1272)};
    const auto bins = measured(plant, samples, {minute(0), minute(420)});
    ASSERT_EQ(bins.size(), 1u);
    const Part part{&plant.kpis[0], bins[0].tally(0)};
    const Times times = timesOf(*part.source, part.tally);
    EXPECT_EQ(times.production, minutes(340)) << "APT";
    EXPECT_EQ(times.processing(), minutes(360)) << "AUPT";
    EXPECT_EQ(times.busy(), minutes(395)) << "AUBT";
    EXPECT_EQ(times.plannedBusy(), minutes(420)) << "PBT";
    const Indicators found = indicatorsOf({&part, 1});
    EXPECT_NEAR(found.availability.value(), 0.809524, 1e-6);
    EXPECT_NEAR(found.effectiveness.value(), 0.941176, 1e-6);
    EXPECT_NEAR(found.qualityRatio.value(), 0.930000, 1e-6);
    EXPECT_NEAR(found.oee.value(), 0.708571, 1e-6);
    EXPECT_NEAR(found.oee.value(), *found.availability * *found.effectiveness * *found.qualityRatio, 1e-12);
    EXPECT_NEAR(found.nee.value(), 0.750252, 1e-6);
    EXPECT_NEAR(found.setUpRate.value(), 0.055556, 1e-6);
    EXPECT_NEAR(found.technicalEfficiency.value(), 0.906667, 1e-6);
    EXPECT_NEAR(found.allocationEfficiency.value(), 0.940476, 1e-6);
    EXPECT_NEAR(found.utilisationEfficiency.value(), 0.860759, 1e-6);
    EXPECT_NEAR(found.scrapRatio.value(), 28.0 / 400, 1e-12) << "what is made and not good, as rework is not counted";
    EXPECT_NEAR(found.throughputRate.value(), 400 / 7.0, 1e-9) << "an hour of PBT";
    EXPECT_NEAR(found.mttr.value(), 35 * 60, 1e-9);
    EXPECT_NEAR(found.mttf.value(), 360 * 60, 1e-9);
    EXPECT_NEAR(found.mtbf.value(), 395 * 60, 1e-9);
}

// The same shift's SQ 16, RQ 12, IP 380, GP 361, and 100 kWh.
TEST(Kpis, OfAllQuantitiesAreThoseComputedByHand) {
    plant::KpiSource source;
    source.counts.fill(SignalIndex{0});
    Tally tally;
    tally.inState[index(PackmlState::Execute)] = minutes(340);
    const std::array<Millionths, plant::quantities> counted{400, 372, 16, 12, 380, 361, 100};
    for (std::size_t i = 0; i < counted.size(); ++i) tally.counted[i] = counted[i] * 1'000'000;
    const Part part{&source, tally};
    const Indicators all = indicatorsOf({&part, 1});
    EXPECT_DOUBLE_EQ(all.scrapRatio.value(), 0.04);
    EXPECT_DOUBLE_EQ(all.reworkRatio.value(), 0.03);
    EXPECT_DOUBLE_EQ(all.firstPassYield.value(), 0.95);
    EXPECT_DOUBLE_EQ(all.energyConsumption.value(), 0.25);
    for (const Quantity missing : {Quantity::Produced, Quantity::Good, Quantity::Scrap}) { // PQ = GQ + SQ + RQ
        plant::KpiSource without = source;
        without.counts[index(missing)] = noSignal;
        EXPECT_EQ(quantitiesOf(without, tally)[index(missing)], counted[index(missing)]);
    }
    source.counts[index(Quantity::Produced)] = source.counts[index(Quantity::Scrap)] = noSignal;
    EXPECT_FALSE(indicatorsOf({&part, 1}).scrapRatio) << "one count does not tell the others";
}

// Every KPI with where its formula stands and its value in the worked example: PBT 420, APT 340, ASUT 20, ADET 35, ADOT 25, AOET
// 600 min, PRU 0.8 min, PQ 400, GQ 372, SQ 16, RQ 12, IP 380, GP 361; three failures, TBF 366 h and TTR 6 h in all; 100 kWh.
TEST(Kpis, EveryFormulaHasItsClauseAndItsValue) {
    plant::KpiSource source;
    source.elementOf = plant::usualElements();
    source.counts.fill(SignalIndex{0});
    source.runTimePerUnit = minutes(0.8);
    source.cost = plant::Cost{.hour = 60, .energy = 0.2, .item = 0.5, .scrap = 1};
    Tally tally;
    tally.inState[index(PackmlState::Execute)] = minutes(340);
    tally.inState[index(PackmlState::Resetting)] = minutes(20);
    tally.inState[index(PackmlState::Held)] = minutes(35);
    tally.inState[index(PackmlState::Idle)] = minutes(25);
    tally.operating = minutes(360 * 60);
    tally.repair = minutes(6 * 60);
    tally.failures = 3;
    const std::array<Millionths, plant::quantities> counted{400, 372, 16, 12, 380, 361, 100};
    for (std::size_t i = 0; i < counted.size(); ++i) tally.counted[i] = counted[i] * 1'000'000;
    const struct {
        std::string_view name, clause;
        double value;
    } expected[] = {
        {"availability", "ISO 22400-2:2014, Availability", 0.809524},
        {"effectiveness", "ISO 22400-2:2014, Effectiveness", 0.941176},
        {"qualityRatio", "ISO 22400-2:2014, Quality ratio", 0.93},
        {"oee", "ISO 22400-2:2014, Overall equipment effectiveness index", 0.708571},
        {"nee", "ISO 22400-2:2014, Net equipment effectiveness index", 0.750252},
        {"allocationEfficiency", "ISO 22400-2:2014, Allocation efficiency", 0.940476},
        {"utilisationEfficiency", "ISO 22400-2:2014, Utilization efficiency", 0.860759},
        {"technicalEfficiency", "ISO 22400-2:2014, Technical efficiency", 0.906667},
        {"setUpRate", "ISO 22400-2:2014, Set-up rate", 0.055556},
        {"scrapRatio", "ISO 22400-2:2014, Scrap ratio", 0.04},
        {"reworkRatio", "ISO 22400-2:2014, Rework ratio", 0.03},
        {"firstPassYield", "ISO 22400-2:2014, First pass yield", 0.95},
        {"throughputRate", "ISO 22400-2:2014, Throughput rate; without an order, AOET = PBT is policy", 40},
        {"productionProcessRate", "ISO 22400-2:2014, Production process rate", 0.566667},
        {"allocationRatio", "ISO 22400-2:2014, Allocation ratio", 0.658333},
        {"energyConsumption", "policy, after ISO 22400-2:2014, Comprehensive energy consumption", 0.25},
        {"costPerItem", "policy: ISO 22400-2 has no cost", (60 * 7 + 0.2 * 100 + 0.5 * 400 + 16) / 372.0},
        {"mtbf", "policy, after ISO 22400-2:2014, Mean operating time between failures: n is FE or FE + 1", 122 * 3600},
        {"mttf", "policy, after ISO 22400-2:2014, Mean time to failure: n is FE or FE + 1", 120 * 3600},
        {"mttr", "policy, after ISO 22400-2:2014, Mean time to restoration: n is FE or FE + 1", 2 * 3600},
        {"coverage", "policy: time of an unknown state is left out and told", 1},
    };
    ASSERT_EQ(std::size(expected), indicatorList().size()) << "a KPI without a clause and a worked value";
    const Part part{&source, tally};
    const Indicators found = indicatorsOf({&part, 1}, true, minutes(600));
    const Part nothing{&source, {}};
    const Indicators empty = indicatorsOf({&nothing, 1}, true, Duration{});
    for (std::size_t i = 0; i < std::size(expected); ++i) {
        const IndicatorInfo& info = indicatorList()[i];
        EXPECT_EQ(info.name, expected[i].name);
        EXPECT_EQ(info.clause, expected[i].clause);
        EXPECT_NEAR((found.*info.value).value(), expected[i].value, 1e-6) << info.name << ": " << info.clause;
        EXPECT_FALSE(empty.*info.value) << info.name << " of an empty interval";
    }
    source.meanOver = plant::MeanOver::FailuresPlusOne;
    const Indicators another = indicatorsOf({&part, 1});
    EXPECT_DOUBLE_EQ(another.mtbf.value(), 91.5 * 3600);
    EXPECT_DOUBLE_EQ(another.mttf.value(), 90 * 3600);
    EXPECT_DOUBLE_EQ(another.mttr.value(), 1.5 * 3600);
    EXPECT_FALSE(indicatorsOf({&nothing, 1}).mtbf) << "nothing was seen, so nothing is known of failures";
    EXPECT_FALSE(another.productionProcessRate || another.allocationRatio) << "of orders only";
    EXPECT_NEAR(another.throughputRate.value(), 400 / 7.0, 1e-9) << "without an order, of PBT";
}

TEST(Kpis, AreListedOnce) {
    std::set<std::string_view> names;
    for (const IndicatorInfo& each : indicatorList()) EXPECT_TRUE(names.insert(each.name).second) << each.name;
    EXPECT_EQ(sizeof(Indicators), names.size() * sizeof(std::optional<double>)) << "a KPI is missing in the list";
}

TEST(Kpis, OfPartsWithSeveralUnitsHaveNoQuantities) {
    auto loaded = plant::loadText(R"(format = 1
plant = { id = "p" }
[[equipment]]
path = "area/a"
signal = [{ id = "state", type = "integer" }, { id = "length", unit = "m" }, { id = "power", unit = "kW.h" }]
kpi = { state = "state", good = "length", cycle = "2s", energy = "power" }
[[equipment]]
path = "area/b"
signal = [{ id = "state", type = "integer" }, { id = "cells", unit = "1" }]
kpi = { state = "state", good = "cells" }
)",
                                  ".", "plant.toml");
    ASSERT_TRUE(loaded.has_value()) << loaded.error().front().text();
    const auto rows = rowsOf(*loaded);
    ASSERT_EQ(rows.size(), 3u);
    EXPECT_FALSE(rows[0].oneUnit);
    EXPECT_EQ(rows[0].unit, "");
    EXPECT_TRUE(rows[1].oneUnit);
    EXPECT_EQ(rows[1].unit, "m");
    EXPECT_EQ(rows[1].energyUnit, "kW.h");
    EXPECT_EQ(rows[2].unit, "1");
}

TEST(Kpis, HaveNoValueWhereThereIsNothingToDivideBy) {
    const plant::Plant plant = machines();
    const Part unknown{&plant.kpis[0], measured(plant, {}, {minute(0), minute(10)})[0].tally(0)};
    EXPECT_EQ(timesOf(*unknown.source, unknown.tally).unknown, minutes(10)) << "before the first sample";
    const Indicators found = indicatorsOf({&unknown, 1});
    EXPECT_FALSE(found.availability || found.effectiveness || found.qualityRatio || found.oee || found.nee || found.mtbf ||
                 found.mttr);
    EXPECT_EQ(found.coverage, 0.0);
    const std::vector<Sample> samples{state(0, PackmlState::Idle), sample(0, 1, 5), sample(0, 2, 5)};
    const Part idle{&plant.kpis[0], measured(plant, samples, {minute(0), minute(10)})[0].tally(0)};
    const Indicators standing = indicatorsOf({&idle, 1});
    EXPECT_EQ(standing.availability, 0.0);
    EXPECT_EQ(standing.oee, 0.0) << "planned, and nothing made";
    EXPECT_FALSE(standing.effectiveness || standing.qualityRatio || standing.nee);
}

TEST(Kpis, UnusableQualityIsUnknownTimeAndNoCount) {
    const plant::Plant plant = machines();
    const std::vector<Sample> samples{state(0, PackmlState::Execute),
                                      sample(0, 1, 10),
                                      state(4, PackmlState::Execute, Quality::Bad),
                                      sample(5, 1, 999, Quality::Bad),
                                      state(6, PackmlState::Execute, Quality::Stale),
                                      sample(7, 0, 77),
                                      sample(8, 1, 14),
                                      state(9, PackmlState::Execute)};
    const Tally tally = measured(plant, samples, {minute(0), minute(10)})[0].tally(0);
    EXPECT_EQ(tally.inState[index(PackmlState::Execute)], minutes(5));
    EXPECT_EQ(tally.inState[index(PackmlState::Unknown)], minutes(5)) << "bad, stale, and a number that is no state";
    EXPECT_EQ(tally.counted[index(Quantity::Produced)], 4'000'000) << "the bad sample between is passed over";
}

TEST(Kpis, ACountThatFallsBeginsAnew) {
    const plant::Plant plant = machines();
    const std::vector<Sample> samples{sample(0, 1, 90), sample(1, 1, 100), sample(2, 1, 0),
                                      sample(3, 1, 7),  sample(4, 1, 5),   sample(5, 1, 6)};
    const Tally tally = measured(plant, samples, {minute(0), minute(10)})[0].tally(0);
    EXPECT_EQ(tally.counted[index(Quantity::Produced)], (10 + 7 + 1) * 1'000'000);
    EXPECT_EQ(tally.falls, 2u);
}

// In millionths that is more than 64 bits hold, as an energy in joules may become over the years.
TEST(Kpis, SumsOfManyLargeRisesAreExact) {
    const plant::Plant plant = machines();
    std::vector<Sample> samples;
    for (int i = 0; i < 10; ++i) samples.push_back(sample(i, 1, i % 2 == 0 ? -3'000'000'000'000 : 3'000'000'000'000));
    const auto bins = measured(plant, samples, {minute(0), minute(10)}, std::chrono::minutes{1});
    Bin all = bins.front();
    for (const Bin& bin : std::span{bins}.subspan(1)) all += bin;
    EXPECT_TRUE(all.tally(0).counted[index(Quantity::Produced)] == Wide{5} * 6'000'000'000'000 * 1'000'000);
    EXPECT_TRUE(bins[8].tally(0).counted[index(Quantity::Produced)] == Wide{6'000'000'000'000} * 1'000'000);
}

TEST(Kpis, AWindowBeginsWithWhatWasBefore) {
    const plant::Plant plant = machines();
    const std::vector<Sample> samples{state(0, PackmlState::Aborted), sample(1, 1, 50), sample(10, 1, 60),
                                      state(20, PackmlState::Execute), sample(30, 1, 75)};
    const Tally tally = measured(plant, samples, {minute(10), minute(25)})[0].tally(0);
    EXPECT_EQ(tally.inState[index(PackmlState::Aborted)], minutes(10));
    EXPECT_EQ(tally.repair, minutes(10)) << "of a failure before the window";
    EXPECT_EQ(tally.failures, 0u);
    EXPECT_EQ(tally.counted[index(Quantity::Produced)], 0)
        << "what rose up to the window's beginning, or after its end, is not in it";
}

TEST(Kpis, BinsEndAtWholeMultiples) {
    const plant::Plant plant = machines();
    const TimeInterval window{parseTime("2026-03-01T06:10:00Z").value(), parseTime("2026-03-01T08:00:00Z").value()};
    const auto bins = measured(plant, {}, window, std::chrono::hours{1});
    ASSERT_EQ(bins.size(), 2u);
    EXPECT_EQ(formatTime(bins[0].interval.to), "2026-03-01T07:00:00.000000000Z");
    EXPECT_EQ(bins[1].interval, (TimeInterval{bins[0].interval.to, window.to}));
}

// Random histories with failures, bad quality, falls, and samples at the very boundaries.
TEST(Kpis, OfSubIntervalsAddUpExactly) {
    const plant::Plant plant = machines();
    for (std::uint32_t seed = 0; seed < 200; ++seed) {
        std::mt19937 random{seed};
        std::vector<Sample> samples;
        std::array<std::int64_t, 6> counts{};
        Time now = minute(0);
        for (int i = 0; i < 300; ++i) {
            now = random() % 4 == 0   ? now
                  : random() % 3 == 0 ? now + Duration{random() % 90'000'000'000}
                                      : now + std::chrono::minutes{random() % 3};
            const auto signal = static_cast<std::uint32_t>(random() % 6);
            std::int64_t& count = counts[signal];
            count = random() % 40 == 0 ? 0 : count + random() % 9;
            const std::int64_t value = signal % 3 == 0 ? static_cast<std::int64_t>(random() % 19) : count;
            samples.push_back({now, Value::of(value), SignalIndex{signal}, ValueType::Integer,
                               static_cast<Quality>(random() % 9 < 6 ? 0 : random() % 4)});
        }
        std::ranges::stable_sort(
            samples, [](const Sample& a, const Sample& b) { return a.time != b.time ? a.time < b.time : a.signal < b.signal; });
        const TimeInterval window{minute(7), minute(200)};
        const auto whole = measured(plant, samples, window);
        for (const int every : {1, 5, 60}) {
            const auto bins = measured(plant, samples, window, std::chrono::minutes{every});
            ASSERT_GT(bins.size(), whole.size());
            for (std::size_t machine = 0; machine < 2; ++machine) {
                Tally sum;
                for (const Bin& bin : bins) {
                    sum += bin.tally(machine);
                    Duration length{};
                    for (const Duration part : bin.tally(machine).inState) length += part;
                    ASSERT_EQ(length, bin.interval.length());
                }
                ASSERT_EQ(sum, whole[0].tally(machine)) << "seed " << seed << ", every " << every << " min";
                const Part direct{&plant.kpis[machine], whole[0].tally(machine)}, added{&plant.kpis[machine], sum};
                ASSERT_EQ(indicatorsOf({&direct, 1}).oee, indicatorsOf({&added, 1}).oee);
            }
        }
    }
}

TEST(Kpis, OfALineAddUpBeforeTheyAreDivided) {
    const plant::Plant plant = machines();
    const auto rows = rowsOf(plant);
    ASSERT_EQ(rows.size(), 4u) << "area, line and two machines";
    EXPECT_EQ(plant.at(rows[1].equipment).path, "area/line");
    EXPECT_FALSE(rows[1].measured);
    EXPECT_EQ(rows[1].sources, (std::vector<std::uint32_t>{0, 1}));
    Tally busy, idle;
    busy.inState[index(PackmlState::Execute)] = minutes(60);
    busy.counted[index(Quantity::Produced)] = busy.counted[index(Quantity::Good)] = 60'000'000;
    idle.inState[index(PackmlState::Idle)] = minutes(20);
    const Part parts[] = {{&plant.kpis[0], busy}, {&plant.kpis[1], idle}};
    const Indicators found = indicatorsOf(parts);
    EXPECT_DOUBLE_EQ(found.availability.value(), 0.75);
    EXPECT_DOUBLE_EQ(found.effectiveness.value(), 0.8);
    EXPECT_DOUBLE_EQ(found.oee.value(), 0.6);
}

} // namespace
} // namespace millwright::kpi
