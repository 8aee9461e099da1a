#include "unit/ui/example.hpp"
#include "unit/ui/picture.hpp"

#include <millwright/ui/dashboard.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <format>

namespace millwright::ui {
namespace {

using namespace std::chrono_literals;

/// A dashboard without a window: frames are drawn into draw lists, the pointer and keys are events.
class Bench {
public:
    explicit Bench(glm::vec2 size = {1280, 720}, float scale = 1, Duration at = 14min)
        : world{at}, size_{size}, context_{Context::create({.scale = scale, .recordTexts = true, .fontFolders = {}})} {
        frame();
        frame(); // the second one has every font and hover
    }

    void frame(double dt = 1.0 / 60) {
        intents.clear();
        context_->beginFrame(size_, dt);
        layout = drawDashboard(*context_, model ? *model : world.model(), state, intents);
        context_->endFrame();
    }
    void frames(int count) {
        Intents all;
        for (int i = 0; i < count; ++i) {
            frame();
            all.insert(all.end(), intents.begin(), intents.end());
        }
        intents = all;
    }
    void clickAt(glm::vec2 at) {
        Intents all;
        const auto step = [&] {
            frame();
            all.insert(all.end(), intents.begin(), intents.end());
        };
        context_->pointerAt(at);
        step();
        context_->pointerButton(0, true);
        step();
        context_->pointerButton(0, false);
        step();
        step();
        intents = all;
    }
    void press(Key key) {
        context_->key(key, true);
        frame();
        const Intents found = intents;
        context_->key(key, false);
        frame();
        intents = found;
    }
    [[nodiscard]] const DrawnText* find(std::string_view text) const {
        for (const DrawnText& drawn : context_->texts())
            if (drawn.text == text) return &drawn;
        return nullptr;
    }
    [[nodiscard]] bool shows(std::string_view part) const {
        return std::ranges::any_of(context_->texts(), [part](const DrawnText& drawn) { return drawn.text.contains(part); });
    }
    template <typename T>
    [[nodiscard]] std::optional<T> asked() const {
        for (const Intent& intent : intents)
            if (const T* found = std::get_if<T>(&intent)) return *found;
        return std::nullopt;
    }
    /// For a person to look at, when MILLWRIGHT_UI_PICTURES names a folder.
    void save(std::string_view name) const {
        if (const char* folder = std::getenv("MILLWRIGHT_UI_PICTURES"))
            test::savePicture(std::filesystem::path{folder} / std::format("{}.ppm", name));
    }
    /// Every text inside its window and clip rectangle, and clear of the others of its layer.
    void expectTidy() const {
        const auto& texts = context_->texts();
        EXPECT_GT(texts.size(), 20u);
        for (const DrawnText& t : texts) {
            EXPECT_GE(t.box.min.x, t.clip.min.x - 0.5f) << t.text;
            EXPECT_LE(t.box.max.x, t.clip.max.x + 0.5f) << t.text;
            EXPECT_LE(t.box.max.x, size_.x + 0.5f) << t.text;
        }
        const auto seen = [](const DrawnText& t) { return Rect{glm::max(t.box.min, t.clip.min), glm::min(t.box.max, t.clip.max)}; };
        for (std::size_t i = 0; i < texts.size(); ++i)
            for (std::size_t k = i + 1; k < texts.size(); ++k) {
                if (texts[i].layer != texts[k].layer) continue;
                Rect a = seen(texts[i]);
                const Rect b = seen(texts[k]);
                if (a.width() <= 0 || a.height() <= 0 || b.width() <= 0 || b.height() <= 0) continue;
                a.min += 0.6f; // neighbours may touch
                a.max -= 0.6f;
                EXPECT_FALSE(a.overlaps(b)) << '"' << texts[i].text << "\" and \"" << texts[k].text << '"';
            }
    }

    example::World world;
    std::optional<Model> model;
    ViewState state;
    Intents intents;
    Layout layout;

