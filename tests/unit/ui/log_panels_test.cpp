#include "unit/ui/bench.hpp"

#include <gmock/gmock.h>

#include <cmath>

namespace millwright::ui {
namespace {

using namespace std::chrono_literals;
using testing::Bench;

class BookmarkBench : public Bench {
public:
    BookmarkBench() {
        model = world.model();
        model->bookmarks = bookmarks;
        state.bookmarksShown = true;
        frames(3);
    }
    std::vector<telemetry::Bookmark> bookmarks{{example::start + 5min, "quiet"}, {example::start + 12min + 30s, "web break"}};
};

TEST(LogPanels, BookmarksAreListedAndJumpedTo) {
    BookmarkBench bench;
    bench.save("bookmarks");
    bench.expectTidy();
    const DrawnText* name = bench.find("web break");
    ASSERT_TRUE(name);
    EXPECT_TRUE(bench.find("14:12:30.0"));
    bench.clickAt(name->box.centre());
    ASSERT_TRUE(bench.asked<Seek>());
    EXPECT_EQ(bench.asked<Seek>()->time, example::start + 12min + 30s);
    const DrawnText* set = bench.find("Set here");
    ASSERT_TRUE(set);
    bench.clickAt(set->box.centre());
    EXPECT_TRUE(bench.asked<AddBookmark>());
    const DrawnText* rename = bench.find("Rename");
    ASSERT_TRUE(rename);
    bench.clickAt({rename->box.max.x + 30, rename->box.centre().y}); // the cross beside it
    ASSERT_TRUE(bench.asked<RemoveBookmark>());
    EXPECT_EQ(bench.asked<RemoveBookmark>()->bookmark, 0u) << "the first is the earliest";
}

TEST(LogPanels, ABookmarkIsRenamedInItsPlace) {
    BookmarkBench bench;
    const DrawnText* rename = bench.find("Rename");
    ASSERT_TRUE(rename);
    bench.clickAt(rename->box.centre());
    EXPECT_EQ(bench.state.renaming, 0u);
    bench.frames(2);
    EXPECT_EQ(bench.state.newName, "quiet") << "what it is called can be changed, not only typed anew";
}

TEST(LogPanels, WhyBookmarksAreNotKeptIsSaid) {
    BookmarkBench bench;
    bench.model->bookmarkProblem = "Not saved: cannot be written";
    bench.frames(2);
    EXPECT_TRUE(bench.shows("Not saved"));
}

TEST(LogPanels, TheInspectorTellsStatesWithHowLongTheyLasted) {
    Bench bench{{1280, 1500}};
    bench.model = bench.world.model();
    bench.state.selected = bench.world.plant.findEquipment("battery/electrode/coating/coater-1");
    bench.frames(3);
    bench.save("states");
    bench.expectTidy();
    EXPECT_TRUE(bench.find("States"));
    EXPECT_TRUE(bench.find("Holding"));
    EXPECT_TRUE(bench.find("8 s")) << "from 12 min 30 s to 12 min 38 s";
    EXPECT_TRUE(bench.shows("for 1 min 22 s")) << "held since then, at 14 min";
    const DrawnText* holding = bench.find("Holding");
    bench.clickAt(holding->box.centre());
    ASSERT_TRUE(bench.asked<Seek>());
    EXPECT_EQ(bench.asked<Seek>()->time, example::start + 12min + 30s);
}

TEST(LogPanels, TwoLogsAreComparedSignalBySignal) {
    Bench bench{{1280, 1500}};
    const plant::Plant& plant = bench.world.plant;
    const auto shared = bench.world.strings;
    const auto record = [&] { return example::recording(plant, shared); };
    LogComparison same{plant, record(), record(), 0.02};
    same.wait();
    EXPECT_TRUE(same.differences().empty()) << "a log does not differ from itself";
    EXPECT_FALSE(same.error());

    auto second = record();
    const SignalIndex tension = plant.findSignal("battery/electrode/coating/coater-1/web-tension");
    ASSERT_NE(tension, noSignal);
    second->conversions_[index(tension)] = {.scale = 1, .offset = 40};
    LogComparison other{plant, record(), std::move(second), 0.02};
    LogOverview overview{plant, record()};
    other.wait();
    overview.wait();
    ASSERT_FALSE(other.differences().empty());
    for (const telemetry::DifferenceSpell& spell : other.differences()) EXPECT_EQ(spell.signal, tension);
    EXPECT_TRUE(other.differs(tension, example::start + 5min));

    twin::Frame compared = bench.world.frame;
    bench.model = bench.world.model();
    bench.model->comparison = &other;
    bench.model->compared = &compared;
    bench.model->comparedOverview = &overview;
    bench.model->comparedName = "yesterday.mcap";
    bench.state.differencesShown = true;
    bench.state.selected = plant.findEquipment("battery/electrode/coating/coater-1");
    bench.frames(3);
    bench.save("differences");
    bench.expectTidy();
    EXPECT_TRUE(bench.shows("from yesterday.mcap"));
    EXPECT_TRUE(bench.shows("≠ "));
    EXPECT_TRUE(bench.shows("= ")) << "of the signals that do not differ";
}

} // namespace
} // namespace millwright::ui
