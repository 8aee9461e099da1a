#include "weld_cell.hpp"

#include "frames.hpp"
#include "shared.hpp"

/// What robot cells share, and the cell for arc welding of the seams: fence, light curtain, positioner with two sides, two robots.
namespace millwright::assets {
namespace {

constexpr Fineness smooth{1.2, 0.34};
constexpr Fineness small{1.5, 0.6};

/// Origin: joint 6's flange, +X outwards. The wire leaves at (395, -140, 0).
BodyRef torch() {
    return kit::shared("torch", [](Body& body) {
        body.add(rod({0, 0, 0}, Axis::X, 46, 40, 3), Material::PanelDark, small);
        body.add(box({40, -34, -30}, {120, 34, 30}, 5), Material::Black, small);
        body.add(rod({120, 0, 0}, Axis::X, 24, 90, 3), Material::Black, small);
        body.add(pipe({{205, 0, 0}, {300, 0, 0}, {370, -90, 0}}, 15, 60), Material::Copper, kit::tube);
        const Shape nozzle = lathe({0, 0, 0}, Axis::X, {{19, 0}, {19, 60}, {13, 78}});
        body.add(moved(turned(nozzle, Axis::Z, -52), {364, -84, 0}), Material::Brass, small);
        body.add(moved(turned(rod({78, 0, 0}, Axis::X, 2, 16), Axis::Z, -52), {364, -84, 0}), Material::Copper, small);
    });
}

/// One side of the positioner: a frame between two bearings with clamps on it. Origin: middle of its axis, along X.
BodyRef fixture() {
    return kit::shared("weld-fixture", [](Body& body) {
        body.add(group({box({-760, -50, -330}, {760, 30, -250}, 5), box({-760, -50, 250}, {760, 30, 330}, 5),
                        box({-800, -60, -330}, {-700, 40, 330}, 5), box({700, -60, -330}, {800, 40, 330}, 5),
                        box({-240, -40, -250}, {-170, 20, 250}), box({170, -40, -250}, {240, 20, 250})}),
                 Material::Accent, small);
        body.add(group({rod({-900, 0, 0}, Axis::X, 70, 100), rod({800, 0, 0}, Axis::X, 70, 100)}), Material::Steel, smooth);
        std::vector<Shape> clamps, pads, cylinders;
        for (const double x : {-560.0, -330.0, 330.0, 560.0})
            for (const double z : {-235.0, 235.0}) {
                const double inward = z < 0 ? 1 : -1;
                clamps.push_back(box({x - 22, 30, z - 30}, {x + 22, 150, z + 30}, 4));
                clamps.push_back(
                    box({x - 16, 128, std::min(z, z + inward * 120)}, {x + 16, 158, std::max(z, z + inward * 120)}, 3));
                pads.push_back(rod({x, 70, z + inward * 108}, Axis::Y, 13, 60, 2));
                cylinders.push_back(rod({x, -150, z - inward * 20}, Axis::Y, 26, 180, 3));
            }
        body.add(group(clamps), Material::Steel, small)
            .add(group(pads), Material::Copper, small)
            .add(group(cylinders), Material::Aluminium, small);
        for (const double x : {-590.0, 300.0})
            body.add(group({box({x - 30, 20, -60}, {x + 330, 52, 60}, 3)}), Material::PanelDark, small);
    });
}

/// Extraction hood on four posts over the weld side, with a duct to the roof.
void addHood(Node& node, dvec3 at, double width, double depth, double height) {
    const double w = width / 2, d = depth / 2;
    std::vector<Shape> posts;
    for (const double x : {-w, w - 90})
        for (const double z : {-d, d - 90}) {
            posts.push_back(box({at.x + x, 12, at.z + z}, {at.x + x + 90, height, at.z + z + 90}, 4));
            posts.push_back(box({at.x + x - 40, 0, at.z + z - 40}, {at.x + x + 130, 12, at.z + z + 130}));
        }
    node.add(group(posts), Material::Frame, small);
    node.add(plate(Axis::X, at.x - w, at.x + w,
                   {{at.z - d, height},
                    {at.z + d, height},
                    {at.z + d, height + 90, 10},
                    {at.z + 320, height + 420, 40},
                    {at.z - 320, height + 420, 40},
                    {at.z - d, height + 90, 10}},
                   {}, 5),
             Material::Panel, small);
    node.add(box({at.x - w - 8, height - 14, at.z - d - 8}, {at.x + w + 8, height + 26, at.z + d + 8}, 4), Material::Accent, small);
    node.add(group({box({at.x - w + 260, height - 26, at.z - 60}, {at.x + w - 260, height - 14, at.z + 60})}), Material::Light,
             small);
    node.instance("hood-duct", kit::roundDuct(Axis::Y, 200, 8800), {at.x, height + 410, at.z});
}

/// Wire drum, power source and gas panel behind the fence.
void addWeldingSupplies(Node& node, double x, double z, const std::string& robot) {
    node.instance(
        robot + "-drum",
        kit::shared(
            "wire-drum",
            [](Body& body) {
                body.add(lathe({0, 0, 0}, Axis::Y, {{255, 0}, {260, 20}, {260, 780}, {250, 800}, {120, 960}, {60, 980}}),
                         Material::Core, smooth);
                body.add(ring({0, 260, 0}, Axis::Y, 264, 250, 30), Material::Steel, small)
                    .add(ring({0, 560, 0}, Axis::Y, 264, 250, 30), Material::Steel, small);
                body.add(pipe({{0, 970, 0}, {0, 1500, 0}, {0, 1700, 200}, {0, 1700, 900}}, 14, 120), Material::HoseBlue, kit::tube);
            }),
        {x, 0, z});
    node.instance(robot + "-source",
                  kit::shared("weld-source",
                              [](Body& body) {
                                  body.add(box({-290, 90, -420}, {290, 1050, 420}, 12), Material::Accent, small)
                                      .add(box({-250, 700, 420}, {250, 1000, 428}, 3), Material::PanelDark, small);
                                  body.add(box({-120, 860, 428}, {120, 960, 430}), Material::ScreenGreen, small);
                                  body.add(row(box({-240, 240, 420}, {240, 256, 426}), 12, {0, 34, 0}), Material::PanelDark, small);
                                  for (const double wx : {-230.0, 230.0})
                                      for (const double wz : {-330.0, 330.0})
                                          body.add(rod({wx - 30, 60, wz}, Axis::X, 60, 60, 4), Material::Rubber, small);
                              }),
                  {x + 720, 0, z});
}

void addArcRobot(Node& node, const std::string& id, dvec3 at, double turnY) {
    node.instance(id + "-riser", robotRiser(380, 620), {at.x, 0, at.z});
    Node& flange = addRobot(node, id, arcRobot, {at.x, 380, at.z}, turnY);
    flange.instance(id + "-torch", torch());
    // The arc: shown while the cell works and, inside that, while the torch is at the seam.
    flange.child(id + "-arc", {426, -163, 0})
        .instance(id + "-arc-light", kit::shared("weld-arc", [](Body& body) {
                      body.add(lathe({0, -16, 0}, Axis::Y, {{6, 0}, {16, 8}, {20, 16}, {16, 24}, {6, 32}}), Material::Light, small);
                  }));
}

} // namespace

void addPositioner(Node& node, dvec3 at, Material arms) {
    node.instance("table-base",
                  kit::shared("positioner-base",
                              [](Body& body) {
                                  body.add(rod({0, 0, 0}, Axis::Y, 560, 40, 4), Material::PanelDark, smooth)
                                      .add(lathe({0, 40, 0}, Axis::Y, {{430, 0}, {430, 230}, {390, 260}}), Material::Frame, smooth);
                                  body.add(circleOf(hexagon({500, 40, 0}, Axis::Y, 36, 18), 12, Axis::Y), Material::Steel, small);
                              }),
                  at);
    Node& table = node.instance(
        "table",
        kit::shared("positioner-table",
                    [](Body& body) {
                        body.add(rod({0, 0, 0}, Axis::Y, 400, 60, 6), Material::Frame, smooth);
                        body.add(box({-1120, 60, -180}, {1120, 240, 180}, 14), Material::Frame, small);
                        // An arc screen between load and weld side.
                        body.add(box({-880, 240, -12}, {880, 1500, 12}, 3), Material::Panel, small);
                        body.add(group({box({-900, 240, -30}, {-860, 1540, 30}, 4), box({860, 240, -30}, {900, 1540, 30}, 4),
                                        box({-860, 1500, -30}, {860, 1540, 30}, 4)}),
                                 Material::Frame, small);
                        for (const double x : {-1120.0, 940.0}) {
                            body.add(box({x, 60, -1260}, {x + 180, 240, 1260}, 10), Material::Frame, small);
                            for (const double z : {-1000.0, 1000.0})
                                body.add(plate(Axis::X, x + 20, x + 160,
                                               {{z - 190, 240}, {z + 190, 240}, {z + 130, 760, 130}, {z - 130, 760, 130}}, {}, 5),
                                         Material::Frame, smooth);
                        }
                        for (const double z : {-1000.0, 1000.0})
                            body.add(rod({1120, 620, z}, Axis::X, 110, 150, 6), Material::PanelDark, smooth);
                    }),
        at + dvec3{0, 300, 0});
    for (const bool second : {false, true}) {
        Node& side = table.instance(second ? "side-b" : "side-a", fixture(), {0, 620, second ? -1000.0 : 1000.0});
        side.instance(second ? "part-b-1" : "part-a-1", kit::controlArm(arms), {-560, 86, 20});
        side.instance(second ? "part-b-2" : "part-a-2", kit::controlArm(arms), {330, 86, 20});
    }
}

void addCellFence(Node& node, double length, double depth, double openLow, double openHigh) {
    const double back = -depth / 2, front = depth / 2;
    addFence(node, 0, length, back, "fence-back", 1, true);
    addFenceAcross(node, back, front, 0, "fence-left", -1, true);
    addFenceAcross(node, back, front, length, "fence-right", -1, true);
    addFence(node, 0, openLow, front, "fence-front-left", 0, true);
    addFence(node, openHigh, length, front, "fence-front-right", -1, true);
    node.instance("curtain-left", kit::curtainPost(1900), {openLow + 130, 0, front + 60});
    node.instance("curtain-right", kit::curtainPost(1900), {openHigh - 130, 0, front + 60}, 180);
    // The loading place, and keep-clear hatching inside.
    node.add(box({openLow + 60, 0, front + 120}, {openHigh - 60, 3, front + 150}), Material::LineYellow);
    std::vector<Shape> hatch;
    for (double x = openLow + 200; x < openHigh - 200; x += 300)
        hatch.push_back(turned(box({x, 0, front - 640}, {x + 110, 3, front - 200}), Axis::Y, 0));
    node.add(group(hatch), Material::LineYellow);
}

Model makeArcCell() {
    Model model{"arc-cell", {}};
    Node& node = model.root;
    node.name = "arc-cell";
    constexpr double length = 8000, depth = 6000;
    addCellFence(node, length, depth, 2300, 5700);
    addPositioner(node, {4000, 0, 900}, Material::Steel);
    addArcRobot(node, "robot-1", {2520, 0, -1200}, -38);
    addArcRobot(node, "robot-2", {5480, 0, -1200}, -142);
    addHood(node, {4000, 0, -450}, 3900, 2600, 2900);
    addWeldingSupplies(node, 900, -3700, "robot-1");
    addWeldingSupplies(node, 5600, -3700, "robot-2");
    node.instance("torch-cleaner",
                  kit::shared("torch-cleaner",
                              [](Body& body) {
                                  body.add(box({-130, 0, -130}, {130, 14, 130}), Material::PanelDark, small)
                                      .add(box({-60, 14, -60}, {60, 820, 60}, 5), Material::Frame, small);
                                  body.add(box({-150, 820, -110}, {150, 1020, 110}, 8), Material::Panel, small)
                                      .add(rod({0, 1020, 0}, Axis::Y, 44, 60, 4), Material::Steel, small);
                              }),
                  {1450, 0, -1900});
    node.instance("robot-cabinet-1", kit::cabinet(1200, 2000, 600), {2750, 0, -3650}, 180);
    node.instance("robot-cabinet-2", kit::cabinet(800, 2000, 600), {4000, 0, -3650}, 180);
    node.instance("operator-panel", kit::operatorPanel(), {6050, 0, depth / 2 + 220});
    node.instance("raw", kit::container(Material::Steel, 6), {1250, 0, depth / 2 + 650});
    node.instance("welded", kit::container(Material::Steel, 3), {7100, 0, depth / 2 + 750});
    node.instance("e-stop", kit::emergencyStop(), {2200, 1100, depth / 2 + 20});
    node.instance("name-plate", kit::namePlate("ARC WELDING", 130), {3250, 3010, 858});
    kit::addStackLight(node, "stack", {5900, 2000, depth / 2}, 320);
    return model;
}

} // namespace millwright::assets
