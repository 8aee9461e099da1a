#include <millwright/kpi/lifetimes.hpp>
#include <millwright/plant/load.hpp>

#include <gtest/gtest.h>

namespace millwright::kpi {
namespace {

using plant::PackmlState;
using telemetry::Sample;

constexpr std::string_view plantText = R"(format = 1
[plant]
id = "p"
[[equipment]]
path = "m"
signal = [
    { id = "state", type = "integer" },
    { id = "made", type = "integer" },
]
kpi = { state = "state", produced = "made" }
)";

Time at(double seconds) {
    return timeFromNanoseconds(1'800'000'000'000'000'000) + durationFromSeconds(seconds);
}
Sample state(double seconds, PackmlState to, Quality quality = Quality::Good) {
    return {at(seconds), Value::of(static_cast<std::int64_t>(to)), SignalIndex{0}, ValueType::Integer, quality};
}
Sample made(double seconds, std::int64_t count) {
    return {at(seconds), Value::of(count), SignalIndex{1}, ValueType::Integer, Quality::Good};
}

/// What the samples say of the first 1000 s.
Lifetimes found(std::span<const Sample> samples, const LifetimeRules& rules = {}) {
    const auto plant = plant::loadText(plantText, ".", "plant.toml");
    EXPECT_TRUE(plant.has_value());
    if (!plant) return {};
    const std::vector<telemetry::Conversion> conversions(plant->signals.size());
    const StringTable strings;
    Meter meter{*plant, conversions, strings, {at(0), at(1000)}};
    meter.keepJournals();
    meter.apply(samples);
    (void)meter.finish();
    return lifetimesOf(plant->kpis[0], meter.journals()[0], rules);
}

void expect(const Lasting& found, double tookSeconds, bool cutOff, bool restOnly) {
    EXPECT_EQ(found.took, durationFromSeconds(tookSeconds));
    EXPECT_EQ(found.cutOff, cutOff);
    EXPECT_EQ(found.restOnly, restOnly);
}

const std::vector<Sample> twoFailures{
    state(0, PackmlState::Execute),     state(100, PackmlState::Held),      state(130, PackmlState::Execute),
    state(200, PackmlState::Suspended), state(250, PackmlState::Execute),   state(300, PackmlState::Aborted),
    state(310, PackmlState::Clearing),  state(320, PackmlState::Suspended), state(400, PackmlState::Execute)};

TEST(Lifetimes, RunFromRepairToFailureInTimeOfProduction) {
    const Lifetimes lifetimes = found(twoFailures);
    ASSERT_EQ(lifetimes.toFailure.size(), 3u);
    expect(lifetimes.toFailure[0], 100, false, true); // nobody saw it begin
    expect(lifetimes.toFailure[1], 70 + 50, false, false);
    expect(lifetimes.toFailure[2], 600, true, false);
    EXPECT_EQ(lifetimes.toFailure[2].interval.from, at(320));
    ASSERT_EQ(lifetimes.repairs.size(), 2u);
    expect(lifetimes.repairs[0], 30, false, false);
    expect(lifetimes.repairs[1], 20, false, false); // in order again, if without a part
}

TEST(Lifetimes, RunByTheCalendarWhereTheModelSaysSo) {
    const Lifetimes lifetimes = found(twoFailures, {.clock = plant::FailureClock::Calendar});
    ASSERT_EQ(lifetimes.toFailure.size(), 3u);
    expect(lifetimes.toFailure[1], 170, false, false);
    expect(lifetimes.toFailure[2], 680, true, false);
}

TEST(Lifetimes, UnknownTimeCutsOffAndHides) {
    const std::vector<Sample> samples{
        state(0, PackmlState::Held),      state(50, PackmlState::Execute), state(100, PackmlState::Execute, Quality::Bad),
        state(200, PackmlState::Execute), state(300, PackmlState::Held),   state(350, PackmlState::Held, Quality::Bad),
        state(400, PackmlState::Held)};
    const Lifetimes lifetimes = found(samples);
    ASSERT_EQ(lifetimes.toFailure.size(), 2u);
    expect(lifetimes.toFailure[0], 50, true, false);
    expect(lifetimes.toFailure[1], 100, false, true);
    ASSERT_EQ(lifetimes.repairs.size(), 3u);
    expect(lifetimes.repairs[0], 50, false, true);
    expect(lifetimes.repairs[1], 50, true, false);
    expect(lifetimes.repairs[2], 600, true, true);
}

TEST(Lifetimes, RepairIsCutOffWhenTheShiftEnds) {
    const std::vector<Sample> samples{state(0, PackmlState::Execute), state(100, PackmlState::Held),
                                      state(150, PackmlState::Stopped), state(600, PackmlState::Execute)};
    const Lifetimes shift = found(samples, {.hasShift = true});
    ASSERT_EQ(shift.repairs.size(), 1u);
    expect(shift.repairs[0], 50, true, false);
    ASSERT_EQ(shift.toFailure.size(), 2u);
    expect(shift.toFailure[1], 400, true, false); // the clock stood still while nobody was there
    const Lifetimes calendar = found(samples, {.clock = plant::FailureClock::Calendar, .hasShift = true});
    expect(calendar.toFailure[1], 400, true, true);
    const Lifetimes always = found(samples);
    ASSERT_EQ(always.repairs.size(), 1u);
    expect(always.repairs[0], 500, false, false);
}

TEST(Lifetimes, CyclesAreTimeOfProductionBetweenCounts) {
    std::vector<Sample> samples{state(0, PackmlState::Execute),   made(0, 10),   made(60, 11),  state(100, PackmlState::Held),
                                state(150, PackmlState::Execute), made(170, 12), made(230, 13), state(240, PackmlState::Suspended)};
    const Lifetimes lifetimes = found(samples);
    ASSERT_EQ(lifetimes.cycles.size(), 3u);
    expect(lifetimes.cycles[0], 60, false, false); // 60 to 100 and 150 to 170
    expect(lifetimes.cycles[1], 60, false, false);
    expect(lifetimes.cycles[2], 10, true, false);
    EXPECT_EQ(lifetimes.otherRises, 0u);
    EXPECT_DOUBLE_EQ(lifetimes.secondsAnItem, 60);
    // A batch of two counts as one cycle; of three, or one item alone, as none.
    const std::vector<Sample> batches{
        state(0, PackmlState::Execute), made(0, 0), made(50, 2), made(100, 4), made(160, 7), made(220, 1), made(270, 3)};
    const Lifetimes two = found(batches, {.itemsPerCycle = 2});
    ASSERT_EQ(two.cycles.size(), 3u);
    expect(two.cycles[0], 50, false, false);
    expect(two.cycles[1], 50, false, false); // after the count had fallen
    EXPECT_TRUE(two.cycles[2].cutOff);
    EXPECT_EQ(two.rises, 3u);
    EXPECT_EQ(two.otherRises, 1u);
}

} // namespace
} // namespace millwright::kpi
