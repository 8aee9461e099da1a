#include "unit/twin/memory_source.hpp"

#include <millwright/telemetry/differences.hpp>
#include <millwright/telemetry/shifted_source.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <memory>

namespace millwright::telemetry {
namespace {

using twin::testing::at;
using twin::testing::MemorySource;
using twin::testing::number;

DifferenceOptions within(double tolerance) {
    return {.tolerances = {tolerance, tolerance}};
}

TEST(Differences, ValuesHoldAndAreComparedOverTime) {
    MemorySource first{2, {number(0, 0, 10), number(4000, 0, 20), number(9000, 0, 10), number(20'000, 0, 10)}};
    MemorySource second{2, {number(100, 0, 10.4), number(12'000, 0, 10.4), number(20'000, 0, 10.4)}};
    const auto found = differencesOf(first, second, within(1));
    ASSERT_TRUE(found);
    ASSERT_EQ(found->size(), 1u);
    EXPECT_EQ(found->front().interval, (TimeInterval{at(4000), at(9000)}));
    EXPECT_NEAR(found->front().largest, 9.6, 1e-9);
    EXPECT_EQ(found->front().worst, at(4000));
}

TEST(Differences, WhatIsOverAtOnceIsNoneAndNeighboursAreOne) {
    MemorySource first{2,
                       {number(0, 0, 0), number(1000, 0, 9), number(3900, 0, 0), number(30'000, 0, 9), number(34'000, 0, 0),
                        number(36'000, 0, 12), number(40'000, 0, 0), number(60'000, 0, 0)}};
    MemorySource second{2, {number(0, 0, 0), number(60'000, 0, 0)}};
    const auto found = differencesOf(first, second, within(1));
    ASSERT_EQ(found->size(), 1u) << "the first lasts 2.9 s, the two others are 2 s apart";
    EXPECT_EQ(found->front().interval, (TimeInterval{at(30'000), at(40'000)}));
    EXPECT_EQ(found->front().largest, 12);
}

TEST(Differences, AValueThatCannotBeUsedDiffersFromOneThatCan) {
    MemorySource first{2, {number(0, 0, 1), number(5000, 0, 1, Quality::Bad), number(10'000, 0, 1)}};
    MemorySource second{2, {number(0, 0, 1), number(10'000, 0, 1), number(0, 1, 5), number(10'000, 1, 5)}};
    const auto found = differencesOf(first, second, within(1));
    ASSERT_EQ(found->size(), 1u) << "a signal that only one has is none";
    EXPECT_EQ(found->front().interval, (TimeInterval{at(5000), at(10'000)}));
    EXPECT_TRUE(std::isinf(found->front().largest));
}

TEST(Differences, AShiftedFeedIsTheSameLater) {
    const auto make = [] {
        return std::make_unique<MemorySource>(2, std::vector{number(0, 0, 1), number(5000, 0, 2), number(9000, 0, 3)});
    };
    auto first = make();
    auto second = shifted(make(), std::chrono::hours{-3});
    ASSERT_TRUE(second);
    EXPECT_EQ((*second)->span(), (TimeInterval{at(0) - std::chrono::hours{3}, at(9000) - std::chrono::hours{3}}));
    auto back = shifted(std::move(*second), std::chrono::hours{3});
    EXPECT_TRUE(differencesOf(*first, **back, within(0))->empty());
    const auto keyframe = (*back)->seek(at(6000));
    ASSERT_TRUE(keyframe);
    EXPECT_EQ(keyframe->time, at(6000));
    ASSERT_EQ(keyframe->entries.size(), 1u);
    EXPECT_EQ(keyframe->entries[0].last.time, at(5000));
    EXPECT_EQ(keyframe->entries[0].integral.at(at(6000)), 7);
    EXPECT_FALSE(shifted(make(), Duration::max())) << "beyond the calendar";
}

} // namespace
} // namespace millwright::telemetry