    Context& context() { return *context_; }

private:
    glm::vec2 size_;
    std::unique_ptr<Context> context_;
};

struct Screen {
    glm::vec2 size;
    float scale;
};

class DashboardAtSize : public testing::TestWithParam<Screen> {};

TEST_P(DashboardAtSize, NothingOverlapsOrIsCutOff) {
    const auto [size, scale] = GetParam();
    Bench bench{size, scale};
    const std::string name = std::format("{}x{}@{}", size.x, size.y, scale);
    bench.world.labels = {{{300, 200}, "25.0 m/min", false}, {{310, 205}, "4.0 N", true}, {{320, 210}, "117.3 °C", false}};
    bench.frames(2);
    bench.expectTidy();
    bench.save(name + "-plant");
    bench.state.selected = bench.world.plant.findEquipment("battery/electrode/coating/coater-1");
    bench.frames(2);
    bench.expectTidy();
    bench.save(name + "-coater");
    bench.state.selected = bench.world.plant.findEquipment("battery/electrode/coating");
    bench.frames(2);
    bench.expectTidy();
    bench.save(name + "-line");
    bench.state.alarmsShown = true;
    bench.state.alarm = plant::AlarmIndex{1};
    bench.frames(3);
    bench.expectTidy();
    bench.save(name + "-alarms");
    bench.state.alarmsShown = false;
    bench.state.helpShown = true;
    bench.frames(2);
    bench.expectTidy();
    bench.save(name + "-help");
}

INSTANTIATE_TEST_SUITE_P(Screens, DashboardAtSize,
                         testing::Values(Screen{{1280, 720}, 1}, Screen{{1920, 1080}, 2}, Screen{{3840, 2160}, 2},
                                         Screen{{1024, 640}, 1}),
                         [](const auto& screen) {
                             return std::format("w{}h{}x{}", screen.param.size.x, screen.param.size.y, screen.param.scale);
                         });

TEST(Dashboard, ShowsTheSelectedEquipmentsValuesWithUnits) {
    Bench bench;
    bench.state.selected = bench.world.plant.findEquipment("battery/electrode/coating/coater-1");
    bench.frames(2);
    EXPECT_TRUE(bench.find("4.0")) << "web tension after the break, one decimal";
    EXPECT_TRUE(bench.find("N"));
    EXPECT_TRUE(bench.find("Held"));
    EXPECT_TRUE(bench.find("LL")) << "tension is below its trip limit";
    EXPECT_TRUE(bench.find("g/m²"));
    EXPECT_TRUE(bench.find("!")) << "areal mass is bad";
    EXPECT_TRUE(bench.find("S")) << "edge position is stale";
}

TEST(Dashboard, ClickInTheTreeSelectsAndDoubleClickFlies) {
    Bench bench;
    const DrawnText* row = bench.find("Calender");
    ASSERT_TRUE(row);
    const glm::vec2 at = row->box.centre();
    const EquipmentIndex calender = bench.world.plant.findEquipment("battery/electrode/coating/calender");
    bench.clickAt(at);
    ASSERT_TRUE(bench.asked<Select>());
    EXPECT_EQ(bench.asked<Select>()->equipment, calender);
    EXPECT_FALSE(bench.asked<FlyTo>());
    bench.clickAt(at);
    ASSERT_TRUE(bench.asked<FlyTo>());
    EXPECT_EQ(bench.asked<FlyTo>()->equipment, calender);
}

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

TEST(Dashboard, SearchFindsEquipmentByTheNameOfItsSignals) {
    Bench bench;
    bench.state.search = "vapour";
    bench.frames(2);
    EXPECT_TRUE(bench.shows("Dryer"));
    EXPECT_FALSE(bench.find("Calender"));
    bench.state.search = "nothing like it";
    bench.frames(2);
    EXPECT_TRUE(bench.shows("Nothing is called"));
}

TEST(Dashboard, TypingASearchDoesNotPlayOrPause) {
    Bench bench;
    bench.clickAt({60, 50});
    bench.context().text("a b");
    bench.press(Key::Space);
    EXPECT_FALSE(bench.asked<SetPlaying>());
    EXPECT_EQ(bench.state.search, "a b");
}

TEST(Dashboard, SpaceTogglesPlaying) {
    Bench bench;
    bench.press(Key::Space);
    ASSERT_TRUE(bench.asked<SetPlaying>());
    EXPECT_TRUE(bench.asked<SetPlaying>()->playing);
    bench.world.frame.playing = true;
    bench.press(Key::Space);
    ASSERT_TRUE(bench.asked<SetPlaying>());
    EXPECT_FALSE(bench.asked<SetPlaying>()->playing);
}

TEST(Dashboard, DraggingTheTimelineSeeksToTheTimeUnderThePointer) {
    Bench bench;
    const Rect area = bench.layout.timeline;
    const auto seekAt = [&](float share) {
        bench.context().pointerAt({12 + (1280 - 24) * share, area.min.y + 60});
        bench.frame();
        bench.frame();
        const auto seek = bench.asked<Seek>();
        EXPECT_TRUE(seek);
        return seek ? seconds(seek->time - example::start) : -1;
    };
    bench.context().pointerAt({640, area.min.y + 60});
    bench.frame();
    bench.context().pointerButton(0, true);
    bench.frame();
    EXPECT_NEAR(seekAt(0.25f), 450, 2);
    EXPECT_NEAR(seekAt(0.75f), 1350, 2);
    EXPECT_NEAR(seekAt(-0.2f), 0, 1e-6) << "beyond the left end is the start";
    bench.context().pointerButton(0, false);
    bench.frame();
    bench.frame();
    EXPECT_FALSE(bench.asked<Seek>());
}

TEST(Dashboard, ViewportTurnsGesturesIntoCameraMovesAndPicks) {
    Bench bench;
    const glm::vec2 centre = bench.layout.viewport.centre();
    bench.clickAt(centre);
    ASSERT_TRUE(bench.asked<PickAt>());
    EXPECT_NEAR(bench.asked<PickAt>()->at.x, bench.layout.viewport.width() / 2, 1);
    EXPECT_FALSE(bench.asked<Orbit>());
    bench.frames(60); // long enough that what follows is not a double click

    bench.context().pointerButton(0, true);
    bench.frame();
    bench.context().pointerAt(centre + glm::vec2{40, 10});
    bench.frame();
    ASSERT_TRUE(bench.asked<Orbit>());
    EXPECT_FLOAT_EQ(bench.asked<Orbit>()->drag.x, 40);
    bench.context().pointerButton(0, false);
    bench.frames(2);
    EXPECT_FALSE(bench.asked<PickAt>()) << "the end of a drag is not a click";

    bench.context().pointerAt(centre); // pressed, moved and released between two frames
    bench.frames(60);
    bench.context().pointerButton(0, true);
    bench.context().pointerAt(centre + glm::vec2{60, 0});
    bench.context().pointerButton(0, false);
    bench.frames(3);
    EXPECT_TRUE(bench.asked<Orbit>());
    EXPECT_FALSE(bench.asked<PickAt>()) << "a quick drag is not a click either";

    bench.context().wheel(1);
    bench.frame();
    ASSERT_TRUE(bench.asked<Zoom>());
    EXPECT_FLOAT_EQ(bench.asked<Zoom>()->notches, 1);
}

TEST(Dashboard, SplittersResizeThePanels) {
    Bench bench;
    const float x = bench.layout.tree.max.x;
    bench.context().pointerAt({x, 300});
    bench.frame();
    bench.context().pointerButton(0, true);
    bench.frame();
    bench.context().pointerAt({x + 60, 300});
    bench.frames(2);
    bench.context().pointerButton(0, false);
    bench.frames(2);
    EXPECT_NEAR(bench.layout.tree.max.x, x + 60, 1);
    EXPECT_FALSE(bench.asked<Orbit>());
}

TEST(Dashboard, HelpOpensWithF1AndClosesWithEscape) {
    Bench bench;
    bench.press(Key::F1);
    EXPECT_TRUE(bench.state.helpShown);
    EXPECT_TRUE(bench.find("Play or pause"));
    bench.press(Key::Escape);
    EXPECT_FALSE(bench.state.helpShown);
    EXPECT_FALSE(bench.asked<Select>()) << "Escape closes the sheet and keeps the selection";
}

TEST(Dashboard, HelpLiesOverEverythingAndItsCrossClosesIt) {
    Bench bench;
    bench.press(Key::F1);
    const DrawnText* title = bench.find("View");
    ASSERT_TRUE(title);
    bench.clickAt(title->box.centre());
    EXPECT_TRUE(bench.state.helpShown);
    EXPECT_FALSE(bench.asked<PickAt>()) << "the viewport lies below";
    bench.clickAt({640 + 380 - 26, title->box.centre().y});
    EXPECT_FALSE(bench.state.helpShown);
}

TEST(Dashboard, SaysWhatToDoWhereThereIsNothing) {
    Bench bench;
    bench.model = Model{};
    bench.frames(2);
    EXPECT_TRUE(bench.shows("Nothing is open"));
    EXPECT_TRUE(bench.shows("--log"));
    bench.save("empty");
    bench.model->loading = true;
    bench.model->loadingStage = "importing coater.glb (3 of 7)";
    bench.model->loadingFraction = 0.4;
    bench.frames(2);
    EXPECT_TRUE(bench.shows("importing coater.glb"));
    bench.save("loading");
    const DrawnText* cancel = bench.find("Cancel");
    ASSERT_TRUE(cancel);
    bench.clickAt(cancel->box.centre());
    EXPECT_TRUE(bench.asked<CancelLoading>());
    bench.model = bench.world.model();
    bench.model->frame = nullptr;
    bench.model->logStatus = LogStatus::Failed;
    bench.model->logProblem = "coating.mcap: offset 1234: the chunk is damaged";
    bench.frames(2);
    EXPECT_TRUE(bench.shows("offset 1234"));
}

TEST(Dashboard, TheHeadsetPanelShowsTheInspectorAlone) {
    example::World world;
    const auto context = Context::create({.scale = 2, .recordTexts = true, .fontFolders = {}});
    ViewState state;
    state.selected = world.plant.findEquipment("battery/electrode/coating/coater-1");
    Intents intents;
    for (int i = 0; i < 2; ++i) {
        context->beginFrame({1024, 768}, 1.0 / 72);
        drawInspectorPanel(*context, {{0, 0}, {1024, 768}}, world.model(), state, intents);
        context->endFrame();
    }
    EXPECT_TRUE(std::ranges::any_of(context->texts(), [](const DrawnText& t) { return t.text == "Held"; }));
    if (const char* folder = std::getenv("MILLWRIGHT_UI_PICTURES"))
        test::savePicture(std::filesystem::path{folder} / "headset.ppm");
}

TEST(Context, WithoutFontFilesTextIsStillDrawnAndTheMissingFilesAreNamed) {
    const auto context = Context::create({.recordTexts = true, .fontFolders = {"/nonexistent"}});
    EXPECT_THAT(context->missingFonts(), testing::Contains("Inter-Regular.otf"));
    example::World world;
    ViewState state;
    Intents intents;
    context->beginFrame({1280, 720}, 0.016);
    drawDashboard(*context, world.model(), state, intents);
    context->endFrame();
    EXPECT_GT(context->texts().size(), 20u);
}

TEST(Context, NewCharactersAndANewScaleMakeTheFontsAgain) {
    Bench bench;
    const std::uint64_t before = bench.context().fontGeneration();
    bench.frames(3);
    EXPECT_EQ(bench.context().fontGeneration(), before) << "nothing new, nothing made";
    bench.state.search = "건조로";
    bench.frames(3);
    EXPECT_EQ(bench.context().fontGeneration(), before + 1);
    bench.context().setScale(2);
    bench.frames(3);
    EXPECT_EQ(bench.context().fontGeneration(), before + 2);
}

TEST(Measuring, ShowsWhatWasTakenInTheChosenUnit) {
    Bench bench{{1280, 800}};
    bench.state.measuring = true;
    const std::array<Measurement, 3> taken{
        Measurement{
            .kind = MeasureKind::Distance, .from = {0, 0, 0}, .to = {0.3, 0, -0.4}, .length = 0.5, .across = 0.4, .angle = 0},
        Measurement{.kind = MeasureKind::Angle, .from = {0, 0, 0}, .to = {1, 0, 0}, .angle = 0.5235987755982988},
        Measurement{
            .kind = MeasureKind::Clearance, .from = {0, 0, 0}, .to = {1, 0, 0}, .length = 0, .parts = "die – backing-roll"}};
    const std::array<MeasureShape, 2> shapes{MeasureShape{.from = {500, 300}, .to = {620, 340}, .line = true, .measurement = 0},
                                             MeasureShape{.from = {560, 420}, .to = {560, 420}, .caught = true}};
    Model model = bench.world.model();
    model.viewportImage = 1;
    model.measurements = taken;
    model.measureShapes = shapes;
    model.measureNote = "Click the first of two points.";
    bench.model = model;
    bench.frames(2);
    bench.save("measuring");
    EXPECT_TRUE(bench.find("500.0 mm"));
    EXPECT_TRUE(bench.find("400.0 mm across, parallel"));
    EXPECT_TRUE(bench.find("30.00° (150.00°)"));
    EXPECT_TRUE(bench.find("touching"));
    EXPECT_TRUE(bench.find("die – backing-roll"));
    EXPECT_TRUE(bench.find("Click the first of two points."));
    bench.expectTidy();
    bench.clickAt(bench.find("in")->box.centre());
    bench.frames(2);
    EXPECT_TRUE(bench.find("19.685 in"));
    bench.clickAt(bench.find("Clear")->box.centre());
    EXPECT_TRUE(bench.asked<MeasureClear>());
}

TEST(Measuring, ClicksMeasureOnlyWhileTheToolIsOutAndEscapePutsItAway) {
    Bench bench;
    Model model = bench.world.model();
    model.viewportImage = 1;
    bench.model = model;
    const glm::vec2 middle = bench.layout.viewport.centre() + glm::vec2{100, 60};
    bench.clickAt(middle);
    EXPECT_TRUE(bench.asked<PickAt>());
    bench.state.measuring = true;
    bench.frame();
    bench.clickAt(middle);
    EXPECT_TRUE(bench.asked<MeasureAt>());
    EXPECT_FALSE(bench.asked<PickAt>());
    model.measureBegun = true;
    bench.model = model;
    bench.press(Key::Escape);
    EXPECT_TRUE(bench.asked<MeasureCancel>()) << "first it lets go of the point";
    EXPECT_TRUE(bench.state.measuring);
    model.measureBegun = false;
    bench.model = model;
    bench.press(Key::Escape);
    EXPECT_FALSE(bench.state.measuring);
    EXPECT_FALSE(bench.asked<Select>()) << "the selection stays";
}

TEST(Look, SectionsAreSwitchedMovedAndFlippedInTheChosenUnit) {
    Bench bench{{1280, 800}};
    Model model = bench.world.model();
    model.viewportImage = 1;
    model.bounds = {glm::vec3{-2, 0, 1}, glm::vec3{4, 3, 5}};
    bench.model = model;
    bench.frame();
    EXPECT_FALSE(bench.find("X-ray"));
    bench.state.lookShown = true;
    bench.frames(2);
    bench.clickAt(bench.find("Y")->box.centre());
    EXPECT_TRUE(bench.state.look.cuts[1].on);
    EXPECT_DOUBLE_EQ(bench.state.look.cuts[1].at, 1.5) << "in the middle at first";
    bench.frames(2);
    bench.expectTidy();
    bench.save("look");
    ASSERT_TRUE(bench.find("1500.0 mm"));
    const glm::vec2 value = bench.find("1500.0 mm")->box.centre();
    bench.clickAt(value);
    bench.frame();
    EXPECT_TRUE(bench.find("59.055 in"));
    // Between the button and the value: the slider.
    const glm::vec2 slider{(bench.find("Y")->box.max.x + value.x) / 2, value.y};
    bench.clickAt(slider);
    EXPECT_NE(bench.state.look.cuts[1].at, 1.5);
    EXPECT_GT(bench.state.look.cuts[1].at, 0);
    EXPECT_LT(bench.state.look.cuts[1].at, 3);
    EXPECT_FALSE(bench.asked<PickAt>()) << "nothing under the panel is clicked";
    bench.clickAt(bench.find("Flip")->box.centre());
    EXPECT_TRUE(bench.state.look.cuts[1].flipped);
    bench.clickAt(bench.find("Clear")->box.centre());
    EXPECT_EQ(bench.state.look, Looking{});
}

TEST(Look, XrayAsksForSomethingToKeep) {
    Bench bench{{1280, 800}};
    Model model = bench.world.model();
    model.viewportImage = 1;
    bench.model = model;
    bench.state.lookShown = bench.state.look.xray = true;
    bench.frames(2);
    EXPECT_TRUE(bench.find("Select or search first"));
    bench.expectTidy();
    model.xrayKeeps = true;
    bench.model = model;
    bench.frames(2);
    EXPECT_FALSE(bench.find("Select or search first"));
    bench.clickAt(bench.find("X-ray")->box.centre());
    EXPECT_FALSE(bench.state.look.xray);
    bench.clickAt(bench.find("Edges")->box.centre());
    EXPECT_TRUE(bench.state.look.edges);
}

TEST(Measuring, LengthsAndAnglesReadAsTheyAre) {
    EXPECT_EQ(lengthText(1.23456, LengthUnit::Metre), "1.2346 m");
    EXPECT_EQ(lengthText(0.0125, LengthUnit::Millimetre), "12.5 mm");
    EXPECT_EQ(lengthText(0.0254, LengthUnit::Inch), "1.000 in");
    EXPECT_EQ(angleText(0), "0.00° (180.00°)");
    EXPECT_EQ(angleText(1.5707963267948966), "90.00°");
}

TEST(Tree, TheSearchFindsEquipmentByItsParts) {
    Bench bench;
    std::size_t i = 0;
    while (!bench.find(bench.world.plant.equipment.at(i).name) || bench.world.plant.equipment.at(i).parent == noEquipment) ++i;
    const std::string name = bench.world.plant.equipment[i].name;
    bench.state.search = "DIN 912"; // the name or a property of a bolt, which only the CAD knows
    bench.frames(2);
    EXPECT_FALSE(bench.find(name));
    std::vector<std::uint8_t> hits(bench.world.plant.equipment.size(), 0);
    hits[i] = 1;
    Model model = bench.world.model();
    model.partHits = hits;
    bench.model = model;
    bench.frames(2);
    EXPECT_TRUE(bench.find(name));
}

TEST(Inspector, ShowsWhatTheCadFileSaysOfThePickedPart) {
    Bench bench;
    const Part part{"Backing roll", {{"Material", "1.4301"}, {"Part number", "BR-350"}}};
    Model model = bench.world.model();
    model.part = &part;
    bench.model = model;
    bench.state.selected = static_cast<EquipmentIndex>(0);
    bench.frames(2);
    EXPECT_TRUE(bench.find("Backing roll"));
    EXPECT_TRUE(bench.find("BR-350"));
    bench.expectTidy();
}

TEST(Tree, SaysWhatIsHiddenAndTheMenuOffersToShowIt) {
    Bench bench;
    bench.frame();
    std::size_t i = 0;
    while (!bench.find(bench.world.plant.equipment.at(i).name)) ++i;
    const auto row = static_cast<EquipmentIndex>(i);
    const std::string name = bench.world.plant.at(row).name;
    EXPECT_FALSE(bench.find("hidden"));
    bench.state.hidden.assign(bench.world.plant.equipment.size(), false);
    bench.state.hidden[i] = true;
    bench.frame();
    EXPECT_TRUE(bench.find("hidden"));
    bench.context().pointerAt(bench.find(name)->box.centre());
    bench.frame();
    bench.context().pointerButton(1, true);
    bench.frame();
    EXPECT_EQ(bench.asked<Select>()->equipment, row);
    bench.context().pointerButton(1, false);
    bench.frames(2);
    bench.save("tree-menu");
}

} // namespace
} // namespace millwright::ui
