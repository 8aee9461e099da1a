#include "frames.hpp"

#include "shared.hpp"

namespace millwright::assets {
namespace {

constexpr Fineness smooth{1, 0.28};

/// Arm pair, hub, guide rollers and chucks: what turns.
BodyRef turretArms() {
    return kit::shared("turret-arms", [](Body& body) {
        const Outline arm{{-790, -120, 110}, {-520, -175, 200}, {-260, -300, 160}, {260, -300, 160},
                          {520, -175, 200},  {790, -120, 110},  {790, 120, 110},   {520, 175, 200},
                          {260, 300, 160},   {-260, 300, 160},  {-520, 175, 200},  {-790, 120, 110}};
        const std::vector<Outline> holes{circle(-330, 0, 85), circle(330, 0, 85), circle(0, 215, 45), circle(0, -215, 45)};
        for (const double z : {-470.0, 430.0}) {
            body.add(plate(Axis::Z, z, z + 40, arm, holes, 4), Material::Frame, smooth);
            body.add(rod({0, 0, z < 0 ? z - 60 : z + 40}, Axis::Z, 225, 60, 6), Material::Cast, smooth);
            body.add(circleOf(hexagon({190, 0, z < 0 ? z - 72 : z + 100}, Axis::Z, 30, 12), 12, Axis::Z), Material::Steel);
        }
        body.add(rod({0, 0, -470}, Axis::Z, 130, 940), Material::Frame, smooth);
        for (const double y : {-215.0, 215.0}) body.add(rod({0, y, -440}, Axis::Z, 38, 880), Material::Steel, smooth);
        for (const double x : {-turretRadius, turretRadius}) {
            body.add(lathe({x, 0, 470}, Axis::Z, {{105, 0}, {105, 50}, {92, 62}, {60, 66}, {60, 100}, {48, 108}}), Material::Cast,
                     smooth);
            body.add(lathe({x, 0, -470}, Axis::Z, {{105, 0}, {105, -40}, {120, -44}, {120, -140}, {108, -152}, {30, -156}}),
                     Material::Accent, smooth);
            body.add(circleOf(hexagon({82, 0, 536}, Axis::Z, 14, 6), 6, Axis::Z), Material::Steel);
            body.parts.back().shape = moved(body.parts.back().shape, {x, 0, 0});
            body.add(box({x - 40, 96, 480}, {x + 40, 160, 520}, 4), Material::PanelDark);
        }
        body.add(rod({0, 0, -700}, Axis::Z, 90, 1400), Material::Polished, smooth);
    });
}

BodyRef turretPedestal() {
    return kit::shared("turret-pedestal", [](Body& body) {
        const Outline outline{{-760, 90, 20},   {760, 90, 20},     {760, 240, 60},    {330, 1180, 220},
                              {290, 1570, 180}, {-290, 1570, 180}, {-330, 1180, 220}, {-760, 240, 60}};
        const std::vector<Outline> holes{{{-430, 270, 60}, {430, 270, 60}, {190, 880, 80}, {-190, 880, 80}}};
        body.add(plate(Axis::Z, 0, 90, outline, holes, 6), Material::Frame, smooth);
        body.add(rod({0, 1300, -40}, Axis::Z, 250, 40, 5), Material::Cast, smooth);
        body.add(lathe({0, 1300, 90}, Axis::Z, {{270, 0}, {270, 26}, {240, 34}, {150, 40}, {150, 62}, {130, 70}}), Material::Cast,
                 smooth);
        body.add(moved(circleOf(hexagon({235, 0, 118}, Axis::Z, 30, 14), 12, Axis::Z), {0, 1300, 0}), Material::Steel);
        body.add(box({-800, 60, -60}, {800, 94, 150}, 5), Material::Frame);
        for (const double x : {-680.0, 0.0, 680.0}) {
            body.add(rod({x, 0, 45}, Axis::Y, 70, 22, 4), Material::Steel);
            body.add(rod({x, 20, 45}, Axis::Y, 22, 60), Material::Steel);
            body.add(hexagon({x, 94, 45}, Axis::Y, 46, 24), Material::Steel);
        }
    });
}

} // namespace

void addSideFrames(Node& node, const Outline& outline, const std::vector<Outline>& holes, const std::vector<dvec2>& ties,
                   const std::vector<double>& feet, Material material) {
    double low = 1e9, high = -1e9, bottom = 1e9;
    for (const Corner& corner : outline) {
        low = std::min(low, corner.u);
        high = std::max(high, corner.u);
        bottom = std::min(bottom, corner.v);
    }
    const Shape side = plate(Axis::Z, plateInner, plateOuter, outline, holes, 4);
    node.add(side, material, smooth).add(moved(side, {0, 0, -plateInner - plateOuter}), material, smooth);
    for (const double z : {-1.0, 1.0}) {
        const double middle = z * (plateInner + plateOuter) / 2;
        node.add(box({low - 30, bottom - 110, middle - 60}, {high + 30, bottom + 4, middle + 60}, 6), Material::PanelDark);
        for (const double x : feet) {
            node.add(rod({x, 0, middle}, Axis::Y, 52, 16, 4), Material::Steel)
                .add(rod({x, 14, middle}, Axis::Y, 17, bottom - 110), Material::Steel);
            node.add(hexagon({x, bottom - 138, middle}, Axis::Y, 36, 20), Material::Steel);
        }
    }
    std::vector<Shape> tubes, flanges, screws;
    for (const dvec2 tie : ties) {
        tubes.push_back(rod({tie, -plateInner - 2}, Axis::Z, 34, plateInner * 2 + 4));
        for (const double z : {-1.0, 1.0}) {
            flanges.push_back(rod({tie, z < 0 ? -plateOuter - 10 : plateOuter}, Axis::Z, 46, 10, 2));
            screws.push_back(hexagon({tie, z < 0 ? -plateOuter - 24 : plateOuter + 10}, Axis::Z, 36, 14));
        }
    }
    node.add(group(tubes), Material::Frame, smooth).add(group(flanges), Material::Frame).add(group(screws), Material::Steel);
}

void addWebRollers(Node& node, Station station) {
    for (const WebRoller& roller : webRollers())
        if (roller.station == station)
            kit::addRoller(node, roller.id, roller.centre - dvec2{originOf(station), 0}, roller.radius, rollerFace, plateOuter,
                           roller.surface);
}

void addTurret(Node& node, dvec2 centre, const TurretRolls& rolls) {
    const BodyRef pedestal = turretPedestal();
    node.instance("pedestal-os", pedestal, {centre.x, 0, 640});
    node.instance("pedestal-ds", pedestal, {centre.x, 0, -640}, 180);
    Node& turret = node.instance("turret", turretArms(), {centre, 0});
    for (const bool second : {false, true}) {
        const std::string letter = second ? "b" : "a";
        const double x = turretRadius * rolls.activeSide * (second ? -1 : 1);
        Node& spindle = turret.instance("spindle-" + letter, kit::coreTube(coreDiameter, 700), {x, 0, 0});
        double inner = coreDiameter;
        for (double outer = 160; outer <= rolls.largest + 1; outer += coilStep) {
            spindle.instance(std::format("{}-roll-{:04.0f}", letter, outer), kit::coil(inner, outer, foilWidth, rolls.material));
            inner = outer;
        }
    }
    node.instance("turret-drive", kit::gearMotor(230), {centre.x - 30, centre.y - 330, -740}, 180);
    node.add(box({centre.x - 230, centre.y - 470, -745}, {centre.x + 180, centre.y - 190, -728}, 4), Material::Cast);
    for (const double x : {-700.0, 700.0})
        node.add(box({centre.x + x - 60, 100, -640}, {centre.x + x + 60, 220, 640}, 8), Material::PanelDark);
    node.instance("e-stop-turret", kit::emergencyStop(), {centre.x + 520, 560, 732});
}

void addFence(Node& node, double xLow, double xHigh, double z, const std::string& name, int doorAt, bool mesh) {
    const int panels = static_cast<int>(std::round((xHigh - xLow) / 1100));
    const double width = (xHigh - xLow) / panels;
    for (int i = 0; i < panels; ++i) {
        const dvec3 at{xLow + i * width, 0, z};
        if (i == doorAt)
            node.instance(name + "-door", kit::guardDoor(width, 2000), at);
        else
            node.instance(std::format("{}-{}", name, i + 1), kit::guard(width, 2000, mesh), at);
    }
}

} // namespace millwright::assets
