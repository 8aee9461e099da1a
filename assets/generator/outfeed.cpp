#include "frames.hpp"
#include "shared.hpp"

/// Dryer outfeed: chill rolls, traversing beta gauge, inspection camera.
namespace millwright::assets {
namespace {
constexpr Fineness smooth{1, 0.28};
constexpr double gaugeX = 28350 - outfeedX;

/// O-frame of the gauge; its head, node `gauge-head`, runs 0.7 m across the web.
void addGauge(Node& node) {
    const double y = calenderPassLine;
    for (const double side : {-1.0, 1.0}) {
        node.add(plate(Axis::Z, side * 640 - 60, side * 640 + 60, rectangle(gaugeX - 150, 120, gaugeX + 150, 1760, 40), {}, 6),
                 Material::Panel, smooth);
        node.add(box({gaugeX - 190, 60, side * 640 - 100}, {gaugeX + 190, 122, side * 640 + 100}, 5), Material::PanelDark);
        for (const double x : {-140.0, 140.0}) node.add(rod({gaugeX + x, 0, side * 640}, Axis::Y, 45, 62, 4), Material::Steel);
    }
    node.add(box({gaugeX - 120, y + 230, -640}, {gaugeX + 120, y + 480, 640}, 16), Material::Panel);
    node.add(box({gaugeX - 120, y - 480, -640}, {gaugeX + 120, y - 230, 640}, 16), Material::Panel);
    node.add(box({gaugeX - 124, y + 300, -420}, {gaugeX + 124, y + 330, 420}, 3), Material::Accent);
    for (const double x : {-80.0, 60.0}) {
        node.add(box({gaugeX + x, y + 214, -560}, {gaugeX + x + 20, y + 232, 560}, 2), Material::Polished);
        node.add(box({gaugeX + x, y - 232, -560}, {gaugeX + x + 20, y - 214, 560}, 2), Material::Polished);
    }
    Node& head = node.child("gauge-head", {gaugeX, y, 0});
    for (const double s : {-1.0, 1.0}) {
        const double low = std::min(s * 30, s * 190), high = std::max(s * 30, s * 190);
        head.add(box({-100, low, -95}, {100, high, 95}, 12), Material::PanelDark);
        head.add(rod({0, s > 0 ? 22.0 : -30.0, 0}, Axis::Y, 46, 8), Material::Stainless, smooth);
        head.add(box({-90, s > 0 ? 190.0 : -216.0, -60}, {90, s > 0 ? 216.0 : -190.0, 60}, 3), Material::Steel);
    }
    head.add(plate(Axis::Z, 95, 97, {{-36, 84}, {36, 84}, {0, 146}}), Material::LineYellow);
    head.add(box({60, 150, 95}, {84, 174, 100}, 2), Material::LampGreen);
    node.instance("gauge-plate", kit::namePlate("AREAL MASS GAUGE", 46), {gaugeX - 114, 1520, 701});
    node.body->add(group({pipe({{gaugeX, y + 440, -560}, {gaugeX, y + 700, -620}, {gaugeX, 2450, -1400}}, 18, 80)}),
                   Material::Cable, kit::tube);
}

void addChillSupply(Node& node) {
    for (const char* id : {"chill-roll-1", "chill-roll-2"}) {
        const dvec2 c = webRoller(id, Station::Outfeed).centre - dvec2{outfeedX, 0};
        node.add(lathe({c, plateOuter + 66}, Axis::Z, {{34, 0}, {44, 6}, {44, 70}, {30, 78}, {30, 110}, {24, 114}}),
                 Material::Brass, smooth);
        for (const double dx : {-40.0, 40.0})
            node.add(pipe({{c.x + dx * 0.4, c.y - 30, plateOuter + 130},
                           {c.x + dx, c.y - 200, plateOuter + 170},
                           {c.x + dx * 1.6, 500, plateOuter + 150},
                           {c.x + dx * 1.6, 300, plateOuter + 60}},
                          19, 90),
                     Material::HoseBlue, kit::tube);
    }
    node.add(group({rod({300, 290, plateOuter + 60}, Axis::X, 32, 900), rod({300, 200, plateOuter + 60}, Axis::X, 32, 900)}),
             Material::Stainless, smooth);
}

} // namespace

Model makeOutfeed() {
    Model model{"outfeed", {}};
    Node& node = model.root;
    node.name = "outfeed";
    addSideFrames(
        node,
        {{100, 230, 30}, {1440, 230, 30}, {1440, 1440, 90}, {1240, 1830, 120}, {1120, 1930, 60}, {180, 1930, 60}, {100, 1840, 60}},
        {rectangle(240, 380, 720, 900, 90), rectangle(880, 380, 1320, 960, 90)},
        {{170, 320}, {1370, 320}, {200, 1850}, {1060, 1850}, {800, 800}}, {180, 1360});
    addSideFrames(node, {{2080, 230, 30}, {2330, 230, 30}, {2330, 1300, 60}, {2080, 1300, 60}}, {}, {{2200, 330}}, {2130, 2280});
    addWebRollers(node, Station::Outfeed);
    addChillSupply(node);
    addGauge(node);
    node.instance("chill-drive", kit::gearMotor(170), {950, 1560, -plateOuter - 70}, 180);
    // Line camera and its light bar over the last roller.
    node.add(box({2160, 1560, -420}, {2240, 1640, 420}, 6), Material::Aluminium);
    for (const double z : {-200.0, 200.0})
        node.add(box({2150, 1420, z - 45}, {2250, 1560, z + 45}, 8), Material::Black)
            .add(rod({2200, 1360, z}, Axis::Y, 28, 62, 2), Material::PanelDark, smooth);
    node.add(box({2090, 1330, -380}, {2120, 1360, 380}, 3), Material::Light);
    for (const double z : {-460.0, 420.0}) node.add(box({2170, 1290, z}, {2230, 1640, z + 40}, 4), Material::Frame);
    node.instance("operator-panel", kit::operatorPanel(), {1780, 0, 1350});
    node.instance("e-stop", kit::emergencyStop(), {1360, 1000, plateOuter});
    node.instance("cabinet", kit::cabinet(800, 2000, 500), {1300, 0, -1620});
    kit::addStackLight(node, "stack", {1080, 1930, 440}, 260);
    node.child("label-mass", {gaugeX, 2150, 640});
    return model;
}

} // namespace millwright::assets
