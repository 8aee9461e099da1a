#include "support/folders.hpp"
#include "unit/plant/files.hpp"

#include <fstream>
#include <map>
#include <set>

namespace millwright::plant {
namespace {

const std::filesystem::path sharedData = millwright::test::sourceFolder() / "../shared/data";

Plant plantIn(const std::string& folder) {
    auto plant = load(testData / folder);
    if (plant) return std::move(*plant);
    for (const Error& error : plant.error()) ADD_FAILURE() << error.text();
    return {};
}

// The machine shop names only data items that the machines really sent.
TEST(RealPlants, MachineShopNamesRealDataItems) {
    const auto folder = sharedData / "sensor/nist_sms_mazak_daily/raw";
    if (!std::filesystem::exists(folder)) GTEST_SKIP() << folder << " is missing";
    std::set<std::string, std::less<>> items;
    for (const std::string machine : {"Mazak01", "Mazak03", "GFAgie01"}) {
        std::ifstream file{folder / machine / (machine + "-20161020-20161021.txt")};
        std::string line;
        while (std::getline(file, line)) {
            const std::size_t first = line.find('|');
            if (first != std::string::npos)
                items.insert(machine + "/" + line.substr(first + 1, line.find('|', first + 1) - first - 1));
        }
    }
    const Plant plant = plantIn("nist_shop");
    EXPECT_GE(plant.signals.size(), 60u);
    for (const Signal& signal : plant.signals)
        EXPECT_TRUE(items.contains(signal.topic)) << signal.path.view() << " is fed by " << signal.topic.view();
}

TEST(RealPlants, WaterLoopNamesRealColumns) {
    const auto file = sharedData / "sensor/skab_valve1/valve1/6.csv";
    if (!std::filesystem::exists(file)) GTEST_SKIP() << file << " is missing";
    std::string header;
    std::getline(std::ifstream{file} >> std::ws, header);
    std::erase(header, '\r');
    const Plant plant = plantIn("skab");
    EXPECT_EQ(plant.signals.size(), 10u);
    for (const Signal& signal : plant.signals) {
        const std::string column{signal.topic.view().substr(std::string_view{"skab/"}.size())};
        EXPECT_TRUE((header + ";").contains(column + ";")) << column;
    }
}

// Where a plant's equipment stands in the plant when its own joints have these values (radians).
glm::dmat4 plantFromEquipment(const Plant& plant, EquipmentIndex equipment, const std::map<std::string, double>& joints) {
    const Equipment& self = plant.at(equipment);
    glm::dmat4 local = glm::mat4_cast(self.placement.rotation);
    local[3] = glm::dvec4{self.placement.position, 1};
    for (const Binding& binding : plant.bindings) {
        if (plant.targets[index(binding.target)].equipment != equipment) continue;
        const double angle = binding.mapping(joints.at(std::string{plant.at(binding.signal).topic}));
        local = local * glm::mat4_cast(glm::angleAxis(angle, glm::dvec3{binding.axis}));
    }
    return self.parent == noEquipment ? local : plantFromEquipment(plant, self.parent, joints) * local;
}

// The flange of the URDF's chain, calculated by hand from its joint origins and turned from Z up to Y up.
TEST(RealPlants, RobotStandsAsItsUrdfSays) {
    if (!std::filesystem::exists(sharedData / "cad/robot_abb_irb6640"))
        GTEST_SKIP() << sharedData / "cad/robot_abb_irb6640"
                     << " is missing";
    const Plant plant = plantIn("irb6640");
    ASSERT_EQ(plant.signals.size(), 6u);
    const EquipmentIndex flange = plant.signals.back().equipment;
    std::map<std::string, double> joints;
    for (int joint = 1; joint <= 6; ++joint) joints["irb6640/joint_" + std::to_string(joint)] = 0;
    const glm::dvec3 home{plantFromEquipment(plant, flange, joints)[3]};
    EXPECT_NEAR(home.x, 0.322 - 0.275 + 1.67 + 0.153, 1e-6);
    EXPECT_NEAR(home.y, 0.227 + 0.551 + 1.07 + 0.2, 1e-6);
    EXPECT_NEAR(home.z, -(0.03 - 0.2 + 0.181), 1e-6);
    joints["irb6640/joint_1"] = 1.5707963267948966; // turned to the left: from +X towards the URDF's +Y, which is -Z here
    const glm::dvec3 turned{plantFromEquipment(plant, flange, joints)[3]};
    EXPECT_NEAR(turned.z, -home.x, 1e-6);
    EXPECT_NEAR(turned.y, home.y, 1e-6);
}

} // namespace
} // namespace millwright::plant
