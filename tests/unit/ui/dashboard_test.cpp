#include "unit/ui/bench.hpp"

#include <gmock/gmock.h>

namespace millwright::ui {
namespace {

using namespace std::chrono_literals;
using testing::Bench;

struct Screen {
    glm::vec2 size;
    float scale;
};

class DashboardAtSize : public ::testing::TestWithParam<Screen> {};

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
                         ::testing::Values(Screen{{1280, 720}, 1}, Screen{{1920, 1080}, 2}, Screen{{3840, 2160}, 2},
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

TEST(Dashboard, KpisReachAsFarBackAsTheUserWants) {
    Bench bench{{1280, 1400}};
    plant::Plant& plant = bench.world.plant;
    bench.state.selected = plant.findEquipment("battery/electrode/coating/coater-1");
    bench.frames(2);
    EXPECT_TRUE(bench.find("14:00:00 to 14:14:00")) << "half an hour without shifts: there is nothing to choose";
    EXPECT_FALSE(bench.find("so far"));
    plant.calendar.shifts.push_back({.id = "all", .period = 24h, .hours = {{0h, 24h}}});
    bench.frames(2);
    const DrawnText* button = bench.find("so far");
    ASSERT_TRUE(button);
    bench.clickAt(button->box.centre());
    bench.frames(2);
    EXPECT_EQ(bench.state.kpiPeriod, kpi::Period::Shift) << "the hour is longer than the log";
    EXPECT_TRUE(bench.find("this shift"));
    bench.expectTidy();
    bench.save("kpis-of-a-shift");
    EXPECT_TRUE(bench.shows("Cpk 2.56"));
    bench.clickAt(bench.find("this shift")->box.centre());
    EXPECT_EQ(bench.state.kpiPeriod, kpi::Period::Everything);
}

// A day and more of feeds, of two machines: the same figures, up to now.
TEST(Dashboard, ShowsKpisOfFeeds) {
    Bench bench{{1280, 1000}};
    example::World& world = bench.world;
    const SignalIndex state = world.plant.kpis[0].state;
    kpi::Rolling rolling{world.plant, *world.strings, example::start};
    const auto send = [&](Duration at, std::string_view text) {
        const telemetry::Sample sample{example::start + at, Value::of(world.strings->add(text)), state, ValueType::String,
                                       Quality::Good};
        rolling.apply({&sample, 1});
    };
    send(0h, "Execute");
    send(2h, "Held");
    send(3h, "Execute");
    const auto bins = rolling.at(example::start + 4h);
    world.frame.time = example::start + 4h;
    world.frame.log = {};
    world.frame.playing = true;
    bench.model = world.model();
    bench.model->overview = nullptr;
    bench.model->measured = bins.get();
    bench.state.selected = world.plant.findEquipment("battery/electrode/coating/coater-1");
    bench.frames(2);
    EXPECT_TRUE(bench.find("75.0 %")) << "available three hours of four";
    EXPECT_TRUE(bench.find("14:00:00 to 18:00:00"));
    bench.clickAt(bench.find("so far")->box.centre());
    EXPECT_EQ(bench.state.kpiPeriod, kpi::Period::Hour);
    EXPECT_TRUE(bench.find("100.0 %"));
    EXPECT_TRUE(bench.find("17:00:00 to 18:00:00"));
    bench.expectTidy();
    bench.save("kpis-of-feeds");
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

TEST(Inspector, ShowsCurvesOfLiveSignalsAsFarBackAsOneAsks) {
    Bench bench;
    std::vector<ValueType> types;
    for (const plant::Signal& signal : bench.world.plant.signals) types.push_back(signal.type);
    history::History history{types};
    const auto source = example::recording(bench.world.plant, bench.world.strings);
    history.append(source->next(1u << 20).value());
    history::HistoryReader reader{history};
    bench.world.frame.log = {};
    bench.world.frame.playing = true;
    bench.model = bench.world.model();
    bench.model->overview = nullptr;
    bench.model->history = &reader;
    bench.state.selected = bench.world.plant.findEquipment("battery/electrode/coating/coater-1");
    bench.frames(2);
    bench.expectTidy();
    bench.save("live");
    const DrawnText* button = bench.find("last 5 min");
    ASSERT_TRUE(button);
    bench.clickAt(button->box.centre());
    EXPECT_TRUE(bench.shows("last 30 min"));
    EXPECT_EQ(bench.state.trendReach, 30min);
    bench.save("live-30min");
    for (const std::string_view next : {"last 2 h", "last 8 h", "last 24 h", "last 1 min"}) {
        bench.clickAt(bench.layout.inspector.min + glm::vec2{5, 5}); // let go of the button between clicks
        bench.clickAt(button->box.centre());
        EXPECT_TRUE(bench.shows(next));
    }
}

// A derived signal bears a sign; a click on it tells its expression, unit and inputs, and a click on an input goes there.
TEST(Inspector, TellsWhatADerivedSignalIsComputedFrom) {
    for (const float scale : {1.0f, 2.0f}) {
        Bench bench{glm::vec2{1280, 720} * scale, scale};
        plant::Plant& plant = bench.world.plant;
        const std::string coater = "battery/electrode/coating/coater-1", dryer = "battery/electrode/coating/dryer";
        const SignalIndex computed = plant.findSignal(coater + "/web-speed"), own = plant.findSignal(coater + "/pump-flow"),
                          other = plant.findSignal(dryer + "/zone-3");
        EXPECT_FALSE(bench.shows("f(x)"));
        plant.signals[index(computed)].derived = true;
        plant::Derived& derived = plant.derived.emplace_back();
        derived.signal = computed;
        derived.value.text = "pump-flow / 0.08 'm2' * max(dryer/zone-3 - 20 'Cel', 1 'K') / 80 'K'";
        derived.value.code = {{plant::Expression::Op::Number, own}};
        derived.inputs = {own, other};
        bench.state.selected = plant.findEquipment(coater);
        bench.frames(2);
        EXPECT_TRUE(bench.shows("f(x)"));
        EXPECT_FALSE(bench.shows("= pump-flow"));
        const DrawnText* name = bench.find("Web speed");
        ASSERT_TRUE(name);
        bench.clickAt(name->box.centre());
        bench.frames(2);
        EXPECT_EQ(bench.state.explained, computed);
        EXPECT_TRUE(bench.shows("= pump-flow"));
        EXPECT_TRUE(bench.shows("in m/min"));
        bench.expectTidy();
        bench.save(std::format("derived-{:g}", scale));
        const auto& texts = bench.context().texts();
        const auto input = std::ranges::find_if(texts, [](const DrawnText& drawn) { return drawn.text.starts_with("Zone 3"); });
        ASSERT_TRUE(input != texts.end());
        bench.clickAt(input->box.centre());
        ASSERT_TRUE(bench.asked<Select>());
        EXPECT_EQ(bench.asked<Select>()->equipment, plant.findEquipment(dryer));
        EXPECT_EQ(bench.state.signal, other);
        EXPECT_EQ(bench.state.explained, noSignal);
    }
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
    EXPECT_THAT(context->missingFonts(), ::testing::Contains("Inter-Regular.otf"));
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

TEST(Dashboard, APlantWithoutModelsShowsItsMachinesAsMarkers) {
    Bench bench;
    const plant::Plant& plant = bench.world.plant;
    const EquipmentIndex coater = plant.findEquipment("battery/electrode/coating/coater-1"),
                         dryer = plant.findEquipment("battery/electrode/coating/dryer");
    bench.world.labels = {{{200, 200}, plant.at(coater).name, true, coater}, {{420, 260}, plant.at(dryer).name, false, dryer}};
    bench.model = bench.world.model();
    bench.model->withoutModels = true;
    bench.frames(3);
    bench.save("markers");
    bench.expectTidy();
    EXPECT_TRUE(bench.shows("names no models")) << "and what to do";
    const DrawnText* name = nullptr;
    for (const DrawnText& text : bench.context().texts())
        if (text.text == plant.at(dryer).name && text.box.min.x > bench.layout.viewport.min.x &&
            text.box.max.x < bench.layout.viewport.max.x)
            name = &text;
    ASSERT_TRUE(name);
    bench.clickAt(name->box.centre());
    ASSERT_TRUE(bench.asked<Select>());
    EXPECT_EQ(bench.asked<Select>()->equipment, dryer);
    EXPECT_FALSE(bench.asked<PickAt>()) << "the marker takes the click";
}

} // namespace
} // namespace millwright::ui
