#include "unit/ui/bench.hpp"

#include <gmock/gmock.h>

namespace millwright::ui {
namespace {

using namespace std::chrono_literals;
using testing::Bench;

TEST(Dashboard, TheInspectorListsActiveAlarmsAndOpensThem) {
    Bench bench;
    bench.state.selected = bench.world.plant.findEquipment("battery/electrode/coating/coater-1");
    bench.frames(2);
    EXPECT_TRUE(bench.find("Active alarms"));
    const DrawnText* row = bench.find("Line stands");
    ASSERT_TRUE(row);
    EXPECT_FALSE(bench.state.alarmsShown);
    bench.clickAt(row->box.centre());
    EXPECT_TRUE(bench.state.alarmsShown);
    EXPECT_NE(bench.state.alarm, plant::noAlarm);
    bench.state.selected = bench.world.plant.findEquipment("battery/electrode/coating/unwinder");
    bench.state.alarmsShown = false;
    bench.frames(2);
    EXPECT_FALSE(bench.find("Active alarms")) << "none there";
}

TEST(Dashboard, AlarmsAreListedMostUrgentFirstAndTakeTheEyeThere) {
    Bench bench;
    EXPECT_FALSE(bench.shows("Active 4"));
    bench.state.alarmsShown = true;
    bench.frames(2);
    const DrawnText *urgent = bench.find("Urgent"), *high = bench.find("High"), *low = bench.find("Low");
    ASSERT_TRUE(urgent && high && low);
    EXPECT_LT(urgent->box.min.y, high->box.min.y);
    EXPECT_LT(high->box.min.y, low->box.min.y);
    EXPECT_TRUE(bench.find("Active 4"));
    EXPECT_FALSE(bench.shows("Die pressure high")) << "it is not active";
    bench.clickAt(high->box.centre());
    ASSERT_TRUE(bench.asked<Select>() && bench.asked<FlyTo>());
    const EquipmentIndex coater = bench.world.plant.findEquipment("battery/electrode/coating/coater-1");
    EXPECT_EQ(bench.asked<Select>()->equipment, coater);
    EXPECT_EQ(bench.asked<FlyTo>()->equipment, coater);
    bench.frames(2);
    EXPECT_TRUE(bench.shows("Look at it and do")) << "what to do";
    EXPECT_TRUE(bench.shows("has stopped it"));
}

TEST(Dashboard, ASmallWindowHasRoomForTheNamesOfAlarms) {
    Bench bench{{800, 600}};
    EXPECT_GT(bench.layout.tree.width(), 0);
    bench.state.alarmsShown = true;
    bench.frames(3);
    EXPECT_EQ(bench.layout.tree.width(), 0) << "the list takes its place";
    bench.expectTidy();
    bench.save("alarms-800x600");
    for (const std::string_view name : {"Web tension lost", "Line stands", "Zone 3 warm"}) {
        const auto& texts = bench.context().texts();
        const auto drawn = std::ranges::find_if(texts, [&](const DrawnText& text) {
            return text.layer >= 0 && text.text.starts_with(name) && text.text.contains("·");
        });
        ASSERT_NE(drawn, texts.end()) << name;
        EXPECT_FALSE(drawn->elided) << drawn->text;
    }
    bench.state.alarmsShown = false;
    bench.frames(2);
    EXPECT_GT(bench.layout.tree.width(), 0);
}

TEST(Dashboard, AlarmsAreAcknowledgedShelvedAndTakenBack) {
    using Kind = twin::OperatorAction::Kind;
    Bench bench;
    bench.state.alarmsShown = true;
    bench.frames(3);
    const DrawnText* acknowledge = bench.find("Ack");
    ASSERT_TRUE(acknowledge);
    bench.clickAt(acknowledge->box.centre());
    ASSERT_TRUE(bench.asked<ActOnAlarm>());
    EXPECT_EQ(bench.asked<ActOnAlarm>()->alarm, plant::AlarmIndex{0}) << "the most urgent stands on top";
    EXPECT_EQ(bench.asked<ActOnAlarm>()->kind, Kind::Acknowledge);
    EXPECT_FALSE(bench.asked<Select>()) << "a button is not its row";
    EXPECT_FALSE(bench.asked<PickAt>()) << "nor what lies below the list";
    const DrawnText* shelve = bench.find("Shelve");
    ASSERT_TRUE(shelve);
    bench.clickAt(shelve->box.centre());
    EXPECT_EQ(bench.asked<ActOnAlarm>()->kind, Kind::ShelveTimed);
    EXPECT_EQ(bench.asked<ActOnAlarm>()->duration, 1h);
    bench.world.frame.alarms[0].shelving = twin::Shelving::Timed;
    bench.world.frame.alarms[0].shelvedUntil = example::start + 1h;
    bench.frames(2);
    EXPECT_TRUE(bench.find("Active 3"));
    const DrawnText* aside = bench.find("Set aside 1");
    ASSERT_TRUE(aside);
    bench.clickAt(aside->box.centre());
    bench.frames(2);
    bench.save("alarms-aside");
    EXPECT_TRUE(bench.shows("shelved until 15:00:00"));
    const DrawnText* back = bench.find("Unshelve");
    ASSERT_TRUE(back);
    bench.clickAt(back->box.centre());
    EXPECT_EQ(bench.asked<ActOnAlarm>()->kind, Kind::Unshelve);
}

TEST(Dashboard, TheStatusBarCountsAlarms) {
    Bench bench;
    EXPECT_TRUE(bench.find("4 alarms, 4 not acknowledged"));
    bench.world.frame.alarms.clear();
    bench.frame();
    EXPECT_FALSE(bench.shows("not acknowledged"));
}

TEST(Dashboard, TheStatusBarSaysOnceHowFeedsAre) {
    Bench bench;
    EXPECT_TRUE(bench.find("paused"));
    bench.world.frame.log = {};
    bench.world.frame.playing = true;
    bench.model = bench.world.model();
    bench.model->logName = "line-1: disconnected";
    bench.frame();
    EXPECT_TRUE(bench.find("line-1: disconnected"));
    EXPECT_FALSE(bench.find("live"));
    EXPECT_FALSE(bench.shows("playing"));
}

} // namespace
} // namespace millwright::ui
