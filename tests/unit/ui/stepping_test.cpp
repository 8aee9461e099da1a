#include "unit/ui/bench.hpp"

#include <millwright/ui/stepping.hpp>

#include <gtest/gtest.h>

namespace millwright::ui {
namespace {

using namespace std::chrono_literals;
using example::start;
using testing::Bench;

/// The recording of the coating line, and steps through it.
class SteppingTest : public ::testing::Test {
protected:
    [[nodiscard]] EquipmentIndex equipment(std::string_view path) const {
        const EquipmentIndex found = plant.findEquipment(path);
        EXPECT_NE(found, noEquipment) << path;
        return found;
    }
    /// The samples of some signals, numbered as they are asked for.
    Result<std::unique_ptr<telemetry::Source>> open(std::span<const SignalIndex> signals) {
        ++opened;
        auto all = example::recording(plant, strings);
        std::vector<telemetry::Sample> some;
        const auto samples = all->next(1u << 20);
        for (telemetry::Sample sample : *samples) {
            const auto at = std::ranges::find(signals, sample.signal);
            if (at == signals.end()) continue;
            sample.signal = static_cast<SignalIndex>(at - signals.begin());
            some.push_back(sample);
        }
        return std::make_unique<example::ListSource>(plant, std::move(some), strings);
    }
    std::optional<Landing> step(const Stepper::Question& question) {
        stepper.ask(question);
        EXPECT_TRUE(stepper.busy());
        stepper.wait();
        const auto landing = stepper.update(overview);
        EXPECT_FALSE(stepper.busy());
        return landing;
    }
    std::optional<Time> timeOf(const Stepper::Question& question) {
        const auto landing = step(question);
        return landing ? std::optional{landing->time} : std::nullopt;
    }
    void SetUp() override { overview.wait(); }

