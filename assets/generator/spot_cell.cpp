#include "shared.hpp"
#include "weld_cell.hpp"

/// Cell for spot welding of the bracket: two robots with servo guns at a turning positioner, tip dressers, weld timers.
namespace millwright::assets {
namespace {

constexpr Fineness smooth{1.2, 0.34};
constexpr Fineness small{1.5, 0.6};

/// Origin: joint 6's flange, +X outwards. A C gun; its electrodes meet at (640, -150, 0).
BodyRef spotGun() {
    return kit::shared("spot-gun", [](Body& body) {
        body.add(rod({0, 0, 0}, Axis::X, 110, 40, 4), Material::PanelDark, smooth)
            .add(box({40, -150, -90}, {200, 150, 90}, 8), Material::PanelDark, small);
        const Outline frame{{170, 230, 30},  {700, 250, 40},  {700, 150, 20},  {330, 120, 60}, {320, -230, 80},
                            {690, -330, 20}, {700, -420, 30}, {260, -420, 80}, {170, -300, 40}};
        for (const double z : {-58.0, 26.0}) body.add(plate(Axis::Z, z, z + 32, frame, {}, 4), Material::Aluminium, smooth);
        body.add(box({210, -110, -26}, {320, 110, 26}), Material::Copper, small); // transformer's bus
        body.add(box({60, 160, -130}, {330, 330, 130}, 10), Material::Cast, small);
        body.add(rod({640, 120, 0}, Axis::Y, 62, 400, 6), Material::Black, smooth)
            .add(rod({640, 520, 0}, Axis::Y, 44, 90, 4), Material::PanelDark, smooth);
        // Electrodes and their shanks: copper with round caps.
        body.add(lathe({640, 120, 0}, Axis::Y, {{34, 0}, {34, -70}, {20, -90}, {20, -225}, {16, -250}, {6, -262}}),
                 Material::Copper, smooth);
        body.add(lathe({640, -380, 0}, Axis::Y, {{38, 0}, {38, 60}, {20, 80}, {20, 190}, {16, 214}, {6, 226}}), Material::Copper,
                 smooth);
        for (const double z : {-40.0, 40.0})
            body.add(pipe({{90, 240, z * 3}, {20, 330, z * 3}, {-260, 420, z * 3}, {-420, 330, z * 2}}, 17, 70),
                     z < 0 ? Material::HoseBlue : Material::Red, kit::tube);
        body.add(pipe({{640, 600, 0}, {640, 690, 0}, {200, 690, 60}, {0, 500, 60}, {-420, 330, 40}}, 14, 80), Material::Cable,
                 kit::tube);
    });
}

BodyRef tipDresser() {
    return kit::shared("tip-dresser", [](Body& body) {
        body.add(box({-180, 0, -180}, {180, 16, 180}, 3), Material::PanelDark, small)
            .add(box({-70, 16, -70}, {70, 1000, 70}, 6), Material::Frame, small);
        body.add(box({-60, 1000, -60}, {380, 1090, 60}, 8), Material::Accent, small)
            .add(rod({310, 940, 0}, Axis::Y, 60, 210, 6), Material::Steel, smooth);
        body.add(box({-110, 1090, -90}, {70, 1300, 90}, 8), Material::PanelDark, small);
    });
}

void addSpotRobot(Node& node, const std::string& id, dvec3 at, double turnY) {
    node.instance(id + "-riser", robotRiser(250, 960), {at.x, 0, at.z});
    addRobot(node, id, spotRobot, {at.x, 250, at.z}, turnY).instance(id + "-gun", spotGun());
}

} // namespace

Model makeSpotCell() {
    Model model{"spot-cell", {}};
    Node& node = model.root;
    node.name = "spot-cell";
    constexpr double length = 9000, depth = 8000;
    addCellFence(node, length, depth, 2800, 6200);
    addPositioner(node, {4500, 0, 1900}, Material::Steel);
    addSpotRobot(node, "robot-1", {2350, 0, -1100}, -38);
    addSpotRobot(node, "robot-2", {6650, 0, -1100}, -142);
    node.instance("dresser-1", tipDresser(), {1300, 0, 600});
    node.instance("dresser-2", tipDresser(), {7700, 0, 600}, 180);
    for (int i = 0; i < 2; ++i) { // weld timers with their cooling water
        const double x = 1500 + i * 4800.0;
        node.instance("weld-timer", kit::cabinet(1200, 2100, 600), {x, 0, -4700}, 180);
        node.instance("robot-cabinet", kit::cabinet(800, 2000, 600), {x + 1100, 0, -4700}, 180);
    }
    node.instance("water-skid",
                  kit::shared("water-skid",
                              [](Body& body) {
                                  body.add(box({-500, 60, -350}, {500, 110, 350}, 4), Material::Frame, small)
                                      .add(lathe({-250, 110, 0}, Axis::Y, {{220, 0}, {230, 20}, {230, 900}, {120, 1020}}),
                                           Material::Stainless, smooth);
                                  body.add(box({80, 110, -300}, {460, 1150, 300}, 10), Material::Accent, small)
                                      .add(box({110, 760, 300}, {430, 1080, 304}), Material::PanelDark, small);
                                  body.add(group({box({-480, 0, -330}, {-400, 60, 330}), box({400, 0, -330}, {480, 60, 330})}),
                                           Material::Frame, small);
                              }),
                  {4500, 0, -4750});
    addTray(node, 7000, {1000, 2750, -3900});
    node.instance("operator-panel", kit::operatorPanel(), {6700, 0, depth / 2 + 220});
    node.instance("stampings", kit::container(Material::Steel, 7), {1500, 0, depth / 2 + 650});
    node.instance("brackets", kit::container(Material::Steel, 4), {7900, 0, depth / 2 + 750});
    node.instance("e-stop", kit::emergencyStop(), {2500, 1100, depth / 2 + 20});
    node.instance("name-plate", kit::namePlate("SPOT WELDING", 130), {900, 1700, depth / 2 + 24});
    kit::addStackLight(node, "stack", {6400, 2000, depth / 2}, 320);
    return model;
}

} // namespace millwright::assets
