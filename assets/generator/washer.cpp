#include "shared.hpp"
#include "shop.hpp"

/// Tunnel washer, two spray zones, blow-off and dryer; its belt runs -X.
namespace millwright::assets {
namespace {

constexpr Fineness smooth{1.4, 0.32};
constexpr Fineness small{1.6, 0.6};
constexpr double length = 10000, beltY = 1000, w = 800; ///< half the tunnel's width

void addTunnel(Node& node) {
    // Walls and roof as one section with the passage left open; tanks below the spray zones.
    node.add(plate(Axis::X, 0, length,
                   {{-w, 500}, {w, 500}, {w, 2250, 60}, {w - 160, 2450, 60}, {-w + 160, 2450, 60}, {-w, 2250, 60}},
                   {rectangle(-w + 90, 820, w - 90, 1750)}),
             Material::Frame, small);
    for (const double x : {0.0, 3300.0, 6600.0, length - 60})
        node.add(
            plate(
                Axis::X, x - 20, x + 80,
                {{-w - 30, 460}, {w + 30, 460}, {w + 30, 2270, 60}, {w - 150, 2480, 60}, {-w + 150, 2480, 60}, {-w - 30, 2270, 60}},
                {rectangle(-w + 80, 800, w - 80, 1760)}),
            Material::Accent, small);
    for (double x = 300; x < length; x += 1800)
        for (const double z : {-w + 40, w - 40}) node.instance("leg", kit::leg(500, 80), {x, 0, z});
    // Inspection doors with windows on the operator's side.
    for (int i = 0; i < 6; ++i) {
        const double x = 420 + i * 1650.0 - (i > 1 ? 60.0 : 0.0);
        node.add(plate(Axis::Z, w, w + 34, rectangle(x, 900, x + 1080, 2050, 40), {rectangle(x + 180, 1250, x + 900, 1800, 40)}, 5),
                 Material::Panel, small)
            .add(box({x + 175, 1245, w + 8}, {x + 905, 1805, w + 16}), Material::Glass);
        node.add(
            pipe({{x + 1000, 1400, w + 34}, {x + 1000, 1400, w + 86}, {x + 1000, 1640, w + 86}, {x + 1000, 1640, w + 34}}, 11, 20),
            Material::Black, small);
        for (const double y : {1020.0, 1880.0}) node.add(rod({x - 6, y, w + 20}, Axis::Y, 14, 90, 2), Material::Steel, small);
    }
    for (const double x : {-14.0, length + 8}) { // strip curtains at both mouths
        std::vector<Shape> strips;
        for (int i = 0; i < 11; ++i) strips.push_back(box({x, 1180, -w + 96 + i * 128.0}, {x + 6, 1745, -w + 216 + i * 128.0}));
        node.add(group(strips), Material::Glass);
    }
}

void addTanks(Node& node) {
    for (const double x : {3500.0, 6800.0}) { // wash and rinse
        node.add(box({x, 60, -w - 700}, {x + 2700, 980, -w - 20}, 8), Material::Stainless)
            .add(box({x + 60, 980, -w - 660}, {x + 1200, 1000, -w - 60}), Material::PanelDark);
        node.instance("spray-pump", kit::gearMotor(240), {x + 1700, 1350, -w - 360}, 0),
            node.children.back().rotation = glm::angleAxis(glm::radians(-90.0), dvec3{1, 0, 0});
        node.add(rod({x + 1700, 980, -w - 360}, Axis::Y, 140, 370, 6), Material::Cast, smooth);
        node.add(pipe({{x + 1700, 1120, -w - 220}, {x + 1700, 1120, -w + 40}}, 60, 60), Material::Stainless, kit::tube)
            .add(pipe({{x + 2300, 980, -w - 300}, {x + 2300, 2700, -w - 300}, {x + 2300, 2700, 0}, {x + 2300, 2470, 0}}, 60, 150),
                 Material::Stainless, kit::tube);
    }
    for (const double x : {900.0, 2300.0}) node.instance("blower", kit::fan(330), {x, 2930, -150}); // blow-off and dryer
    node.add(group({box({500, 2450, -520}, {3000, 2480, 420})}), Material::Frame);
    for (const double x : {4700.0, 8000.0}) node.instance("steam-duct", kit::roundDuct(Axis::Y, 180, 9650), {x, 2440, 100});
}

void addBelt(Node& node) {
    node.instance("belt-out", kit::rollerConveyor(2200, 900, beltY), {-2200, beltY, 0});
    node.instance("belt-in", kit::rollerConveyor(1800, 900, beltY), {length, beltY, 0});
    node.add(box({0, beltY - 30, -450}, {length, beltY - 4, 450}), Material::Galvanised);
    for (int i = 0; i < 3; ++i)
        node.instance("dirty", kit::controlArm(Material::Steel), {length + 250 + i * 560.0, beltY + 35, i % 2 == 0 ? -60.0 : 50.0},
                      20.0 * i);
    for (int i = 0; i < 3; ++i)
        node.instance("clean", kit::controlArm(Material::Steel), {-2050 + i * 620.0, beltY + 35, i % 2 == 0 ? 40.0 : -50.0},
                      12.0 * i);
}

} // namespace

Model makeWasher() {
    Model model{"washer", {}};
    Node& node = model.root;
    node.name = "washer";
    addTunnel(node);
    addTanks(node);
    addBelt(node);
    node.instance("cabinet", kit::cabinet(1200, 2100, 600), {600, 0, -w - 1500});
    node.instance("operator-panel", kit::operatorPanel(), {6500, 0, w + 700});
    node.instance("e-stop", kit::emergencyStop(), {length - 200, 1060, w + 30});
    node.instance("name-plate", kit::namePlate("WASHER", 110), {4500, 2120, w + 2});
    kit::addStackLight(node, "stack", {length - 400, 2440, 500}, 320);
    return model;
}

} // namespace millwright::assets
