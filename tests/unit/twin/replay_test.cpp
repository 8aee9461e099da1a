#include "unit/twin/memory_source.hpp"
#include "unit/twin/plants.hpp"

#include <millwright/twin/replay.hpp>

#include <gtest/gtest.h>

#include <random>

namespace millwright::twin {
namespace {

using telemetry::Sample;
using namespace testing;

constexpr std::int64_t logMilliseconds = 60'000;

/// A minute of all seven signals at uneven times, with gaps, bad stretches, equal times and values that are no number.
std::unique_ptr<MemorySource> busySource(std::size_t largestBatch = 1000) {
    std::mt19937_64 random{7};
    std::vector<Sample> samples;
    auto source = std::make_unique<MemorySource>(7, std::vector<Sample>{});
    StringTable table;
    const StringId states[] = {table.add("Execute"), table.add("Held"), table.add("Aborted")};
    for (std::int64_t ms = 0; ms <= logMilliseconds; ms += static_cast<std::int64_t>(random() % 20)) {
        const auto signal = static_cast<std::uint32_t>(random() % 7);
        if (signal < 2 && ms > 20'000 && ms < 24'000) continue; // longer than the signals' largest gap
        const Quality quality = random() % 10 == 0 ? static_cast<Quality>(random() % 4) : Quality::Good;
        Sample sample{at(ms), {}, SignalIndex{signal}, ValueType::Float, quality};
        switch (signal) {
        case 3: sample.type = ValueType::String, sample.value = Value::of(states[random() % 3]); break;
        case 4: sample.type = ValueType::Boolean, sample.value = Value::of(random() % 2 == 0); break;
        case 6: sample.type = ValueType::Integer, sample.value = Value::of(static_cast<std::int64_t>(random() % 1000)); break;
        default: sample.value = Value::of(random() % 50 == 0 ? NAN : static_cast<double>(random() % 100'000) / 97.0);
        }
        samples.push_back(sample);
    }
    source = std::make_unique<MemorySource>(7, std::move(samples));
    source->table = std::move(table);
    source->largestBatch = largestBatch;
    source->convert(1, {25.4, -3});
    source->convert(2, {0.1, 0});
    return source;
}

Replay opened(const plant::Plant& plant, std::unique_ptr<telemetry::Source> source) {
    auto replay = Replay::open(plant, std::move(source));
    EXPECT_TRUE(replay) << replay.error().text();
    return std::move(*replay);
}

Digest hashByRunning(const plant::Plant& plant, Time time, std::size_t batch) {
    Replay replay = opened(plant, busySource(batch));
    EXPECT_TRUE(replay.runTo(time));
    return replay.stateHash();
}

TEST(Replay, EveryWayToATimeGivesTheSameState) {
    const plant::Plant plant = onePlant();
    std::mt19937_64 random{42};
    Replay wanderer = opened(plant, busySource(37));
    for (int round = 0; round < 60; ++round) {
        const Time target =
            at(static_cast<std::int64_t>(random() % (logMilliseconds + 1))) + Duration{static_cast<int>(random() % 3)};
        switch (random() % 4) {
        case 0: ASSERT_TRUE(wanderer.seek(target)); break;
        case 1: ASSERT_TRUE(wanderer.runTo(target)); break;
        case 2: ASSERT_TRUE(wanderer.step(target - wanderer.time())); break;
        default:
            wanderer.setSpeed(0.1 + static_cast<double>(random() % 1000));
            wanderer.setLoop(random() % 2 == 0);
            wanderer.play();
            for (int frame = 0; frame < 5; ++frame) {
                ASSERT_TRUE(wanderer.tick(std::chrono::milliseconds{16}));
                static_cast<void>(wanderer.frame());
            }
        }
        ASSERT_EQ(wanderer.stateHash(), hashByRunning(plant, wanderer.time(), 1 + random() % 3000))
            << "round " << round << " at " << formatTime(wanderer.time());
    }
}

/// What a replay from the start that does the same actions comes to.
Replay byRunning(const plant::Plant& plant, Time time, std::span<const OperatorAction> actions, std::size_t batch) {
    auto opened = Replay::open(plant, busySource(batch));
    EXPECT_TRUE(opened);
    for (const OperatorAction& action : actions) {
        if (action.time > time) break;
        EXPECT_TRUE(opened->runTo(action.time));
        static_cast<void>(opened->act(action));
    }
    EXPECT_TRUE(opened->runTo(time));
    return std::move(*opened);
}

// With alarms and operators at work: the state and the journal are the same played, stepped, jumped to and looked at in between,
// however many checkpoints there is room for.
TEST(Replay, AlarmsAreTheSameHoweverATimeIsReached) {
    plant::Plant plant = onePlant();
    addAlarms(plant);
    std::size_t transitions = 0, accepted = 0, learnt = 0, recalled = 0;
    for (const auto& [spacing, bytes] : {std::pair{std::uint64_t{100}, std::size_t{1} << 20}, {50, 4000}, {1'000'000, 1 << 20}}) {
        std::mt19937_64 random{spacing};
        auto opened = Replay::open(plant, busySource(37), {.checkpointSamples = spacing, .checkpointBytes = bytes});
        ASSERT_TRUE(opened);
        Replay& wanderer = *opened;
        for (int round = 0; round < 150; ++round) {
            const Time target =
                at(static_cast<std::int64_t>(random() % (logMilliseconds + 1))) + Duration{static_cast<int>(random() % 3)};
            switch (random() % 7) {
            case 0: ASSERT_TRUE(wanderer.seek(target)); break;
            case 1: ASSERT_TRUE(wanderer.runTo(target)); break;
            case 2: ASSERT_TRUE(wanderer.step(target - wanderer.time())); break;
            case 3: {
                const auto batch = wanderer.advance(target); // stops within an instant
                ASSERT_TRUE(batch);
                static_cast<void>(wanderer.frame());
                ASSERT_TRUE(wanderer.runTo(wanderer.time()));
                break;
            }
            case 4: { // somebody who knows of the operators, or not, tells what he has seen
                ReplayOptions options{.checkpointSamples = 10 + random() % 200, .checkpointBytes = bytes};
                const auto actions = wanderer.actions();
                options.actions.assign(
                    actions.begin(),
                    actions.begin() + static_cast<std::ptrdiff_t>(std::min(random() % (2 * actions.size() + 1), actions.size())));
                auto scout = Replay::open(plant, busySource(37), options);
                ASSERT_TRUE(scout && scout->runTo(target));
                if (options.actions.size() == actions.size() && random() % 2 == 0) { // on another day
                    ASSERT_TRUE(wanderer.recall(scout->memory()));
                    ++recalled;
                } else {
                    wanderer.learn(*scout);
                }
                learnt += wanderer.time() < target;
                break;
            }
            default: {
                const OperatorAction action{.alarm = AlarmIndex{static_cast<std::uint32_t>(random() % plant.alarms.size())},
                                            .kind = static_cast<OperatorAction::Kind>(random() % 8),
                                            .duration = std::chrono::milliseconds{random() % 9000 + 1}};
                accepted += wanderer.act(action).has_value();
            }
            }
            Replay reference = byRunning(plant, wanderer.time(), wanderer.actions(), 1 + random() % 3000);
            ASSERT_EQ(wanderer.stateHash(), reference.stateHash()) << "round " << round << " at " << formatTime(wanderer.time());
            ASSERT_EQ(wanderer.transitions().size(), reference.transitions().size()) << "round " << round;
            for (std::size_t i = 0; i < reference.transitions().size(); ++i) {
                ASSERT_EQ(wanderer.transitions()[i].time, reference.transitions()[i].time) << round << " " << i;
                ASSERT_EQ(wanderer.transitions()[i].change, reference.transitions()[i].change) << round << " " << i;
                ASSERT_EQ(wanderer.transitions()[i].alarm, reference.transitions()[i].alarm) << round << " " << i;
            }
            transitions = std::max(transitions, wanderer.transitions().size());
        }
    }
    EXPECT_GT(transitions, 3000u) << "the log must be worth the walk";
    EXPECT_GT(accepted, 20u);
    EXPECT_GT(learnt, 20u);
    EXPECT_GT(recalled, 5u);
}

// What a replay knew is bytes for another day: with them a jump replays nothing that was before; without its end, with a bit that
// has turned, or of another plant or other operators they are refused, and nothing has changed.
TEST(Replay, RecallsWhatAnotherFoundOut) {
    plant::Plant plant = onePlant();
    addAlarms(plant);
    const Time end = at(logMilliseconds);
    ReplayOptions options{.checkpointSamples = 100, .checkpointBytes = 1 << 20};
    for (const auto kind : {OperatorAction::Kind::Unshelve, OperatorAction::Kind::Acknowledge}) // the first has no effect
        options.actions.push_back({.time = at(30'000), .alarm = AlarmIndex{0}, .kind = kind});
    const auto opened = [&](const plant::Plant& of, const ReplayOptions& with) {
        auto replay = Replay::open(of, busySource(37), with);
        EXPECT_TRUE(replay);
        return std::move(*replay);
    };
    Replay scout = opened(plant, options);
    ASSERT_TRUE(scout.runTo(end));
    const std::vector<std::byte> memory = scout.memory();

    Replay later = opened(plant, options);
    ASSERT_TRUE(later.recall(memory));
    const std::uint64_t before = later.samplesApplied();
    ASSERT_TRUE(later.seek(end));
    EXPECT_LT(later.samplesApplied() - before, 300u);
    EXPECT_EQ(later.stateHash(), scout.stateHash());
    EXPECT_TRUE(std::ranges::equal(later.transitions(), scout.transitions()));
    EXPECT_TRUE(std::ranges::equal(later.refusals(), scout.refusals()));
    EXPECT_FALSE(scout.refusals().front().empty());

    Replay other = opened(plant, options);
    for (std::size_t size = 0; size < memory.size(); size += 97) EXPECT_FALSE(other.recall(std::span{memory}.first(size))) << size;
    for (std::size_t at = 0; at < memory.size(); at += 97) {
        std::vector<std::byte> turned = memory;
        turned[at] ^= std::byte{4};
        EXPECT_FALSE(other.recall(turned)) << at;
    }
    const std::uint64_t applied = other.samplesApplied();
    ASSERT_TRUE(other.seek(end));
    EXPECT_GT(other.samplesApplied() - applied, 1000u) << "nothing was taken over";
    EXPECT_FALSE(opened(plant, {}).recall(memory)) << "other actions";
    plant::Plant fewer = plant;
    fewer.alarms.resize(1);
    EXPECT_FALSE(opened(fewer, options).recall(memory));
}

// Of a journal without room for all, the oldest transitions go; what is kept, the count and the state are those of a whole one.
TEST(Replay, AJournalWithoutRoomKeepsTheLatestTransitions) {
    plant::Plant plant = onePlant();
    addAlarms(plant);
    constexpr std::size_t room = 100;
    auto opened = Replay::open(plant, busySource(37), {.checkpointSamples = 500, .journalTransitions = room});
    ASSERT_TRUE(opened);
    std::mt19937_64 random{7};
    std::uint64_t dropped = 0;
    for (int round = 0; round < 60; ++round) {
        const Time target = at(static_cast<std::int64_t>(random() % (logMilliseconds + 1)));
        ASSERT_TRUE(random() % 2 == 0 ? opened->seek(target) : opened->runTo(target));
        if (round % 5 == 0) static_cast<void>(opened->act({.alarm = AlarmIndex{0}, .kind = OperatorAction::Kind::Comment}));
        Replay whole = byRunning(plant, opened->time(), opened->actions(), 1000);
        const auto kept = opened->transitions(), all = whole.transitions();
        dropped = std::max(dropped, opened->transitionsDropped());
        ASSERT_EQ(opened->stateHash(), whole.stateHash()) << round;
        ASSERT_EQ(opened->transitionsDropped() + kept.size(), all.size()) << round;
        ASSERT_TRUE(std::ranges::equal(kept, all.last(kept.size()))) << round;
        ASSERT_LT(kept.size(), 8 * room) << round;
    }
    EXPECT_GT(dropped, 1000u);
}

TEST(Replay, WithoutHistoryInTheSourceASeekReplaysFromTheStart) {
    const plant::Plant plant = onePlant();
    for (const bool claimsHistory : {false, true}) {
        auto source = busySource();
        source->completeKeyframes = false;
        source->claimsHistory = claimsHistory;
        Replay replay = opened(plant, std::move(source));
        ASSERT_TRUE(replay.seek(at(40'000)));
        EXPECT_EQ(replay.stateHash(), hashByRunning(plant, at(40'000), 500));
        ASSERT_TRUE(replay.seek(at(7'000)));
        EXPECT_EQ(replay.stateHash(), hashByRunning(plant, at(7'000), 500));
    }
}

TEST(Replay, FramesShowValuesBetweenSamples) {
    const plant::Plant plant = onePlant();
    Replay replay =
        opened(plant, std::make_unique<MemorySource>(7, std::vector{number(0, 1, 0), number(1000, 1, 100), number(5000, 1, 0)}));
    ASSERT_TRUE(replay.runTo(at(400)));
    EXPECT_DOUBLE_EQ(replay.frame()->signals[1].value.number, 40);
    ASSERT_TRUE(replay.runTo(at(3000)));
    EXPECT_DOUBLE_EQ(replay.frame()->signals[1].value.number, 100) << "two seconds is the largest gap";
}

TEST(Replay, TheClockPlaysPausesLoopsAndEnds) {
    const plant::Plant plant = onePlant();
    Replay replay = opened(plant, std::make_unique<MemorySource>(7, std::vector{number(0, 1, 0), number(10'000, 1, 100)}));
    EXPECT_EQ(replay.time(), at(0));
    ASSERT_TRUE(replay.tick(std::chrono::seconds{1}));
    EXPECT_EQ(replay.time(), at(0)) << "opened paused";
    replay.play();
    replay.setSpeed(4);
    ASSERT_TRUE(replay.tick(std::chrono::seconds{1}));
    EXPECT_EQ(replay.time(), at(4000));
    EXPECT_TRUE(replay.frame()->playing);
    EXPECT_EQ(replay.frame()->speed, 4);
    ASSERT_TRUE(replay.tick(std::chrono::seconds{9}));
    EXPECT_EQ(replay.time(), at(10'000));
    EXPECT_FALSE(replay.playing()) << "the end of the log";
    replay.play();
    ASSERT_TRUE(replay.tick(std::chrono::seconds{1}));
    EXPECT_EQ(replay.time(), at(4000)) << "play at the end starts again";
    replay.setLoop(true);
    ASSERT_TRUE(replay.tick(std::chrono::seconds{2}));
    EXPECT_EQ(replay.time(), at(2000));
    ASSERT_TRUE(replay.step(-std::chrono::seconds{60}));
    EXPECT_EQ(replay.time(), at(0));
    EXPECT_FALSE(replay.playing()) << "a step pauses";
    replay.setSpeed(NAN);
    EXPECT_EQ(replay.speed(), 4);
}

TEST(Replay, CountsEverySampleOnce) {
    const plant::Plant plant = onePlant();
    auto source = busySource();
    const auto total = source->sampleCount();
    Replay replay = opened(plant, std::move(source));
    ASSERT_TRUE(replay.runTo(replay.log().to));
    EXPECT_EQ(replay.samplesApplied(), total);
}

TEST(Replay, ShowsEverySampleToWhoeverAdvancesIt) {
    const plant::Plant plant = onePlant();
    auto source = busySource(11);
    const auto total = source->sampleCount();
    Replay replay = opened(plant, std::move(source));
    ASSERT_TRUE(replay.rewind());
    std::uint64_t seen = 0;
    Time last = replay.time();
    for (int minute = 1; minute <= 6; ++minute) {
        while (true) {
            const auto batch = replay.advance(at(minute * 10'000));
            ASSERT_TRUE(batch);
            if (batch->empty()) break;
            EXPECT_GE(batch->front().time, last);
            last = batch->back().time;
            EXPECT_LE(last, at(minute * 10'000));
            seen += batch->size();
            static_cast<void>(replay.frame());
        }
        EXPECT_EQ(replay.time(), std::min(at(minute * 10'000), replay.log().to));
    }
    EXPECT_EQ(seen, total);
}

TEST(Replay, AFaultIsReportedWhenTheClockReachesIt) {
    const plant::Plant plant = onePlant();
    auto source = busySource();
    source->faultAt = 1500;
    Replay replay = opened(plant, std::move(source));
    ASSERT_TRUE(replay.runTo(at(5000)));
    EXPECT_EQ(replay.stateHash(), hashByRunning(plant, at(5000), 100)) << "what lies before the fault is whole";
    const auto done = replay.runTo(replay.log().to);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().text(), "memory:1: a damaged chunk");
    EXPECT_FALSE(replay.runTo(replay.log().to)) << "and again";
    EXPECT_TRUE(replay.seek(at(3000)));
}

TEST(Replay, AnEmptyLogIsAStillPicture) {
    const plant::Plant plant = onePlant();
    Replay replay = opened(plant, std::make_unique<MemorySource>(7, std::vector<Sample>{}));
    replay.setLoop(true);
    replay.play();
    EXPECT_TRUE(replay.tick(std::chrono::seconds{1}));
    EXPECT_TRUE(replay.step(std::chrono::seconds{1}));
    EXPECT_EQ(replay.samplesApplied(), 0u);
    EXPECT_FALSE(replay.frame()->signals[0].known);
}

TEST(Replay, StopsWhenAsked) {
    const plant::Plant plant = onePlant();
    Replay replay = opened(plant, busySource());
    std::stop_source stop;
    stop.request_stop();
    const auto done = replay.runTo(replay.log().to, {.report = {}, .stop = stop.get_token()});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::Cancelled);
}

} // namespace
} // namespace millwright::twin
