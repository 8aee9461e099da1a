#include "shared.hpp"
#include "shop.hpp"

/// Electrocoating line that indexes: nine dip tanks under a transfer beam that lifts all hangers to their next tank, -X; rectifier,
/// ultrafiltration and anolyte on the operator's side, the oven behind.
namespace millwright::assets {
namespace {

constexpr Fineness smooth{1.6, 0.32};
constexpr Fineness small{1.8, 0.6};
constexpr int tanks = 9;
constexpr double pitch = 2900, firstX = 32300, rim = 2300, liquid = 2120, inside = 1050, lift = 2450,
                 hangY = 2420; ///< hangY: saddles
constexpr double oven = -4700; ///< its middle's Z

double tankX(int place) { ///< 0: loading; 1 to 9: tanks
    return firstX - (place - 1) * pitch;
}

/// Origin: middle of the cross bar on its saddles. Eight arms on hooks.
BodyRef hanger(bool coated) {
    return kit::shared(coated ? "hanger-coated" : "hanger-bare", [&](Body& body) {
        body.add(box({-60, -40, -1230}, {60, 40, 1230}, 6), Material::Structure, small);
        body.add(group({box({-30, -900, -640}, {30, -40, -600}, 3), box({-30, -900, 600}, {30, -40, 640}, 3),
                        box({-560, -340, -620}, {560, -300, -600}), box({-560, -340, 600}, {560, -300, 620}),
                        box({-30, -320, -620}, {30, -300, 620})}),
                 Material::Structure, small);
        body.add(group({box({-70, 40, -50}, {70, 260, 50}, 6), box({-160, 180, -40}, {160, 230, 40}, 4)}), Material::Structure,
                 small);
        std::vector<Shape> hooks;
        const Shape arm = plate(Axis::Z, -18, 18,
                                {{-40, -40, 25},
                                 {60, -110, 60},
                                 {150, -270, 40},
                                 {230, -330, 30},
                                 {220, -220, 30},
                                 {120, -60, 60},
                                 {90, 60, 30},
                                 {20, 70, 30}},
                                {circle(0, 0, 20)}, 4);
        std::vector<Shape> arms;
        for (const double z : {-610.0, 610.0})
            for (int i = 0; i < 4; ++i) {
                const double x = -480 + i * 290.0;
                hooks.push_back(pipe({{x, -340, z}, {x, -470, z}, {x, -470, z + 25}}, 6, 8));
                arms.push_back(moved(arm, {x, -480, z}));
            }
        body.add(group(hooks), Material::Steel, {2, 0.9}).add(group(arms), coated ? Material::Black : Material::Steel, small);
    });
}

/// Origin: floor, centre. An open tank, walls as wide plates with ribs, its liquid as a surface.
BodyRef tank(const char* name, Material bath, Material wall) {
    return kit::shared(std::string("tank-") + name, [&](Body& body) {
        const double x = 1180, z = 1320;
        body.add(group({box({-x, 150, -z}, {-x + 40, rim, z}), box({x - 40, 150, -z}, {x, rim, z}),
                        box({-x + 40, 150, -z}, {x - 40, rim, -z + 40}), box({-x + 40, 150, z - 40}, {x - 40, rim, z}),
                        box({-x, 110, -z}, {x, 150, z})}),
                 wall, small);
        body.add(box({-x + 40, liquid - 20, -z + 40}, {x - 40, liquid, z - 40}), bath);
        std::vector<Shape> ribs;
        for (const double y : {600.0, 1250.0, 1900.0})
            ribs.insert(ribs.end(),
                        {box({-x - 40, y, z}, {x + 40, y + 70, z + 60}), box({-x - 40, y, -z - 60}, {x + 40, y + 70, -z})});
        ribs.insert(ribs.end(), {box({-x - 30, rim, -z - 60}, {x + 30, rim + 40, -z + 50}),
                                 box({-x - 30, rim, z - 50}, {x + 30, rim + 40, z + 60}),
                                 box({-x - 30, rim, -z + 50}, {-x + 50, rim + 40, z - 50}),
                                 box({x - 50, rim, -z + 50}, {x + 30, rim + 40, z - 50})});
        for (const double lx : {-900.0, 820.0})
            ribs.insert(ribs.end(), {box({lx, 0, -z}, {lx + 80, 110, -z + 80}), box({lx, 0, z - 80}, {lx + 80, 110, z})});
        body.add(group(ribs), Material::Frame, small);
        body.add(group({box({-90, rim + 40, -z - 20}, {90, hangY - 40, -z + 30}, 4),
                        box({-90, rim + 40, z - 30}, {90, hangY - 40, z + 20}, 4)}),
                 Material::Brass, small); // saddles
    });
}

void addTanks(Node& node) {
    struct Bath {
        const char *name, *title;
        Material liquid, wall;
    };
    const Bath baths[tanks] = {{"degrease", "DEGREASE", Material::Water, Material::Panel},
                               {"rinse", "RINSE", Material::HoseBlue, Material::Panel},
                               {"activate", "ACTIVATE", Material::Concrete, Material::Panel},
                               {"phosphate", "PHOSPHATE", Material::LampYellow, Material::Panel},
                               {"rinse", "RINSE", Material::HoseBlue, Material::Panel},
                               {"water", "DI WATER", Material::Water, Material::Panel},
                               {"electrocoat", "E-COAT", Material::Slurry, Material::Orange},
                               {"permeate", "PERMEATE", Material::CoatRolled, Material::Panel},
                               {"permeate", "PERMEATE", Material::CoatRolled, Material::Panel}};
    for (int i = 1; i <= tanks; ++i) {
        const Bath& bath = baths[i - 1];
        node.instance(std::format("tank-{}", i), tank(bath.name, bath.liquid, bath.wall), {tankX(i), 0, 0});
        node.instance("tank-plate", kit::namePlate(bath.title, 130),
                      {tankX(i) - lettersWidth(bath.title, 130) / 2 - 90, 1480, 1322});
    }
    // Loading and unloading places: saddles on posts.
    for (const double x : {tankX(0), tankX(tanks + 1)})
        for (const double z : {-1320.0, 1320.0})
            node.add(box({x - 60, 0, z - 50}, {x + 60, hangY - 40, z + 50}, 5), Material::Frame)
                .add(box({x - 200, 0, z - 160}, {x + 200, 20, z + 160}), Material::Frame);
}

/// The beam that carries all hangers on half an ellipse from tank to tank; its lowest, first place is at angle 0.
void addTransferBeam(Node& node) {
    const double middle = (tankX(0) + tankX(tanks)) / 2;
    Node& turn = node.child("beam-turn", {middle - pitch / 2, hangY + 240, 0});
    turn.rotation = glm::angleAxis(glm::radians(-90.0), dvec3{0, 0, 1});
    Node& counter = turn.child("beam-counter", {0, (lift + pitch / 2) / 2, 0});
    counter.rotation = glm::angleAxis(glm::radians(180.0), dvec3{0, 0, 1});
    Node& beam = counter.child("beam-settle", {0, (lift - pitch / 2) / 2, 0});
    beam.rotation = glm::angleAxis(glm::radians(-90.0), dvec3{0, 0, 1});
    const double reach = (tankX(0) - tankX(tanks)) / 2 + 700;
    beam.add(group({box({-reach, 120, -340}, {reach, 420, -200}, 8), box({-reach, 120, 200}, {reach, 420, 340}, 8)}),
             Material::LineYellow);
    Node& carried = beam.child("carried"); // shown while they are on the beam
    for (int i = 0; i <= tanks; ++i) {
        const double x = tankX(i) - middle;
        beam.add(box({x - 60, 140, -220}, {x + 60, 400, 220}, 5), Material::Frame)
            .add(group({box({x - 110, -20, -30}, {x - 80, 160, 30}), box({x + 80, -20, -30}, {x + 110, 160, 30})}),
                 Material::Steel);
        if (i < tanks) carried.instance("hanger-moving", hanger(i >= 7), {x, -240, 0});
    }
    Node& resting = node.child("resting"); // and else in their tanks
    for (int i = 0; i <= tanks; ++i) resting.instance("hanger", hanger(i >= 7), {tankX(i), hangY, 0});
}

/// Portals over the tanks with the rails of the beam's carriages.
void addPortals(Node& node) {
    const BodyRef portal = kit::shared("ecoat-portal", [](Body& body) {
        for (const double z : {-1850.0, 1850.0}) {
            body.add(group({box({-130, 0, z - 130}, {130, 20, z + 130}, 0), box({-110, 20, z - 110}, {-96, 7200, z + 110}),
                            box({96, 20, z - 110}, {110, 7200, z + 110}), box({-96, 20, z - 6}, {96, 7200, z + 6})}),
                     Material::Structure, small);
            body.add(group({box({-112, 100, z - 112}, {112, 900, z + 112})}), Material::LineYellow, small);
        }
        body.add(box({-110, 7000, -1960}, {110, 7260, 1960}, 6), Material::Structure, small);
    });
    for (double x = tankX(tanks + 1) - 1450; x < tankX(0) + 1500; x += pitch * 2) node.instance("portal", portal, {x, 0, 0});
    const double low = tankX(tanks + 1) - 1700, high = low + pitch * 2 * 5 + 500;
    node.add(group({box({low, 7260, -900}, {high, 7460, -780}, 6), box({low, 7260, 780}, {high, 7460, 900}, 6),
                    box({low, 6760, -1840}, {high, 6860, -1760}), box({low, 6760, 1760}, {high, 6860, 1840})}),
             Material::Structure);
    for (const double x : {low + 6000, low + 22000}) { // lifting drives on the rails
        node.add(box({x - 700, 7460, -1000}, {x + 700, 7620, 1000}, 8), Material::Accent)
            .instance("lift-drive", kit::gearMotor(380), {x, 8000, -300}, 0);
        node.add(rod({x, 7620, -420}, Axis::Y, 130, 400, 6), Material::Cast, smooth);
    }
    node.instance("cable-tray", kit::cableTray(26000), {low + 1500, 5200, -2000});
}

void addOven(Node& node) {
    const double low = 8200, high = 28200; // 20 m
    node.add(plate(Axis::X, low, high, {{oven - 1500, 1400}, {oven + 1500, 1400}, {oven + 1500, 5300, 60}, {oven - 1500, 5300, 60}},
                   {rectangle(oven - 800, 1750, oven + 800, 4900)}),
             Material::Panel, small);
    std::vector<Shape> seams;
    for (double x = low; x <= high + 1; x += 2000)
        seams.push_back(plate(Axis::X, x - 15, x + 15,
                              {{oven - 1515, 1385}, {oven + 1515, 1385}, {oven + 1515, 5315, 60}, {oven - 1515, 5315, 60}},
                              {rectangle(oven - 1480, 1420, oven + 1480, 5280)}));
    node.add(group(seams), Material::Galvanised, small);
    for (double x = low + 200; x < high; x += 2900)
        for (const double z : {oven - 1300, oven + 1300}) node.instance("oven-leg", kit::leg(1400, 140), {x, 0, z});
    for (const double x : {low + 4500, low + 13500}) { // burner boxes with circulation fans on the roof
        node.add(box({x - 1400, 5300, oven - 1000}, {x + 1400, 6600, oven + 1000}, 12), Material::Panel)
            .instance("circulation-fan", kit::fan(420), {x - 500, 7200, oven});
        node.add(rod({x + 1400, 5900, oven}, Axis::X, 210, 700, 8), Material::Orange, smooth)
            .add(pipe({{x + 1900, 5900, oven}, {x + 2300, 5900, oven}, {x + 2300, 5900, oven - 1800}}, 40, 100),
                 Material::LineYellow, kit::tube);
        node.instance("flue", kit::roundDuct(Axis::Y, 220, 5500), {x + 900, 6590, oven + 500});
    }
    node.add(letters("CURING OVEN 175", 420, {low + 6800, 3100, oven + 1503}, Axis::Z), Material::Accent, {1.2, 0.6});
    // The chain from the last tank through the oven: a rail with hangers at both mouths.
    const double x0 = tankX(tanks + 1), y = hangY + 2300;
    node.add(pipe({{x0, y, 0}, {x0 - 1500, y, 0}, {x0 - 1500, y, oven}, {high + 4200, y, oven}}, 60, 1300), Material::LineYellow,
             kit::tube);
    for (const double x : {x0 - 300.0, low - 900.0, high + 1300.0, high + 3300.0}) {
        const double z = x == x0 - 300.0 ? 0.0 : oven;
        Node& place = node.instance("hanger-oven", hanger(true), {x, y - 330, z}, 90);
        place.add(box({-40, 230, -40}, {40, 330, 40}), Material::Steel);
    }
    for (const double x : {low - 2600, low - 200, high + 300, high + 4100})
        for (const double z : {oven - 1150, oven + 1150})
            node.add(box({x - 70, 0, z - 70}, {x + 70, y + 300, z + 70}, 5), Material::Structure);
    for (const double x : {low - 2600, low - 200, high + 300, high + 4100})
        node.add(box({x - 70, y + 160, oven - 1220}, {x + 70, y + 300, oven + 1220}, 5), Material::Structure)
            .add(box({x - 30, y, oven - 30}, {x + 30, y + 170, oven + 30}), Material::Structure);
}

/// Walkway along the tanks, rectifier, ultrafiltration, anolyte, tank farm.
void addService(Node& node) {
    const double ed = tankX(7);
    for (int i = 0; i < 5; ++i) {
        node.instance("walkway", kit::walkway(5000, 1000), {6300 + i * 5000.0, 1300, 2520});
        node.instance("railing", kit::railing(5000), {6300 + i * 5000.0, 1300, 3010});
        for (const double x : {300.0, 4500.0})
            node.add(group({box({6300 + i * 5000.0 + x, 0, 2080}, {6380 + i * 5000.0 + x, 1190, 2160}),
                            box({6300 + i * 5000.0 + x, 0, 2920}, {6380 + i * 5000.0 + x, 1190, 3000})}),
                     Material::Structure);
    }
    node.instance("stairs", kit::stairs(1300, 900), {31300 + 1680, 0, 2520}, 180);
    for (int i = 0; i < 3; ++i) node.instance("rectifier", kit::cabinet(1200, 2200, 800), {ed - 1200 + i * 1210.0, 0, 3900});
    node.instance("rectifier-plate", kit::namePlate("RECTIFIER 400 V DC", 110), {ed - 1000, 2260, 4150});
    node.add(pipe({{ed, 2245, 3800}, {ed, 2900, 3800}, {ed, 2900, 1500}, {ed, 2360, 1400}}, 50, 160), Material::Red, kit::tube);
    // Ultrafiltration: a skid of membrane tubes.
    const double u = ed - 4200;
    node.add(group({box({u - 1100, 60, 3350}, {u + 1100, 130, 4250}, 5), box({u - 1100, 0, 3400}, {u - 1000, 60, 4200}),
                    box({u + 1000, 0, 3400}, {u + 1100, 60, 4200}), box({u - 1080, 130, 3380}, {u - 1000, 2000, 3460}),
                    box({u + 1000, 130, 3380}, {u + 1080, 2000, 3460})}),
             Material::Frame);
    for (int i = 0; i < 4; ++i)
        for (int j = 0; j < 2; ++j)
            node.add(rod({u - 950, 700 + i * 330.0, 3420.0 + j * 260}, Axis::X, 100, 1900, 8), Material::White, smooth)
                .add(rod({u - 1010, 700 + i * 330.0, 3420.0 + j * 260}, Axis::X, 112, 70, 6), Material::HoseBlue, smooth)
                .add(rod({u + 940, 700 + i * 330.0, 3420.0 + j * 260}, Axis::X, 112, 70, 6), Material::HoseBlue, smooth);
    node.instance("uf-pump", kit::gearMotor(220), {u - 500, 380, 3900}, 90);
    node.add(pipe({{u - 1000, 700, 3420},
                   {u - 1300, 700, 3420},
                   {u - 1300, 300, 3420},
                   {u - 1300, 300, 1450},
                   {ed - 1500, 300, 1450},
                   {ed - 1100, 420, 1360}},
                  55, 120),
             Material::HoseBlue, kit::tube);
    for (int i = 0; i < 3; ++i) { // anolyte, permeate, paint feed
        const double x = ed + 3600 + i * 1500.0;
        node.add(lathe({x, 80, 3850}, Axis::Y, {{560, 0}, {580, 20}, {580, 1700}, {360, 1880}, {200, 1900}}),
                 i == 1 ? Material::White : Material::Stainless, smooth)
            .add(rod({x, 0, 3850}, Axis::Y, 600, 80), Material::PanelDark, smooth);
        node.add(pipe({{x, 400, 3270}, {x, 400, 3080}, {x, 900, 3080}}, 36, 80), Material::Water, kit::tube);
    }
}

} // namespace

Model makeEcoat() {
    Model model{"ecoat", {}};
    Node& node = model.root;
    node.name = "ecoat";
    addTanks(node);
    addTransferBeam(node);
    addPortals(node);
    addOven(node);
    addService(node);
    node.instance("bare", kit::container(Material::Steel, 6), {tankX(0) + 900, 0, 2300});
    node.instance("coated", kit::container(Material::Black, 5), {1100, 0, 2300});
    node.instance("operator-panel", kit::operatorPanel(), {tankX(0) - 900, 0, 2900});
    node.instance("name-plate", kit::namePlate("E-COAT LINE", 260), {15500, 6300, 1965});
    kit::addStackLight(node, "stack", {tankX(0) - 1350, 3000, 2000}, 320);
    node.add(box({tankX(0) - 1400, 0, 1950}, {tankX(0) - 1300, 3000, 2050}, 4), Material::Frame);
    return model;
}

} // namespace millwright::assets
