#include "cells.hpp"
#include "shared.hpp"

/// Mixing room: powder tower, planetary mixer, slurry tank.
namespace millwright::assets {
namespace {

constexpr Fineness smooth{1.2, 0.32};
constexpr Fineness small{1.5, 0.6};

/// Steel tower of two floors, 5 x 4 m.
void addTower(Node& node) {
    std::vector<Shape> steel;
    for (const double x : {0.0, 2440.0, 4880.0})
        for (const double z : {-2000.0, 1880.0}) steel.push_back(box({x, 0, z}, {x + 120, 6400, z + 120}));
    for (const double y : {3000.0, 5100.0, 6300.0})
        for (const double z : {-2000.0, 1880.0}) steel.push_back(box({0, y, z}, {5000, y + 140, z + 120}));
    for (const double y : {3000.0, 5100.0, 6300.0})
        for (const double x : {0.0, 2440.0, 4880.0}) steel.push_back(box({x, y, -1880}, {x + 120, y + 140, 1880}));
    node.add(group(steel), Material::Structure);
    node.instance("deck", kit::walkway(5000, 1500), {0, 3140, 1240});
    for (const double x : {0.0, 2500.0}) node.instance("railing", kit::railing(2500), {x, 3140, 1960});
    node.instance("stairs", kit::stairs(3140, 800), {5000 + 3400, 0, 1400}, 180);
}

/// A big bag on its cross under the hoist, its hopper below and a screw feeder out of it.
void addFeeder(Node& node, int number, double x, Material bag) {
    node.add(box({x - 460, 5150, -1400}, {x + 460, 6050, -480}, 90), bag, small)
        .add(group({box({x - 520, 6080, -980}, {x + 520, 6140, -900}), box({x - 40, 6080, -1460}, {x + 40, 6140, -420}),
                    rod({x, 6140, -940}, Axis::Y, 18, 300)}),
             Material::GuardYellow, small);
    node.add(lathe({x, 3150, -940}, Axis::Y, {{90, 0}, {110, 60}, {560, 900}, {580, 920}, {580, 1700}, {300, 1780}, {160, 1950}}),
             Material::Stainless, smooth);
    node.add(ring({x - 150, 3010, -940}, Axis::X, 130, 112, 620), Material::Stainless, smooth)
        .add(box({x - 190, 2900, -1080}, {x - 150, 3120, -800}), Material::Frame)
        .add(rod({x + 470, 2330, -940}, Axis::Y, 70, 600), Material::Stainless, smooth);
    Node& screw = node.child(std::format("screw-{}", number), {x - 240, 3010, -940});
    screw.add(rod({-260, 0, 0}, Axis::X, 70, 300, 4), Material::Accent, smooth)
        .add(box({-250, -6, 60}, {0, 6, 84}), Material::White)
        .add(circleOf(box({-262, -8, 30}, {-252, 8, 64}), 3, Axis::X), Material::White);
}

} // namespace

Model makeDoser() {
    Model model{"doser", {}};
    Node& node = model.root;
    node.name = "doser";
    addTower(node);
    const Material bags[] = {Material::White, Material::Black, Material::White};
    for (int i = 0; i < 3; ++i) addFeeder(node, i + 1, 850 + i * 1550.0, bags[i]);
    // Weighing hopper on load cells, magnets, the pipe to the mixers.
    node.add(
        lathe({2400, 1250, -940}, Axis::Y, {{110, 0}, {130, 40}, {700, 620}, {720, 640}, {720, 1200}, {700, 1240}, {200, 1260}}),
        Material::Stainless, smooth);
    for (const double a : {850.0, 2400.0, 3950.0})
        node.add(pipe({{a + 470, 2360, -940}, {2400 + (a - 2400) * 0.2, 2500, -940}}, 66, 1), Material::Stainless, {2, 0.7});
    for (int i = 0; i < 3; ++i)
        node.add(turned(box({3100, 1800, -1000}, {3260, 1900, -880}, 4), Axis::Y, 120.0 * i, {2400, 0, -940}),
                 Material::GuardYellow, small);
    node.add(group({box({1500, 0, -1780}, {1600, 1900, -1680}), box({3200, 0, -1780}, {3300, 1900, -1680}),
                    box({1500, 0, -200}, {1600, 1900, -100}), box({3200, 0, -200}, {3300, 1900, -100})}),
             Material::Structure);
    node.add(pipe({{2400, 1250, -940}, {2400, 900, -940}, {4300, 900, -940}, {4300, 4300, -940}, {8000, 4300, -940}}, 80, 160),
             Material::Stainless, kit::tube);
    // Dust filter on the roof, glove box, hoist rail.
    node.add(box({3300, 6440, -1800}, {4700, 8000, -500}, 20), Material::Panel)
        .add(box({3340, 6900, -500}, {4660, 7900, -488}), Material::Frame)
        .instance("filter-fan", kit::fan(300), {2900, 6800, -1200});
    node.add(box({300, 3150, 200}, {1500, 4200, 900}, 10), Material::Stainless)
        .add(box({380, 3600, 900}, {1420, 4120, 912}), Material::Glass)
        .add(group({rod({650, 3420, 900}, Axis::Z, 90, 30), rod({1150, 3420, 900}, Axis::Z, 90, 30)}), Material::Black, smooth);
    node.add(box({-300, 6560, -990}, {5300, 6720, -890}, 4), Material::GuardYellow);
    node.instance("name-plate", kit::namePlate("POWDER DOSING", 200), {1500, 2740, 2005});
    node.child("label-speed", {2400, 3700, 0});
    node.instance("operator-panel", kit::operatorPanel(), {4500, 0, 2500});
    kit::addStackLight(node, "stack", {4300, 3140, 1900}, 1200);
    return model;
}

Model makeMixer() {
    Model model{"mixer", {}};
    Node& node = model.root;
    node.name = "mixer";
    constexpr double x = 1800, z = 0, rimY = 1500;
    // Bed, two columns at the back, the head bridging them, hydraulic vessel lift.
    node.add(box({500, 0, -1300}, {3100, 160, 900}, 10), Material::PanelDark)
        .add(box({600, 160, -1300}, {1150, 3700, -760}, 20), Material::Panel)
        .add(box({2450, 160, -1300}, {3000, 3700, -760}, 20), Material::Panel)
        .add(plate(Axis::Y, 2900, 4300, rectangle(520, -1340, 3080, 840, 300), {}, 20), Material::Panel, smooth)
        .add(plate(Axis::Y, 3040, 3110, rectangle(516, -1344, 3084, 844, 302)), Material::Accent, smooth);
    node.instance("main-drive", kit::gearMotor(420), {x, 4900, -250}, 0);
    node.add(rod({x, 4300, -50}, Axis::Y, 380, 260, 10), Material::Cast, smooth);
    for (const double px : {1250.0, 2350.0}) node.add(rod({px, 160, -640}, Axis::Y, 60, 2760), Material::Polished, smooth);
    // Jacketed vessel of 650 L on its trolley, open at the top; a sight glass at the side.
    node.add(lathe({x, 420, z}, Axis::Y, {{520, 0}, {600, 60}, {620, 120}, {620, 940}}), Material::Insulation, smooth)
        .add(ring({x, 1360, z}, Axis::Y, 660, 560, 140, 6), Material::Stainless, smooth)
        .add(box({x - 560, 160, -420}, {x + 560, 300, 620}, 8), Material::Frame)
        .add(group({rod({x - 480, 70, 560}, Axis::Z, 90, 60), rod({x + 480, 70, 560}, Axis::Z, 90, 60)}), Material::Black, smooth);
    node.add(box({x - 50, 560, 600}, {x + 50, 1300, 640}, 6), Material::Stainless)
        .add(box({x - 34, 590, 640}, {x + 34, 1270, 650}), Material::Black);
    node.child("level", {x, 600, 652}).add(box({-26, 0, 0}, {26, 660, 5}), Material::ScreenGreen);
    // Hood on the vessel, and under the head what turns: planets carry frame blades and two dispersers.
    node.add(ring({x, rimY, z}, Axis::Y, 680, 640, 120, 4), Material::Rubber, smooth);
    Node& planets = node.child("planets", {x, rimY, z});
    planets.add(rod({0, 620, 0}, Axis::Y, 520, 780, 12), Material::Stainless, smooth)
        .add(box({-30, 640, 500}, {30, 1380, 526}), Material::Accent)
        .add(circleOf(box({-30, 640, 500}, {30, 1380, 526}), 4, Axis::Y), Material::Accent);
    for (const double side : {-1.0, 1.0}) {
        planets.add(rod({side * 260, -900, 0}, Axis::Y, 44, 1540), Material::Polished, smooth)
            .add(group({box({side * 260 - 190, -880, -16}, {side * 260 + 190, -840, 16}),
                        box({side * 260 - 190, -840, -16}, {side * 260 - 150, 40, 16}),
                        box({side * 260 + 150, -840, -16}, {side * 260 + 190, 40, 16}),
                        box({side * 260 - 190, 40, -16}, {side * 260 + 190, 90, 16})}),
                 Material::Stainless, small);
        Node& disperser = planets.child(side < 0 ? "disperser-1" : "disperser-2", {0, -820, side * 280});
        disperser.add(rod({0, 0, 0}, Axis::Y, 32, 1460), Material::Polished, smooth)
            .add(group({rod({0, 20, 0}, Axis::Y, 130, 8), rod({0, 420, 0}, Axis::Y, 110, 8)}), Material::Stainless, smooth)
            .add(box({24, 900, -10}, {36, 1400, 10}), Material::Red);
    }
    // Vacuum pump, solvent and jacket lines.
    node.add(rod({300, 500, -900}, Axis::Z, 170, 700, 10), Material::Accent, smooth)
        .add(box({120, 0, -1000}, {480, 330, -100}, 6), Material::Frame)
        .add(pipe({{300, 670, -500}, {300, 2600, -500}, {900, 2600, -500}}, 50, 140), Material::Stainless, kit::tube)
        .add(pipe({{2420, 700, 0}, {2900, 700, 0}, {2900, 260, 0}, {3300, 260, 0}}, 36, 100), Material::HoseBlue, kit::tube)
        .add(pipe({{2420, 1100, 0}, {3050, 1100, 0}, {3050, 340, 120}, {3300, 340, 120}}, 36, 100), Material::HoseBlue, kit::tube);
    node.instance("name-plate", kit::namePlate("PLANETARY MIXER", 150), {850, 3500, 846});
    node.instance("operator-panel", kit::operatorPanel(), {3300, 0, 1200});
    node.child("label-torque", {x, 4000, 900});
    node.child("label-temperature", {x + 700, 1250, 700});
    kit::addStackLight(node, "stack", {2800, 4300, 600}, 260);
    return model;
}

Model makeSlurryTank() {
    Model model{"slurry-tank", {}};
    Node& node = model.root;
    node.name = "slurry-tank";
    constexpr double x = 900;
    node.add(lathe({x, 500, 0}, Axis::Y, {{160, 0}, {560, 260}, {760, 420}, {780, 460}, {780, 2300}, {640, 2460}, {280, 2540}}),
             Material::Stainless, smooth);
    for (int i = 0; i < 4; ++i)
        node.add(turned(box({x + 620, 0, -50}, {x + 700, 900, 50}), Axis::Y, 45 + 90.0 * i, {x, 0, 0}), Material::Stainless, small);
    node.add(box({x - 70, 1000, 765}, {x + 70, 2240, 800}, 6), Material::Stainless)
        .add(box({x - 50, 1030, 800}, {x + 50, 2210, 810}), Material::Black);
    node.child("level", {x, 1040, 811}).add(box({-40, 0, 0}, {40, 1160, 6}), Material::ScreenGreen);
    Node& agitator = node.child("agitator", {x, 3040, 0});
    agitator.add(rod({0, 0, 0}, Axis::Y, 150, 160, 8), Material::Accent, smooth)
        .add(box({-20, 20, 146}, {20, 140, 160}), Material::White);
    node.add(rod({x, 2540, 0}, Axis::Y, 220, 160, 6), Material::Cast, smooth)
        .add(rod({x, 2700, 0}, Axis::Y, 170, 340, 6), Material::PanelDark, smooth)
        .add(box({x - 200, 3205, -160}, {x + 200, 3420, 160}, 20), Material::PanelDark);
    node.instance("pump", kit::pump(), {x, 0, -1300});
    node.add(pipe({{x, 520, 0}, {x, 330, 0}, {x, 330, -900}, {x + 50, 458, -1300}}, 50, 90), Material::Stainless, kit::tube)
        .add(pipe({{x - 700, 290, -1300}, {x - 900, 290, -1300}, {x - 900, 2950, -1300}, {x + 3400, 2950, -1300}}, 45, 120),
             Material::Stainless, kit::tube)
        .add(rod({x - 900, 700, -1300}, Axis::Y, 130, 700, 20), Material::Stainless, smooth);
    node.instance("name-plate", kit::namePlate("SLURRY 1300 L", 110), {x - 450, 2330, 790});
    node.child("label-level", {x, 2700, 820});
    return model;
}

} // namespace millwright::assets
