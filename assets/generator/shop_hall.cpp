#include "building.hpp"
#include "shared.hpp"
#include "shop.hpp"

/// The auto-parts hall: two rows of machines either side of an aisle for vehicles, 108 x 48 m, 13 m to the eaves.
namespace millwright::assets {
namespace {

using building::paint;
constexpr double xHigh = 108000, zBack = -24000, zFront = 24000, eaves = 13000;
constexpr double aisleBack = -6200, aisleFront = 1600; ///< between the rows

struct Pad {
    double x0, z0, x1, z1;
};
/// Where machines stand: a darker floor with a yellow edge.
constexpr Pad pads[] = {{1200, 4200, 26600, 14400},    {27800, 4200, 45600, 16600},    {47400, 4200, 57800, 14400},
                        {58400, 4200, 97900, 14400},   {78600, -19200, 105200, -8600}, {65200, -19200, 77600, -10400},
                        {24800, -21600, 64400, -9200}, {1600, -19200, 23600, -9200}};

void addFloor(Node& node) {
    node.add(box({0, -200, zBack}, {xHigh, 0, zFront}), Material::Floor);
    std::vector<Shape> dark, edges, dashes, bars;
    for (const Pad& p : pads) {
        dark.push_back(paint(p.x0, p.z0, p.x1, p.z1, 1));
        edges.insert(edges.end(), {paint(p.x0 - 100, p.z0 - 100, p.x1 + 100, p.z0), paint(p.x0 - 100, p.z1, p.x1 + 100, p.z1 + 100),
                                   paint(p.x0 - 100, p.z0, p.x0, p.z1), paint(p.x1, p.z0, p.x1 + 100, p.z1)});
    }
    edges.insert(edges.end(), {paint(0, aisleBack - 100, xHigh, aisleBack), paint(0, aisleFront, xHigh, aisleFront + 100),
                               paint(0, 18400, xHigh, 18500), paint(0, 21900, xHigh, 22000)});
    for (double x = 600; x < xHigh - 1500; x += 3000)
        dashes.insert(dashes.end(), {paint(x, -2350, x + 1500, -2260), paint(x, 20160, x + 1500, 20240)});
    for (const double x : {46100.0, 64600.0})
        for (int i = 0; i < 13; ++i)
            bars.push_back(paint(x - 250, aisleBack + 250 + i * 600.0, x + 850, aisleBack + 550 + i * 600.0));
    node.add(group(dark), Material::FloorPad)
        .add(group(edges), Material::LineYellow)
        .add(group(dashes), Material::LineWhite)
        .add(group(bars), Material::LineWhite);
    std::vector<Shape> red;
    for (const double x : {12000.0, 60000.0, 96000.0})
        for (int i = 0; i < 8; ++i) red.push_back(paint(x + i * 250.0, zBack + 300, x + 125 + i * 250.0, zBack + 1300));
    node.add(group(red), Material::LineRed);
}

void addStructure(Node& node) {
    for (int i = 0; i < 10; ++i) {
        const double x = i * 12000.0;
        node.instance("column-back", building::column(eaves), {x, 0, zBack + 320});
        node.instance("girder", building::girder(eaves, zFront - zBack, 24), {x, 0, zBack});
        if (i > 0 && i < 9) node.instance("column-middle", building::column(eaves), {x, 0, -7400});
        if (i == 0 || i == 9) node.instance("column-front", building::column(eaves), {x, 0, zFront - 320});
    }
    for (const double z : {zBack + 320, -7400.0, zFront - 320})
        node.add(box({0, eaves - 260, z - 110}, {xHigh, eaves, z + 110}), Material::Structure);
    for (int i = 0; i < 54; ++i) node.instance("wall", building::wallPanel(eaves), {i * 2000.0, 0, zBack});
    for (int i = 0; i < 24; ++i) node.instance("wall-end", building::wallPanel(eaves), {xHigh, 0, zBack + i * 2000.0}, -90);
    for (int i = 0; i < 17; ++i)
        for (const double z : {-15000.0, -2300.0, 9000.0, 19000.0})
            node.instance("luminaire", building::luminaire(), {6000 + i * 6000.0, 11200, z});
}

/// Compressed air, water, cooling water and a cable tray on brackets along the back wall; a ventilation duct under the roof.
void addMains(Node& node) {
    struct Main {
        double y, radius;
        Material material;
    };
    for (const Main& main : {Main{3700, 80, Material::Water}, Main{3480, 80, Material::Water}, Main{3260, 55, Material::White},
                             Main{3090, 45, Material::LineYellow}})
        node.add(rod({300, main.y, zBack + 460}, Axis::X, main.radius, xHigh - 600), main.material, {1, 0.4});
    std::vector<Shape> brackets;
    for (double x = 1000; x < xHigh; x += 4000)
        brackets.insert(brackets.end(), {box({x - 30, 2960, zBack + 10}, {x + 30, 3020, zBack + 600}),
                                         box({x - 30, 2960, zBack + 360}, {x + 30, 3840, zBack + 395})});
    node.add(group(brackets), Material::Galvanised);
    for (int i = 0; i < 35; ++i) node.instance("supply-air", kit::roundDuct(Axis::X, 480, 3000), {1500 + i * 3000.0, 11000, -5200});
    node.add(row(rod({1500, 11470, -5200}, Axis::Y, 14, 900), 36, {3000, 0, 0}), Material::Steel, {2, 1});
}

/// Containers of stampings before welding, of finished parts by the door.
void addStores(Node& node) {
    for (int i = 0; i < 3; ++i)
        for (int j = 0; j < 2; ++j)
            node.instance("stampings", kit::container(Material::Steel, 7), {48600 + i * 1500.0, j * 840.0, 17300});
    for (int i = 0; i < 4; ++i)
        for (int j = 0; j < 2; ++j)
            node.instance("finished", kit::container(Material::Black, 7), {2600 + i * 1500.0, j * 840.0, -21500});
    node.instance("sign-1", kit::namePlate("LOWER CONTROL ARMS", 700), {6000, 9300, zBack + 30});
    node.instance("sign-2", kit::namePlate("MACHINING", 600), {86000, 7600, zBack + 30});
}

} // namespace

Model makeShopHall() {
    Model model{"hall", {}};
    Node& node = model.root;
    node.name = "hall";
    addFloor(node);
    addStructure(node);
    addMains(node);
    addStores(node);
    return model;
}

} // namespace millwright::assets
