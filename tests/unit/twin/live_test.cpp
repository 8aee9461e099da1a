#include "unit/twin/memory_source.hpp"

#include <millwright/plant/load.hpp>
#include <millwright/telemetry/log_source.hpp>
#include <millwright/telemetry/recorder.hpp>
#include <millwright/twin/action_record.hpp>
#include <millwright/twin/live_thread.hpp>
#include <millwright/twin/replay.hpp>

#include <gtest/gtest.h>

#include <filesystem>
#include <mutex>
#include <random>
#include <thread>
#include <unistd.h>

namespace millwright::twin {
namespace {

using namespace std::chrono_literals;
using telemetry::Sample;

constexpr std::string_view text = R"(format = 1
[plant]
id = "p"
[[equipment]]
path = "line"
[[equipment.signal]]
id = "speed"
[[equipment.signal]]
id = "count"
type = "integer"
[[equipment.binding]]
signal = "speed"
kind = "spin"
per_unit = 6
)";

/// Samples that a test pushes from its own thread.
class Pushed final : public telemetry::Feed {
public:
    struct Queue {
        std::mutex mutex;
        std::vector<Sample> samples;
    };
    explicit Pushed(std::shared_ptr<Queue> queue) : queue_{std::move(queue)} {}
    void drain(Time, StringTable&, telemetry::Arrivals& arrivals) override {
        const std::scoped_lock lock{queue_->mutex};
        arrivals.samples.insert(arrivals.samples.end(), queue_->samples.begin(), queue_->samples.end());
        queue_->samples.clear();
    }
    [[nodiscard]] telemetry::FeedStatus status() const override { return {.id = "pushed"}; }

private:
    std::shared_ptr<Queue> queue_;
};

class LiveTwin : public ::testing::Test {
protected:
    plant::Plant plant = plant::loadText(text, ".").value_or(plant::Plant{});
    std::shared_ptr<Pushed::Queue> queue = std::make_shared<Pushed::Queue>();

