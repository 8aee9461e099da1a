#include "cells.hpp"
#include "shared.hpp"

/// Where cells wait: soaking and ageing racks, formation presses in theirs, the crane between them, grading towers.
namespace millwright::assets {
namespace {

constexpr Fineness smooth{1.2, 0.32};
constexpr Fineness small{1.5, 0.6};

/// One bay of a rack, `levels` high, four trays a level; origin at the floor, low X, middle of the depth.
BodyRef rackBay(double width, int levels, double pitch) {
    return kit::shared(std::format("rack-bay-{:.0f}-{}-{:.0f}", width, levels, pitch), [&](Body& body) {
        const double top = 500 + levels * pitch;
        std::vector<Shape> steel, beams, trays, cells;
        for (const double z : {-560.0, 480.0}) steel.push_back(box({0, 0, z}, {90, top, z + 80}));
        for (int i = 0; i < levels; ++i) {
            const double y = 480 + i * pitch;
            for (const double z : {-540.0, 500.0}) beams.push_back(box({90, y - 90, z}, {width, y, z + 40}));
            for (int k = 0; k < 4; ++k) {
                const double x = 150 + k * (width - 150) / 4;
                trays.push_back(box({x, y, -330}, {x + 640, y + 70, 330}));
                cells.push_back(box({x + 24, y + 70, -180}, {x + 616, y + 135, 180}));
            }
        }
        for (double y = 400; y + 900 < top; y += 900) steel.push_back(box({20, y, -500}, {50, y + 40, 500}));
        body.add(group(steel), Material::Accent)
            .add(group(beams), Material::Orange)
            .add(group(trays), Material::HoseBlue)
            .add(group(cells), Material::Foil);
    });
}

void addRackRow(Node& node, int bays, double width, int levels, double pitch, double z) {
    for (int i = 0; i < bays; ++i) node.instance("bay", rackBay(width, levels, pitch), {i * width, 0, z});
    const double top = 500 + levels * pitch, end = bays * width;
    node.add(group({box({end, 0, z - 560}, {end + 90, top, z - 480}), box({end, 0, z + 480}, {end + 90, top, z + 560})}),
             Material::Accent)
        .add(rod({200, top - 120, z}, Axis::X, 26, end - 400), Material::Red, small);
}

/// The press: a row of plates with cells between, in a frame with its electronics beside it. Origin: floor of its place, low X,
/// front.
BodyRef pressBody() {
    return kit::shared("formation-press", [](Body& body) {
        body.add(group({box({0, 0, 0}, {3300, 90, 1900}), box({0, 90, 0}, {60, 2150, 1900}), box({3240, 90, 0}, {3300, 2150, 1900}),
                        box({60, 90, 0}, {3240, 2150, 30})}),
                 Material::Panel)
            .add(group({box({60, 90, 1840}, {130, 2150, 1900}), box({3170, 90, 1840}, {3240, 2150, 1900}),
                        box({130, 2060, 1840}, {3170, 2150, 1900})}),
                 Material::Frame)
            .add(box({2450, 90, 60}, {3240, 2060, 1780}), Material::PanelDark)
            .add(box({2500, 1500, 1780}, {3120, 1900, 1784}), Material::Screen)
            .add(box({2540, 1720, 1784}, {2900, 1860, 1786}), Material::ScreenGreen);
        body.add(row(box({300, 420, 300}, {318, 1700, 1600}, 0), 25, {78, 0, 0}), Material::Aluminium)
            .add(row(box({330, 500, 380}, {352, 1620, 1520}, 0), 24, {78, 0, 0}), Material::Foil)
            .add(group({box({140, 380, 260}, {230, 1760, 1640}), box({250, 340, 260}, {2250, 400, 340}),
                        box({250, 340, 1560}, {2250, 400, 1640})}),
                 Material::Steel);
        for (const double y : {700.0, 1420.0})
            for (const double z : {500.0, 1400.0}) body.add(rod({230, y, z}, Axis::X, 36, 2200), Material::Polished, small);
    });
}

void addTower(Node& node, double x, bool live) {
    node.instance(
        "tower",
        kit::shared(
            "grading-tower",
            [](Body& body) {
                body.add(box({0, 120, -750}, {1600, 5000, 700}, 10), Material::Panel)
                    .add(box({40, 0, -700}, {1560, 120, 650}), Material::PanelDark);
                std::vector<Shape> mouths, trays, cells;
                for (int i = 0; i < 16; ++i) {
                    const double y = 330 + i * 282.0;
                    mouths.push_back(box({110, y, 690}, {1300, y + 205, 702}));
                    trays.push_back(box({170, y + 10, 560}, {1240, y + 60, 706}));
                    cells.push_back(box({190, y + 60, 640}, {1220, y + 150, 705}));
                }
                body.add(group(mouths), Material::Black).add(group(trays), Material::HoseBlue).add(group(cells), Material::Foil);
                body.add(box({1360, 300, 700}, {1540, 4800, 712}, 4), Material::PanelDark);
                body.add(box({300, 5000, -400}, {1300, 5260, 300}, 10), Material::Galvanised);
            }),
        {x, 0, 0});
    (live ? node.child("front", {x, 0, 0}) : node.child("strip", {x, 0, 0}))
        .add(box({1410, 340, 712}, {1490, 4760, 716}), live ? Material::Strip : Material::ScreenGreen);
}

} // namespace

Model makeSoakingRack() {
    Model model{"soaking-rack", {}};
    Node& node = model.root;
    node.name = "soaking-rack";
    addRackRow(node, 4, 2900, 12, 480, -700);
    addRackRow(node, 4, 2900, 12, 480, 700);
    // Insulated hood with heaters over both rows; the front is left open here to see in.
    node.add(box({-200, 6500, -1400}, {11900, 6700, 1400}, 10), Material::Panel)
        .add(box({-200, 0, -1400}, {11900, 6500, -1330}), Material::Panel)
        .add(box({-200, 0, -1330}, {-130, 6500, 1400}), Material::Panel);
    for (const double x : {1500.0, 5800.0, 10000.0}) {
        node.add(box({x - 700, 6700, -600}, {x + 700, 7300, 600}, 10), Material::Galvanised)
            .add(rod({x, 7300, 0}, Axis::Y, 300, 120, 6), Material::PanelDark, smooth);
    }
    node.instance("name-plate", kit::namePlate("SOAKING 45", 260), {4700, 6250, 1405});
    node.instance("operator-panel", kit::operatorPanel(), {12300, 0, 1200});
    node.child("label-temperature", {5800, 7000, 1400});
    kit::addStackLight(node, "stack", {11500, 6700, 1000}, 260);
    return model;
}

Model makeCrane() {
    Model model{"crane", {}};
    Node& node = model.root;
    node.name = "crane";
    Node& crane = node.child("gantry");
    crane.add(box({-1100, 60, -180}, {1100, 360, 180}, 10), Material::GuardYellow)
        .add(group({rod({-900, 170, -60}, Axis::Z, 150, 120), rod({900, 170, -60}, Axis::Z, 150, 120)}), Material::Steel, smooth)
        .add(group({box({-1000, 360, -130}, {-760, 7700, 130}, 6), box({760, 360, -130}, {1000, 7700, 130}, 6)}),
             Material::GuardYellow)
        .add(box({-1050, 7700, -150}, {1050, 7900, 150}, 8), Material::GuardYellow)
        .add(box({-1500, 400, -260}, {-1080, 2100, 260}, 8), Material::Panel)
        .add(box({-1180, 500, 260}, {-1100, 2000, 262}), Material::Accent)
        .add(group({rod({-700, 360, 0}, Axis::Y, 14, 7300), rod({700, 360, 0}, Axis::Y, 14, 7300)}), Material::Steel, {3, 1});
    crane.instance("travel-drive", kit::gearMotor(220), {1250, 420, -260}, 0);
    kit::addStackLight(crane, "stack", {-1300, 2100, 0}, 200);
    Node& carriage = crane.child("carriage", {0, 0, 0});
    carriage.add(box({-740, 120, -330}, {740, 230, 330}, 6), Material::Accent)
        .add(group({box({-740, 230, -200}, {-660, 1100, 200}), box({660, 230, -200}, {740, 1100, 200})}), Material::Accent)
        .add(group({box({-260, 230, -480}, {-160, 260, 480}), box({160, 230, -480}, {260, 260, 480})}), Material::Steel);
    Node& load = carriage.child("load", {0, 262, 0});
    load.instance("tray-carried", kit::cellTray());
    return model;
}

Model makeFormationRack() {
    Model model{"formation-rack", {}};
    Node& node = model.root;
    node.name = "formation-rack";
    std::vector<Shape> posts, beams;
    for (int i = 0; i <= 6; ++i)
        for (const double z : {-3250.0, -1250.0, 1170.0, 3170.0})
            posts.push_back(box({i * formationPitch + 60, 0, z}, {i * formationPitch + 180, 7800, z + 80}));
    for (int level = 0; level <= 3; ++level)
        for (const double z : {-3250.0, -1250.0, 1170.0, 3170.0})
            beams.push_back(
                box({60, 330 + level * formationLevel, z}, {6 * formationPitch + 180, 430 + level * formationLevel, z + 80}));
    node.add(group(posts), Material::Structure).add(group(beams), Material::Orange);
    for (int i = 0; i < 6; ++i)
        for (int level = 0; level < 3; ++level) {
            const double x = i * formationPitch + 300, y = 450 + level * formationLevel;
            node.instance("press-back", pressBody(), {x + 3300, y, -1350}, 180);
            if (level == 0 && i < 3) continue; // these are machines of their own
            node.instance("press", pressBody(), {x, y, 1350});
        }
    // Rails of the crane, smoke extraction, mesh at the open end of the aisle.
    node.add(box({-1400, 0, -60}, {6 * formationPitch + 1600, 60, 60}), Material::Steel)
        .add(box({-1400, 7950, -70}, {6 * formationPitch + 1600, 8050, 70}), Material::Structure);
    for (const double z : {-2250.0, 2250.0})
        node.add(rod({0, 8250, z}, Axis::X, 220, 6 * formationPitch), Material::Galvanised, smooth);
    addFenceAcross(node, -1200, 1200, 6 * formationPitch + 1900, "aisle", 0, true);
    // Dunk tank beside the aisle: where a hot tray goes.
    node.add(group({box({22400, 0, 1500}, {23900, 1100, 1560}), box({22400, 0, 2940}, {23900, 1100, 3000}),
                    box({22400, 0, 1560}, {22460, 1100, 2940}), box({23840, 0, 1560}, {23900, 1100, 2940})}),
             Material::Red)
        .add(box({22460, 900, 1560}, {23840, 910, 2940}), Material::Water);
    node.add(letters("DUNK TANK", 180, {22480, 500, 3002}, Axis::Z), Material::White, {1.2, 0.6});
    node.instance("name-plate", kit::namePlate("FORMATION  36 x 48", 300), {8600, 7850, 3260});
    node.instance("operator-panel", kit::operatorPanel(), {23300, 0, 800});
    return model;
}

Model makeFormationPress() {
    Model model{"formation-press", {}};
    Node& node = model.root;
    node.name = "formation-press";
    node.instance("press", pressBody());
    // What moves: the end plate that presses, and the bar of contact pins that comes from behind.
    Node& plates = node.child("plates", {2255, 400, 260});
    plates.add(box({0, 0, 0}, {80, 1360, 1380}, 6), Material::Accent)
        .add(group({rod({80, 400, 690}, Axis::X, 90, 100), rod({80, 950, 690}, Axis::X, 90, 100)}), Material::Chrome, smooth);
    Node& pins = node.child("pin-bar", {300, 1780, 1200});
    pins.add(box({0, 0, 0}, {1950, 60, 60}, 4), Material::PanelDark)
        .add(row(box({30, -60, 10}, {44, 0, 50}), 24, {78, 0, 0}), Material::Brass);
    node.child("led", {0, 0, 0}).add(box({300, 1990, 1902}, {2300, 2050, 1906}), Material::Strip);
    node.child("label-voltage", {1300, 1500, 2000});
    kit::addStackLight(node, "stack", {3000, 2150, 1700}, 60);
    return model;
}

Model makeAgeingRack() {
    Model model{"ageing-rack", {}};
    Node& node = model.root;
    node.name = "ageing-rack";
    addRackRow(node, 12, 2900, 14, 480, -1750);
    addRackRow(node, 12, 2900, 14, 480, 1750);
    node.add(box({-1400, 0, -60}, {36400, 60, 60}), Material::Steel)
        .add(box({-1400, 7950, -70}, {36400, 8050, 70}), Material::Structure);
    // The warm part is behind an insulated wall; the rest stands at room temperature.
    node.add(box({14440, 0, -2500}, {14560, 8000, -1150}), Material::Panel)
        .add(box({14440, 0, 1150}, {14560, 8000, 2500}), Material::Panel);
    node.add(box({-200, 0, -2600}, {35200, 7600, -2520}), Material::Panel);
    for (double x = 2000; x < 35000; x += 5800)
        node.add(box({x - 120, 7500, 2300}, {x + 120, 7700, 2520}, 8), Material::Black); // thermal cameras
    addFenceAcross(node, -1150, 1150, 36600, "aisle", 0, true);
    node.instance("name-plate", kit::namePlate("WARM AGEING 45", 300), {4200, 7350, 2330});
    node.instance("name-plate-2", kit::namePlate("AGEING 22", 300), {22000, 7350, 2330});
    return model;
}

Model makeGradingTower() {
    Model model{"grading-tower", {}};
    Node& node = model.root;
    node.name = "grading-tower";
    addTower(node, 0, true);
    node.child("label-voltage", {800, 4300, 900});
    node.instance("name-plate", kit::namePlate("GRADING", 110), {250, 5010, 705});
    kit::addStackLight(node, "stack", {1400, 5000, 500}, 200);
    return model;
}

Model makeGradingTowers() {
    Model model{"grading-towers", {}};
    Node& node = model.root;
    node.name = "grading-towers";
    for (int i = 0; i < 5; ++i) addTower(node, i * 2000.0, false);
    Node& back = node.child("back", {9600, 0, -2600}, 180);
    for (int i = 0; i < 5; ++i) addTower(back, i * 2000.0, false);
    node.instance("cable-tray", kit::cableTray(13600), {-4000, 5500, -1300});
    return model;
}

} // namespace millwright::assets
