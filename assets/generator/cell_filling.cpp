#include "cells.hpp"
#include "shared.hpp"

/// Electrolyte filler, degasser, last test with its sorter, and the dry room's air.
namespace millwright::assets {
namespace {

constexpr Fineness smooth{1.2, 0.32};
constexpr Fineness small{1.5, 0.6};

/// A heated bar over the pouch's open edge.
void addEdgeSeal(Node& node, const char* id, double x) {
    addPortal(node, x, 520, 1500, 180);
    Node& bar = addStroke(node, id, {x, 985, 0}, 60);
    bar.add(box({-60, 0, -170}, {-44, 50, 170}, 2), Material::Brass)
        .add(box({-80, 50, -190}, {80, 120, 190}, 4), Material::Cast)
        .add(group({rod({0, 120, -120}, Axis::Y, 24, 560), rod({0, 120, 120}, Axis::Y, 24, 560)}), Material::Polished, smooth);
    node.add(rod({x, 1670, 0}, Axis::Y, 70, 220, 6), Material::Aluminium, smooth);
}

/// A drum of electrolyte with its dip tube.
BodyRef drum() {
    return kit::shared("electrolyte-drum", [](Body& body) {
        body.add(lathe({0, 0, 0}, Axis::Y,
                       {{280, 0},
                        {290, 10},
                        {290, 280},
                        {300, 295},
                        {290, 310},
                        {290, 580},
                        {300, 595},
                        {290, 610},
                        {290, 870},
                        {280, 880},
                        {270, 872}}),
                 Material::Stainless, smooth)
            .add(pipe({{120, 860, 0}, {120, 1100, 0}, {320, 1180, 0}}, 16, 60), Material::HoseBlue, kit::tube);
    });
}

/// Scale under the conveyor: a dark plate and its display.
void addScale(Node& node, double x) {
    node.add(box({x - 160, 878, 180}, {x + 160, 930, 330}, 4), Material::PanelDark)
        .add(box({x - 90, 940, 300}, {x + 90, 1040, 320}, 3), Material::Black)
        .add(box({x - 76, 956, 320}, {x + 76, 1026, 322}), Material::ScreenGreen);
}

} // namespace

Model makeFiller() {
    Model model{"filler", {}};
    Node& node = model.root;
    node.name = "filler";
    constexpr double length = 2 * hoodLength + 6000, depth = 1100, first = 2950, pumpY = 1950;
    addHousing(node, length, depth, 2700);
    addCellConveyor(node, length, -1, true);
    // Eight vacuum bells on one lift beam, a dosing pump over each.
    Node& bells = addStroke(node, "bells", {first, 1010, 0}, 200);
    bells.add(box({-200, 430, -110}, {8 * cellPitch - 100, 500, 110}, 6), Material::Accent);
    const BodyRef bell = kit::shared("vacuum-bell", [](Body& body) {
        body.add(box({-130, 0, -215}, {130, 28, 215}, 4), Material::Rubber, small)
            .add(box({-126, 28, -210}, {126, 250, 210}, 14), Material::Stainless, small)
            .add(box({-70, 90, 210}, {70, 200, 214}), Material::Glass)
            .add(group({rod({0, 250, 0}, Axis::Y, 30, 190), rod({70, 250, 90}, Axis::Y, 14, 190)}), Material::Polished, small);
    });
    const BodyRef pump = kit::shared("dosing-pump", [](Body& body) {
        body.add(rod({0, 0, 0}, Axis::Y, 52, 180, 4), Material::Stainless, smooth)
            .add(box({-70, 180, -80}, {70, 360, 80}, 6), Material::Panel, small)
            .add(rod({0, 360, 0}, Axis::Y, 58, 160, 6), Material::PanelDark, smooth)
            .add(pipe({{0, 0, 0}, {0, -140, 0}, {30, -330, 0}}, 10, 50), Material::HoseBlue, kit::tube);
    });
    for (int i = 0; i < 8; ++i) {
        bells.instance("bell", bell, {i * cellPitch, 0, 0});
        node.instance("dosing-pump", pump, {first + i * cellPitch, pumpY, 0});
    }
    node.add(box({first - 250, pumpY - 60, -120}, {first + 8 * cellPitch - 50, pumpY, 120}, 5), Material::Frame)
        .add(rod({first - 250, pumpY + 420, -200}, Axis::X, 34, 8 * cellPitch + 200), Material::Stainless, smooth);
    for (const double x : {first - 260, first + 8 * cellPitch - 40})
        node.add(group({box({x - 50, 870, -480}, {x + 50, pumpY, -380}), box({x - 50, 870, 380}, {x + 50, pumpY, 480}),
                        box({x - 50, pumpY, -480}, {x + 50, pumpY + 90, 480})}),
                 Material::Frame);
    addEdgeSeal(node, "pre-seal", 2150);
    addScale(node, 1600);
    addScale(node, 6300);
    // Drums in their cabinet behind, vacuum pumps, exhaust.
    node.add(box({5900, 0, -2500}, {7900, 100, -1400}, 6), Material::LineYellow)
        .add(group({box({5900, 100, -2500}, {5940, 2100, -1400}), box({7860, 100, -2500}, {7900, 2100, -1400}),
                    box({5940, 100, -2500}, {7860, 2100, -2460}), box({5900, 2100, -2500}, {7900, 2160, -1400})}),
             Material::Panel);
    for (const double x : {6450.0, 7300.0}) node.instance("drum", drum(), {x, 100, -1950});
    node.add(pipe({{6770, 1280, -1950}, {6900, 2400, -1950}, {6900, 2400, -200}, {5600, 2370, -200}}, 18, 120), Material::HoseBlue,
             kit::tube);
    node.instance("exhaust", kit::roundDuct(Axis::Y, 200, 1200), {4200, 2700, -500});
    node.add(box({3400, 2640, -800}, {5000, 2760, -200}, 10), Material::Galvanised);
    for (const double x : {1000.0, 2000.0}) node.instance("vacuum-pump", kit::gearMotor(220), {x, 400, -1500}, 90);
    node.instance("cabinet", kit::cabinet(1200, 2100, 500), {3600, 0, -1500});
    node.instance("screen", kit::swingScreen(), {7700, 1330, 150});
    node.instance("name-plate", kit::namePlate("ELECTROLYTE FILLING", 120), {3400, 2555, depth + 3});
    node.instance("e-stop", kit::emergencyStop(), {400, 700, depth});
    node.child("label-dose", {first + 1050, 3000, 400});
    kit::addStackLight(node, "stack", {8000, 2700, 700}, 240);
    return model;
}

Model makeDegasser() {
    Model model{"degasser", {}};
    Node& node = model.root;
    node.name = "degasser";
    constexpr double length = 2 * hoodLength + 4000, depth = 900, bellX = 2700;
    addHousing(node, length, depth, 2350);
    addCellConveyor(node, length, 1, true);
    // The bell comes down over two pouches, knives in it open their gas pockets.
    addPortal(node, bellX, 620, 1760, 300);
    Node& bell = addStroke(node, "bell", {bellX, 1010, 0}, 250);
    bell.add(box({-300, 0, -230}, {300, 30, 230}, 4), Material::Rubber)
        .add(box({-295, 30, -225}, {295, 330, 225}, 16), Material::Stainless)
        .add(box({-180, 110, 225}, {180, 260, 229}), Material::Glass)
        .add(group(
                 {rod({-180, 330, 0}, Axis::Y, 40, 520), rod({180, 330, 0}, Axis::Y, 40, 520), rod({0, 330, 0}, Axis::Y, 60, 420)}),
             Material::Polished, smooth);
    node.add(rod({bellX, 1930, 0}, Axis::Y, 90, 300, 6), Material::Aluminium, smooth)
        .add(pipe({{bellX + 220, 1500, -200}, {bellX + 420, 1500, -320}, {bellX + 420, 1500, -860}}, 44, 80), Material::HoseBlue,
             kit::tube);
    addEdgeSeal(node, "seal", 3700);
    // Trimmer with its chute into a bin of gas pockets, folder, scale, liquid trap.
    addPortal(node, 4300, 520, 1400, 140);
    node.add(turned(box({4150, 560, 180}, {4450, 575, 820}), Axis::X, 24, {4300, 700, 300}), Material::Stainless)
        .add(box({4000, 120, depth + 60}, {4700, 620, depth + 560}, 6), Material::HoseBlue)
        .add(group({rod({4750, 1010, -170}, Axis::Z, 26, 340), rod({4860, 1010, -170}, Axis::Z, 26, 340)}), Material::Chrome,
             smooth)
        .add(lathe({2000, 300, -1250}, Axis::Y, {{60, 0}, {200, 80}, {200, 900}, {80, 980}}), Material::Stainless, smooth);
    addScale(node, 1700);
    addScale(node, 4950);
    node.instance("vacuum-pump", kit::gearMotor(240), {2900, 420, -1400}, 90);
    node.instance("cabinet", kit::cabinet(1200, 2100, 500), {4300, 0, -1300});
    node.instance("screen", kit::swingScreen(), {5700, 1330, 150});
    node.instance("name-plate", kit::namePlate("DEGASSING", 120), {2500, 2212, depth + 3});
    node.instance("e-stop", kit::emergencyStop(), {400, 700, depth});
    node.child("label-pressure", {bellX, 2700, 400});
    kit::addStackLight(node, "stack", {6000, 2350, 600}, 240);
    return model;
}

Model makeTester() {
    Model model{"tester", {}};
    Node& node = model.root;
    node.name = "tester";
    constexpr double length = 2 * hoodLength + 6600, depth = 1000, gantryX = 5200;
    addHousing(node, length, depth, 2300);
    addCellConveyor(node, length, 1, true);
    // Contact pins on both tabs, thickness gauge, camera tunnel.
    addPortal(node, 2000, 560, 1500, 260);
    Node& pins = addStroke(node, "pins", {2000, 985, 0}, 60);
    for (const double side : {-1.0, 1.0})
        pins.add(group({rod({-14, -20, side * 178}, Axis::Y, 6, 120), rod({14, -20, side * 178}, Axis::Y, 6, 120)}),
                 Material::Brass, small)
            .add(box({-60, 100, side * 178 - 40}, {60, 190, side * 178 + 40}, 4), Material::Black);
    pins.add(box({-70, 190, -230}, {70, 230, 230}, 4), Material::Aluminium)
        .add(rod({0, 230, 0}, Axis::Y, 30, 300), Material::Polished, smooth);
    node.add(box({2600, 870, -360}, {2760, 1560, -230}, 6), Material::Cast)
        .add(box({2600, 1420, -230}, {2760, 1560, 120}, 6), Material::Cast)
        .add(rod({2680, 990, 0}, Axis::Y, 50, 430), Material::Polished, smooth)
        .add(plate(Axis::X, 3100, 3900, {{-420, 1000}, {420, 1000}, {420, 1560, 160}, {-420, 1560, 160}},
                   {{{-260, 1001}, {260, 1001}, {260, 1200}, {-260, 1200}}}),
             Material::PanelDark, small)
        .add(group({box({3200, 1560, -100}, {3320, 1740, 100}), box({3680, 1560, -100}, {3800, 1740, 100})}), Material::Black)
        .add(group({box({3098, 1010, -255}, {3100, 1190, 255})}), Material::Light);
    // Gantry: it takes cells off the conveyor into trays by grade.
    for (const double x : {4350.0, 7550.0})
        node.add(group({box({x - 60, 870, -700}, {x + 60, 1850, -600}), box({x - 60, 870, 600}, {x + 60, 1850, 700})}),
                 Material::Frame);
    node.add(group({box({4290, 1850, -700}, {7610, 1970, -600}, 5), box({4290, 1850, 600}, {7610, 1970, 700}, 5)}),
             Material::Frame);
    Node& gantry = node.child("gantry", {gantryX, 1970, 0});
    gantry.add(box({-110, 0, -720}, {110, 150, 720}, 6), Material::Accent)
        .add(box({-90, -420, -80}, {90, 0, 80}, 6), Material::Panel)
        .add(rod({0, -860, 0}, Axis::Y, 34, 460), Material::Polished, smooth)
        .add(box({-70, -890, -150}, {70, -860, 150}, 4), Material::Aluminium)
        .add(row(rod({-45, -915, -110}, Axis::Y, 14, 26), 2, {90, 0, 0}), Material::Black, small);
    gantry.instance("cell-in-gripper", kit::pouchCell(true), {0, -926, 0});
    for (const double x : {4900.0, 5700.0, 6500.0, 7200.0}) {
        node.instance("tray", kit::cellTray(), {x, 880, 560});
        node.instance("tray", kit::cellTray(), {x, 880, -560});
    }
    for (int i = 0; i < 2; ++i)
        for (int j = 0; j < 4; ++j) node.instance("tray-done", kit::cellTray(), {length + 900 + i * 700.0, 160 + j * 145.0, -200});
    node.add(box({length + 500, 0, -600}, {length + 2000, 150, 600}, 6), Material::Core); // pallet
    node.instance("cabinet", kit::cabinet(1200, 2100, 500), {3000, 0, -1400});
    node.instance("cabinet-2", kit::cabinet(1200, 2100, 500), {4400, 0, -1400});
    node.instance("screen", kit::swingScreen(), {8300, 1330, 150});
    node.instance("name-plate", kit::namePlate("LAST TEST AND SORTING", 110), {2800, 2162, depth + 3});
    node.instance("e-stop", kit::emergencyStop(), {400, 700, depth});
    node.child("label-impedance", {2000, 2600, 400});
    kit::addStackLight(node, "stack", {8600, 2300, 600}, 240);
    return model;
}

Model makeDryRoomUnit() {
    Model model{"dry-room-unit", {}};
    Node& node = model.root;
    node.name = "dry-room-unit";
    constexpr double length = 9000;
    node.add(box({0, 150, -1100}, {length, 3000, 1000}, 20), Material::Panel)
        .add(box({60, 0, -1000}, {length - 60, 150, 900}), Material::PanelDark);
    std::vector<Shape> seams;
    for (double x = 1000; x < length; x += 1000) seams.push_back(box({x - 4, 170, 1000}, {x + 4, 2980, 1003}));
    node.add(group(seams), Material::PanelDark);
    // The rotor behind its window: a honeycomb wheel of 2.3 m that turns ten times an hour.
    node.add(box({3500, 250, 1000}, {5900, 2750, 1030}, 10), Material::Frame);
    Node& rotor = node.child("rotor", {4700, 1500, 1060});
    rotor.rotation = glm::angleAxis(glm::radians(-90.0), dvec3{0, 1, 0});
    rotor.add(ring({-20, 0, 0}, Axis::X, 1150, 1090, 60), Material::Steel, smooth)
        .add(rod({-10, 0, 0}, Axis::X, 1090, 40), Material::Insulation, smooth)
        .add(circleOf(box({-14, 90, -14}, {44, 1090, 14}), 8, Axis::X), Material::Steel, small)
        .add(rod({-30, 0, 0}, Axis::X, 90, 90), Material::PanelDark, smooth)
        .add(box({-16, 300, -13}, {46, 700, 13}), Material::Orange);
    for (const double x : {1500.0, 7500.0}) {
        node.instance("supply-fan", kit::fan(480), {x - 300, 3900, -200});
        node.instance("supply-duct", kit::roundDuct(Axis::Y, 380, 2200), {x + 700, 3000, -500});
    }
    node.add(box({6500, 500, 1000}, {8500, 2500, 1040}, 8), Material::Orange)
        .add(letters("REGENERATION 145", 130, {6700, 1450, 1042}, Axis::Z), Material::White, {1.2, 0.6});
    for (const double x : {700.0, 1100.0})
        node.add(pipe({{x, 600, 1000}, {x, 600, 1250}, {x, 3400, 1250}, {x, 3400, -1500}}, 60, 160), Material::Water, kit::tube);
    node.instance("name-plate", kit::namePlate("DRY-ROOM AIR  -45", 180), {1500, 2500, 1005});
    node.child("label-dew-point", {4700, 3300, 1000});
    return model;
}

} // namespace millwright::assets