    Live live(Duration window) {
        telemetry::LiveSource source{plant.signals.size(), window};
        source.add(std::make_unique<Pushed>(queue));
        return Live{plant, std::move(source)};
    }
    void push(Sample sample) {
        const std::scoped_lock lock{queue->mutex};
        queue->samples.push_back(sample);
    }
};

TEST_F(LiveTwin, IsWhereAReplayOfItsRecordingComesTo) {
    ASSERT_EQ(plant.signals.size(), 2u);
    const auto path = std::filesystem::temp_directory_path() / ("live-" + std::to_string(::getpid()) + ".mcap");
    Live twin = live(50ms);
    telemetry::RecorderOptions options{.path = path, .channels = {}};
    for (const auto& wanted : subscriptions(plant)) options.channels.push_back(telemetry::channelOf(wanted));
    auto recorder = telemetry::Recorder::create(std::move(options), twin.source().strings());
    ASSERT_TRUE(recorder.has_value()) << recorder.error().text();
    twin.source().setTap([&](auto arrived, auto late) { (*recorder)->write(arrived, late); });

    std::mt19937 random{11};
    Time now = timeFromNanoseconds(1'800'000'000'000'000'000);
    for (int i = 0; i < 3000; ++i) { // up to half a second old, so some wait, some are redated, some are late
        const Time time = now - std::chrono::milliseconds{static_cast<int>(random() % 500)};
        if (random() % 2 == 0)
            push({time, Value::of(static_cast<double>(random() % 100)), SignalIndex{0}, ValueType::Float, Quality::Good});
        else
            push({time, Value::of(static_cast<std::int64_t>(i)), SignalIndex{1}, ValueType::Integer, Quality::Good});
        now += std::chrono::milliseconds{static_cast<int>(random() % 40)};
        if (random() % 3 == 0) twin.poll(now);
        if (random() % 7 == 0) (void)twin.frame(); // looking changes nothing
    }
    twin.finish(now);
    const auto counters = twin.source().counters();
    EXPECT_GT(counters.late, 100u);
    EXPECT_GT(counters.redated, 100u);
    const auto status = (*recorder)->close();
    ASSERT_TRUE(status.has_value()) << status.error().text();
    EXPECT_EQ(status->samples, 3000u);

    auto source = telemetry::LogSource::open(path, subscriptions(plant));
    ASSERT_TRUE(source.has_value()) << source.error().text();
    auto replay = Replay::open(plant, std::move(*source));
    ASSERT_TRUE(replay.has_value()) << replay.error().text();
    ASSERT_TRUE(replay->runTo(replay->log().to).has_value());
    EXPECT_EQ(replay->twin().samplesApplied(), counters.applied);
    for (std::size_t i = 0; i < plant.signals.size(); ++i) {
        const auto a = twin.twin().signal(static_cast<SignalIndex>(i)), b = replay->twin().signal(static_cast<SignalIndex>(i));
        EXPECT_EQ(a.value.bits, b.value.bits) << i;
        EXPECT_EQ(a.time, b.time) << i;
    }
    EXPECT_EQ(twin.twin().stateHash(), replay->stateHash());
    std::filesystem::remove(path);
}

// Derived signals of late, redated and waiting samples: live, after every look, and of the recording they are the same.
TEST_F(LiveTwin, ComputesWhatItsRecordingGives) {
    plant = plant::loadText(R"(format = 1
[plant]
id = "p"
[[equipment]]
path = "m"
kpi = { state = "state", produced = "count" }
signal = [
    { id = "speed" },
    { id = "count", type = "integer" },
    { id = "sum", expression = "speed + half" },
    { id = "half", expression = "count / 2" },
    { id = "state", rules = [{ state = "Held", when = "speed < 50" }, { state = "Execute" }] },
]
binding = [{ signal = "sum", kind = "spin", per_unit = 6 }]
alarm = [{ id = "held", kind = "state", signal = "state", state = "Held", priority = "low", action = "look" }]
)",
                            ".")
                .value();
    const auto path = std::filesystem::temp_directory_path() / ("derived-" + std::to_string(::getpid()) + ".mcap");
    Live twin = live(50ms);
    telemetry::RecorderOptions options{.path = path, .channels = {}};
    for (const auto& wanted : subscriptions(plant)) // the derived ones come last
        if (!wanted.topic.empty()) options.channels.push_back(telemetry::channelOf(wanted));
    ASSERT_EQ(options.channels.size(), 2u);
    auto recorder = telemetry::Recorder::create(std::move(options), twin.source().strings());
    ASSERT_TRUE(recorder.has_value()) << recorder.error().text();
    twin.source().setTap([&](auto arrived, auto late) { (*recorder)->write(arrived, late); });
    std::mt19937 random{12};
    Time now = timeFromNanoseconds(1'800'000'000'000'000'000);
    for (int i = 0; i < 3000; ++i) {
        const Time time = now - std::chrono::milliseconds{static_cast<int>(random() % 10) * 20};
        const Quality quality = random() % 9 == 0 ? static_cast<Quality>(random() % 4) : Quality::Good;
        if (random() % 2 == 0)
            push({time, Value::of(static_cast<double>(random() % 100)), SignalIndex{0}, ValueType::Float, quality});
        else
            push({time, Value::of(static_cast<std::int64_t>(i)), SignalIndex{1}, ValueType::Integer, quality});
        now += std::chrono::milliseconds{static_cast<int>(random() % 3) * 20};
        if (random() % 3 == 0) twin.poll(now);
        if (random() % 7 == 0) (void)twin.frame();
    }
    twin.finish(now);
    ASSERT_TRUE((*recorder)->close().has_value());
    auto source = telemetry::LogSource::open(path, subscriptions(plant));
    ASSERT_TRUE(source.has_value()) << source.error().text();
    auto replay = Replay::open(plant, std::move(*source));
    ASSERT_TRUE(replay.has_value()) << replay.error().text();
    ASSERT_TRUE(replay->runTo(replay->log().to).has_value());
    EXPECT_EQ(replay->twin().samplesApplied(), twin.twin().samplesApplied());
    EXPECT_GT(twin.twin().samplesApplied(), twin.source().counters().applied + 2000u);
    EXPECT_EQ(twin.twin().stateHash(), replay->stateHash());
    Duration held{};
    const auto bins = twin.kpis();
    for (const auto& bin : *bins) held += bin->tally(0).inState[plant::index(plant::PackmlState::Held)];
    EXPECT_GT(held, Duration{10s}) << "of a minute, about half";
    std::filesystem::remove(path);
}

