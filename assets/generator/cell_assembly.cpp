#include "cells.hpp"
#include "shared.hpp"

/// Dry-room machines up to the sealed pouch: Z-fold stacker, ultrasonic tab welder, pouch former and sealer.
namespace millwright::assets {
namespace {

constexpr Fineness smooth{1.2, 0.32};
constexpr Fineness small{1.5, 0.6};

/// A magazine of sheets beside the table, and the arm that brings them on an arc.
void addPicker(Node& node, const char* id, double x, double towards, Material sheet, Material tab) {
    const double mx = x + towards * -620; // the magazine's middle
    node.add(group({box({mx - 90, 870, -190}, {mx - 74, 1240, -170}), box({mx + 74, 870, -190}, {mx + 90, 1240, -170}),
                    box({mx - 90, 870, 170}, {mx - 74, 1240, 190}), box({mx + 74, 870, 170}, {mx + 90, 1240, 190})}),
             Material::Aluminium)
        .add(box({mx - 54, 870, -152}, {mx + 54, 1090, 152}), sheet)
        .add(box({mx - 26, 870, 152}, {mx + 26, 1089, 176}), tab);
    Node& arm = addEllipse(node, id, {x + towards * -310, 1200, 0}, 310, 110);
    arm.add(box({-60, 40, -140}, {60, 62, 140}, 4), Material::Aluminium, small)
        .add(group({rod({-36, 0, -110}, Axis::Y, 12, 42), rod({36, 0, -110}, Axis::Y, 12, 42), rod({-36, 0, 110}, Axis::Y, 12, 42),
                    rod({36, 0, 110}, Axis::Y, 12, 42)}),
             Material::Black, small)
        .add(box({-24, 62, -24}, {24, 360, 24}), Material::Frame)
        .add(box({-50, -4, -150}, {50, 0, 150}), sheet);
}

/// Separator roll on top, dancer, and the carriage that swings over the table.
void addSeparator(Node& node, double x) {
    node.instance("separator-roll",
                  kit::shared("separator-roll",
                              [](Body& body) {
                                  body.add(ring({0, 0, -155}, Axis::Z, 190, 76, 310), Material::White, smooth)
                                      .add(ring({0, 0, -175}, Axis::Z, 76, 60, 350), Material::Core, smooth)
                                      .add(rod({0, 0, -320}, Axis::Z, 30, 560), Material::Steel, small)
                                      .add(box({-6, 90, 155}, {6, 180, 157}), Material::Accent);
                              }),
                  {x - 700, 2330, 0});
    node.add(box({x - 980, 1960, -340}, {x + 420, 2560, -310}, 5), Material::Frame)
        .add(group({rod({x - 260, 2140, -310}, Axis::Z, 40, 470), rod({x + 10, 2480, -310}, Axis::Z, 40, 470),
                    rod({x + 150, 2080, -310}, Axis::Z, 40, 470)}),
             Material::Aluminium, smooth);
    addWebPath(node,
               {{x - 620, 2155}, {x - 280, 2100}, {x - 230, 2120}, {x - 20, 2520}, {x + 40, 2515}, {x + 105, 2080}, {x, 1700}}, 310,
               Material::White);
    node.add(box({x - 420, 1640, -330}, {x + 420, 1700, -290}, 4), Material::Polished);
    Node& carriage = addEllipse(node, "carriage", {x, 1480, 0}, 180, 12);
    carriage.add(group({rod({-34, 0, -200}, Axis::Z, 26, 400), rod({34, 0, -200}, Axis::Z, 26, 400)}), Material::Chrome, smooth)
        .add(group({box({-80, -40, -230}, {80, 220, -205}, 4), box({-80, -40, 205}, {80, 220, 230}, 4)}), Material::Accent, small)
        .add(ribbon({{dvec2{0, 220}, dvec2{0, -190}}}, -152, 152), Material::White);
}

} // namespace

Model makeStacker() {
    Model model{"stacker", {}};
    Node& node = model.root;
    node.name = "stacker";
    constexpr double length = 4600, depth = 1100, x = length / 2;
    addHousing(node, length, depth, 2640);
    addSeparator(node, x);
    addPicker(node, "picker-left", x, 1, Material::CoatRolled, Material::Aluminium);
    addPicker(node, "picker-right", x, -1, Material::CoatDry, Material::Copper);
    // Table with clamps, the stack on the shuttle that takes it to the front.
    node.add(box({x - 180, 870, -260}, {x + 180, 960, 260}, 6), Material::PanelDark)
        .add(group({box({x - 110, 960, -200}, {x - 80, 1010, -150}), box({x + 80, 960, -200}, {x + 110, 1010, -150}),
                    box({x - 110, 960, 150}, {x - 80, 1010, 200}), box({x + 80, 960, 150}, {x + 110, 1010, 200})}),
             Material::Stainless)
        .add(group({box({x - 200, 872, 200}, {x - 170, 920, 1090}), box({x + 170, 872, 200}, {x + 200, 920, 1090})}),
             Material::Polished);
    Node& shuttle = node.child("shuttle", {x, 975, 0});
    shuttle.add(box({-160, -14, -170}, {160, 0, 170}, 3), Material::Aluminium);
    shuttle.instance("stack-on-shuttle", kit::pouchCell(false));
    // Cameras over the layers, tape head, stacks on the way out.
    for (const double side : {-1.0, 1.0})
        node.add(box({x + side * 330 - 50, 1800, 200}, {x + side * 330 + 50, 1960, 300}, 6), Material::Black)
            .add(rod({x + side * 330, 1740, 250}, Axis::Y, 34, 62), Material::PanelDark, smooth);
    node.add(box({x + 1250, 870, -250}, {x + 1750, 1500, 250}, 10), Material::Accent)
        .add(group({rod({x + 1380, 1560, -90}, Axis::Z, 90, 180), rod({x + 1620, 1560, -90}, Axis::Z, 90, 180)}),
             Material::LineYellow, smooth)
        .add(box({x - 1900, 870, 500}, {x + 1900, 900, 900}), Material::Rubber);
    for (const double at : {-1500.0, -1100.0, 700.0, 1150.0, 1600.0})
        node.instance("stack-out", kit::pouchCell(false), {x + at, 900, 700});
    node.instance("cabinet", kit::cabinet(800, 2100, 500), {900, 0, -1500});
    node.instance("screen", kit::swingScreen(), {4150, 870, depth - 70});
    node.instance("name-plate", kit::namePlate("Z-FOLD STACKER", 110), {x - 560, 2505, depth + 3});
    node.instance("e-stop", kit::emergencyStop(), {300, 700, depth});
    node.child("label-rate", {x, 2950, 400});
    kit::addStackLight(node, "stack", {4300, 2640, 800}, 240);
    return model;
}

Model makeTabWelder() {
    Model model{"tab-welder", {}};
    Node& node = model.root;
    node.name = "tab-welder";
    constexpr double length = 2 * hoodLength + 1600, depth = 800, weldX = 1700, trimX = 2400;
    addHousing(node, length, depth, 2200);
    addCellConveyor(node, length, -1, false);
    addPortal(node, weldX, 560, 1640, 240);
    addPortal(node, trimX, 560, 1560, 160);
    // Converter, booster and horn over either tab; anvils below.
    Node& horn = addStroke(node, "horn", {weldX, 985, 0}, 60);
    Node& trim = addStroke(node, "trim", {trimX, 985, 0}, 50);
    Node& glow = node.child("glow", {weldX, 950, 0});
    for (const double side : {-1.0, 1.0}) {
        const double z = side * 176;
        horn.add(lathe({0, 0, z}, Axis::Y, {{24, 0}, {26, 90}, {40, 110}, {40, 180}, {56, 200}, {56, 430}, {40, 450}}),
                 Material::Stainless, smooth)
            .add(box({-34, 0, z - 18}, {34, 60, z + 18}, 3), Material::Steel)
            .add(box({-70, 250, z - 70}, {70, 640, z + 70}, 8), Material::Accent);
        trim.add(box({-60, 0, z - 8}, {60, 90, z + 8}), Material::Polished)
            .add(box({-70, 90, z - 50}, {70, 560, z + 50}, 6), Material::PanelDark);
        node.add(box({weldX - 40, 870, z - 16}, {weldX + 40, 934, z + 16}), Material::Steel)
            .add(box({trimX - 70, 870, z - 20}, {trimX + 70, 934, z + 20}), Material::Steel);
        glow.add(box({-30, 0, z - 14}, {30, 8, z + 14}), Material::Light);
    }
    // Tape unit and camera.
    node.add(group({rod({2050, 1420, -60}, Axis::Z, 110, 50), rod({2050, 1420, 40}, Axis::Z, 110, 50)}), Material::LineYellow,
             smooth)
        .add(box({1990, 1180, -40}, {2110, 1440, 40}, 6), Material::Frame)
        .add(box({1330, 1420, -90}, {1450, 1640, 90}, 8), Material::Black)
        .add(ring({1390, 1360, 0}, Axis::Y, 120, 80, 24), Material::Light, smooth)
        .add(box({1360, 1640, -60}, {1420, 2050, 60}), Material::Frame);
    node.instance("generator-1", kit::cabinet(800, 2000, 500), {1200, 0, -1250});
    node.instance("generator-2", kit::cabinet(800, 2000, 500), {2100, 0, -1250});
    node.instance("screen", kit::swingScreen(), {3400, 1330, 120});
    node.instance("name-plate", kit::namePlate("TAB WELDER 20 kHz", 100), {1250, 2070, depth + 3});
    node.instance("e-stop", kit::emergencyStop(), {400, 700, depth});
    node.child("label-energy", {weldX, 2500, 300});
    kit::addStackLight(node, "stack", {3700, 2200, 500}, 240);
    return model;
}

namespace {

/// Bars over the pouch on a portal; the lower ones stand still.
void addSealStation(Node& node, const char* id, double x, bool across) {
    addPortal(node, x, 560, 1560, across ? 300.0 : 200.0);
    Node& bar = addStroke(node, id, {x, 985, 0}, 70);
    if (across)
        for (const double side : {-1.0, 1.0})
            bar.add(box({-80, 0, side * 158 - 10}, {80, 60, side * 158 + 10}, 2), Material::Brass)
                .add(box({-90, 60, side * 158 - 30}, {90, 130, side * 158 + 30}, 4), Material::Cast);
    else
        bar.add(box({48, 0, -170}, {60, 60, 170}, 2), Material::Brass).add(box({30, 60, -185}, {80, 130, 185}, 4), Material::Cast);
    bar.add(box({-110, 130, -220}, {110, 170, 220}, 5), Material::Steel)
        .add(group({rod({-70, 170, -150}, Axis::Y, 22, 560), rod({70, 170, -150}, Axis::Y, 22, 560),
                    rod({-70, 170, 150}, Axis::Y, 22, 560), rod({70, 170, 150}, Axis::Y, 22, 560)}),
             Material::Polished, smooth);
    node.add(group({rod({x, 1730, -120}, Axis::Y, 60, 260, 6), rod({x, 1730, 120}, Axis::Y, 60, 260, 6)}), Material::Aluminium,
             smooth)
        .add(pipe({{x, 1900, 120}, {x + 90, 1960, 180}, {x + 90, 2100, 300}}, 12, 40), Material::HoseBlue, kit::tube);
}

/// Aluminium laminate from its roll over the press that draws the cups.
void addForming(Node& node, double x) {
    node.add(box({x + 640, 870, -420}, {x + 700, 2150, -330}, 4), Material::Frame);
    addWebRoll(node, "film-roll", {x + 670, 1870}, 460, 400, Material::Foil);
    node.instance("film-idler", kit::roller(50, 440), {x + 380, 1340, 0});
    node.add(box({x + 340, 1290, -400}, {x + 420, 1400, -250}, 4), Material::Frame);
    addWebPath(node, {{x + 450, 1820}, {x + 334, 1360}}, 400, Material::Foil);
    addWebPath(node, {{x + 390, 1292}, {x + 300, 1150}, {x - 300, 1150}}, 400, Material::Foil);
    for (const double px : {x - 230, x + 230})
        for (const double z : {-300.0, 300.0}) node.add(rod({px, 1090, z}, Axis::Y, 36, 760), Material::Polished, smooth);
    node.add(box({x - 320, 1060, -390}, {x + 320, 1140, 390}, 6), Material::Cast)
        .add(box({x - 320, 1850, -390}, {x + 320, 1960, 390}, 8), Material::Accent)
        .add(rod({x, 1960, 0}, Axis::Y, 130, 220, 8), Material::PanelDark, smooth);
    Node& punch = addStroke(node, "punch", {x, 1250, 0}, 120);
    punch.add(box({-60, -60, -160}, {60, 40, 160}, 6), Material::Chrome)
        .add(box({-270, 40, -340}, {270, 120, 340}, 6), Material::Cast)
        .add(rod({0, 120, 0}, Axis::Y, 70, 480), Material::Polished, smooth);
}

} // namespace

Model makePouchSealer() {
    Model model{"pouch-sealer", {}};
    Node& node = model.root;
    node.name = "pouch-sealer";
    constexpr double length = 2 * hoodLength + 5600, depth = 950;
    addHousing(node, length, depth, 2450);
    addCellConveyor(node, length, -1, true);
    addForming(node, 5700);
    addSealStation(node, "top-bar", 3900, true);
    addSealStation(node, "side-bar", 3000, false);
    // Folding shoe, insulation tester, transfer gripper.
    node.add(turned(box({4600, 1000, -200}, {4900, 1016, 200}, 3), Axis::Z, 18, {4750, 1000, 0}), Material::Stainless)
        .add(turned(box({4300, 1000, -200}, {4560, 1016, 200}, 3), Axis::Z, 34, {4430, 1000, 0}), Material::Stainless)
        .add(box({1900, 870, -420}, {2300, 1420, -240}, 8), Material::Panel)
        .add(box({1940, 1180, -240}, {2260, 1380, -236}), Material::Screen)
        .add(box({1960, 1290, -236}, {2240, 1360, -234}), Material::ScreenGreen)
        .add(group({rod({2000, 960, -235}, Axis::Z, 10, 90), rod({2200, 960, -235}, Axis::Z, 10, 90)}), Material::Red, small);
    node.instance("cabinet", kit::cabinet(1200, 2100, 500), {2600, 0, -1350});
    node.instance("cabinet-2", kit::cabinet(800, 2100, 500), {4200, 0, -1350});
    node.instance("screen", kit::swingScreen(), {7200, 1330, 150});
    node.instance("name-plate", kit::namePlate("POUCH FORMING AND SEALING", 110), {2500, 2312, depth + 3});
    node.instance("e-stop", kit::emergencyStop(), {400, 700, depth});
    node.child("label-temperature", {3900, 2750, 400});
    kit::addStackLight(node, "stack", {7600, 2450, 600}, 240);
    return model;
}

} // namespace millwright::assets
