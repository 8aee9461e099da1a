#include "frames.hpp"
#include "shared.hpp"
#include "shop.hpp"

#include <numbers>

/// Coil and blanking line: coil store, decoiler, straightener, loop, feed, blanking press, stacker.
namespace millwright::assets {
namespace {

constexpr Fineness smooth{1.4, 0.3};
constexpr Fineness small{1.6, 0.6};
constexpr double decoilerX = 3600, straightenerX = 5600, feedX = 11600, pressX = 14600, strip = 1260,
                 half = 325; ///< strip: pass line

BodyRef steelCoil() {
    return kit::shared("steel-coil", [](Body& body) {
        body.add(ring({0, 0, -half}, Axis::Z, 800, 300, 2 * half, 6), Material::Steel, {1.4, 0.16});
        for (const double r : {360.0, 430.0, 510.0, 590.0, 680.0, 750.0})
            for (const double z : {-half - 2, half}) body.add(ring({0, 0, z}, Axis::Z, r + 5, r, 2), Material::Cast, {2, 0.3});
        for (const double angle : {30.0, 150.0, 270.0})
            body.add(turned(box({-20, 296, -half - 4}, {20, 806, half + 4}), Axis::Z, angle), Material::Black, small);
    });
}

void addCoilStore(Node& node) {
    for (int i = 0; i < 2; ++i) {
        const double x = 900 + i * 1900.0;
        node.instance(
            "coil-cradle",
            kit::shared(
                "coil-cradle",
                [](Body& body) {
                    body.add(
                        plate(Axis::Z, -380, 380,
                              {{-620, 0}, {620, 0}, {620, 260, 20}, {440, 300, 20}, {0, 110, 60}, {-440, 300, 20}, {-620, 260, 20}},
                              {}, 6),
                        Material::Accent, small);
                }),
            {x, 0, -3000});
        node.instance("coil", steelCoil(), {x, 920, -3000});
    }
    // Coil car between store and decoiler on its rails.
    for (const double x : {decoilerX - 300, decoilerX + 260}) node.add(box({x, 0, -4200}, {x + 40, 25, 1200}), Material::Steel);
    node.add(box({decoilerX - 420, 60, -2500}, {decoilerX + 420, 300, -1500}, 10), Material::Orange)
        .add(plate(Axis::Z, -2400, -1600,
                   {{decoilerX - 380, 300},
                    {decoilerX + 380, 300},
                    {decoilerX + 330, 430, 20},
                    {decoilerX, 340, 30},
                    {decoilerX - 330, 430, 20}},
                   {}, 6),
             Material::Rubber, small);
    for (const double x : {decoilerX - 340, decoilerX + 220})
        for (const double z : {-2350.0, -1700.0}) node.add(rod({x, 75, z}, Axis::X, 62, 120, 4), Material::Steel, small);
}

void addDecoiler(Node& node) {
    node.add(box({decoilerX - 600, 0, -1450}, {decoilerX + 600, 160, -350}, 10), Material::PanelDark)
        .add(plate(Axis::X, decoilerX - 420, decoilerX + 420, {{-1400, 160}, {-480, 160}, {-560, 1700, 120}, {-1240, 1700, 120}},
                   {}, 10),
             Material::Panel, small);
    node.add(box({decoilerX - 424, 900, -1120}, {decoilerX + 424, 1010, -700}), Material::Accent)
        .instance("decoiler-motor", kit::gearMotor(300), {decoilerX, strip + 60, -1330}, 180);
    Node& mandrel = node.child("mandrel", {decoilerX, strip + 60, 0});
    mandrel.add(rod({0, 0, -620}, Axis::Z, 190, 1040, 8), Material::Steel, smooth)
        .add(rod({0, 0, -560}, Axis::Z, 420, 60, 8), Material::Cast, smooth);
    mandrel.add(circleOf(box({-90, 190, -340}, {90, 296, 340}, 8), 4, Axis::Z), Material::PanelDark, small);
    mandrel.instance("coil-in-work", steelCoil());
    node.add(turned(box({-60, 0, 0}, {60, 1500, 120}, 10), Axis::Z, 0), Material::Frame); // hold-down arm's post
    node.body->parts.back().shape = moved(node.body->parts.back().shape, {decoilerX + 900, 0, -900});
    node.add(pipe({{decoilerX + 900, 1500, -840}, {decoilerX + 700, 2250, -500}, {decoilerX + 200, 2240, 0}}, 60, 150),
             Material::Frame, kit::tube)
        .add(rod({decoilerX + 120, 2230, -200}, Axis::Z, 90, 400, 6), Material::Rubber, smooth);
    addFence(node, decoilerX - 1200, decoilerX + 1100, 1500, "fence-coil", 1, true);
}

/// Rolls between two side frames; nodes `roll-1` … turn.
void addStraightener(Node& node) {
    for (const double z : {-520.0, 440.0})
        node.add(box({straightenerX, 300, z}, {straightenerX + 1800, 2050, z + 80}, 10), Material::Panel);
    node.add(box({straightenerX - 60, 0, -620}, {straightenerX + 1860, 300, 620}, 10), Material::PanelDark)
        .add(box({straightenerX, 1620, -440}, {straightenerX + 1800, 2050, 440}, 8), Material::Accent);
    for (int i = 0; i < 9; ++i) {
        const bool upper = i % 2 == 1;
        node.instance(std::format("roll-{}", i + 1), kit::roller(76, 800, Material::Chrome),
                      {straightenerX + 180 + i * 180.0, strip + (upper ? 79 : -79), 0});
    }
    for (const double x : {straightenerX + 320, straightenerX + 900, straightenerX + 1480})
        node.add(rod({x, 2050, 0}, Axis::Y, 110, 260, 8), Material::Cast, smooth)
            .add(rod({x, 2310, 0}, Axis::Y, 46, 200, 4), Material::Steel, small);
    node.instance("straightener-motor", kit::gearMotor(260), {straightenerX + 900, 900, -640}, 180);
}

void addStrip(Node& node) {
    const auto level = [&](double from, double to, double y) {
        node.add(box({from, y, -half}, {to, y + 3, half}), Material::Steel);
    };
    // Off the coil's top, down to the straightener.
    const double top = strip + 60 + 800;
    node.add(
        plate(Axis::Z, -half, half,
              {{decoilerX + 60, top - 2}, {decoilerX + 60, top + 1}, {straightenerX + 60, strip + 3}, {straightenerX + 60, strip}}),
        Material::Steel);
    level(straightenerX + 60, straightenerX + 1900, strip);
    std::vector<Corner> sag; // the loop that lets the feed stop and go
    const double a = straightenerX + 1900, b = feedX + 60;
    for (int i = 0; i <= 20; ++i)
        sag.push_back({a + (b - a) * i / 20, strip - 820 * std::pow(std::sin(std::numbers::pi * i / 20), 2)});
    for (int i = 20; i >= 0; --i) sag.push_back({sag[static_cast<std::size_t>(i)].u, sag[static_cast<std::size_t>(i)].v + 3});
    node.add(plate(Axis::Z, -half, half, sag), Material::Steel);
    level(b, pressX + 500, strip);
    for (const double x : {a + 300, b - 300})
        node.instance("loop-roller", kit::roller(90, 760), {x, strip - 110 - 8, 0}),
            node.add(group({box({x - 40, 0, -480}, {x + 40, strip - 60, -420}), box({x - 40, 0, 420}, {x + 40, strip - 60, 480})}),
                     Material::Frame);
}

void addPress(Node& node) {
    const double x = pressX;
    node.add(box({x - 1500, 0, -1200}, {x + 1500, 900, 1200}, 16), Material::PanelDark)
        .add(box({x - 1100, 900, -900}, {x + 1100, 1060, 900}, 8), Material::Cast);
    for (const double side : {-1.0, 1.0})
        for (const double z : {-1.0, 1.0})
            node.add(box({x + side * 1180 - 270, 900, z * 920 - 260}, {x + side * 1180 + 270, 3300, z * 920 + 260}, 12),
                     Material::Panel);
    node.add(box({x - 1550, 3300, -1300}, {x + 1550, 4700, 1300}, 24), Material::Accent)
        .add(letters("4 MN", 300, {x - 520, 3780, 1301}, Axis::Z), Material::White, {1, 0.6});
    for (const double z : {-1300.0, 1300.0}) node.add(box({x - 1590, 3280, z - 20}, {x + 1590, 3380, z + 20}), Material::Frame);
    Node& slide = addEllipse(node, "slide", {x, 1760, 0}, 0, 125).child("slide");
    slide.add(box({-880, 0, -800}, {880, 900, 800}, 14), Material::Frame)
        .add(box({-700, -200, -500}, {700, 0, 500}, 6), Material::Steel)
        .add(box({-884, 60, -804}, {884, 150, 804}), Material::LineYellow);
    for (const double sx : {-450.0, 450.0}) slide.add(rod({sx, 900, 0}, Axis::Y, 130, 1100), Material::Polished, smooth);
    node.add(box({x - 760, 1060, -520}, {x + 760, strip - 6, 520}, 6), Material::Steel);
    Node& wheel = node.child("flywheel", {x + 300, 4000, -1650});
    wheel.add(ring({0, 0, -120}, Axis::Z, 640, 500, 240, 14), Material::Cast, smooth)
        .add(ring({0, 0, -30}, Axis::Z, 520, 110, 60, 4), Material::Cast, smooth)
        .add(rod({0, 0, -200}, Axis::Z, 115, 560, 6), Material::Steel, smooth)
        .add(box({-30, 200, 121}, {30, 490, 125}), Material::LineYellow);
    for (int i = 0; i < 2; ++i) node.instance("guard-press", kit::guard(1000, 1900, false), {x - 1000 + i * 1000.0, 920, 1120});
    // Roll feed on the press's inlet.
    node.add(box({feedX, 300, -560}, {feedX + 900, 1900, -460}, 8), Material::Panel)
        .add(box({feedX, 300, 460}, {feedX + 900, 1900, 560}, 8), Material::Panel)
        .add(box({feedX - 40, 0, -600}, {feedX + 940, 300, 600}, 8), Material::PanelDark)
        .add(box({feedX, 1560, -460}, {feedX + 900, 1900, 460}, 8), Material::Accent);
    for (const bool upper : {false, true})
        node.instance(upper ? "feed-roll-2" : "feed-roll-1", kit::roller(110, 880, Material::Chrome),
                      {feedX + 450, strip + (upper ? 113 : -110), 0});
    node.instance("feed-motor", kit::gearMotor(230), {feedX + 450, strip, -570}, 180);
}

void addStacker(Node& node) {
    const double x = pressX + 1500;
    node.instance("exit-belt", kit::beltConveyor(5200, 900, strip - 20), {x, strip - 20, 0});
    for (int i = 0; i < 5; ++i) node.instance("blank", kit::blank(), {x + 350 + i * 900.0, strip - 19, i % 2 == 0 ? -60.0 : 70.0});
    for (int i = 0; i < 2; ++i) {
        const double sx = x + 5900 + i * 1150.0;
        node.add(box({sx - 480, 100, -420}, {sx + 480, 200, 420}, 6), Material::Accent);
        for (const double wx : {-420.0, 320.0})
            for (const double wz : {-380.0, 320.0})
                node.add(box({sx + wx, 0, wz}, {sx + wx + 100, 100, wz + 60}), Material::PanelDark);
        std::vector<Shape> pile;
        for (int k = 0; k < (i == 0 ? 22 : 9); ++k)
            pile.push_back(plate(Axis::Y, 202 + k * 26.0, 224 + k * 26.0,
                                 rectangle(sx - 330 + k % 3, -310 + k % 2, sx + 330 + k % 3, 310 + k % 2, 40)));
        node.add(group(pile), Material::Steel, small);
        for (const double z : {-470.0, 440.0})
            node.add(rod({sx - 200, 200, z}, Axis::Y, 18, 900), Material::Polished, small)
                .add(rod({sx + 200, 200, z}, Axis::Y, 18, 900), Material::Polished, small);
    }
    // Magnetic overhead belt on a portal.
    for (const double px : {x + 5150, x + 7650})
        for (const double z : {-700.0, 600.0}) node.add(box({px, 0, z}, {px + 100, 2400, z + 100}, 5), Material::Frame);
    node.add(group({box({x + 5100, 2400, -720}, {x + 7800, 2520, -580}, 6), box({x + 5100, 2400, 580}, {x + 7800, 2520, 720}, 6)}),
             Material::Frame);
    node.add(box({x + 4700, 1420, -180}, {x + 7700, 1640, 180}, 20), Material::PanelDark)
        .add(box({x + 4760, 1400, -150}, {x + 7640, 1420, 150}), Material::Rubber);
    for (const double px : {x + 5200, x + 7600})
        node.add(box({px - 30, 1640, -600}, {px + 30, 1700, 600}), Material::Frame)
            .add(group({box({px - 30, 1700, -640}, {px + 30, 2400, -580}), box({px - 30, 1700, 580}, {px + 30, 2400, 640})}),
                 Material::Frame);
    addFence(node, x + 4900, x + 8200, 1300, "fence-stack", 1, true);
}

} // namespace

Model makeBlanking() {
    Model model{"blanking", {}};
    Node& node = model.root;
    node.name = "blanking";
    addCoilStore(node);
    addDecoiler(node);
    addStraightener(node);
    addStrip(node);
    addPress(node);
    addStacker(node);
    for (int i = 0; i < 4; ++i) node.instance("cabinet", kit::cabinet(1200, 2100, 600), {8200 + i * 1210.0, 0, -2900});
    addTray(node, 6000, {7400, 2550, -2420});
    addFence(node, straightenerX + 1900, feedX, 1100, "fence-loop", -1, true);
    node.instance("operator-panel", kit::operatorPanel(), {straightenerX + 900, 0, 1300});
    node.instance("operator-panel-2", kit::operatorPanel(), {pressX + 1900, 0, 1500});
    node.instance("name-plate", kit::namePlate("BLANKING LINE", 110), {straightenerX + 330, 1760, 521});
    kit::addStackLight(node, "stack", {pressX + 1350, 4700, 1100}, 350);
    return model;
}

} // namespace millwright::assets