// Late, redated and waiting samples: what is measured live is what the recording gives, equal live, replayed and binned anew.
TEST_F(LiveTwin, MeasuresWhatItsRecordingGives) {
    plant = plant::loadText(R"(format = 1
[plant]
id = "p"
[[equipment]]
path = "m"
signal = [
    { id = "width", unit = "mm", specification = { lower = 9, upper = 11 } },
    { id = "count", type = "integer" },
    { id = "state", type = "integer" },
    { id = "power", unit = "kW" },
]
kpi = { state = "state", produced = "count", power = "power" }
)",
                            ".")
                .value();
    const auto path = std::filesystem::temp_directory_path() / ("kpis-" + std::to_string(::getpid()) + ".mcap");
    Live twin = live(50ms);
    EXPECT_TRUE(twin.kpis()->empty());
    telemetry::RecorderOptions options{.path = path, .channels = {}};
    for (const auto& wanted : subscriptions(plant)) options.channels.push_back(telemetry::channelOf(wanted));
    auto recorder = telemetry::Recorder::create(std::move(options), twin.source().strings());
    ASSERT_TRUE(recorder.has_value()) << recorder.error().text();
    twin.source().setTap([&](auto arrived, auto late) { (*recorder)->write(arrived, late); });
    std::mt19937 random{3};
    Time now = timeFromNanoseconds(1'800'000'000'000'000'000);
    for (int i = 0; i < 4000; ++i) {
        const Time time = now - std::chrono::milliseconds{static_cast<int>(random() % 500)};
        const auto quality = random() % 15 == 0 ? Quality::Bad : Quality::Good;
        switch (random() % 4) {
        case 0:
            push({time, Value::of(9.5 + 0.01 * static_cast<double>(random() % 100)), SignalIndex{0}, ValueType::Float, quality});
            break;
        case 1: push({time, Value::of(static_cast<std::int64_t>(i)), SignalIndex{1}, ValueType::Integer, quality}); break;
        case 2:
            push({time, Value::of(static_cast<std::int64_t>(random() % 19)), SignalIndex{2}, ValueType::Integer, quality});
            break;
        default: push({time, Value::of(static_cast<double>(random() % 90) / 7), SignalIndex{3}, ValueType::Float, quality});
        }
        now += std::chrono::milliseconds{static_cast<int>(random() % 900)};
        if (random() % 3 == 0) twin.poll(now);
        if (random() % 7 == 0) (void)twin.kpis(); // looking changes nothing
    }
    twin.finish(now);
    const auto bins = twin.kpis();
    ASSERT_GT(bins->size(), 4u) << "half an hour in steps of five minutes";
    kpi::Bin all = *bins->front();
    for (const auto& bin : std::span{*bins}.subspan(1)) all += *bin;
    ASSERT_TRUE((*recorder)->close().has_value());
    auto source = telemetry::LogSource::open(path, subscriptions(plant));
    ASSERT_TRUE(source.has_value()) << source.error().text();
    std::vector<Sample> samples;
    for (auto read = (*source)->next(1000); read && !read->empty(); read = (*source)->next(1000))
        samples.insert(samples.end(), read->begin(), read->end());
    for (const Duration every : {Duration{}, Duration{7s}, Duration{1min}}) {
        kpi::Meter meter{plant, (*source)->conversions(), (*source)->strings(), all.interval, every};
        meter.apply(samples);
        auto replayed = meter.finish();
        kpi::Bin sum = replayed.front();
        for (const kpi::Bin& bin : std::span{replayed}.subspan(1)) sum += bin;
        EXPECT_EQ(sum.interval, all.interval);
        EXPECT_EQ(sum.tallies(), all.tallies()) << formatDuration(every);
        EXPECT_EQ(sum.spreads, all.spreads) << formatDuration(every);
    }
    EXPECT_GT(all.spreads[0].measured, 20u);
    EXPECT_GT(all.tally(0).failures, 10u);
    std::filesystem::remove(path);
}

TEST_F(LiveTwin, WhatOperatorsDoIsRecordedAndDoneAgain) {
    plant::Alarm& alarm = plant.alarms.emplace_back();
    alarm.id = "slow";
    alarm.path = "line/slow";
    alarm.equipment = EquipmentIndex{0};
    alarm.kind = plant::AlarmKind::Low;
    alarm.signal = SignalIndex{0};
    alarm.limit = 50;
    alarm.maximumShelving = 1h;
    alarm.measure.code = {{plant::Expression::Op::Number, SignalIndex{0}}};
    alarm.measure.signals = {SignalIndex{0}};
    std::vector<OperatorAction> recorded;
    Live twin = live(50ms);
    twin.setActionTap([&](const OperatorAction& action) {
        const auto read = fromRecord(plant, recordText(plant, action), action.time);
        ASSERT_TRUE(read.has_value()) << read.error().text();
        recorded.push_back(*read);
    });
    const Time start = timeFromNanoseconds(1'800'000'000'000'000'000);
    EXPECT_FALSE(twin.act({.alarm = plant::AlarmIndex{0}, .user = "kim", .comment = {}})) << "before anything was measured";
    std::vector<Sample> samples;
    for (int i = 0; i < 100; ++i) {
        samples.push_back(
            {start + i * 100ms, Value::of(i % 40 < 20 ? 80.0 : 20.0), SignalIndex{0}, ValueType::Float, Quality::Good});
        push(samples.back());
        twin.poll(start + i * 100ms);
        using enum OperatorAction::Kind;
        const plant::AlarmIndex slow{0};
        if (i == 10) {
            EXPECT_FALSE(twin.act({.alarm = slow, .kind = Acknowledge, .user = "kim", .comment = {}})) << "nothing to acknowledge";
        }
        if (i == 25) {
            EXPECT_TRUE(twin.act({.alarm = slow, .kind = Acknowledge, .user = "kim", .comment = "seen, 봤음 \"x\""}));
        }
        if (i == 50) {
            EXPECT_TRUE(twin.act({.alarm = slow, .kind = ShelveTimed, .duration = 90s, .user = "kim", .comment = {}}));
        }
        if (i == 80) {
            EXPECT_TRUE(twin.act({.alarm = slow, .kind = TakeOutOfService, .user = "lee", .comment = "repair"}));
        }
    }
    twin.finish(start + 20s);
    ASSERT_EQ(recorded.size(), 3u);
    EXPECT_EQ(recorded[0].comment, "seen, 봤음 \"x\"");
    EXPECT_EQ(recorded[1].duration, 90s);
    EXPECT_EQ(recorded[2].user, "lee");
    const auto frame = twin.frame();
    ASSERT_TRUE(frame->actions);
    EXPECT_EQ(frame->actions->size(), 3u);

    auto replay =
        Replay::open(plant, std::make_unique<testing::MemorySource>(plant.signals.size(), samples), {.actions = recorded});
    ASSERT_TRUE(replay.has_value());
    ASSERT_TRUE(replay->runTo(twin.twin().time()).has_value());
    for (const std::string& refusal : replay->refusals()) EXPECT_EQ(refusal, "");
    EXPECT_EQ(replay->twin().alarms()[0], twin.twin().alarms()[0]);
    EXPECT_EQ(replay->frame()->actions->size(), 3u);
}

