#include "unit/plant/files.hpp"

#include <gmock/gmock.h>

#include <format>
#include <numbers>
#include <set>

namespace millwright::plant {
namespace {

using ::testing::ElementsAre;

constexpr std::string_view header = "format = 1\n[plant]\nid = 'p'\n";
constexpr double degree = std::numbers::pi / 180;

Plant plantOf(std::string_view rest) {
    return loaded(std::string{header} + std::string{rest});
}

class Everything : public ::testing::Test {
protected:
    Plant plant = loaded(textOf(testData / "plants-valid/everything.toml"));

    const Binding& binding(std::string_view node, BindingKind kind) {
        for (const Binding& one : plant.bindings) {
            if (one.kind == kind && plant.targets[index(one.target)].node == node) return one;
        }
        ADD_FAILURE() << "no such binding on " << node;
        return plant.bindings.front();
    }
};

TEST(Plant, OfThreeLines) {
    const Plant plant = loaded(textOf(testData / "plants-valid/minimal.toml"));
    EXPECT_EQ(plant.id, "minimal");
    EXPECT_EQ(plant.name, "minimal");
    EXPECT_TRUE(plant.equipment.empty());
    EXPECT_EQ(plant.defaultCamera, "");
}

TEST_F(Everything, HasItsNamesAndFiles) {
    EXPECT_EQ(plant.name, "Every key");
    EXPECT_EQ(plant.folder, (testData / "plants-valid").lexically_normal());
    EXPECT_EQ(plant.defaultLog, plant.folder / "log.csv");
    EXPECT_EQ(plant.defaultCamera, "close");
    ASSERT_NE(plant.findCamera("overview"), nullptr);
    EXPECT_DOUBLE_EQ(plant.findCamera("overview")->verticalFov, 45 * degree);
    EXPECT_EQ(plant.findCamera("close")->name, "Close by");
    EXPECT_EQ(plant.findCamera("none"), nullptr);
}

TEST_F(Everything, IsATreeWithParentsFirst) {
    for (std::size_t i = 0; i < plant.equipment.size(); ++i) {
        const Equipment& equipment = plant.equipment[i];
        if (equipment.parent == noEquipment) continue;
        EXPECT_LT(index(equipment.parent), i);
        EXPECT_EQ(equipment.path, plant.at(equipment.parent).path + "/" + equipment.id);
    }
    EXPECT_EQ(plant.at(plant.findEquipment("formation")).name, "Formation") << "declared after its children";
    EXPECT_EQ(plant.at(plant.findEquipment("formation")).level, Level::Area);
    EXPECT_EQ(plant.at(plant.findEquipment("formation/presses")).level, Level::Line);
    EXPECT_EQ(plant.at(plant.findEquipment("formation/presses/press-1-1")).level, Level::Cell) << "stated by the pattern";
    EXPECT_EQ(plant.at(plant.findEquipment("coating/line/coater")).level, Level::Equipment);
    EXPECT_EQ(plant.findEquipment("formation/press-1-1"), noEquipment);
    EXPECT_EQ(plant.findSignal("formation/temperature"), noSignal);
}

TEST_F(Everything, RepeatsAPattern) {
    EXPECT_EQ(plant.findEquipment("formation/presses/press-4-1"), noEquipment);
    const Equipment& last = plant.at(plant.findEquipment("formation/presses/press-3-2"));
    EXPECT_EQ(last.name, "Press 006");
    EXPECT_EQ(last.description, "one of many");
    EXPECT_EQ(last.model, plant.folder / "models/roll.stl");
    EXPECT_EQ(last.modelMetresPerUnit, 0.001);
    EXPECT_EQ(last.modelUp, Axis::Z);
    EXPECT_EQ(plant.at(plant.findEquipment("coating/line/coater")).modelMetresPerUnit, std::nullopt) << "as the file says";
    EXPECT_EQ(last.placement.position, glm::dvec3(1 + 2 * 1.5, 0, 4));
    EXPECT_EQ(last.placement.scale, 2);
    const glm::dvec3 forward = last.placement.rotation * glm::dvec3{0, 0, 1};
    EXPECT_NEAR(forward.x, 1, 1e-12) << "its own rotation replaces the pattern's quaternion";

    std::vector<std::string> ids;
    for (const SignalIndex signal : last.signals) ids.emplace_back(plant.at(signal).id);
    EXPECT_THAT(ids, ElementsAre("temperature", "mode", "door"));
    const Signal& temperature = plant.at(last.signals[0]);
    EXPECT_EQ(temperature.topic, "press/006/temperature");
    EXPECT_EQ(temperature.unit, "Cel") << "kept from the pattern";
    EXPECT_EQ(temperature.limits.high, 55) << "the equipment's own";
    EXPECT_EQ(temperature.limits.low, std::nullopt) << "a key is replaced whole";
    EXPECT_EQ(plant.at(last.signals[2]).topic, "formation/presses/press-3-2/door");
}

TEST_F(Everything, HasSignalsWithDefaults) {
    const Signal& tension = plant.at(plant.findSignal("coating/line/coater/web-tension"));
    EXPECT_EQ(tension.name, "Web tension");
    EXPECT_EQ(tension.topic, "coater/web_tension");
    EXPECT_EQ(tension.interpolation, Interpolation::Hold);
    EXPECT_EQ(tension.maxGap, std::chrono::milliseconds{250});
    EXPECT_EQ(tension.decimals, 1);
    EXPECT_EQ(tension.range->high, 300);
    const Signal& speed = plant.at(plant.findSignal("coating/line/coater/roll-speed"));
    EXPECT_EQ(speed.name, "roll-speed");
    EXPECT_EQ(speed.interpolation, Interpolation::Linear) << "floats are read between samples";
    EXPECT_EQ(speed.maxGap, std::chrono::seconds{5});
    EXPECT_EQ(speed.decimals, 2);
    EXPECT_EQ(plant.at(plant.findSignal("coating/line/coater/angle")).interpolation, Interpolation::Angle);
    const Signal& state = plant.at(plant.findSignal("coating/line/coater/state"));
    EXPECT_EQ(state.interpolation, Interpolation::Hold);
    EXPECT_EQ(state.maxGap, std::chrono::seconds{60});
    EXPECT_THAT(state.states, ElementsAre("Execute", "Held"));
}

TEST_F(Everything, TakesMotionFromTheUnitOrAMap) {
    EXPECT_DOUBLE_EQ(binding("roll", BindingKind::Spin).mapping(60), 2 * std::numbers::pi) << "60 /min is one turn a second";
    EXPECT_EQ(binding("roll", BindingKind::Spin).axis, glm::vec3(0, 0, 1));
    EXPECT_EQ(binding("roll", BindingKind::Spin).pivot, glm::vec3(0, 1, 0));
    EXPECT_DOUBLE_EQ(binding("arm", BindingKind::Rotation).mapping(90), 90 * degree);
    EXPECT_DOUBLE_EQ(binding("dancer", BindingKind::Rotation).mapping(150), 0);
    EXPECT_DOUBLE_EQ(binding("dancer", BindingKind::Rotation).mapping(600), 90 * degree) << "clamp = false";
    EXPECT_DOUBLE_EQ(binding("die", BindingKind::Translation).mapping(250), 0.25);
    EXPECT_DOUBLE_EQ(binding("shuttle", BindingKind::Path).mapping(500), 1);
    EXPECT_EQ(binding("shuttle", BindingKind::Path).path.size(), 3u);
    EXPECT_DOUBLE_EQ(binding("cart", BindingKind::Path).mapping(50), 0.5);
    EXPECT_TRUE(binding("cart", BindingKind::Path).pathNormalised);
    EXPECT_DOUBLE_EQ(binding("gauge", BindingKind::Fill).mapping(75), 0.25) << "of the signal's range";
    EXPECT_DOUBLE_EQ(binding("gauge", BindingKind::Fill).mapping(900), 1);
}

TEST_F(Everything, ResolvesStatesColoursAndTexts) {
    const Binding& warning = binding("warning", BindingKind::Visibility);
    EXPECT_EQ(plant.at(warning.signal).path, "formation/presses/press-3-2/temperature") << "a signal of another equipment";
    EXPECT_EQ(warning.condition.comparison, Comparison::GreaterOrEqual);
    EXPECT_EQ(warning.condition.value, 50);
    EXPECT_EQ(binding("progress", BindingKind::Visibility).condition.comparison, Comparison::NotEqual);
    EXPECT_EQ(binding("progress", BindingKind::Visibility).condition.value, 0);
    EXPECT_EQ(binding("guard", BindingKind::Visibility).condition.value, 1) << "closed is the name of true";
    EXPECT_EQ(binding("", BindingKind::Text).textFormat, "{:.1f} newton");
    EXPECT_EQ(binding("roll", BindingKind::Text).textFormat, "{:.2f} rpm");

    const Binding& ramp = binding("", BindingKind::Colour);
    ASSERT_EQ(ramp.colours.size(), 2u);
    EXPECT_EQ(ramp.colours[0].colour, glm::vec4(0, 0, 1, 0.5f));
    EXPECT_EQ(ramp.colours[1].colour, glm::vec4(1, 0, 0, 0.8f));
    const Binding& lamp = binding("lamp", BindingKind::Colour);
    const auto stop = std::ranges::find_if(lamp.colours, [](const ColourStop& s) { return s.colour.a == 1; });
    ASSERT_NE(stop, lamp.colours.end());
    EXPECT_TRUE(stop->value <= 7 && std::next(stop)->value >= 7) << "7 lies where the ramp is flat";
    EXPECT_EQ(lamp.colours.front().colour.a, 0) << "other values leave the node as it is";
    const auto table = std::ranges::find_if(
        plant.bindings, [](const Binding& b) { return b.kind == BindingKind::Colour && b.colours[0].state == "Stopped"; });
    ASSERT_NE(table, plant.bindings.end());
    EXPECT_EQ(table->colours[1].state, "Clearing") << "the name of value 1";
}

TEST_F(Everything, SharesTargets) {
    std::set<std::pair<std::size_t, std::string>> seen;
    for (const Target& target : plant.targets)
        EXPECT_TRUE(seen.emplace(index(target.equipment), target.node).second) << target.node;
}

TEST(Plant, ColoursAreLinear) {
    const Plant plant = plantOf("[[equipment]]\npath='a'\n[[equipment.signal]]\nid='s'\n[[equipment.binding]]\nsignal='s'\nkind='"
                                "colour'\nramp=[{at=0,colour='#808080'}]\n");
    EXPECT_NEAR(plant.bindings[0].colours[0].colour.r, 0.21586, 1e-5);
}

TEST(Plant, RotatesAboutXThenYThenZ) {
    const Plant plant = plantOf("[[equipment]]\npath='a'\nrotation=[90, 0, 90]\n");
    const glm::dvec3 up = plant.equipment[0].placement.rotation * glm::dvec3{0, 1, 0};
    EXPECT_NEAR(up.z, 1, 1e-12) << "X first takes Y to Z, which turning about Z leaves alone";
    const glm::dvec3 right = plant.equipment[0].placement.rotation * glm::dvec3{1, 0, 0};
    EXPECT_NEAR(right.y, 1, 1e-12);
}

TEST(Plant, RepeatNumbersWithoutAnId) {
    const Plant plant =
        plantOf("[[equipment]]\npath='a/b'\nrepeat={count=[1,2,1], first=0}\n[[equipment]]\npath='c/{n:02}/d'\nrepeat={count=2}\n");
    std::vector<std::string> paths;
    for (const Equipment& equipment : plant.equipment) paths.push_back(equipment.path);
    EXPECT_THAT(paths, ElementsAre("a", "a/b-0-0-0", "a/b-0-1-0", "c", "c/01", "c/01/d", "c/02", "c/02/d"));
}

TEST(Plant, TenThousandMachinesLoad) {
    const Plant plant = plantOf(R"(
[[pattern]]
id = 'cell'
[[pattern.signal]]
id = 'v'
unit = 'V'
[[pattern.signal]]
id = 'a'
unit = 'A'
[[pattern.signal]]
id = 't'
unit = 'Cel'
[[pattern.signal]]
id = 'p'
unit = 'kPa'
[[pattern.signal]]
id = 'state'
type = 'string'
[[pattern.binding]]
signal = 't'
kind = 'colour'
ramp = [{ at = 20, colour = '#0000ff' }, { at = 60, colour = '#ff0000' }]
[[equipment]]
path = 'formation/cell'
like = 'cell'
repeat = { count = [100, 100], step = [[1, 0, 0], [0, 0, 1]] }
)");
    EXPECT_EQ(plant.equipment.size(), 10'001u);
    EXPECT_EQ(plant.signals.size(), 50'000u);
    EXPECT_EQ(plant.bindings.size(), 10'000u);
    EXPECT_EQ(plant.signals.back().path, "formation/cell-100-100/state");
}

} // namespace
} // namespace millwright::plant
