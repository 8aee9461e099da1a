#include "building.hpp"
#include "cells.hpp"
#include "shared.hpp"

/// The hall beside the coating line: mixing at its low X end, then three rows from slitting to the last test, the dry room among
/// them. Its front is left out, and the dry room's panes are clear, to see in.
namespace millwright::assets {
namespace {

using building::paint;
constexpr double xLow = -34000, xHigh = 60000, zBack = 9000, zFront = 51000, zColumns = 12500, eaves = 9200;
constexpr double roomLow = 8000, roomHigh = 57500, roomBack = 15000, roomFront = 35400, roomHeight = 3800;

struct Pad {
    double x0, z0, x1, z1;
};
/// Where machines stand: a darker floor with a yellow edge.
constexpr Pad pads[] = {{-29400, 16900, -14600, 21000}, {-11800, 16200, 6800, 20800}, {-31400, 26400, -5600, 33800},
                        {-5000, 28600, 2400, 31500},    {-31400, 39000, 7600, 45000}, {9200, 39700, 22400, 43200},
                        {24800, 38600, 40000, 43300},   {44000, 40200, 56400, 43500}};

void addFloor(Node& node) {
    node.add(box({xLow, -200, zBack}, {xHigh, 0, zFront}), Material::Floor)
        .add(box({xLow, -200, -7000}, {-6000, 0, zBack}), Material::Floor);
    std::vector<Shape> dark{paint(-26000, -3200, -6600, 3400, 1)}, edges, dashes;
    for (const Pad& p : pads) {
        dark.push_back(paint(p.x0, p.z0, p.x1, p.z1, 1));
        edges.insert(edges.end(), {paint(p.x0 - 90, p.z0 - 90, p.x1 + 90, p.z0), paint(p.x0 - 90, p.z1, p.x1 + 90, p.z1 + 90),
                                   paint(p.x0 - 90, p.z0, p.x0, p.z1), paint(p.x1, p.z0, p.x1 + 90, p.z1)});
    }
    edges.insert(edges.end(),
                 {paint(xLow, 46600, xHigh, 46690), paint(xLow, 49900, xHigh, 49990), paint(-26090, 3400, -6600, 3490),
                  paint(-31000, 22300, 7000, 22390), paint(-31000, 25200, 7000, 25290), paint(xLow, 10000, xHigh, 10090)});
    for (double x = xLow + 800; x < xHigh - 1500; x += 3000) dashes.push_back(paint(x, 48250, x + 1500, 48340));
    for (double x = -30000; x < 6000; x += 3000) dashes.push_back(paint(x, 23750, x + 1500, 23840));
    node.add(group(dark), Material::FloorPad).add(group(edges), Material::LineYellow).add(group(dashes), Material::LineWhite);
    // In the dry room the floor is light; the walk between its rows is marked.
    node.add(paint(roomLow, roomBack, roomHigh, roomFront, 1), Material::Frame)
        .add(group({paint(roomLow, 22800, roomHigh, 22880), paint(roomLow, 26000, roomHigh, 26080)}), Material::LineYellow);
}

void addStructure(Node& node) {
    const BodyRef girder = building::girder(eaves, zFront - zColumns, 22, "cell-hall-girder");
    for (int i = 0; i < 8; ++i) {
        const double x = -30000 + i * 12000.0;
        node.instance("girder", girder, {x, 0, zColumns});
        for (const double z : {zColumns, 37200.0}) node.instance("column", building::column(eaves), {x, 0, z});
        if (i == 0 || i == 7) node.instance("column", building::column(eaves), {x, 0, zFront - 320});
    }
    for (const double z : {zColumns, 37200.0, zFront - 320})
        node.add(box({xLow, eaves - 260, z - 110}, {xHigh, eaves, z + 110}), Material::Structure);
    for (int i = 0; i < 21; ++i) node.instance("wall", building::wallPanel(eaves), {xLow, 0, zFront - i * 2000.0}, 90);
    for (int i = 0; i < 8; ++i) node.instance("wall-back", building::wallPanel(eaves), {-34000 + i * 2000.0, 0, -7000});
    for (int i = 0; i < 15; ++i)
        for (const double z : {18500.0, 29500.0, 41500.0, 47500.0})
            node.instance("luminaire", building::luminaire(), {-30000 + i * 6200.0, 7400, z});
    for (const double x : {-22000.0, -16000.0, -10000.0}) node.instance("luminaire", building::luminaire(), {x, 7400, 1800});
}

/// Walls of white panels behind, of clear panes in frames at the sides and in front, with an airlock.
void addDryRoom(Node& node) {
    const BodyRef panel = kit::shared("dry-room-panel", [](Body& body) {
        body.add(box({10, 0, -80}, {2240, roomHeight, 0}, 4), Material::Wall)
            .add(box({-10, 0, -86}, {10, roomHeight, 6}), Material::Frame)
            .add(box({0, 0, 0}, {2250, 120, 14}), Material::PanelDark);
    });
    const BodyRef pane = kit::shared("dry-room-pane", [](Body& body) {
        body.add(group({box({-30, 0, -30}, {30, roomHeight, 30}), box({30, 0, -30}, {2220, 200, 30}),
                        box({30, roomHeight - 70, -30}, {2220, roomHeight, 30})}),
                 Material::Frame)
            .add(box({30, 200, -4}, {2220, roomHeight - 70, 4}), Material::Polycarbonate);
    });
    for (int i = 0; i < 22; ++i) {
        node.instance("panel", panel, {roomLow + i * 2250.0, 0, roomBack});
        node.instance("pane", pane, {roomLow + i * 2250.0, 0, roomFront});
    }
    for (int i = 0; i < 9; ++i) {
        if (i != 3) node.instance("pane", pane, {roomLow, 0, roomFront - i * 2250.0}, 90);
        node.instance("pane", pane, {roomHigh, 0, roomFront - i * 2250.0}, 90);
    }
    // The airlock in the low X wall: a box with two doors.
    const double z = roomFront - 4 * 2250.0;
    node.add(group({box({roomLow - 2400, 0, z - 30}, {roomLow, 2500, z + 30}),
                    box({roomLow - 2400, 0, z + 2190}, {roomLow, 2500, z + 2250}),
                    box({roomLow - 2400, 2440, z + 30}, {roomLow, 2500, z + 2190})}),
             Material::Wall);
    for (const double x : {roomLow - 2400, roomLow - 60})
        node.add(box({x, 0, z + 420}, {x + 60, 2200, z + 1800}), Material::Accent)
            .add(box({x - 4, 1200, z + 900}, {x + 64, 1800, z + 1320}), Material::Glass);
    node.add(letters("AIRLOCK", 180, {roomLow - 1900, 2560, z + 2250}, Axis::Z), Material::Accent, {1.2, 0.6});
    // Supply ducts along the room, hung above it.
    for (const double dz : {19000.0, 30000.0})
        for (int i = 0; i < 16; ++i)
            node.instance("dry-air", kit::roundDuct(Axis::X, 300, 3000), {roomLow + 800 + i * 3000.0, 5600, dz - 2400});
    node.add(box({26800, 5300, 13400}, {27400, 5900, 27900}, 8), Material::Galvanised);
}

/// Rolls on their stands by the slitters, empty pallets and full ones at the door.
void addStores(Node& node) {
    const BodyRef stand = kit::shared("daughter-roll-stand", [](Body& body) {
        for (const double z : {-240.0, 210.0})
            body.add(plate(Axis::Z, z, z + 30, {{-300, 0}, {300, 0}, {90, 560}, {-90, 560}},
                           {{{-170, 70}, {170, 70}, {60, 380}, {-60, 380}}}),
                     Material::Accent);
        body.add(ring({0, 540, -150}, Axis::Z, 270, 76, 300), Material::CoatRolled, {1, 0.25})
            .add(ring({0, 540, -250}, Axis::Z, 76, 60, 500), Material::Core, {1, 0.4});
    });
    for (int i = 0; i < 3; ++i)
        for (int j = 0; j < 2; ++j) node.instance("roll", stand, {-14100 + i * 720.0, 0, 18400 + j * 900.0});
    for (int i = 0; i < 3; ++i) {
        node.add(box({-28000 + i * 1500.0, 0, 14200}, {-26900 + i * 1500.0, 150, 15200}, 4), Material::Core);
        node.add(box({-27900 + i * 1500.0, 150, 14300}, {-27000 + i * 1500.0, 1100, 15100}, 60), Material::White);
    }
    node.instance("sign-mixing", kit::namePlate("SLURRY MIXING", 420), {-24500, 7000, -6970});
    node.instance("sign-slitting", kit::namePlate("SLITTING", 300), {-26500, 8500, zColumns + 120});
    node.instance("sign-dry-room", kit::namePlate("DRY ROOM", 300), {38000, 8500, zColumns + 120});
    node.instance("sign-finishing", kit::namePlate("FORMATION AND AGEING", 300), {-20000, 8500, 37320});
    node.instance("sign-test", kit::namePlate("GRADING AND TEST", 300), {38000, 8500, 37320});
}

} // namespace

Model makeCellHall() {
    Model model{"cell-hall", {}};
    Node& node = model.root;
    node.name = "cell-hall";
    addFloor(node);
    addStructure(node);
    addDryRoom(node);
    addStores(node);
    return model;
}

} // namespace millwright::assets
