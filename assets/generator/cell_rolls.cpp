#include "cells.hpp"
#include "shared.hpp"

/// What works on rolls: slitters, vacuum dryers, laser notchers.
namespace millwright::assets {
namespace {

constexpr Fineness smooth{1.2, 0.32};
constexpr Fineness small{1.5, 0.6};

/// Two side plates along X and the cross members between them.
void addFrames(Node& node, const Outline& outline, const std::vector<Outline>& holes, double z, const std::vector<dvec2>& ties) {
    for (const double side : {-1.0, 1.0})
        node.add(plate(Axis::Z, side > 0 ? z : -z - 40, side > 0 ? z + 40 : -z, outline, holes, 4), Material::Panel, small);
    for (const dvec2& tie : ties) node.add(rod({tie, -z}, Axis::Z, 40, z * 2), Material::Frame, smooth);
}

Model makeSlitter(const char* name, const char* plateText, Material web) {
    Model model{name, {}};
    Node& node = model.root;
    node.name = name;
    constexpr double z = 470, width = 620;
    const dvec2 unwind{900, 900}, idler1{1750, 1560}, upper{2900, 1490}, lower{2900, 1372}, idler2{3700, 1420},
        rewindUp{4850, 1560}, rewindLow{4850, 640};
    addFrames(node, {{420, 60, 30}, {1380, 60, 30}, {1240, 1240, 60}, {560, 1240, 60}},
              {{{640, 240, 40}, {1160, 240, 40}, {1090, 640, 40}, {710, 640, 40}}}, z, {{520, 160}, {1280, 160}});
    addFrames(node, {{1560, 60, 30}, {4020, 60, 30}, {4020, 1700, 80}, {3500, 1980, 80}, {2200, 1980, 80}, {1560, 1700, 80}},
              {rectangle(1800, 300, 2500, 1150, 80), rectangle(3100, 300, 3800, 1150, 80)}, z,
              {{1660, 180}, {3920, 180}, {2300, 1880}, {3500, 1880}});
    addFrames(node, {{4420, 60, 30}, {5320, 60, 30}, {5240, 1820, 80}, {4520, 1820, 80}}, {rectangle(4640, 880, 5060, 1220, 60)}, z,
              {{4520, 160}, {5220, 160}, {4600, 1740}});
    addWebRoll(node, "unwind-roll", unwind, 700, width, web);
    addWebRoll(node, "rewind-upper", rewindUp, 520, 300, web);
    addWebRoll(node, "rewind-lower", rewindLow, 520, 300, web);
    kit::addRoller(node, "idler-1", idler1, 60, 640, z + 40);
    kit::addRoller(node, "idler-2", idler2, 60, 640, z + 40);
    // Circular knives: discs on two shafts that overlap by a millimetre.
    const auto knives = [&](const char* id, dvec2 at, double offset) {
        node.instance(id,
                      kit::shared(std::format("knife-shaft-{:.0f}", offset),
                                  [&](Body& body) {
                                      body.add(rod({0, 0, -560}, Axis::Z, 34, 1120), Material::Polished, smooth);
                                      for (const double disc : {-300.0, 0.0, 300.0})
                                          body.add(rod({0, 0, disc + offset}, Axis::Z, 60, 8), Material::Chrome, smooth)
                                              .add(rod({0, 0, disc + offset + (offset > 0 ? 8 : -22)}, Axis::Z, 48, 22),
                                                   Material::PanelDark, smooth);
                                      body.add(box({-5, 8, 561}, {5, 30, 563}), Material::Red);
                                  }),
                      {at, 0});
    };
    knives("knife-upper", upper, 4);
    knives("knife-lower", lower, -12);
    addWebPath(
        node,
        {unwind + dvec2{-110, 333}, idler1 + dvec2{-30, 54}, {1780, 1620}, {2840, 1436}, {2960, 1436}, idler2 + dvec2{-6, 61}},
        width, web);
    addWebPath(node, {idler2 + dvec2{6, 61}, rewindUp + dvec2{-60, 254}}, 300, web);
    addWebPath(node, {idler2 + dvec2{50, 30}, rewindLow + dvec2{-40, 258}}, 300, web);
    // Dust suction over the knives, drives, edge trim bins.
    node.add(box({2700, 1600, -420}, {3100, 1720, 420}, 10), Material::Stainless)
        .instance("suction", kit::roundDuct(Axis::Y, 110, 1400), {2900, 1700, 0});
    node.instance("drive-unwind", kit::gearMotor(150), {unwind, -z - 170}, 180);
    node.instance("drive-knives", kit::gearMotor(150), {lower, -z - 170}, 180);
    for (const dvec2& at : {rewindUp, rewindLow}) node.instance("drive-rewind", kit::gearMotor(150), {at, -z - 170}, 180);
    node.add(group({box({2600, 0, 700}, {3200, 420, 1050}), box({2640, 420, 730}, {3160, 424, 1020})}), Material::HoseBlue);
    node.instance("cabinet", kit::cabinet(1200, 2000, 500), {2700, 0, -1450});
    node.instance("name-plate", kit::namePlate(plateText, 100), {2250, 1740, z + 42});
    node.instance("operator-panel", kit::operatorPanel(), {3900, 0, 1250});
    node.instance("e-stop", kit::emergencyStop(), {4400, 1000, z + 60});
    for (const double x : {350.0, 4350.0}) node.instance("guard", kit::guard(1100, 2000, false), {x, 0, 1250});
    node.child("label-speed", {2900, 2150, 400});
    kit::addStackLight(node, "stack", {2100, 1980, z + 20}, 300);
    return model;
}

/// Galvo heads over the web, and their beams while they cut.
void addLaser(Node& node, double x, double webY) {
    node.add(box({x - 520, webY + 620, -330}, {x + 520, webY + 900, 330}, 12), Material::Panel)
        .add(box({x - 522, webY + 700, 331}, {x + 522, webY + 740, 334}), Material::Red);
    Node& beams = node.child("beams", {x, webY, 0});
    for (const double dx : {-260.0, 260.0}) {
        node.add(box({x + dx - 90, webY + 430, -110}, {x + dx + 90, webY + 620, 110}, 8), Material::Black, small)
            .add(rod({x + dx, webY + 380, 0}, Axis::Y, 62, 52, 4), Material::PanelDark, smooth);
        for (const double z : {-140.0, 140.0})
            beams.add(pipe({{dx, 380, 0}, {dx + 20, 0, z}}, 3, 1), Material::ScreenGreen, {3, 1.2})
                .add(block({dx + 20, 3, z}, {26, 6, 26}), Material::Light);
    }
}

/// Magazine at the end: sheets in a lift, and the bin for rejects.
void addMagazine(Node& node, double x, Material web) {
    node.add(box({x, 0, -330}, {x + 820, 700, 330}, 6), Material::Panel)
        .add(group({box({x + 60, 700, -190}, {x + 90, 1280, -160}), box({x + 60, 700, 160}, {x + 90, 1280, 190}),
                    box({x + 330, 700, -190}, {x + 360, 1280, -160}), box({x + 330, 700, 160}, {x + 360, 1280, 190})}),
             Material::Aluminium)
        .add(box({x + 110, 700, -150}, {x + 310, 1120, 150}), web)
        .add(group({box({x + 190, 700, 150}, {x + 240, 1119, 172})}),
             web == Material::CoatRolled ? Material::Aluminium : Material::Copper)
        .add(box({x + 440, 700, -160}, {x + 760, 930, 160}, 4), Material::Red);
}

Model makeNotcher(const char* name, const char* plateText, Material web) {
    Model model{name, {}};
    Node& node = model.root;
    node.name = name;
    constexpr double y = 1250, length = 6900, depth = 900, width = 310;
    addHousing(node, length, depth, 2350);
    const dvec2 unwind{850, 1330}, idler1{1650, 1640}, idler2{2150, 1180}, idler3{2650, 1190}, drum{4650, 1090};
    addWebRoll(node, "unwind-roll", unwind, 640, 300, web);
    for (const auto& [id, at] : {std::pair{"idler-1", idler1}, {"idler-2", idler2}, {"idler-3", idler3}})
        node.instance(id, kit::roller(60, 360), {at, 0});
    node.add(box({400, 872, -300}, {5500, 2150, -270}, 5), Material::Frame); // the plate that carries the rollers
    addWebPath(node, {unwind + dvec2{100, 305}, idler1 + dvec2{-20, 58}}, width, web);
    addWebPath(node, {idler1 + dvec2{60, -10}, idler2 + dvec2{-58, 20}}, width, web);
    addWebPath(node, {idler2 + dvec2{10, -60}, idler3 + dvec2{-10, -60}}, width, web);
    addWebPath(node, {idler3 + dvec2{0, 61}, {3000, y}, {4600, y}, {drum.x, y + 1}}, width, web);
    addLaser(node, 3500, y);
    node.add(box({2950, y - 60, -200}, {4250, y - 14, 200}, 4), Material::PanelDark) // suction table
        .add(pipe({{3600, y - 60, 0}, {3600, 1000, 0}, {3600, 1000, -260}}, 60, 90), Material::HoseBlue, kit::tube);
    node.instance("drum",
                  kit::shared("suction-drum",
                              [](Body& body) {
                                  body.add(ring({0, 0, -170}, Axis::Z, 160, 140, 340), Material::Stainless, smooth)
                                      .add(rod({0, 0, -260}, Axis::Z, 40, 520), Material::Steel, small)
                                      .add(circleOf(box({-10, 60, 168}, {10, 140, 174}), 8, Axis::Z), Material::Accent, small);
                              }),
                  {drum, 0});
    // Cutter, camera, belt with single sheets, magazine.
    node.add(box({4860, 1180, -220}, {4960, 1560, 220}, 6), Material::Accent)
        .add(box({5080, 1500, -120}, {5200, 1760, 120}, 8), Material::Black)
        .add(rod({5140, 1440, 0}, Axis::Y, 40, 62), Material::PanelDark, smooth)
        .add(box({4820, 1150, -160}, {5760, 1166, 160}), Material::Rubber);
    for (int i = 0; i < 6; ++i) node.add(box({4850 + i * 150.0, 1166, -150}, {4950 + i * 150.0, 1169, 150}), web);
    addMagazine(node, 5780, web);
    node.instance("cabinet", kit::cabinet(1200, 2100, 500), {3200, 0, -1350});
    node.instance("laser-source", kit::cabinet(800, 1600, 500), {4500, 0, -1350});
    node.add(pipe({{3500, 2150, 0}, {3500, 2700, 0}, {3500, 2700, -1250}, {3500, 3400, -1250}}, 110, 200), Material::Galvanised,
             kit::tube);
    node.instance("name-plate", kit::namePlate(plateText, 110), {2500, 2215, depth + 3});
    node.instance("screen", kit::swingScreen(), {6300, 870, depth - 60});
    node.instance("e-stop", kit::emergencyStop(), {400, 700, depth});
    node.child("label-speed", {3500, 2600, 500});
    kit::addStackLight(node, "stack", {6500, 2350, 600}, 240);
    return model;
}

/// A trolley with six rolls on two axes; it stands in the dryer.
BodyRef rollTrolley() {
    return kit::shared("roll-trolley", [](Body& body) {
        body.add(group({box({-900, 120, -760}, {900, 180, -700}), box({-900, 120, 700}, {900, 180, 760}),
                        box({-900, 120, -700}, {-840, 180, 700}), box({840, 120, -700}, {900, 180, 700})}),
                 Material::Stainless, small);
        for (const double x : {-560.0, 0.0, 560.0})
            for (const double y : {560.0, 1240.0})
                body.add(ring({x, y, -300}, Axis::Z, 270, 76, 300), Material::CoatRolled, smooth)
                    .add(ring({x, y, 60}, Axis::Z, 270, 76, 300), Material::CoatRolled, smooth)
                    .add(ring({x, y, -340}, Axis::Z, 76, 62, 740), Material::Core, smooth)
                    .add(rod({x, y, -720}, Axis::Z, 30, 1440), Material::Steel, small);
        for (const double z : {-720.0, 690.0})
            body.add(group({box({-870, 180, z}, {-830, 1420, z + 30}), box({830, 180, z}, {870, 1420, z + 30}),
                            box({-870, 540, z}, {870, 575, z + 30}), box({-870, 1220, z}, {870, 1255, z + 30})}),
                     Material::Stainless, small);
        for (const double x : {-760.0, 760.0})
            for (const double z : {-650.0, 650.0}) body.add(rod({x, 62, z - 20}, Axis::Z, 60, 40), Material::Black, smooth);
    });
}

} // namespace

Model makeCathodeSlitter() {
    return makeSlitter("slitter-cathode", "SLITTER  CATHODE", Material::CoatRolled);
}

Model makeAnodeSlitter() {
    return makeSlitter("slitter-anode", "SLITTER  ANODE", Material::CoatDry);
}

Model makeCathodeNotcher() {
    return makeNotcher("notcher-cathode", "LASER NOTCHER  CATHODE", Material::CoatRolled);
}

Model makeAnodeNotcher() {
    return makeNotcher("notcher-anode", "LASER NOTCHER  ANODE", Material::CoatDry);
}

Model makeVacuumOven() {
    Model model{"vacuum-oven", {}};
    Node& node = model.root;
    node.name = "vacuum-oven";
    constexpr double w = 2500, h = 2550, back = -1500, front = 700;
    // A square chamber with ribs outside, open at the front.
    node.add(plate(Axis::Z, back, front, rectangle(60, 180, w - 60, h, 60), {rectangle(180, 300, w - 180, h - 300, 30)}, 4),
             Material::Stainless, small)
        .add(box({180, 300, back}, {w - 180, h - 300, back + 40}), Material::PanelDark)
        .add(plate(Axis::Z, front - 60, front, rectangle(20, 140, w - 20, h + 40, 50), {rectangle(170, 290, w - 170, h - 290, 30)},
                   4),
             Material::Frame, small);
    std::vector<Shape> ribs;
    for (double z = back + 200; z < front - 200; z += 420)
        ribs.push_back(plate(Axis::Z, z, z + 40, rectangle(10, 130, w - 10, h + 50, 60), {rectangle(60, 180, w - 60, h, 50)}));
    node.add(group(ribs), Material::Frame, small);
    for (const double x : {200.0, w - 320})
        for (const double z : {back + 100, front - 250}) node.add(box({x, 0, z}, {x + 120, 180, z + 120}), Material::PanelDark);
    node.add(
        group({box({420, 300, back + 60}, {480, 340, front + 20}), box({w - 480, 300, back + 60}, {w - 420, 340, front + 20})}),
        Material::Steel);
    node.instance("trolley", rollTrolley(), {w / 2, 200, back + 1000});
    // The door hangs on the left and swings out.
    Node& door = node.child("door", {20, 0, front + 60});
    door.add(box({10, 160, -50}, {w - 40, h + 20, 40}, 20), Material::Panel)
        .add(box({150, 300, 40}, {w - 190, h - 120, 70}, 14), Material::Panel)
        .add(ring({w / 2 - 20, 1500, 40}, Axis::Z, 210, 150, 60, 4), Material::Stainless, smooth)
        .add(rod({w / 2 - 20, 1500, 44}, Axis::Z, 150, 12), Material::Glass, smooth)
        .add(group({rod({0, 400, 0}, Axis::Y, 60, 240, 6), rod({0, h - 600, 0}, Axis::Y, 60, 240, 6)}), Material::Steel, smooth);
    for (const double y : {700.0, 1500.0, 2250.0})
        door.add(rod({w - 110, y, 40}, Axis::Z, 60, 90, 6), Material::Black, smooth)
            .add(box({w - 190, y - 16, 110}, {w - 30, y + 16, 130}, 4), Material::Steel);
    door.instance("door-plate", kit::namePlate("VACUUM DRYER", 90), {w / 2 - 480, 2180, 71});
    // Pumps behind, lines on top.
    node.instance("pump", kit::gearMotor(260), {900, 420, -2300}, 90);
    node.add(box({500, 0, -2500}, {2000, 160, -1700}, 6), Material::Frame)
        .add(pipe({{1250, h, -600}, {1250, h + 450, -600}, {1250, h + 450, -2100}, {1250, 700, -2100}}, 90, 180),
             Material::Stainless, kit::tube)
        .add(pipe({{500, h, -200}, {500, h + 250, -200}, {2900, h + 250, -200}}, 30, 60), Material::White, kit::tube)
        .add(box({w - 60, 900, 200}, {w + 120, 1800, 660}, 6), Material::PanelDark)
        .add(box({w - 20, 1300, 660}, {w + 90, 1500, 664}), Material::Screen)
        .add(box({w - 10, 1400, 664}, {w + 80, 1480, 666}), Material::ScreenGreen);
    node.child("label-pressure", {w / 2, 2900, 700});
    node.child("label-temperature", {w / 2, 3300, 700});
    kit::addStackLight(node, "stack", {w - 150, h, 500}, 220);
    return model;
}

} // namespace millwright::assets
