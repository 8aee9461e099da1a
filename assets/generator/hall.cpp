#include "kit.hpp"
#include "line.hpp"
#include "shared.hpp"

/// The hall round the line: floor with painted aisles, columns, a back wall with windows, roof girders, lights, mains, roll store.
namespace millwright::assets {
namespace {

constexpr double xLow = -6000, xHigh = 42000, zBack = -7000, zFront = 9000, eaves = 9200;

Shape paint(double x0, double z0, double x1, double z1, double height = 2) {
    return box({x0, 0, z0}, {x1, height, z1});
}

void addFloor(Node& node) {
    node.add(box({xLow, -200, zBack}, {xHigh, 0, zFront}), Material::Floor);
    node.add(paint(-900, -2900, lineEndX + 900, 2100, 1), Material::FloorPad);
    // Operator aisle (1.2 m walkway, 3.2 m two-way transport), keep-clear in front of the cabinets behind.
    std::vector<Shape> yellow{paint(xLow, 2600, xHigh, 2700), paint(xLow, 3850, xHigh, 3950), paint(xLow, 7150, xHigh, 7250),
                              paint(-1500, -3900, xHigh - 4500, -3820)};
    node.add(group(yellow), Material::LineYellow);
    std::vector<Shape> white, dashes;
    for (double x = xLow + 500; x < xHigh - 1500; x += 3000) dashes.push_back(paint(x, 5510, x + 1500, 5590));
    node.add(group(dashes), Material::LineWhite);
    for (int i = 0; i < 4; ++i) { // foil and coated roll places
        const double x = 36900 + i * 1150.0;
        white.insert(white.end(),
                     {paint(x, -2200, x + 60, 1400), paint(x, -2200, x + 1150, -2140), paint(x, 1340, x + 1150, 1400)});
    }
    white.push_back(paint(36900 + 4600, -2200, 36960 + 4600, 1400));
    node.add(group(white), Material::LineWhite);
    std::vector<Shape> bars; // pedestrian crossing
    for (int i = 0; i < 7; ++i) bars.push_back(paint(-3600 + i * 330.0, 3960, -3430 + i * 330.0, 7140));
    node.add(group(bars), Material::LineWhite);
    std::vector<Shape> red;
    for (int i = 0; i < 12; ++i) red.push_back(paint(19200 + i * 180.0, 2150, 19290 + i * 180.0, 2560));
    node.add(group(red), Material::LineRed);
}

BodyRef column() {
    return kit::shared("hall-column", [](Body& body) {
        body.add(group({box({-150, 0, -150}, {150, eaves, -130}, 0), box({-150, 0, 130}, {150, eaves, 150}, 0),
                        box({-8, 0, -130}, {8, eaves, 130}, 0)}),
                 Material::Structure);
        body.add(box({-260, 0, -260}, {260, 30, 260}, 4), Material::Structure);
        for (const double x : {-200.0, 200.0})
            for (const double z : {-200.0, 200.0}) body.add(hexagon({x, 30, z}, Axis::Y, 46, 26), Material::Steel);
        std::vector<Shape> bands;
        for (int i = 0; i < 4; ++i) bands.push_back(box({-170, 120 + i * 300.0, -170}, {170, 270 + i * 300.0, 170}, 6));
        body.add(group(bands), Material::LineYellow);
        std::vector<Shape> black;
        for (int i = 0; i < 4; ++i) black.push_back(box({-168, 270 + i * 300.0, -168}, {168, 420 + i * 300.0, 168}, 6));
        body.add(group(black), Material::Black);
    });
}

/// A lattice girder across the hall: chords, posts, diagonals.
BodyRef girder() {
    return kit::shared("hall-girder", [](Body& body) {
        const double low = eaves - 900, high = eaves, span = zFront - zBack;
        std::vector<Shape> bars{box({-90, low, 0}, {90, low + 140, span}, 0), box({-90, high - 140, 0}, {90, high, span}, 0)};
        const int bays = 10;
        for (int i = 0; i < bays; ++i) {
            const double a = span / bays * i, b = span / bays * (i + 1);
            bars.push_back(
                pipe({{0, i % 2 == 0 ? low + 100 : high - 100, a + 40}, {0, i % 2 == 0 ? high - 100 : low + 100, b - 40}}, 42, 1));
            bars.push_back(box({-40, low + 100, b - 40}, {40, high - 100, b + 40}));
        }
        body.add(group(bars), Material::Structure);
    });
}

BodyRef luminaire() {
    return kit::shared("hall-luminaire", [](Body& body) {
        body.add(box({-720, 0, -75}, {720, 60, 75}, 10), Material::Panel).add(box({-700, -6, -60}, {700, 0, 60}), Material::Light);
        for (const double x : {-600.0, 600.0}) body.add(rod({x, 60, 0}, Axis::Y, 4, 900), Material::Steel);
    });
}

void addBackWall(Node& node) {
    const BodyRef panel = kit::shared("wall-panel", [](Body& body) {
        body.add(box({4, 0, -120}, {1996, 4200, 0}, 6), Material::Wall)
            .add(box({4, 6200, -120}, {1996, eaves + 300, 0}, 6), Material::Wall);
        body.add(box({0, 4200, -110}, {2000, 4290, 20}, 6), Material::PanelDark)
            .add(box({0, 6110, -110}, {2000, 6200, 20}, 6), Material::PanelDark);
        body.add(box({0, 4290, -60}, {2000, 6110, -50}), Material::Glass)
            .add(box({-30, 4200, -100}, {30, 6200, 10}, 4), Material::PanelDark);
        body.add(box({0, 0, 0}, {2000, 140, 14}, 3), Material::PanelDark);
        for (int i = 1; i < 4; ++i) body.add(box({i * 500.0 - 5, 140, 0}, {i * 500.0 + 5, 4190, 4}), Material::Panel);
    });
    for (int i = 0; i < 24; ++i) node.instance("wall", panel, {xLow + i * 2000.0, 0, zBack});
}

void addRollStore(Node& node) {
    const BodyRef stand = kit::shared("roll-stand", [](Body& body) {
        for (const double z : {-420.0, 380.0}) {
            body.add(plate(Axis::Z, z, z + 40,
                           {{-380, 60, 10}, {380, 60, 10}, {120, 640, 20}, {60, 600, 20}, {-60, 600, 20}, {-120, 640, 20}},
                           {{{-180, 130, 20}, {180, 130, 20}, {60, 430, 20}, {-60, 430, 20}}}, 4),
                     Material::Accent, {1, 0.3});
        }
        body.add(group({box({-400, 0, -460}, {-320, 80, 460}, 5), box({320, 0, -460}, {400, 80, 460}, 5)}), Material::Accent);
    });
    const BodyRef core = kit::coreTube(coreDiameter, 700), foil = kit::coil(coreDiameter, 460, foilWidth, Material::Foil),
                  coated = kit::coil(coreDiameter, 620, foilWidth, Material::CoatRolled);
    for (int i = 0; i < 4; ++i)
        for (int j = 0; j < 2; ++j) {
            Node& place = node.instance("roll-stand", stand, {37500 + i * 1150.0, 0, -1150 + j * 1500.0});
            if (i == 3 && j == 1) continue;
            place.instance("core", core, {0, 670, 0});
            place.instance("roll", i < 2 ? coated : foil, {0, 670, 0});
        }
}

/// A roll transport vehicle waiting in the aisle (1.9 x 1.1 x 1.5 m).
void addTransporter(Node& node) {
    Node& vehicle = node.child("roll-transporter", {33600, 0, 5000});
    vehicle.add(plate(Axis::Y, 90, 430, rectangle(-950, -550, 950, 550, 130), {}, 12), Material::Panel, {1, 0.25});
    vehicle.add(plate(Axis::Y, 40, 92, rectangle(-900, -500, 900, 500, 110)), Material::Rubber)
        .add(plate(Axis::Y, 250, 290, rectangle(-953, -553, 953, 553, 132)), Material::Strip, {1, 0.25});
    for (const double z : {-430.0, 390.0})
        vehicle.add(plate(Axis::Z, z, z + 40,
                          {{-330, 430, 10}, {330, 430, 10}, {150, 1010, 30}, {60, 950, 30}, {-60, 950, 30}, {-150, 1010, 30}}, {},
                          4),
                    Material::PanelDark, {1, 0.3});
    vehicle.instance("core", kit::coreTube(coreDiameter, 700), {0, 1020, 0});
    vehicle.instance("roll", kit::coil(coreDiameter, 620, foilWidth, Material::CoatRolled), {0, 1020, 0});
    for (const double x : {-860.0, 860.0})
        vehicle.add(lathe({x, 160, x < 0 ? -470.0 : 470.0}, Axis::Y, {{60, 0}, {70, 12}, {70, 60}, {50, 84}}), Material::Black,
                    {1, 0.3});
    vehicle.instance("e-stop", kit::emergencyStop(), {700, 430, 500});
}

} // namespace

Model makeHall() {
    Model model{"hall", {}};
    Node& node = model.root;
    node.name = "hall";
    addFloor(node);
    for (int i = 0; i < 5; ++i) {
        const double x = -6000 + i * 12000.0;
        node.instance("column-back", column(), {x, 0, zBack + 320});
        node.instance("girder", girder(), {x, 0, zBack});
        if (i == 0 || i == 4) node.instance("column-front", column(), {x, 0, zFront - 320});
    }
    for (const double z : {zBack + 320, zFront - 320})
        node.add(box({xLow, eaves - 260, z - 110}, {xHigh, eaves, z + 110}), Material::Structure);
    for (int i = 0; i < 11; ++i)
        for (const double z : {-2600.0, 3200.0}) node.instance("luminaire", luminaire(), {-3500 + i * 4200.0, 7300, z});
    addBackWall(node);
    addRollStore(node);
    addTransporter(node);
    // Mains on brackets along the wall: chilled water, air, nitrogen, tray; supply air duct under the roof.
    struct Main {
        double y, radius;
        Material material;
    };
    for (const Main& main : {Main{3500, 70, Material::Water}, Main{3290, 70, Material::Water}, Main{3080, 45, Material::White},
                             Main{2920, 40, Material::LineYellow}})
        node.add(rod({xLow + 200, main.y, zBack + 420}, Axis::X, main.radius, xHigh - xLow - 400), main.material, {1, 0.35});
    for (double x = xLow + 1000; x < xHigh; x += 4000)
        node.add(box({x - 30, 2800, zBack + 10}, {x + 30, 2860, zBack + 560}, 4), Material::Galvanised)
            .add(box({x - 30, 2800, zBack + 340}, {x + 30, 3620, zBack + 370}, 4), Material::Galvanised);
    for (int i = 0; i < 15; ++i) node.instance("supply-air", kit::roundDuct(Axis::X, 420, 3000), {-4800 + i * 3000.0, 7700, -4600});
    node.instance("sign", kit::namePlate("CATHODE COATING  LINE 1", 420), {9500, 7000, zBack + 30});
    return model;
}

} // namespace millwright::assets
