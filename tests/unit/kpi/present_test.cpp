#include <millwright/kpi/present.hpp>
#include <millwright/plant/plant.hpp>

#include <gtest/gtest.h>

namespace millwright::kpi {
namespace {

using plant::PackmlState;
using namespace std::chrono_literals;

Time at(int second) {
    return timeFromNanoseconds(1'800'000'000'000'000'000) + std::chrono::seconds{second};
}

/// States from their seconds on, up to 1000 s, and when the count rose by one.
Present presentOfMachine(const std::vector<std::pair<int, PackmlState>>& states, const std::vector<int>& rises = {},
                         bool hasShift = false) {
    plant::KpiSource source;
    source.elementOf = plant::usualElements();
    source.isFailure = plant::usualFailures();
    Journal journal;
    for (std::size_t i = 0; i < states.size(); ++i)
        journal.spells.push_back({{at(states[i].first), at(i + 1 < states.size() ? states[i + 1].first : 1000)}, states[i].second});
    for (const int second : rises) journal.rises.push_back({at(second), 1'000'000});
    return presentOf(source, journal, {.hasShift = hasShift});
}

TEST(Present, CountsWorkSinceTheLastCycleAndTheLastRepair) {
    const Present present = presentOfMachine({{0, PackmlState::Execute},
                                              {300, PackmlState::Held},
                                              {400, PackmlState::Execute},
                                              {700, PackmlState::Suspended},
                                              {800, PackmlState::Execute}},
                                             {100, 700, 850, 930});
    EXPECT_EQ(present.state, PackmlState::Execute);
    EXPECT_EQ(present.inState, Duration{200s});
    EXPECT_TRUE(present.beginningSeen);
    EXPECT_EQ(present.cycle, Duration{70s});
    EXPECT_EQ(present.production, Duration{200s});
    EXPECT_EQ(present.busyFor, Duration{70s});
    ASSERT_TRUE(present.worked && present.up);
    EXPECT_EQ(present.worked->took, Duration{500s});
    EXPECT_EQ(present.up->took, Duration{600s});
    EXPECT_FALSE(present.worked->restOnly);
    EXPECT_FALSE(present.outage || present.before);
}

TEST(Present, KnowsWhatAFailureInterrupted) {
    const Present present = presentOfMachine(
        {{0, PackmlState::Suspended}, {600, PackmlState::Execute}, {900, PackmlState::Aborted}, {950, PackmlState::Clearing}},
        {700});
    EXPECT_EQ(present.before, PackmlState::Execute);
    ASSERT_TRUE(present.outage);
    EXPECT_EQ(present.outage->took, Duration{100s});
    EXPECT_EQ(present.cycle, Duration{200s}); // of work
    EXPECT_EQ(present.production, Duration{300s});
}

TEST(Present, SaysWhatWasNotSeen) {
    const Present running = presentOfMachine({{0, PackmlState::Execute}});
    EXPECT_FALSE(running.beginningSeen || running.cycle || running.production);
    ASSERT_TRUE(running.worked);
    EXPECT_TRUE(running.worked->restOnly);
    const Present away =
        presentOfMachine({{0, PackmlState::Execute}, {500, PackmlState::Unknown}, {600, PackmlState::Stopped}}, {}, true);
    EXPECT_FALSE(away.before || away.production);
}

TEST(Present, OfAMachineThatJustCameBackIsNew) {
    const Present present = presentOfMachine({{0, PackmlState::Execute}, {300, PackmlState::Held}, {999, PackmlState::Suspended}});
    ASSERT_TRUE(present.worked);
    EXPECT_EQ(present.worked->took, Duration::zero());
    EXPECT_FALSE(present.worked->restOnly);
}

} // namespace
} // namespace millwright::kpi
