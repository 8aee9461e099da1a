#include "frames.hpp"
#include "shared.hpp"

/// Slot-die coater: web guide, infeed drive, die on its carriage, backing roll, dosing skid with day tank and pump.
namespace millwright::assets {
namespace {

constexpr Fineness smooth{1, 0.28};
constexpr double rollX = 5100 - coaterX, rollY = 1350, rollRadius = 175;

/// Origin: the middle of the slot's lips; the die looks along +X, slot along Z.
BodyRef slotDie() {
    return kit::shared("slot-die", [](Body& body) {
        const double half = 345;
        body.add(plate(Axis::Z, -half, half, {{-2, 0.5}, {-2, 6}, {-70, 62, 6}, {-250, 62, 6}, {-250, 0.5}}, {}, 1),
                 Material::Polished, smooth);
        body.add(plate(Axis::Z, -half, half, {{-2, -0.5}, {-250, -0.5}, {-250, -62, 6}, {-70, -62, 6}, {-2, -6}}, {}, 1),
                 Material::Polished, smooth);
        body.add(box({-262, -48, -half + 60}, {-250, 48, half - 60}, 3), Material::Stainless);
        for (const double z : {-half - 16, half})
            body.add(plate(Axis::Z, z, z + 16, {{-8, -4}, {-66, 56, 6}, {-246, 56, 6}, {-246, -56, 6}, {-66, -56, 6}}, {}, 2),
                     Material::Stainless, smooth);
        std::vector<Shape> bolts;
        for (int i = 0; i < 12; ++i) {
            const double z = -half + 30 + i * (2 * half - 60) / 11;
            bolts.push_back(rod({-120, 62, z}, Axis::Y, 13, 16));
            bolts.push_back(rod({-205, 62, z}, Axis::Y, 13, 16));
        }
        body.add(group(bolts), Material::PanelDark);
        // Lip adjusters on the upper half.
        std::vector<Shape> adjusters;
        for (int i = 0; i < 17; ++i)
            adjusters.push_back(
                turned(rod({-58, 50, -half + 32 + i * (2 * half - 64) / 16}, Axis::Y, 6, 60), Axis::Z, 42, {-58, 50, 0}));
        body.add(group(adjusters), Material::Steel);
        body.add(lathe({-262, 0, 0}, Axis::X, {{34, 0}, {34, -30}, {44, -32}, {44, -50}, {26, -52}, {26, -90}}),
                 Material::Stainless, smooth);
        body.add(pipe({{-350, 0, 0}, {-440, 0, 0}, {-440, -420, 0}, {-440, -420, 300}}, 24, 90), Material::HoseBlue, kit::tube);
        std::vector<Shape> heaters;
        for (const double z : {-280.0, -140.0, 140.0, 280.0})
            heaters.push_back(pipe({{-262, 20, z}, {-330, 20, z}, {-370, -80, z * 0.9}, {-380, -200, z * 0.7}}, 7, 40));
        body.add(group(heaters), Material::Cable);
        // Carriage: saddle, top plate, end brackets.
        body.add(box({-300, -104, -half - 40}, {-60, -66, half + 40}, 5), Material::Accent);
        for (const double z : {-half - 60, half + 20}) body.add(box({-280, -170, z}, {-60, -66, z + 40}, 4), Material::Accent);
        body.add(box({-60, -60, -half + 20}, {-22, -92, half - 20}, 3), Material::Stainless); // vacuum box below the lips
        body.add(group({pipe({{-42, -90, -200}, {-42, -190, -200}, {-42, -190, -420}}, 18, 50)}), Material::Cable, kit::tube);
    });
}

void addCoatingHead(Node& node) {
    // The die's nodes move back along -X; its rails and screw stay.
    node.instance("die", slotDie(), {rollX - rollRadius - 0.25, rollY, 0});
    for (const double z : {-365.0, 365.0}) {
        node.add(box({rollX - 560, rollY - 200, z - 22}, {rollX - 190, rollY - 172, z + 22}, 3), Material::Polished);
        node.add(box({rollX - 600, rollY - 250, z - 60}, {rollX - 170, rollY - 200, z + 60}, 5), Material::Frame);
    }
    node.add(box({rollX - 600, rollY - 250, -450}, {rollX - 560, rollY - 120, 450}, 5), Material::Frame);
    node.add(rod({rollX - 560, rollY - 186, 0}, Axis::X, 16, 330), Material::Steel, smooth);
    node.add(turned(lathe({0, 0, 0}, Axis::Z, {{50, 0}, {50, 120}, {40, 130}, {40, 230}, {30, 236}}), Axis::Y, -90),
             Material::Accent, smooth);
    node.body->parts.back().shape = moved(node.body->parts.back().shape, {rollX - 600, rollY - 186, 0});
    // Drip tray under the roll.
    node.add(plate(Axis::Z, -430, 430,
                   {{rollX - 420, 1010, 6},
                    {rollX + 250, 1010, 6},
                    {rollX + 290, 1060, 6},
                    {rollX + 280, 1062, 6},
                    {rollX + 246, 1018, 4},
                    {rollX - 416, 1018, 4},
                    {rollX - 450, 1062, 6},
                    {rollX - 460, 1060, 6}}),
             Material::Stainless);
    // Hood with extraction over the coating head.
    node.add(plate(Axis::Z, -440, 440,
                   {{rollX - 500, 2130, 10},
                    {rollX + 420, 2130, 10},
                    {rollX + 420, 2200, 20},
                    {rollX + 150, 2420, 60},
                    {rollX - 230, 2420, 60},
                    {rollX - 500, 2200, 20}},
                   {}, 4),
             Material::Panel, smooth);
    node.instance("hood-duct", kit::roundDuct(Axis::Y, 110, 1500), {rollX - 40, 2415, 0});
    // Its posts are bolted to the outside of the side plates, beside the web.
    for (const double x : {-170.0, 260.0})
        for (const double side : {-1.0, 1.0}) {
            const double low = side > 0 ? plateOuter : -plateOuter - 30;
            node.add(box({rollX + x, 1490, low}, {rollX + x + 50, 2140, low + 30}, 3), Material::Frame);
            node.add(box({rollX + x, 2140, side > 0 ? 430 : low}, {rollX + x + 50, 2180, side > 0 ? low + 30 : -430}, 3),
                     Material::Frame);
            for (const double y : {1520.0, 1580.0})
                node.add(hexagon({rollX + x + 25, y, side > 0 ? low + 30 : low - 12}, Axis::Z, 24, 12), Material::Steel);
        }
    node.add(box({rollX - 420, 2116, -380}, {rollX + 340, 2132, 380}, 3), Material::Light);
}

BodyRef dayTank() {
    return kit::shared("day-tank", [](Body& body) {
        body.add(lathe({0, 0, 0}, Axis::Y, {{40, 420}, {40, 480}, {330, 700}, {340, 715}, {340, 1400}, {330, 1420}}),
                 Material::Stainless, {1, 0.2});
        body.add(lathe({0, 0, 0}, Axis::Y, {{330, 1420}, {356, 1424}, {356, 1446}, {330, 1450}, {240, 1520}, {90, 1548}}),
                 Material::Stainless, {1, 0.2});
        for (int i = 0; i < 3; ++i)
            body.add(
                turned(group({pipe({{300, 1000, 0}, {348, 900, 0}, {348, 20, 0}}, 26, 60), rod({348, 0, 0}, Axis::Y, 52, 16, 3)}),
                       Axis::Y, 120.0 * i + 30),
                Material::Stainless, kit::tube);
        body.add(lathe({0, 1548, 0}, Axis::Y, {{110, 0}, {110, 24}, {80, 30}, {80, 90}, {110, 96}, {110, 120}}), Material::Cast,
                 smooth);
        body.add(lathe({0, 1668, 0}, Axis::Y, {{88, 0}, {96, 10}, {96, 240}, {82, 290}, {20, 294}}), Material::Accent, smooth);
        body.add(circleOf(box({84, 1690, -3}, {104, 1890, 3}), 20, Axis::Y), Material::Accent);
        body.add(group({rod({190, 1490, 120}, Axis::Y, 70, 40, 5), rod({-180, 1500, 120}, Axis::Y, 30, 90, 3)}),
                 Material::Stainless, smooth);
        body.add(circleOf(hexagon({343, 1446, 0}, Axis::Y, 20, 14), 16, Axis::Y), Material::Steel);
        body.add(pipe({{0, 420, 0}, {0, 300, 0}, {420, 300, 0}}, 28, 80), Material::Stainless, kit::tube);
        // Level glass with its valves.
        body.add(group({box({-26, 740, 338}, {26, 790, 400}, 4), box({-26, 1340, 338}, {26, 1390, 400}, 4)}), Material::Brass);
        body.add(rod({0, 770, 378}, Axis::Y, 15, 590), Material::Glass, smooth);
    });
}

/// The dosing skid at the operator side: tank, progressing-cavity pump, filter, mass-flow meter, pipes to the die.
void addDosingSkid(Node& node) {
    Node& skid = node.child("dosing-skid", {360, 0, 1900});
    skid.add(box({-520, 60, -480}, {1640, 120, 480}, 6), Material::PanelDark)
        .add(box({-500, 118, -460}, {1620, 126, 460}, 2), Material::Stainless);
    for (const double x : {-440.0, 560.0, 1560.0})
        for (const double z : {-420.0, 420.0}) skid.add(rod({x, 0, z}, Axis::Y, 40, 62, 4), Material::Steel);
    skid.instance("day-tank", dayTank(), {-60, 126, 0});
    skid.child("tank-level", {-60, 900, 378}).add(rod({0, 0, 0}, Axis::Y, 12, 580), Material::Slurry, smooth);
    skid.instance("pump", kit::pump(), {780, 126, 180});
    skid.add(pipe({{360, 426, 0}, {360, 416, 0}, {360, 300, 180}, {60, 416, 180}}, 26, 30), Material::Stainless, kit::tube);
    // Discharge: up from the pump, filter, flow meter, then over to the die.
    skid.add(pipe({{830, 560, 180}, {830, 900, 180}, {1100, 900, 180}, {1100, 900, -180}, {1100, 1250, -180}, {860, 1250, -180}},
                  24, 80),
             Material::Stainless, kit::tube);
    skid.add(lathe({1100, 640, -180}, Axis::Y, {{30, 0}, {84, 40}, {84, 330}, {100, 334}, {100, 360}, {84, 364}, {60, 400}}),
             Material::Stainless, smooth);
    skid.add(rod({1100, 120, -180}, Axis::Y, 22, 540), Material::Stainless, smooth);
    skid.add(
        pipe({{860, 1250, -180}, {560, 1250, -180}, {560, 1250, -1250}, {560, 930, -1250}, {725, 930, -1250}, {725, 930, -1600}},
             24, 90),
        Material::Stainless, kit::tube);
    skid.add(box({700, 1180, -250}, {820, 1320, -110}, 10), Material::White)
        .add(rod({760, 1320, -180}, Axis::Y, 20, 60), Material::Stainless);
    skid.add(rod({760, 1380, -180}, Axis::Y, 58, 80, 8), Material::White, smooth)
        .add(rod({760, 1420, -124}, Axis::Z, 40, 6, 1), Material::Screen, smooth);
    skid.add(group({rod({470, 1160, -180}, Axis::Y, 14, 90), rod({470, 1095, -180}, Axis::Y, 50, 36, 3)}), Material::Stainless,
             smooth);
    skid.add(rod({470, 1113, -145}, Axis::Z, 44, 10, 2), Material::White, smooth);
    skid.instance("plate-skid", kit::namePlate("SLURRY FEED", 50), {300, 20, 482});
    skid.child("label-level", {-60, 2250, 0});
}

} // namespace

Model makeCoater() {
    Model model{"coater", {}};
    Node& node = model.root;
    node.name = "coater";
    // Infeed frame with the web guide on top.
    addSideFrames(node, {{170, 230, 30}, {1090, 230, 30}, {1090, 1860, 80}, {1000, 1960, 60}, {260, 1960, 60}, {170, 1860, 80}},
                  {rectangle(300, 820, 640, 1560, 80), rectangle(300, 380, 640, 660, 60)},
                  {{250, 330}, {1010, 1300}, {250, 1700}, {520, 1680}}, {240, 1020});
    // Coating head frame: low at the die, high at the roll.
    addSideFrames(node,
                  {{1190, 230, 30},
                   {3060, 230, 30},
                   {3060, 1900, 80},
                   {2960, 1980, 60},
                   {2640, 1980, 60},
                   {2560, 1560, 120},
                   {1960, 1660, 120},
                   {1500, 1660, 60},
                   {1420, 1080, 80},
                   {1190, 1000, 60}},
                  {rectangle(1330, 380, 1900, 860, 90), rectangle(2480, 420, 2920, 1180, 90), rectangle(2060, 400, 2330, 660, 60)},
                  {{1260, 330}, {2980, 330}, {2980, 1360}, {1980, 940}, {2700, 1880}}, {1260, 2100, 2990});
    addWebRollers(node, Station::Coater);
    kit::addRoller(node, "nip-roller", {930, 460}, 60, rollerFace, plateOuter, Material::Rubber);
    addCoatingHead(node);
    addDosingSkid(node);
    // Web guide: swinging frame, actuator and edge sensors.
    node.add(group({box({220, 1690, -440}, {830, 1730, -400}, 4), box({220, 1690, 400}, {830, 1730, 440}, 4),
                    box({500, 1660, -440}, {560, 1700, 440}, 4)}),
             Material::Accent);
    node.add(rod({560, 1650, 300}, Axis::X, 26, 300, 4), Material::Aluminium, smooth);
    for (const double z : {-345.0, 345.0}) {
        node.add(group({box({860, 1380, z - 30}, {940, 1400, z + 30}, 3), box({860, 1330, z - 30}, {880, 1400, z + 30}, 3),
                        box({800, 1330, z - 30}, {940, 1350, z + 30}, 3)}),
                 Material::Black);
    }
    // Tension load cells under the support roller, static bar before the die.
    for (const double z : {-470.0, 470.0}) node.add(box({2850, 1560, z - 30}, {2950, 1640, z + 30}, 4), Material::Aluminium);
    node.instance("backing-roll-drive", kit::gearMotor(240), {rollX, rollY, -plateOuter - 70}, 180);
    node.instance("infeed-drive", kit::gearMotor(180), {930, 640, -plateOuter - 70}, 180);
    node.instance("cabinet-1", kit::cabinet(1200, 2000, 500), {700, 0, -1620});
    node.instance("cabinet-2", kit::cabinet(1200, 2000, 500), {1920, 0, -1620});
    node.instance("name-plate", kit::namePlate("SLOT-DIE COATER 1", 70), {160, 1880, -1366});
    node.instance("cable-tray", kit::cableTray(3200), {0, 2450, -1500});
    node.instance("operator-panel", kit::operatorPanel(), {2560, 0, 1250});
    node.instance("e-stop", kit::emergencyStop(), {1250, 800, plateOuter});
    node.instance("e-stop-2", kit::emergencyStop(), {2990, 1500, plateOuter});
    node.instance("plate-os", kit::namePlate("SLOT-DIE COATER", 60), {2010, 1290 + 250, plateOuter + 1});
    kit::addStackLight(node, "stack", {2800, 1980, 440}, 260);
    node.child("label-speed", {rollX, 2050, 520});
    node.child("label-die", {rollX - 350, 1750, 520});
    return model;
}

} // namespace millwright::assets
