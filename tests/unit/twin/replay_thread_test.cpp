#include "unit/twin/memory_source.hpp"
#include "unit/twin/plants.hpp"

#include <millwright/twin/replay_thread.hpp>

#include <gtest/gtest.h>

#include <thread>

namespace millwright::twin {
namespace {

using telemetry::Sample;
using namespace testing;

class ReplayThreadTest : public ::testing::Test {
protected:
    std::unique_ptr<MemorySource> source() const {
        std::vector<Sample> samples;
        for (std::int64_t ms = 0; ms <= 60'000; ms += 10) samples.push_back(number(ms, 1, static_cast<double>(ms)));
        return std::make_unique<MemorySource>(7, std::move(samples));
    }
    std::unique_ptr<ReplayThread> started(std::unique_ptr<MemorySource> feed) const {
        auto replay = Replay::open(plant, std::move(feed));
        EXPECT_TRUE(replay);
        return std::make_unique<ReplayThread>(std::move(*replay));
    }
    plant::Plant plant = onePlant();
};

TEST_F(ReplayThreadTest, HasAFrameFromTheStart) {
    const auto thread = started(source());
    ASSERT_TRUE(thread->frame());
    EXPECT_EQ(thread->frame()->time, at(0));
    EXPECT_FALSE(thread->frame()->playing);
}

TEST_F(ReplayThreadTest, CarriesOutOrdersInTurn) {
    const auto thread = started(source());
    EXPECT_TRUE(thread->seek(at(1000)));
    EXPECT_TRUE(thread->step(std::chrono::milliseconds{25}));
    thread->wait();
    const auto frame = thread->frame();
    EXPECT_EQ(frame->time, at(1025));
    EXPECT_EQ(frame->signals[1].value.number, 1025) << "between two samples";
}

TEST_F(ReplayThreadTest, AJumpAfterAScoutReplaysNothingThatWasBefore) {
    addAlarms(plant);
    plant::Alarm& high = plant.alarms[3];
    high.kind = plant::AlarmKind::High;
    high.limit = 30'000;
    const auto opened = [this] {
        auto replay = Replay::open(plant, source(), {.checkpointSamples = 100});
        EXPECT_TRUE(replay);
        return std::move(*replay);
    };
    ReplayThread thread{opened(), std::chrono::milliseconds{8}, ReplayThread::Scout{opened(), {}}};
    thread.waitForScout();
    const std::uint64_t before = thread.frame()->samplesApplied;
    EXPECT_TRUE(thread.seek(at(50'000)));
    thread.wait();
    EXPECT_LT(thread.frame()->samplesApplied - before, 300u);
    EXPECT_TRUE(thread.frame()->alarms[3].active);
    Replay played = opened();
    ASSERT_TRUE(played.runTo(at(50'000)));
    EXPECT_EQ(thread.frame()->alarms, played.frame()->alarms);
    EXPECT_EQ(thread.frame()->transitions, played.frame()->transitions);
}

TEST_F(ReplayThreadTest, ScrubbingEndsAtTheLastSeek) {
    const auto thread = started(source());
    for (std::int64_t ms = 0; ms <= 50'000; ms += 50) {
        while (!thread->seek(at(ms))) std::this_thread::yield();
    }
    thread->wait();
    EXPECT_EQ(thread->frame()->time, at(50'000));
}

TEST_F(ReplayThreadTest, PlaysUntilToldToPause) {
    const auto thread = started(source());
    thread->setSpeed(10);
    thread->setLooping(true);
    thread->setPlaying(true);
    thread->wait();
    const auto first = thread->frame();
    EXPECT_TRUE(first->playing);
    EXPECT_EQ(first->speed, 10);
    while (thread->frame()->number < first->number + 3) std::this_thread::yield();
    thread->setPlaying(false);
    thread->wait();
    const auto last = thread->frame();
    EXPECT_FALSE(last->playing);
    EXPECT_NE(last->time, first->time);
    EXPECT_NEAR(last->signals[1].value.number, seconds(last->time - at(0)) * 1000, 1e-3)
        << "frames are whole: value and time agree";
}

TEST_F(ReplayThreadTest, AFaultPausesAndIsTold) {
    auto feed = source();
    feed->faultAt = 3000;
    const auto thread = started(std::move(feed));
    thread->step(std::chrono::seconds{50});
    thread->wait();
    ASSERT_TRUE(thread->error());
    EXPECT_EQ(thread->error()->text(), "memory:1: a damaged chunk");
    EXPECT_FALSE(thread->frame()->playing);
    thread->seek(at(1000));
    thread->wait();
    EXPECT_FALSE(thread->error());
    EXPECT_EQ(thread->frame()->time, at(1000));
}

TEST_F(ReplayThreadTest, OperatorsActThroughIt) {
    addAlarms(plant);
    plant.alarms[3].limit = 500; // the slide moves by 1000 a second
    const auto thread = started(source());
    thread->seek(at(10'000));
    thread->wait();
    const auto before = thread->frame();
    const auto found = std::ranges::find_if(before->alarms, [](const AlarmState& state) { return state.unacknowledged(); });
    ASSERT_NE(found, before->alarms.end());
    const auto alarm = static_cast<AlarmIndex>(found - before->alarms.begin());
    EXPECT_FALSE(before->transitions.empty());
    for (int clicks = 0; clicks < 2; ++clicks) thread->act({.alarm = alarm, .kind = OperatorAction::Kind::Acknowledge});
    thread->wait();
    EXPECT_FALSE(thread->frame()->alarms[index(alarm)].unacknowledged());
    EXPECT_FALSE(thread->error()) << "the second click was in vain, no more";
    EXPECT_EQ(thread->frame()->transitions.back().change, AlarmChange::Acknowledged);
    thread->seek(at(9'000));
    thread->seek(at(10'000));
    thread->wait();
    EXPECT_FALSE(thread->frame()->alarms[index(alarm)].unacknowledged()) << "it was done at that time, and is done again";
}

TEST_F(ReplayThreadTest, EndsPromptlyInTheMiddleOfPlaying) {
    auto thread = started(source());
    thread->setLooping(true);
    thread->setPlaying(true);
    thread->wait();
    const auto frame = thread->frame();
    thread.reset();
    EXPECT_TRUE(frame->playing) << "a frame outlives its replay";
}

} // namespace
} // namespace millwright::twin
