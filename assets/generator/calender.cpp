#include "frames.hpp"
#include "shared.hpp"

/// Calender: two Ø800 rolls in C-frames, hydraulic rams, cardan drive, oil heating.
namespace millwright::assets {
namespace {

constexpr Fineness smooth{1, 0.18};
constexpr double nipX = 1700, nipY = calenderPassLine, rollRadius = 400, rollHalf = 450, frameInner = 560, frameOuter = 840;

BodyRef calenderRoll() {
    return kit::shared("calender-roll", [](Body& body) {
        body.add(
            lathe({0, 0, 0}, Axis::Z, {{394, -rollHalf}, {rollRadius, -rollHalf + 6}, {rollRadius, rollHalf - 6}, {394, rollHalf}}),
            Material::Chrome, {0.6, 0.1});
        for (const double s : {-1.0, 1.0})
            body.add(lathe({0, 0, 0}, Axis::Z,
                           {{220, s * rollHalf},
                            {220, s * (rollHalf + 50)},
                            {160, s * (rollHalf + 90)},
                            {150, s * 900},
                            {110, s * 905},
                            {110, s * 990}}),
                     Material::Steel, smooth);
        for (const double z : {-rollHalf - 3, rollHalf}) {
            body.add(ring({0, 0, z}, Axis::Z, 330, 300, 3), Material::Steel, smooth);
            body.add(circleOf(hexagon({280, 0, z - (z < 0 ? 9 : 0)}, Axis::Z, 36, 12), 10, Axis::Z), Material::Steel);
            body.add(box({-26, 300, z}, {26, 384, z + 3}), Material::Accent);
        }
    });
}

/// A bearing block that slides in the frame's throat.
BodyRef chock() {
    return kit::shared("chock", [](Body& body) {
        body.add(plate(Axis::Z, frameInner + 20, frameOuter - 20,
                       {{-320, -250, 60},
                        {-250, -330, 40},
                        {250, -330, 40},
                        {320, -250, 60},
                        {320, 250, 60},
                        {250, 330, 40},
                        {-250, 330, 40},
                        {-320, 250, 60}},
                       {}, 8),
                 Material::Cast, smooth);
        body.add(lathe({0, 0, frameOuter - 20}, Axis::Z, {{265, 0}, {265, 26}, {240, 36}, {170, 40}, {170, 20}}), Material::Steel,
                 smooth);
        body.add(circleOf(hexagon({215, 0, frameOuter + 12}, Axis::Z, 36, 16), 12, Axis::Z), Material::PanelDark);
        body.add(group({box({-334, -240, frameInner + 60}, {-318, 240, frameOuter - 60}, 2),
                        box({318, -240, frameInner + 60}, {334, 240, frameOuter - 60}, 2)}),
                 Material::Brass);
    });
}

BodyRef cFrame() {
    return kit::shared("c-frame", [](Body& body) {
        const Outline c{{820, 90, 40},     {2620, 90, 40},   {2620, 2800, 200}, {2420, 3000, 120},
                        {1080, 3000, 120}, {1000, 2900, 60}, {1000, 2180, 60},  {1080, 2080, 40},
                        {2040, 2080, 110}, {2040, 430, 110}, {1000, 430, 60},   {820, 330, 40}};
        body.add(plate(Axis::Z, frameInner, frameOuter, c, {rectangle(2230, 900, 2440, 1900, 100)}, 10), Material::Frame, smooth);
        body.add(box({700, 60, frameInner - 60}, {2740, 100, frameOuter + 60}, 8), Material::PanelDark);
        for (const double x : {780.0, 1700.0, 2660.0})
            for (const double z : {frameInner - 25, frameOuter + 25})
                body.add(hexagon({x, 100, z}, Axis::Y, 55, 40), Material::Steel)
                    .add(rod({x, 140, z}, Axis::Y, 18, 40), Material::Steel);
        body.add(group({box({1340, 440, frameInner + 30}, {1380, 1100, frameOuter - 30}, 4)}), Material::Polished);
    });
}

/// Ram above a chock: cylinder with tie rods, hose, pressure transmitter. Origin: its axis at the frame's top.
BodyRef ram() {
    return kit::shared("hydraulic-ram", [](Body& body) {
        body.add(lathe({0, -940, 0}, Axis::Y, {{150, 0}, {150, 30}, {120, 40}, {120, 60}}), Material::Steel, smooth);
        body.add(rod({0, -900, 0}, Axis::Y, 105, 260), Material::Chrome, smooth);
        body.add(
            lathe({0, 0, 0}, Axis::Y, {{235, 0}, {235, 60}, {190, 70}, {190, 430}, {225, 440}, {225, 500}, {200, 516}, {90, 520}}),
            Material::Accent, smooth);
        body.add(circleOf(group({rod({212, 50, 0}, Axis::Y, 16, 400), hexagon({212, 500, 0}, Axis::Y, 48, 36)}), 8, Axis::Y),
                 Material::Steel);
        body.add(group({box({-50, 510, -50}, {50, 610, 50}, 8)}), Material::Steel);
        body.add(pipe({{50, 570, 0}, {190, 570, 0}, {330, 420, 0}, {330, 100, 0}}, 20, 90), Material::Cable, kit::tube);
        body.add(group({rod({0, 610, 0}, Axis::Y, 20, 50), rod({0, 660, 0}, Axis::Y, 38, 70, 6)}), Material::Aluminium, smooth);
    });
}

BodyRef cardanShaft() {
    return kit::shared("cardan-shaft", [](Body& body) {
        const double a = -990, b = -1780;
        body.add(rod({0, 0, b + 140}, Axis::Z, 70, a - b - 280), Material::Steel, smooth);
        for (const double z : {a, b}) {
            const double s = z == a ? -1 : 1;
            body.add(rod({0, 0, s < 0 ? z - 40 : z}, Axis::Z, 125, 40, 6), Material::Steel, smooth);
            body.add(group({block({0, 88, z + s * 85}, {110, 40, 110}, 8), block({0, -88, z + s * 85}, {110, 40, 110}, 8),
                            block({88, 0, z + s * 115}, {40, 110, 110}, 8), block({-88, 0, z + s * 115}, {40, 110, 110}, 8)}),
                     Material::Cast);
            body.add(group({rod({0, -100, z + s * 100}, Axis::Y, 34, 200), rod({-100, 0, z + s * 100}, Axis::X, 34, 200)}),
                     Material::Polished, smooth);
            body.add(circleOf(hexagon({100, 0, s < 0 ? z - 54 : z + 40}, Axis::Z, 30, 14), 8, Axis::Z), Material::PanelDark);
        }
    });
}

void addDrive(Node& node) {
    node.instance("drive-shaft-upper", cardanShaft(), {nipX, nipY + rollRadius, 0});
    node.instance("drive-shaft-lower", cardanShaft(), {nipX, nipY - rollRadius, 0});
    node.add(plate(Axis::Z, -2360, -1860,
                   {{nipX - 420, 240, 30},
                    {nipX + 420, 240, 30},
                    {nipX + 420, 1860, 80},
                    {nipX + 260, 2020, 60},
                    {nipX - 260, 2020, 60},
                    {nipX - 420, 1860, 80}},
                   {}, 12),
             Material::Accent, smooth);
    node.add(box({nipX - 520, 60, -2420}, {nipX + 520, 244, -1800}, 10), Material::PanelDark);
    for (const double y : {nipY - rollRadius, nipY + rollRadius}) {
        node.add(lathe({nipX, y, -1860}, Axis::Z, {{200, 0}, {200, 24}, {170, 34}, {110, 40}, {110, 80}}), Material::Cast, smooth);
        node.add(moved(circleOf(hexagon({182, 0, -1838}, Axis::Z, 26, 14), 10, Axis::Z), {nipX, y, 0}), Material::Steel);
    }
    for (int i = 0; i < 9; ++i)
        node.add(box({nipX + 418, 420 + i * 150.0, -2320}, {nipX + 446, 440 + i * 150.0, -1900}, 2), Material::Accent);
    node.instance("drive-motor", kit::gearMotor(420), {nipX, 1180, -2360}, 180);
}

/// Thermal oil: tank with heaters and pump, jacketed pipes to rotary unions on the rolls' operator ends.
void addOilHeating(Node& node) {
    Node& skid = node.child("oil-heater", {2750, 0, -1900});
    skid.add(box({-450, 60, -420}, {620, 120, 420}, 6), Material::PanelDark)
        .add(box({-380, 120, -360}, {260, 1250, 360}, 14), Material::Insulation);
    skid.add(plate(Axis::Z, 360, 380, rectangle(-300, 240, 180, 820, 20), {}, 4), Material::Panel)
        .add(box({-250, 900, 360}, {130, 1150, 372}, 6), Material::Panel);
    skid.add(box({-200, 1000, 372}, {-60, 1090, 376}), Material::Screen);
    skid.add(lathe({440, 300, 0}, Axis::Y,
                   {{120, 0}, {150, 20}, {150, 120}, {90, 130}, {90, 160}, {105, 166}, {105, 460}, {90, 500}, {20, 502}}),
             Material::Water, smooth);
    skid.instance("plate-oil", kit::namePlate("ROLL HEATING", 46), {-300, 1180, 375});
    for (const double y : {nipY - rollRadius, nipY + rollRadius}) {
        node.add(lathe({nipX, y, 985}, Axis::Z, {{90, 0}, {100, 8}, {100, 90}, {70, 100}, {70, 170}, {55, 178}}), Material::Brass,
                 smooth);
        for (const double dx : {-60.0, 60.0}) {
            const double x = nipX + dx;
            node.add(
                pipe({{x, y, 1120}, {x, y, 1260}, {x + dx, y - 180, 1260}, {x + dx * 2, 240, 1260}, {2780, 240, 1260}}, 26, 90),
                Material::Insulation, kit::tube);
        }
    }
}

} // namespace

Model makeCalender() {
    Model model{"calender", {}};
    Node& node = model.root;
    node.name = "calender";
    const BodyRef frame = cFrame();
    node.instance("c-frame-os", frame);
    node.add(mirroredZ(group([&] {
                 std::vector<Shape> shapes;
                 for (const Part& part : frame->parts)
                     if (part.material == Material::Frame) shapes.push_back(part.shape);
                 return shapes;
             }())),
             Material::Frame, smooth);
    node.add(box({700, 60, -frameOuter - 60}, {2740, 100, -frameInner + 60}, 8), Material::PanelDark);
    // Cross beams.
    node.add(box({1160, 2620, -frameInner}, {2460, 2900, frameInner}, 14), Material::Frame)
        .add(box({2180, 380, -frameInner}, {2520, 620, frameInner}, 12), Material::Frame);
    for (int i = 0; i < 5; ++i)
        node.add(box({1150, 2660, -400 + i * 200.0 - 12}, {1164, 2860, -400 + i * 200.0 + 12}, 2), Material::Frame);
    // Lower roll in fixed chocks; the upper one, its chocks and the rams' feet move with the gap.
    node.instance("lower-roll", calenderRoll(), {nipX, nipY - rollRadius, 0});
    const BodyRef block = chock();
    node.instance("chock-lower-os", block, {nipX, nipY - rollRadius, 0});
    node.instance("chock-lower-ds", block, {nipX, nipY - rollRadius, 0}, 180);
    Node& upper = node.child("upper-roll-assembly", {nipX, nipY + rollRadius, 0});
    upper.instance("upper-roll", calenderRoll());
    upper.instance("chock-upper-os", block);
    upper.instance("chock-upper-ds", block, {0, 0, 0}, 180);
    for (const double z : {-700.0, 700.0}) node.instance(z < 0 ? "ram-ds" : "ram-os", ram(), {nipX, 3000, z});
    addDrive(node);
    addOilHeating(node);
    // Infeed and outfeed roller frames.
    addSideFrames(node, {{180, 230, 30}, {830, 230, 30}, {830, 1280, 60}, {180, 1280, 60}}, {rectangle(420, 380, 660, 620, 60)},
                  {{250, 320}, {760, 320}, {600, 1000}}, {250, 760});
    addSideFrames(node, {{2780, 230, 30}, {3240, 230, 30}, {3240, 1280, 60}, {2780, 1280, 60}},
                  {rectangle(2900, 420, 3120, 760, 60)}, {{2850, 320}, {3170, 320}}, {2840, 3180});
    addWebRollers(node, Station::Calender);
    // Thickness gauge after the nip and a roll cleaner on each roll.
    node.add(group({box({2960, 1290, -420}, {3080, 1380, 420}, 8), box({2960, 960, -420}, {3080, 1050, 420}, 8),
                    box({2960, 960, 420}, {3080, 1380, 446}, 6)}),
             Material::Panel);
    for (const double z : {-220.0, 0.0, 220.0})
        node.add(box({2985, 1240, z - 35}, {3055, 1292, z + 35}, 5), Material::Black)
            .add(box({2985, 1048, z - 35}, {3055, 1100, z + 35}, 5), Material::Black);
    for (const double y : {nipY + 620, nipY - 620})
        node.add(box({2060, y - 40, -430}, {2130, y + 40, 430}, 6), Material::Stainless);
    // Nip guard, front fence, hydraulics cabinet.
    node.instance("nip-guard", kit::guard(900, 700, true), {900, 1290, 450}, 90);
    addFence(node, 900, 2700, 1500, "guard", 0, false);
    node.instance("cabinet-1", kit::cabinet(1200, 2000, 500), {500, 0, -1900});
    node.instance("operator-panel", kit::operatorPanel(), {3000, 0, 1350});
    node.instance("e-stop", kit::emergencyStop(), {2540, 1300, frameOuter});
    node.instance("name-plate", kit::namePlate("CALENDER 1", 110), {1330, 2700, frameOuter + 2});
    node.instance("name-plate-load", kit::namePlate("2000 N/mm MAX", 60), {1400, 2460, frameOuter + 2});
    kit::addStackLight(node, "stack", {2350, 3000, 700}, 260);
    node.child("label-load", {nipX, 3800, 700});
    node.child("label-gap", {nipX - 700, 1800, 900});
    return model;
}

} // namespace millwright::assets
