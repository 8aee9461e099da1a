#include "building.hpp"
#include "line.hpp"
#include "shared.hpp"

/// The hall round the line: floor with painted aisles, columns, a back wall with windows, roof girders, lights, mains, roll store.
namespace millwright::assets {
namespace {

constexpr double xLow = -6000, xHigh = 42000, zBack = -7000, zFront = 9000, eaves = 9200;

using building::paint;

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

void addBackWall(Node& node) {
    for (int i = 0; i < 24; ++i) node.instance("wall", building::wallPanel(eaves), {xLow + i * 2000.0, 0, zBack});
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
        node.instance("column-back", building::column(eaves), {x, 0, zBack + 320});
        node.instance("girder", building::girder(eaves, zFront - zBack, 10), {x, 0, zBack});
        if (i == 0 || i == 4) node.instance("column-front", building::column(eaves), {x, 0, zFront - 320});
    }
    for (const double z : {zBack + 320, zFront - 320})
        node.add(box({xLow, eaves - 260, z - 110}, {xHigh, eaves, z + 110}), Material::Structure);
    for (int i = 0; i < 11; ++i)
        for (const double z : {-2600.0, 3200.0}) node.instance("luminaire", building::luminaire(), {-3500 + i * 4200.0, 7300, z});
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
