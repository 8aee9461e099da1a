#include "frames.hpp"
#include "shared.hpp"
#include "shop.hpp"

/// Transfer press of 16 MN with six stations: bed, four uprights with tie rods, crown with drive, slide, moving bolster, transfer
/// rails, destacker, exit belt.
namespace millwright::assets {
namespace {

constexpr Fineness smooth{1.6, 0.34};
constexpr Fineness small{1.8, 0.6};
constexpr double centreX = 6600, pitch = 900, stroke = 700;
constexpr double bolsterTop = 1150, partLine = 1680, bottomFace = 2270; ///< the slide's face at bottom dead centre
constexpr int stations = 6;

double stationX(int station) {
    return centreX + (station - (stations - 1) / 2.0) * pitch;
}

/// Uprights as two plates with the tie rod between them, seen from the side.
void addFrame(Node& node) {
    node.add(box({centreX - 4150, 0, -1900}, {centreX + 4150, 820, 1900}, 20), Material::PanelDark);
    node.add(box({centreX - 4150, 820, -1900}, {centreX + 4150, 900, 1900}, 10), Material::Frame);
    for (const double side : {-1.0, 1.0})
        for (const double z : {-1480.0, 1480.0}) {
            const double x = centreX + side * 3720;
            for (const double dx : {-280.0, 280.0})
                node.add(box({x + dx - 150, 900, z - 420}, {x + dx + 150, 6500, z + 420}, 14), Material::Panel);
            node.add(box({x - 140, 900, z - (z > 0 ? 420 : -140)}, {x + 140, 6500, z + (z > 0 ? -140 : 420)}), Material::Panel);
            node.add(rod({x, 500, z}, Axis::Y, 120, 8900), Material::Polished, smooth);
            node.add(ring({x, 9090, z}, Axis::Y, 260, 120, 60, 6), Material::Steel, smooth)
                .add(hexagon({x, 9150, z}, Axis::Y, 430, 220), Material::Steel);
            // Gibs on the uprights' inner faces.
            const double face = x - side * 430;
            node.add(box({std::min(face, face - side * 70), 2300, z - 120}, {std::max(face, face - side * 70), 5400, z + 120}, 6),
                     Material::Brass);
        }
    for (const double z : {-1860.0, 1860.0}) { // hazard band on the bed
        std::vector<Shape> yellow;
        for (int i = 0; i < 26; ++i)
            yellow.push_back(box({centreX - 4090 + i * 320.0, 640, z < 0 ? z - 44 : z + 40},
                                 {centreX - 3930 + i * 320.0, 760, z < 0 ? z - 40 : z + 44}));
        node.add(group(yellow), Material::LineYellow);
    }
}

void addCrown(Node& node) {
    node.add(box({centreX - 4250, 6500, -2000}, {centreX + 4250, 9000, 2000}, 30), Material::Accent);
    node.add(box({centreX - 4300, 6440, -2050}, {centreX + 4300, 6620, 2050}, 20), Material::Frame)
        .add(box({centreX - 4300, 8950, -2050}, {centreX + 4300, 9090, 2050}, 20), Material::Frame);
    // Covers of the eccentric gears, and the plates of the pins.
    for (const double x : {-2300.0, 0.0, 2300.0})
        for (const double z : {-2000.0, 2000.0}) {
            const double out = z < 0 ? -1 : 1;
            node.add(lathe({centreX + x, 7800, z}, Axis::Z,
                           {{820, 0}, {820, out * 60}, {780, out * 90}, {330, out * 100}, {330, out * 170}, {290, out * 190}}),
                     Material::Accent, smooth);
            node.add(moved(circleOf(hexagon({740, 0, 0}, Axis::Z, 60, 30), 16, Axis::Z),
                           {centreX + x, 7800, out > 0 ? z + 85 : z - 115}),
                     Material::Steel);
        }
    node.add(letters("16 MN", 230, {centreX - 4050, 6690, 2001}, Axis::Z), Material::White, {1, 0.6});
    node.add(letters("TRANSFER PRESS", 230, {centreX + 4050 - lettersWidth("TRANSFER PRESS", 230), 6690, 2001}, Axis::Z),
             Material::White, {1, 0.6});
    // Main motor, belt guard and flywheel behind.
    Node& wheel = node.child("flywheel", {centreX + 2600, 8100, -2700});
    wheel.instance("flywheel-rim", kit::shared("press-flywheel", [](Body& body) {
                       body.add(ring({0, 0, -170}, Axis::Z, 950, 760, 340, 20), Material::Cast, smooth)
                           .add(ring({0, 0, -60}, Axis::Z, 800, 180, 120, 6), Material::Cast, smooth);
                       body.add(rod({0, 0, -300}, Axis::Z, 200, 700, 8), Material::Steel, smooth)
                           .add(box({-40, 300, 171}, {40, 740, 176}), Material::LineYellow, small);
                   }));
    node.add(box({centreX - 900, 9090, -3100}, {centreX + 900, 9200, -1100}, 8), Material::Structure);
    node.instance("main-motor", kit::gearMotor(700), {centreX - 200, 9650, -2500}, 0);
    node.add(group({box({centreX - 3900, 6500, -2900}, {centreX - 2100, 8300, -2050}, 20)}), Material::Panel);
    // Platform on the crown, ladder with cage.
    node.instance("crown-railing-front", kit::railing(8400), {centreX - 4200, 9090, 1980});
    node.instance("crown-railing-left", kit::railing(3900), {centreX - 4220, 9090, 1960}, 90);
    node.instance("crown-railing-right", kit::railing(3900), {centreX + 4220, 9090, 1960}, 90);
    std::vector<Shape> rungs{box({centreX + 4330, 0, -1500}, {centreX + 4370, 10100, -1460}),
                             box({centreX + 4330, 0, -1080}, {centreX + 4370, 10100, -1040})};
    for (int i = 1; i < 34; ++i) rungs.push_back(rod({centreX + 4350, i * 280.0, -1460}, Axis::Z, 14, 380));
    node.add(group(rungs), Material::GuardYellow, small);
    std::vector<Shape> hoops;
    for (int i = 0; i < 8; ++i)
        hoops.push_back(pipe({{centreX + 4360, 2500 + i * 950.0, -1560},
                              {centreX + 5000, 2500 + i * 950.0, -1560},
                              {centreX + 5000, 2500 + i * 950.0, -980},
                              {centreX + 4360, 2500 + i * 950.0, -980}},
                             16, 200));
    node.add(group(hoops), Material::GuardYellow, {2, 0.7});
}

BodyRef die(bool upper) {
    return kit::shared(upper ? "die-upper" : "die-lower", [&](Body& body) {
        const double s = upper ? -1 : 1; // the upper half hangs from its shoe
        const auto slab = [&](double low, double high, double x, double z, Material material) {
            const double a = s * low, b = s * high;
            body.add(box({-x, std::min(a, b), -z}, {x, std::max(a, b), z}, 8), material, small);
        };
        slab(0, 130, 425, 560, Material::Cast);
        slab(130, 400, 330, 400, Material::Steel);
        slab(400, upper ? 560 : 510, 300, 330, Material::Polished);
        for (const double x : {-370.0, 370.0})
            for (const double z : {-470.0, 470.0}) {
                if (upper)
                    body.add(ring({x, -420, z}, Axis::Y, 62, 40, 290, 4), Material::Brass, small);
                else
                    body.add(rod({x, 130, z}, Axis::Y, 39, 520, 6), Material::Polished, small);
            }
        for (const double x : {-425.0, 345.0})
            body.add(box({x, std::min(s * 20, s * 90), -600}, {x + 80, std::max(s * 20, s * 90), 600}, 4), Material::LineRed,
                     small);
    });
}

void addSlide(Node& node) {
    // At its middle the slide's face is half a stroke above bottom dead centre.
    Node& slide = addEllipse(node, "slide", {centreX, bottomFace + stroke / 2, 0}, 0, stroke / 2).child("slide");
    slide.add(box({-3180, 0, -1300}, {3180, 1700, 1300}, 20), Material::Frame);
    slide.add(box({-3100, 160, -1306}, {3100, 320, 1306}), Material::Accent);
    for (const double x : {-3110.0, 3110.0}) // guide shoes on the gibs
        for (const double z : {-1450.0, 1450.0})
            slide.add(box({x - 105, 300, z - 160}, {x + 105, 1500, z + 160}, 6), Material::Frame);
    for (const double x : {-2300.0, 2300.0})
        for (const double z : {-760.0, 760.0})
            slide.add(rod({x, 1700, z}, Axis::Y, 190, 2700), Material::Steel, smooth)
                .add(rod({x, 1700, z}, Axis::Y, 330, 160, 10), Material::Cast, smooth);
    for (const double x : {-1150.0, 1150.0}) slide.add(rod({x, 1700, 0}, Axis::Y, 150, 2700), Material::Polished, smooth);
    slide.add(letters("MILLWRIGHT", 240, {-900, 820, 1301}, Axis::Z), Material::Accent, {1, 0.6});
    for (int i = 0; i < stations; ++i) slide.instance("upper-die", die(true), {stationX(i) - centreX, 0, 0});
}

BodyRef bolster() {
    return kit::shared("press-bolster", [](Body& body) {
        body.add(box({-2950, 0, -1350}, {2950, 240, 1350}, 14), Material::Cast, small);
        std::vector<Shape> slots;
        for (int i = 0; i < 7; ++i) slots.push_back(box({-2900 + i * 966.0, 236, 1351}, {-2840 + i * 966.0, 241, 1352}));
        for (const double x : {-2400.0, 2400.0})
            for (const double z : {-1100.0, 1100.0}) body.add(rod({x - 90, -40, z}, Axis::X, 110, 180, 6), Material::Steel, smooth);
        body.add(group(slots), Material::PanelDark, small);
    });
}

void addBolsters(Node& node) {
    node.instance("bolster", bolster(), {centreX, bolsterTop - 240, 0});
    for (int i = 0; i < stations; ++i) {
        node.instance("lower-die", die(false), {stationX(i), bolsterTop, 0});
        if (i > 0) node.instance("formed", kit::controlArm(Material::Steel), {stationX(i) - 150, partLine + 4, 0});
    }
    node.instance("formed-blank", kit::blank(), {stationX(0) - 150, partLine - 18, 0});
}

/// Rails either side of the dies with a finger for each gap; each runs on an ellipse in a plane that leans inwards: forward while
/// it is up and closed, back while it is low and open.
void addTransfer(Node& node) {
    constexpr double lift = 75, clamp = 125;
    for (const double side : {-1.0, 1.0}) {
        const std::string id = side > 0 ? "rail-front" : "rail-back";
        const glm::dquat lean = glm::angleAxis(-side * std::atan2(clamp, lift), dvec3{1, 0, 0});
        Node& frame = node.child(id + "-plane", {centreX, partLine + 100, side * 870});
        frame.rotation = lean;
        Node& rail = addEllipse(frame, id, dvec3{0}, pitch / 2, std::hypot(lift, clamp)).child(id);
        rail.rotation = glm::inverse(lean);
        rail.add(box({-4700, -60, -50}, {4700, 60, 50}, 6), Material::Aluminium);
        for (int i = 0; i <= stations; ++i) {
            const double x = (i - stations / 2.0) * pitch, tip = -side * 415;
            rail.add(box({x - 30, -20, std::min(tip, 0.0)}, {x + 30, 20, std::max(tip, 0.0)}, 4), Material::LineYellow);
            rail.add(box({x - 55, -26, std::min(tip, tip + side * 60)}, {x + 55, 30, std::max(tip, tip + side * 60)}, 4),
                     Material::Black);
        }
    }
    // Drive boxes at both ends.
    for (const double x : {centreX - 5650, centreX + 4600}) {
        for (const double z : {-1150.0, 1150.0}) {
            node.add(box({x, 0, z - 330}, {x + 1050, 1560, z + 330}, 12), Material::Panel)
                .add(box({x + 60, 1560, z - 260}, {x + 990, 1620, z + 260}, 6), Material::PanelDark);
            node.add(box({x + 420, 900, z > 0 ? z + 330 : z - 336}, {x + 630, 1200, z > 0 ? z + 336 : z - 330}),
                     Material::LineYellow);
        }
    }
}

void addInfeed(Node& node) {
    // Two stacks of blanks on carts; a beam feeder lifts one at a time.
    for (const double z : {-700.0, 700.0}) {
        node.add(box({-500, 120, z - 420}, {500, 260, z + 420}, 6), Material::Accent)
            .add(group({rod({-380, 60, z - 400}, Axis::Z, 60, 60), rod({380, 60, z - 400}, Axis::Z, 60, 60),
                        rod({-380, 60, z + 340}, Axis::Z, 60, 60), rod({380, 60, z + 340}, Axis::Z, 60, 60)}),
                 Material::Rubber, small);
        std::vector<Shape> sheets;
        for (int i = 0; i < 24; ++i)
            sheets.push_back(plate(Axis::Y, 262 + i * 26.0, 284 + i * 26.0,
                                   rectangle(-330 + i % 3, z - 320 + i % 2, 330 + i % 3, z + 320 + i % 2, 40)));
        node.add(group(sheets), Material::Steel, small);
    }
    for (const double x : {-900.0, 820.0})
        for (const double z : {-1300.0, 1200.0}) node.add(box({x, 0, z}, {x + 90, 2350, z + 100}, 5), Material::Frame);
    node.add(group({box({-900, 2350, -1300}, {910, 2470, -1200}, 6), box({-900, 2350, 1200}, {910, 2470, 1300}, 6),
                    box({-120, 2360, -1200}, {120, 2460, 1200}, 6)}),
             Material::Frame);
    Node& feeder = node.child("feeder", {0, 1900, -700});
    feeder.add(box({-60, -200, -60}, {60, 460, 60}, 4), Material::Aluminium)
        .add(box({-330, -240, -330}, {330, -200, 330}, 4), Material::Aluminium);
    for (const double x : {-260.0, 260.0})
        for (const double z : {-260.0, 260.0})
            feeder.add(lathe({x, -240, z}, Axis::Y, {{14, 0}, {14, -60}, {44, -90}}), Material::Rubber, small);
    node.instance("infeed-belt", kit::beltConveyor(1500, 900, 1600), {700, 1600, 0});
    node.instance("infeed-blank", kit::blank(), {1200, 1601, 0});
}

void addOutfeed(Node& node) {
    node.instance("exit-belt", kit::beltConveyor(3000, 900, 1180), {11350, 1180, 0});
    for (int i = 0; i < 4; ++i)
        node.instance("exit-part", kit::controlArm(Material::Steel), {11700 + i * 680.0, 1216, i % 2 == 0 ? -140.0 : 140.0},
                      14.0 * i);
    node.instance("stampings", kit::container(Material::Steel, 7), {13500, 0, 1250});
    node.instance("stampings-2", kit::container(Material::Steel, 3), {13500, 0, -1250});
    // Scrap belt from under the bed to its bin.
    node.add(turned(box({-1500, -60, -360}, {2600, 60, 360}, 4), Axis::Z, 14, {0, 0, 0}), Material::Cast);
    node.body->parts.back().shape = moved(node.body->parts.back().shape, {centreX + 1600, 700, -3000});
    node.add(box({centreX + 4100, 0, -3500}, {centreX + 5500, 1050, -2500}, 10), Material::LineRed);
}

void addSurroundings(Node& node) {
    for (int i = 0; i < 6; ++i) { // sliding guards in front of the dies
        node.instance("guard-front", kit::guard(1110, 2000, false), {centreX - 3330 + i * 1110.0, 910, 1780});
        node.instance("guard-back", kit::guard(1110, 2000, false), {centreX - 3330 + i * 1110.0, 910, -1780});
    }
    node.add(group({box({centreX - 3400, 2905, 1740}, {centreX + 3400, 2985, 1820}, 5),
                    box({centreX - 3400, 2905, -1820}, {centreX + 3400, 2985, -1740}, 5)}),
             Material::Frame);
    for (const double x : {centreX - 2400, centreX + 2400})
        node.add(box({x - 60, 0, 1900}, {x + 60, 30, 6300}, 4), Material::Steel); // rails of the moving bolsters
    node.instance("bolster-spare", bolster(), {centreX, 140, 4850});
    for (int i = 0; i < stations; ++i) {
        node.instance("spare-lower-die", die(false), {stationX(i), 380, 4850});
        node.instance("spare-upper-die", die(true), {stationX(i), 380 + 900 + 130, 4850});
    }
    node.instance("operator-panel", kit::operatorPanel(), {centreX + 4700, 0, 2400});
    node.instance("operator-panel-2", kit::operatorPanel(), {centreX - 4700, 0, 2400});
    for (int i = 0; i < 5; ++i) node.instance("cabinet", kit::cabinet(1200, 2200, 600), {centreX - 3000 + i * 1210.0, 0, -3900});
    addTray(node, 6000, {centreX - 3500, 2700, -3420});
    addFence(node, -1500, 2300, 2050, "fence-in", 1, true);
    addFence(node, 11050, 13250, 2050, "fence-out", -1, true);
    node.instance("curtain-1", kit::curtainPost(1900), {-1500, 0, 1600}, -90);
    node.instance("curtain-2", kit::curtainPost(1900), {-1500, 0, -1600}, 90);
    node.instance("e-stop", kit::emergencyStop(), {centreX - 4300 + 150, 1400, 1902});
    kit::addStackLight(node, "stack", {centreX + 4000, 9090, 1900}, 400);
    kit::addStackLight(node, "stack-floor", {centreX + 4010, 2985, 1830}, 300);
}

} // namespace

Model makePress() {
    Model model{"transfer-press", {}};
    Node& node = model.root;
    node.name = "transfer-press";
    addFrame(node);
    addCrown(node);
    addSlide(node);
    addBolsters(node);
    addTransfer(node);
    addInfeed(node);
    addOutfeed(node);
    addSurroundings(node);
    return model;
}

} // namespace millwright::assets