TEST_F(LiveTwin, RecordsOfOthersAreReadWithCare) {
    plant.alarms.emplace_back().path = "line/slow";
    const auto problem = [&](std::string_view record) { return fromRecord(plant, record, {}).error().message; };
    EXPECT_NE(problem("acknowledge").find("no JSON object"), std::string::npos);
    EXPECT_NE(problem(R"({"alarm": "line/slow", "do": "ignore"})").find("'ignore'"), std::string::npos);
    EXPECT_NE(problem(R"({"alarm": "line/fast", "do": "reset"})").find("'line/fast'"), std::string::npos);
    EXPECT_NE(problem(R"({"alarm": "line/slow", "do": "shelve", "seconds": -1})").find("no time"), std::string::npos);
    EXPECT_EQ(fromRecord(plant, R"({"alarm": "line/slow", "do": "shelve", "more": 1})", {})->kind,
              OperatorAction::Kind::ShelveOneShot);
}

TEST_F(LiveTwin, KeepsWhatItAppliesInItsHistory) {
    Live twin = live(50ms);
    const ValueType types[] = {ValueType::Float, ValueType::Integer};
    const auto history = std::make_shared<history::History>(types);
    twin.keep(history);
    const Time start = timeFromNanoseconds(1'800'000'000'000'000'000);
    for (int i = 0; i < 2000; ++i) {
        push({start + i * 10ms, Value::of(static_cast<double>(i)), SignalIndex{0}, ValueType::Float, Quality::Good});
        if (i % 10 == 9) // late, so not applied
            push({start + i * 10ms - 15ms, Value::of(-1.0), SignalIndex{0}, ValueType::Float, Quality::Good});
        twin.poll(start + i * 10ms);
    }
    twin.finish(start + 30s);
    history::HistoryReader reader{*history};
    std::vector<Sample> kept;
    EXPECT_TRUE(reader.read(SignalIndex{0}, {start, start + 30s}, kept));
    ASSERT_EQ(kept.size(), twin.source().counters().applied);
    ASSERT_EQ(kept.size(), 2000u);
    EXPECT_EQ(twin.source().counters().late, 200u);
    for (std::size_t i = 0; i < kept.size(); ++i) EXPECT_EQ(kept[i].value.number, static_cast<double>(i));
    EXPECT_EQ(history->status().refused, 0u);
}

TEST_F(LiveTwin, ShowsWhatArrivesInItsFrames) {
    LiveThread thread{live(0ms), 1ms};
    EXPECT_TRUE(isLive(*thread.frame()));
    EXPECT_FALSE(thread.frame()->signals[0].known);
    EXPECT_EQ(thread.feeds()->front().id, "pushed");
    push({telemetry::receptionTime(), Value::of(42.0), SignalIndex{0}, ValueType::Float, Quality::Good});
    while (!thread.frame()->signals[0].known) std::this_thread::yield();
    EXPECT_EQ(thread.frame()->signals[0].value.number, 42);
    const Time then = thread.frame()->time;
    while (thread.frame()->time == then) std::this_thread::yield(); // its clock goes on by itself
}

} // namespace
} // namespace millwright::twin
