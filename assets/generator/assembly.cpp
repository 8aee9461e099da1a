#include "shared.hpp"
#include "shop.hpp"

/// Assembly of bushes and ball joint: a pallet conveyor, -X, through a servo press and a nutrunner, with places for two operators.
namespace millwright::assets {
namespace {

constexpr Fineness smooth{1.2, 0.32};
constexpr Fineness small{1.5, 0.6};
constexpr double line = 900, pressX = 7600, nutX = 4600, visionX = 1900;

BodyRef workPallet() {
    return kit::shared("work-pallet", [](Body& body) {
        body.add(box({-300, 0, -260}, {300, 30, 260}, 5), Material::Aluminium, small)
            .add(group({box({-240, 30, -60}, {-180, 80, 60}, 4), box({90, 30, -190}, {150, 80, -110}, 4),
                        box({60, 30, 110}, {120, 80, 190}, 4)}),
                 Material::Black, small);
        body.add(group({rod({-150, 30, 0}, Axis::Y, 17, 80, 3), rod({170, 30, -150}, Axis::Y, 16, 80, 3),
                        rod({108, 30, 160}, Axis::Y, 16, 80, 3)}),
                 Material::Steel, small);
    });
}

void addConveyor(Node& node) {
    node.add(group({box({0, line - 140, -330}, {12000, line, -270}, 4), box({0, line - 140, 270}, {12000, line, 330}, 4)}),
             Material::Aluminium);
    node.add(group({box({0, line - 20, -268}, {12000, line - 4, -190}), box({0, line - 20, 190}, {12000, line - 4, 268})}),
             Material::Rubber);
    for (double x = 300; x < 12000; x += 1600)
        for (const double z : {-300.0, 300.0}) node.instance("leg", kit::leg(line - 140, 70), {x, 0, z});
    int n = 0;
    for (const double x : {11300.0, 10000.0, 9000.0, pressX, 6400.0, nutX, 3300.0, visionX, 700.0}) {
        Node& pallet = node.instance(std::format("pallet-{}", ++n), workPallet(), {x, line, 0});
        if (n > 1) pallet.instance(std::format("pallet-{}-part", n), kit::controlArm(Material::Black), {-150, 100, 0});
    }
}

/// C-frame with a ram that comes down on the bush.
void addServoPress(Node& node) {
    const double x = pressX;
    const Outline side{{-900, 0},         {330, 0},        {330, 720, 20},  {-300, 720, 120},
                       {-300, 1620, 120}, {330, 1620, 20}, {330, 2300, 60}, {-900, 2300, 60}};
    for (const double low : {x - 380, x + 270}) node.add(plate(Axis::X, low, low + 110, side, {}, 6), Material::Panel, small);
    node.add(box({x - 270, 0, -900}, {x + 270, 720, 300}, 8), Material::Panel)
        .add(box({x - 270, 1620, -880}, {x + 270, 2280, 310}, 8), Material::Accent)
        .add(box({x - 270, 720, -880}, {x + 270, 1620, -420}), Material::PanelDark);
    node.add(rod({x, 2280, 0}, Axis::Y, 120, 420, 8), Material::PanelDark, smooth)
        .add(box({x - 180, 2280, -420}, {x + 180, 2600, -160}, 10), Material::Accent);
    Node& ram = node.child("ram", {x, 1080, 0});
    ram.add(lathe({0, 0, 0}, Axis::Y, {{34, 0}, {36, 4}, {36, 120}, {62, 130}, {62, 900}}), Material::Polished, smooth)
        .add(rod({0, 130, 0}, Axis::Y, 86, 60, 4), Material::PanelDark, smooth);
    node.add(letters("100 kN", 110, {x - 240, 1900, 311}, Axis::Z), Material::White, {0.8, 0.6});
}

/// Two spindles on a portal over the conveyor.
void addNutrunner(Node& node) {
    const double x = nutX;
    for (const double dx : {-520.0, 430.0})
        node.add(box({x + dx, 0, -620}, {x + dx + 90, 2400, -530}, 5), Material::Frame)
            .add(box({x + dx, 0, 530}, {x + dx + 90, 2400, 620}, 5), Material::Frame);
    node.add(group({box({x - 520, 2300, -530}, {x - 430, 2400, 530}), box({x + 430, 2300, -530}, {x + 520, 2400, 530}),
                    box({x - 430, 2310, -60}, {x + 430, 2390, 60}, 4)}),
             Material::Frame);
    node.add(box({x - 260, 1500, -90}, {x + 260, 2310, -30}, 6), Material::Accent);
    for (int i = 0; i < 2; ++i) {
        const double sx = x - 130 + i * 260.0;
        node.add(rod({sx, 1560, 40}, Axis::Y, 52, 560, 5), Material::PanelDark, smooth)
            .add(box({sx - 40, 1600, -30}, {sx + 40, 1700, 60}), Material::Steel);
        Node& spindle = node.child(std::format("spindle-{}", i + 1), {sx, 1180, 40});
        spindle.add(rod({0, 90, 0}, Axis::Y, 20, 300, 2), Material::Polished, smooth)
            .add(hexagon({0, 0, 0}, Axis::Y, 44, 100), Material::Steel, small)
            .add(box({-4, 110, 18}, {4, 360, 26}), Material::Red);
    }
}

void addVision(Node& node) {
    const double x = visionX;
    node.add(group({box({x - 520, 0, -560}, {x - 440, 2250, -480}), box({x + 440, 0, -560}, {x + 520, 2250, -480}),
                    box({x - 520, 0, 480}, {x - 440, 2250, 560}), box({x + 440, 0, 480}, {x + 520, 2250, 560}),
                    box({x - 520, 2170, -560}, {x + 520, 2250, 560})}),
             Material::Frame);
    node.add(group({box({x - 500, 1250, 500}, {x + 500, 2160, 512}), box({x - 500, 1250, -512}, {x + 500, 2160, -500})}),
             Material::Glass);
    node.add(lathe({x, 1320, 0}, Axis::Y, {{420, 0}, {410, 90}, {340, 220}, {200, 310}, {70, 340}}), Material::PanelDark, smooth)
        .add(rod({x, 1655, 0}, Axis::Y, 60, 240, 6), Material::Black, smooth)
        .add(rod({x, 1895, 0}, Axis::Y, 26, 280), Material::Frame, small);
    node.add(ring({x, 1300, 0}, Axis::Y, 400, 300, 20), Material::Light, smooth);
}

/// An operator's place: flow rack with bins, screen, mat.
void addPlace(Node& node, double x, const std::string& name) {
    Node& place = node.child(name, {x, 0, 0});
    place.add(box({-700, 0, 480}, {700, 14, 1350}, 4), Material::Rubber);
    const BodyRef rack = kit::shared("flow-rack", [](Body& body) {
        std::vector<Shape> frame;
        for (const double px : {-800.0, 760.0})
            for (const double pz : {-1150.0, -520.0}) frame.push_back(box({px, 0, pz}, {px + 40, 2000, pz + 40}));
        body.add(group(frame), Material::Aluminium, small);
        for (int level = 0; level < 3; ++level) {
            const double y = 760 + level * 420.0;
            body.add(turned(box({-800, y, -1150}, {800, y + 24, -480}), Axis::X, 5, {0, y, -800}), Material::Galvanised, small);
            for (int i = 0; i < 4; ++i)
                body.add(
                    turned(box({-760 + i * 390.0, y + 26, -860}, {-410 + i * 390.0, y + 220, -500}, 10), Axis::X, 5, {0, y, -800}),
                    (i + level) % 3 == 0 ? Material::Red : Material::HoseBlue, small);
        }
    });
    place.instance(name + "-rack", rack);
    place.add(pipe({{-600, 900, -330}, {-600, 1900, -330}, {-600, 1900, -180}}, 22, 60), Material::Frame, kit::tube)
        .add(box({-900, 1500, -190}, {-300, 1880, -150}, 8), Material::PanelDark)
        .add(box({-870, 1530, -150}, {-330, 1850, -147}), Material::Screen)
        .add(box({-850, 1700, -147}, {-600, 1830, -145}), Material::ScreenWhite)
        .add(box({-570, 1700, -147}, {-350, 1830, -145}), Material::ScreenGreen);
    place.instance(name + "-lamp",
                   kit::shared("place-lamp",
                               [](Body& body) {
                                   body.add(box({-600, 0, -60}, {600, 50, 60}, 8), Material::Panel, small)
                                       .add(box({-580, -6, -45}, {580, 0, 45}), Material::Light);
                               }),
                   {0, 2250, 100});
    for (const double lx : {-640.0, 600.0})
        place.add(box({lx, 0, -420}, {lx + 40, 2300, -380}), Material::Aluminium)
            .add(box({lx, 2290, -420}, {lx + 40, 2320, 160}), Material::Aluminium);
}

} // namespace

Model makeAssembly() {
    Model model{"assembly", {}};
    Node& node = model.root;
    node.name = "assembly";
    addConveyor(node);
    addPlace(node, 9600, "place-1");
    addPlace(node, 6100, "place-2");
    addServoPress(node);
    addNutrunner(node);
    addVision(node);
    node.instance("curtain-1", kit::curtainPost(1800), {pressX + 520, 0, 620}, 180);
    node.instance("curtain-2", kit::curtainPost(1800), {pressX - 520, 0, 620});
    node.instance("cabinet", kit::cabinet(1200, 2000, 500), {4000, 0, -1700});
    node.instance("cabinet-2", kit::cabinet(800, 2000, 500), {5050, 0, -1700});
    node.instance("coated", kit::container(Material::Black, 7), {11300, 0, 1400});
    node.instance("finished", kit::container(Material::Black, 4), {500, 0, 1400});
    node.instance("operator-panel", kit::operatorPanel(), {3300, 0, 900});
    node.instance("name-plate", kit::namePlate("ASSEMBLY", 110), {nutX - 380, 2120, 621});
    node.instance("e-stop", kit::emergencyStop(), {8700, line - 100, 330});
    kit::addStackLight(node, "stack", {pressX + 300, 2300, -500}, 320);
    return model;
}

Model makeLeakTester() {
    Model model{"leak-tester", {}};
    Node& node = model.root;
    node.name = "leak-tester";
    // A bench in a cabinet with a window, a clamp from above, the instrument beside it.
    node.add(box({0, 80, -750}, {2000, 820, 750}, 10), Material::Panel)
        .add(box({60, 0, -700}, {1940, 80, 700}), Material::PanelDark)
        .add(box({-20, 820, -770}, {2020, 870, 770}, 5), Material::Aluminium);
    for (const double x : {0.0, 1920.0})
        for (const double z : {-750.0, 670.0}) node.add(box({x, 870, z}, {x + 80, 2100, z + 80}, 3), Material::Frame);
    node.add(box({0, 2100, -750}, {2000, 2220, 750}, 8), Material::Accent)
        .add(group({box({80, 870, -740}, {1920, 2100, -728})}), Material::Panel)
        .add(group({box({10, 900, -660}, {16, 2090, 660}), box({1984, 900, -660}, {1990, 2090, 660})}), Material::Glass);
    node.add(box({520, 870, -280}, {1180, 930, 280}, 6), Material::Steel)
        .instance("tested", kit::controlArm(Material::Black), {660, 970, 0});
    node.add(group({rod({700, 1750, -300}, Axis::Y, 26, 350), rod({1000, 1750, 300}, Axis::Y, 26, 350),
                    rod({850, 1700, 0}, Axis::Y, 70, 400, 6)}),
             Material::Polished, smooth);
    Node& clamp = node.child("clamp", {850, 1180, 0});
    clamp.add(box({-330, 0, -330}, {330, 60, 330}, 6), Material::Steel)
        .add(group({rod({-190, -60, 0}, Axis::Y, 62, 60, 4), rod({130, -60, -150}, Axis::Y, 56, 60, 4),
                    rod({68, -60, 160}, Axis::Y, 56, 60, 4)}),
             Material::Red, smooth)
        .add(rod({0, 60, 0}, Axis::Y, 50, 560, 4), Material::Polished, smooth)
        .add(group({rod({-150, 60, -300}, Axis::Y, 18, 600), rod({150, 60, 300}, Axis::Y, 18, 600)}), Material::Polished, smooth);
    node.add(box({1330, 870, -420}, {1850, 1320, 60}, 10), Material::PanelDark)
        .add(box({1370, 1060, 60}, {1650, 1280, 63}), Material::Screen)
        .add(box({1385, 1180, 63}, {1560, 1260, 64.5}), Material::ScreenGreen)
        .add(box({1385, 1090, 63}, {1635, 1100, 64.5}), Material::ScreenWhite);
    for (const double z : {-330.0, -200.0})
        node.add(pipe({{1330, 1200, z}, {1230, 1300, z}, {1000, 1350, z + 150}, {930, 1240, z + 200}}, 9, 50), Material::HoseBlue,
                 kit::tube);
    node.instance("curtain-1", kit::curtainPost(1900), {60, 0, 900});
    node.instance("curtain-2", kit::curtainPost(1900), {1940, 0, 900}, 180);
    node.instance("rejects",
                  kit::shared("reject-box",
                              [](Body& body) {
                                  body.add(group({box({-350, 0, -300}, {350, 20, 300}), box({-350, 20, -300}, {-335, 600, 300}),
                                                  box({335, 20, -300}, {350, 600, 300}), box({-335, 20, -300}, {335, 600, -285}),
                                                  box({-335, 20, 285}, {335, 600, 300})}),
                                           Material::LineRed, small);
                              }),
                  {2600, 0, 200});
    node.instance("e-stop", kit::emergencyStop(), {300, 700, 750});
    node.instance("name-plate", kit::namePlate("LEAK TEST", 80), {640, 2090, 752});
    kit::addStackLight(node, "stack", {1800, 2220, 500}, 300);
    return model;
}

} // namespace millwright::assets
