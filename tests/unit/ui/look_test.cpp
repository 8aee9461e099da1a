#include "unit/ui/bench.hpp"

#include <gmock/gmock.h>

namespace millwright::ui {
namespace {

using namespace std::chrono_literals;
using testing::Bench;

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

} // namespace
} // namespace millwright::ui
