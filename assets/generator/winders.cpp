#include "frames.hpp"

/// Unwinder and rewinder: turret, roller frame with dancer, splice unit, guards.
namespace millwright::assets {
namespace {

constexpr Fineness smooth{1, 0.28};

/// The plate that carries a winder's idlers and its dancer: tall, with two windows.
void addIdlerFrame(Node& node, double low, double high) {
    const double middle = (low + high) / 2;
    const Outline outline{{low, 230, 30},         {high, 230, 30},       {high, 1900, 90},
                          {high - 120, 1990, 60}, {low + 120, 1990, 60}, {low, 1900, 90}};
    const std::vector<Outline> holes{rectangle(low + 110, 380, middle - 70, 640, 60),
                                     rectangle(middle + 70, 380, high - 110, 640, 60),
                                     rectangle(middle - 120, 1280, middle + 20, 1640, 60)};
    addSideFrames(node, outline, holes, {{low + 70, 320}, {high - 70, 320}, {low + 80, 1900}, {high - 80, 1900}, {middle, 1930}},
                  {low + 60, high - 60});
}

/// The dancer's guide rails and its air cylinder on both plates.
void addDancer(Node& node, dvec2 centre) {
    for (const double side : {-1.0, 1.0}) {
        const double z = side * (plateOuter + 24);
        node.add(box({centre.x - 92, centre.y - 360, z - 10}, {centre.x - 66, centre.y + 330, z + 10}, 3), Material::Polished);
        node.add(box({centre.x + 66, centre.y - 360, z - 10}, {centre.x + 92, centre.y + 330, z + 10}, 3), Material::Polished);
        node.add(lathe({centre.x, centre.y - 620, z + side * 34}, Axis::Y,
                       {{34, 0}, {34, 26}, {29, 28}, {29, 330}, {34, 332}, {34, 358}, {12, 360}, {12, 540}}),
                 Material::Aluminium, smooth);
        node.add(box({centre.x - 26, centre.y - 90, z + side * 34 - 24}, {centre.x + 26, centre.y - 50, z + side * 34 + 24}, 3),
                 Material::Steel);
        node.add(pipe({{centre.x + 29, centre.y - 600, z + side * 34},
                       {centre.x + 90, centre.y - 600, z + side * 34},
                       {centre.x + 90, centre.y - 830, z + side * 34}},
                      6, 30),
                 Material::HoseBlue);
    }
}

/// Flying-splice unit: arms with a pressing roller and a knife bar above the roll.
void addSpliceUnit(Node& node, dvec2 pivot, double direction) {
    const dvec2 tip = pivot + dvec2{direction * -330, -60};
    for (const double z : {-400.0, 370.0})
        node.add(plate(Axis::Z, z, z + 30,
                       {{pivot.x - 60, pivot.y - 70, 30},
                        {pivot.x + 60, pivot.y - 70, 30},
                        {pivot.x + 60, pivot.y + 70, 30},
                        {tip.x, tip.y + 50, 30},
                        {tip.x - 40 * direction, tip.y - 50, 20}}),
                 Material::Accent, smooth);
    node.add(rod({pivot, -470}, Axis::Z, 32, 940), Material::Steel, smooth);
    node.add(rod({tip + dvec2{-10 * direction, 0}, -370}, Axis::Z, 42, 740, 3), Material::Rubber, smooth);
    node.add(box({tip.x + direction * 90 - 30, tip.y - 70, -370}, {tip.x + direction * 90 + 30, tip.y + 10, 370}, 4),
             Material::Stainless);
    node.add(rod({pivot.x, pivot.y + 30, 500}, Axis::Y, 30, 230, 4), Material::Aluminium, smooth);
}

void addCabinets(Node& node, double x, const std::string& plateText) {
    node.instance("cabinet-1", kit::cabinet(1200, 2000, 500), {x, 0, -1620});
    node.instance("cabinet-2", kit::cabinet(800, 2000, 500), {x + 1010, 0, -1620});
    node.instance("name-plate", kit::namePlate(plateText, 70), {x - 560, 1880, -1366});
    node.instance("cable-tray", kit::cableTray(2400), {x - 700, 2450, -1500});
    node.add(group({box({x - 640, 2000, -1520}, {x - 600, 2450, -1480}), box({x + 1380, 2000, -1520}, {x + 1420, 2450, -1480})}),
             Material::Galvanised);
}

} // namespace

Model makeUnwinder() {
    Model model{"unwinder", {}};
    Node& node = model.root;
    node.name = "unwinder";
    addTurret(node, unwindTurret, {Material::Foil, 460, 1});
    addIdlerFrame(node, 2330, 3330);
    addWebRollers(node, Station::Unwinder);
    addDancer(node, {2720, 1150});
    addSpliceUnit(node, {2330, 1960}, 1);
    node.add(box({2260, 1900, -440}, {2400, 2030, -410}, 4), Material::Frame)
        .add(box({2260, 1900, 410}, {2400, 2030, 440}, 4), Material::Frame);
    // Splice table: a vacuum plate the tail is taped on.
    node.add(plate(Axis::Z, -390, 390, {{3000, 1180, 8}, {3260, 1330, 8}, {3248, 1352, 8}, {2988, 1202, 8}}), Material::Stainless);
    node.instance("brake-motor", kit::gearMotor(150), {3180, 760, -plateOuter - 60}, 180);
    addFence(node, 40, 2240, 1120, "guard", 1, false);
    node.instance("guard-end", kit::guard(1100, 2000, true), {0, 0, 1120}, 90);
    node.instance("guard-end-2", kit::guard(1100, 2000, true), {0, 0, 0}, 90);
    addCabinets(node, 700, "UNWINDER 1");
    node.instance("operator-panel", kit::operatorPanel(), {2700, 0, 1250});
    node.instance("e-stop", kit::emergencyStop(), {3280, 1050, plateOuter});
    node.instance("plate-os", kit::namePlate("UNWINDER", 60), {2480, 1810, plateOuter + 1});
    kit::addStackLight(node, "stack", {3260, 1990, 440}, 260);
    node.child("label-tension", {2950, 2350, 500});
    return model;
}

Model makeRewinder() {
    Model model{"rewinder", {}};
    Node& node = model.root;
    node.name = "rewinder";
    const dvec2 turret = rewindTurret - dvec2{rewinderX, 0};
    addTurret(node, turret, {Material::CoatRolled, 460, -1});
    addIdlerFrame(node, 90, 1060);
    addWebRollers(node, Station::Rewinder);
    addDancer(node, {680, 1150});
    addSpliceUnit(node, {1080, 1960}, -1);
    node.add(box({1010, 1900, -440}, {1150, 2030, -410}, 4), Material::Frame)
        .add(box({1010, 1900, 410}, {1150, 2030, 440}, 4), Material::Frame);
    // Lay-on roller on the winding roll.
    for (const double z : {-400.0, 370.0})
        node.add(plate(Axis::Z, z, z + 30, {{1090, 1000, 30}, {1180, 1000, 30}, {1330, 1240, 30}, {1270, 1290, 20}}),
                 Material::Accent, smooth);
    node.instance("drive-motor", kit::gearMotor(150), {450, 1800, -plateOuter - 60}, 180);
    addFence(node, 1160, 3360, 1120, "guard", 1, false);
    node.instance("guard-end", kit::guard(1100, 2000, true), {3380, 0, 1120}, 90);
    node.instance("guard-end-2", kit::guard(1100, 2000, true), {3380, 0, 0}, 90);
    addCabinets(node, 1200, "REWINDER 1");
    node.instance("operator-panel", kit::operatorPanel(), {600, 0, 1250});
    node.instance("e-stop", kit::emergencyStop(), {140, 1050, plateOuter});
    node.instance("plate-os", kit::namePlate("REWINDER", 60), {320, 1810, plateOuter + 1});
    kit::addStackLight(node, "stack", {140, 1990, 440}, 260);
    node.child("label-tension", {600, 2350, 500});
    return model;
}

} // namespace millwright::assets