    plant::Plant plant = example::coatingLine();
    std::shared_ptr<StringTable> strings = std::make_shared<StringTable>();
    LogOverview overview{plant, example::recording(plant, strings)};
    int opened = 0;
    Stepper stepper{plant, [this](std::span<const SignalIndex> signals) { return open(signals); }};
};

constexpr StepTo nextAlarm{Landmark::Alarm, true}, alarmBefore{Landmark::Alarm, false};
constexpr StepTo nextChange{Landmark::StateChange, true}, changeBefore{Landmark::StateChange, false};
constexpr StepTo nextSample{Landmark::Sample, true}, sampleBefore{Landmark::Sample, false};

TEST_F(SteppingTest, GoesFromAlarmToAlarmAndTellsWhichTheyAre) {
    const auto first = step({.step = nextAlarm, .from = start});
    ASSERT_TRUE(first);
    EXPECT_EQ(first->time, start + 12min + 30s);
    EXPECT_EQ(first->text, "Slot-die coater 슬롯다이 코터: Line stands and 1 more raised 14:12:30.000")
        << "the more urgent of the two";
    EXPECT_EQ(plant.at(first->alarm).name, "Line stands");
    EXPECT_EQ(stepper.note(), first->text);
    const auto second = step({.step = nextAlarm, .from = first->time});
    ASSERT_TRUE(second);
    EXPECT_EQ(second->text, "Slot-die coater 슬롯다이 코터: Web tension lost 장력 손실 raised 14:12:33.000");
    EXPECT_EQ(timeOf({.step = alarmBefore, .from = second->time}), first->time);
    EXPECT_FALSE(step({.step = alarmBefore, .from = first->time}));
    EXPECT_EQ(stepper.note(), "No earlier alarm");
}

TEST_F(SteppingTest, OfWhatIsSelectedAndBelowItAlone) {
    const EquipmentIndex dryer = equipment("battery/electrode/coating/dryer"), line = equipment("battery/electrode/coating");
    const auto warm = step({.step = nextAlarm, .from = start, .equipment = dryer});
    ASSERT_TRUE(warm);
    EXPECT_TRUE(warm->text.starts_with("Zone 3 warm 三區過熱 raised 14:13:")) << warm->text;
    EXPECT_FALSE(step({.step = nextAlarm, .from = warm->time, .equipment = dryer}));
    EXPECT_EQ(stepper.note(), "No later alarm of Dryer 烘箱");
    EXPECT_EQ(timeOf({.step = nextAlarm, .from = start, .equipment = line}), start + 12min + 30s);
}

TEST_F(SteppingTest, GoesFromStateToState) {
    const EquipmentIndex coater = equipment("battery/electrode/coating/coater-1");
    std::vector<std::string> texts;
    Time time = start;
    while (const auto landing = step({.step = nextChange, .from = time, .equipment = coater})) {
        EXPECT_GT(landing->time, time);
        time = landing->time;
        texts.push_back(landing->text);
    }
    ASSERT_EQ(texts.size(), 4u);
    EXPECT_TRUE(texts[0].starts_with("Holding 14:12:30.000")) << texts[0];
    EXPECT_TRUE(texts[1].starts_with("Held 14:12:38.000")) << texts[1];
    EXPECT_EQ(texts[3], "Execute 14:17:00.000");
    EXPECT_EQ(stepper.note(), "No later change of state of Slot-die coater 슬롯다이 코터");
    for (int back = 0; back < 4; ++back) {
        const auto before = timeOf({.step = changeBefore, .from = time});
        ASSERT_EQ(before.has_value(), back < 3) << "where its first state is known is no change";
        time = before.value_or(time);
    }
    EXPECT_EQ(time, start + 12min + 30s);
    EXPECT_FALSE(step({.step = nextChange, .from = start, .equipment = equipment("battery/electrode/coating/dryer")}));
}

TEST_F(SteppingTest, GoesFromSampleToSampleOfOneSignalOrOfAll) {
    const SignalIndex mass = plant.findSignal("battery/electrode/coating/coater-1/areal-mass");
    const EquipmentIndex coater = plant.at(mass).equipment;
    const auto next = step({.step = nextSample, .from = start + 7s, .equipment = coater, .signal = mass});
    ASSERT_TRUE(next);
    EXPECT_EQ(next->text, "Areal mass of the wet coating, cathode side sampled 14:00:10.000");
    EXPECT_EQ(timeOf({.step = nextSample, .from = start + 10s, .equipment = coater, .signal = mass}), start + 15s);
    EXPECT_EQ(timeOf({.step = sampleBefore, .from = start + 10s, .equipment = coater, .signal = mass}), start + 5s);
    EXPECT_EQ(timeOf({.step = sampleBefore, .from = start + 10s + 1ns, .equipment = coater, .signal = mass}), start + 10s);
    EXPECT_EQ(opened, 1) << "the log is opened once for steps by one signal";
    EXPECT_FALSE(step({.step = sampleBefore, .from = start, .equipment = coater, .signal = mass}));
    EXPECT_EQ(stepper.note(), "No earlier sample of Areal mass of the wet coating, cathode side");

    const auto brake = plant.findSignal("battery/electrode/coating/unwinder/brake");
    EXPECT_EQ(timeOf({.step = nextSample, .from = start + 1s, .equipment = plant.at(brake).equipment, .signal = brake}),
              start + 12min + 30s)
        << "however far it is";
    const auto any = step({.step = sampleBefore, .from = start + 1min});
    ASSERT_TRUE(any);
    EXPECT_EQ(any->time, start + 59s);
    EXPECT_TRUE(any->text.contains(" more sampled 14:00:59.000")) << any->text;
    EXPECT_FALSE(step({.step = nextSample, .from = overview.span().to}));
    EXPECT_EQ(stepper.note(), "No later sample");
}

TEST_F(SteppingTest, SaysWhatKeepsItFromFinding) {
    auto damaged = example::recording(plant, strings);
    damaged->failAfter(100);
    const LogOverview part{plant, std::move(damaged)};
    part.wait();
    stepper.ask({.step = nextAlarm, .from = start});
    EXPECT_FALSE(stepper.update(part));
    EXPECT_EQ(stepper.note(), "No later alarm in what could be read");
    Stepper without{plant, [](std::span<const SignalIndex>) -> Result<std::unique_ptr<telemetry::Source>> {
                        return failure(ErrorCode::Unreadable, "cannot be read", "shift.mcap");
                    }};
    without.ask({.step = nextSample, .from = start});
    without.wait();
    EXPECT_FALSE(without.update(overview));
    EXPECT_EQ(without.note(), "The log cannot be read: shift.mcap: cannot be read");
    EXPECT_FALSE(without.busy());
    without.forget();
    EXPECT_TRUE(without.note().empty());
}

TEST(SteppingKeys, AskForEachKindOfStepBothWays) {
    Bench bench;
    const auto asks = [&](Key key, StepTo step, bool control = false) {
        if (control) bench.context().key(Key::Control, true);
        bench.press(key);
        EXPECT_EQ(bench.asked<StepTo>(), step);
        EXPECT_FALSE(bench.asked<Step>()) << "a step of time besides";
        if (control) bench.context().key(Key::Control, false);
        bench.frames(2);
    };
    asks(Key::Comma, sampleBefore);
    asks(Key::Period, nextSample);
    asks(Key::PageUp, alarmBefore);
    asks(Key::PageDown, nextAlarm);
    asks(Key::Left, changeBefore, true);
    asks(Key::Right, nextChange, true);
    bench.press(Key::Left);
    EXPECT_TRUE(bench.asked<Step>());
    EXPECT_FALSE(bench.asked<StepTo>());
}

TEST(SteppingKeys, WhereAStepLedStandsInTheStatusLine) {
    Bench bench;
    bench.model = bench.world.model();
    bench.model->stepNote = "Web tension lost 장력 손실 raised 14:12:33.000";
    bench.frames(3);
    bench.save("step");
    bench.expectTidy();
    const DrawnText* note = bench.find(bench.model->stepNote);
    ASSERT_TRUE(note);
    EXPECT_GT(note->box.min.y, bench.layout.status.min.y - 1);
}

TEST(SteppingKeys, AClickChoosesTheSignalWhoseSamplesCount) {
    Bench bench;
    bench.state.selected = bench.world.plant.findEquipment("battery/electrode/coating/coater-1");
    bench.frames(3);
    const DrawnText* tension = bench.find("Web tension");
    ASSERT_TRUE(tension);
    const glm::vec2 at = tension->box.centre();
    bench.clickAt(at);
    EXPECT_EQ(bench.state.signal, bench.world.plant.findSignal("battery/electrode/coating/coater-1/web-tension"));
    bench.save("chosen signal");
    bench.frames(30); // a double click would be another thing
    bench.clickAt(at);
    EXPECT_EQ(bench.state.signal, noSignal) << "another click chooses it no longer";
}

TEST(SteppingKeys, AZoomedTimelineShowsWhereAStepLed) {
    Bench bench;
    bench.state.visibleTime = {start, start + 1min};
    bench.world.frame.time = start + 30s;
    bench.frames(2);
    EXPECT_EQ(bench.state.visibleTime, (TimeInterval{start, start + 1min}));
    bench.world.frame.time = start + 12min;
    bench.frames(2);
    EXPECT_EQ(bench.state.visibleTime, (TimeInterval{start + 11min + 30s, start + 12min + 30s}));
    bench.state.visibleTime = {start, start + 1min}; // the user looks elsewhere: that stays
    bench.frames(2);
    EXPECT_EQ(bench.state.visibleTime, (TimeInterval{start, start + 1min}));
}

TEST(WalkNote, KeepsClearOfTheLists) {
    Bench bench;
    bench.model = bench.world.model();
    bench.model->walking = true;
    bench.state.alarmsShown = true;
    bench.frames(3);
    bench.save("walking with alarms");
    bench.expectTidy();
    EXPECT_TRUE(bench.shows("Walking: W A S D"));
    bench.model->bookmarkProblem = "Not saved: cannot be written";
    bench.state.bookmarksShown = true;
    bench.frames(3);
    bench.expectTidy();
}

} // namespace
} // namespace millwright::ui
