#include "shared.hpp"
#include "shop.hpp"

/// Horizontal machining centre: enclosure with window, spindle, pallet changer, tool magazine, coolant tank, chip conveyor.
namespace millwright::assets {
namespace {

constexpr Fineness smooth{1.2, 0.32};
constexpr Fineness small{1.5, 0.6};
constexpr double width = 3000, roof = 2750, back = -2900, front = 0; ///< enclosure; the pallet changer stands before it
constexpr double middle = 1500, spindleY = 1450;

/// Panels round the working space with an opening for the window and one for the pallets.
void addEnclosure(Node& node) {
    node.add(box({60, 0, back}, {width - 60, 260, front - 60}, 6), Material::PanelDark);
    // Side walls: sloped front edge.
    for (const double x : {0.0, width - 50})
        node.add(
            plate(Axis::X, x, x + 50, {{back, 260}, {front, 260}, {front, 1900, 40}, {front - 420, roof, 60}, {back, roof}}, {}, 5),
            Material::Panel, small);
    node.add(box({50, roof - 50, back}, {width - 50, roof, front - 420}, 4), Material::Panel)
        .add(box({50, 260, back}, {width - 50, roof - 50, back + 50}, 4), Material::Panel);
    // Front: sill, posts, the fixed panels beside the pallets' opening.
    node.add(group({box({50, 260, front - 50}, {width - 50, 560, front}, 4), box({50, 560, front - 50}, {430, 1900, front}, 4),
                    box({width - 430, 560, front - 50}, {width - 50, 1900, front}, 4)}),
             Material::Panel);
    node.add(plate(Axis::X, 50, width - 50,
                   {{front - 60, 1880}, {front, 1880}, {front, 1960, 20}, {front - 420, roof, 20}, {front - 470, roof - 30}}, {},
                   3),
             Material::Panel, small);
    node.add(box({0, 2020, front - 90}, {width, 2070, front - 50}), Material::Accent)
        .add(box({-4, 1260, back + 60}, {0, 1420, front - 60}), Material::Accent)
        .add(box({width, 1260, back + 60}, {width + 4, 1420, front - 60}), Material::Accent);
    node.add(box({300, roof, back + 200}, {1500, roof + 420, back + 1200}, 8), Material::Panel)
        .add(row(box({320, roof + 80, back + 1200}, {1480, roof + 100, back + 1206}), 8, {0, 38, 0}), Material::PanelDark);
    node.instance("mist-duct", kit::roundDuct(Axis::Y, 140, 9350), {2250, roof, back + 700});
    node.add(box({1750, roof, back + 300}, {2750, roof + 260, back + 1150}, 10), Material::Frame);
}

/// Column, spindle head on its slides, table with a tombstone inside.
void addInside(Node& node) {
    node.add(box({300, 260, -2700}, {width - 300, 500, -400}, 8), Material::Cast);
    node.add(box({700, 500, -2800}, {width - 700, 2500, -2250}, 10), Material::Cast);
    for (const double x : {850.0, width - 910}) node.add(box({x, 560, -2250}, {x + 60, 2440, -2215}, 3), Material::Polished);
    Node& head = node.child("spindle-head", {middle, spindleY, -2200});
    head.add(box({-330, -330, 0}, {330, 330, 420}, 20), Material::Panel)
        .add(lathe({0, 0, 420}, Axis::Z, {{230, 0}, {210, 120}, {150, 200}, {140, 330}}), Material::Stainless, smooth);
    Node& spindle = head.child("spindle", {0, 0, 750});
    spindle.add(rod({0, 0, 0}, Axis::Z, 96, 60, 4), Material::Polished, smooth)
        .add(lathe({0, 0, 60}, Axis::Z, {{46, 0}, {46, 60}, {31, 80}, {31, 150}, {20, 152}, {20, 330}}), Material::Steel, smooth);
    spindle.add(circleOf(box({78, -14, 60}, {92, 14, 78}), 2, Axis::Z), Material::Brass, small)
        .add(box({18, -3, 220}, {26, 3, 385}), Material::Brass, small)
        .add(box({-26, -3, 220}, {-18, 3, 385}), Material::Brass, small);
}

BodyRef pallet() {
    return kit::shared("machining-pallet", [](Body& body) {
        body.add(box({-315, 0, -315}, {315, 90, 315}, 10), Material::Steel, small)
            .add(box({-160, 90, -160}, {160, 900, 160}, 8), Material::Cast, small);
        body.add(group({box({-200, 90, -200}, {200, 130, 200}, 4)}), Material::Steel, small);
        for (const double y : {300.0, 680.0})
            for (const double s : {-1.0, 1.0}) {
                body.add(box({-60, y - 40, s > 0 ? 160.0 : -200.0}, {60, y + 40, s > 0 ? 200.0 : -160.0}, 4), Material::Accent,
                         small);
                for (const double x : {-120.0, 90.0})
                    body.add(box({x, y - 110, s > 0 ? 160.0 : -230.0}, {x + 40, y - 60, s > 0 ? 230.0 : -160.0}, 4),
                             Material::Black, small);
            }
    });
}

void addParts(Node& on) {
    int n = 0;
    for (const double y : {300.0, 680.0})
        for (const double s : {-1.0, 1.0}) {
            Node& arm = on.instance(std::format("{}-part-{}", on.name, ++n), kit::controlArm(Material::Steel), {-130, y, s * 240});
            arm.rotation = glm::angleAxis(glm::radians(90.0 * s), dvec3{1, 0, 0});
        }
}

/// Round guard before the machine: a table that swings the pallets by half a turn, a window all round.
void addPalletChanger(Node& node) {
    constexpr double radius = 1050, z = 480;
    node.add(rod({middle, 0, z}, Axis::Y, radius, 480, 6), Material::Panel, smooth)
        .add(ring({middle, 2050, z}, Axis::Y, radius, radius - 60, 80, 4), Material::Frame, smooth);
    node.add(ring({middle, 480, z}, Axis::Y, radius, radius - 50, 60, 3), Material::Frame, smooth);
    for (const double angle : {20.0, 65.0, 115.0, 160.0}) {
        const double c = std::cos(glm::radians(angle)), s = std::sin(glm::radians(angle));
        node.add(turned(box({-28, 540, -26}, {28, 2050, 26}, 3), Axis::Y, 0), Material::Frame);
        node.body->parts.back().shape = moved(turned(node.body->parts.back().shape, Axis::Y, 90 - angle),
                                              {middle + c * (radius - 28), 0, z + s * (radius - 28)});
    }
    // The clear half: an open ring sector as polycarbonate, front half only.
    const Shape tube = ring({middle, 540, z}, Axis::Y, radius - 24, radius - 30, 1510);
    node.add(cut(tube, box({middle - 2000, 400, z - 2000}, {middle + 2000, 2300, z + 120})), Material::Polycarbonate, smooth);
    Node& changer = node.child("pallet-changer", {middle, 480, z - 420});
    changer.add(rod({0, 0, 0}, Axis::Y, 260, 120, 6), Material::Frame, smooth)
        .add(box({-230, 40, -900}, {230, 110, 900}, 8), Material::Frame)
        .add(box({-880, 110, -14}, {880, 1450, 14}, 4), Material::Panel);
    for (const double side : {-1.0, 1.0}) {
        Node& p = changer.instance(side > 0 ? "pallet-a" : "pallet-b", pallet(), {0, 112, side * 640});
        addParts(p);
    }
}

void addDoorAndPanel(Node& node) {
    // Service door with window on the right of the pallets, sliding over the fixed panel.
    Node& door = node.child("door", {width - 470, 560, front + 6});
    door.add(plate(Axis::Z, 0, 40, rectangle(0, 0, 420, 1330, 20), {rectangle(60, 500, 360, 1220, 20)}, 4), Material::Panel)
        .add(box({55, 495, 14}, {365, 1225, 20}), Material::Glass)
        .add(pipe({{40, 500, 40}, {40, 500, 90}, {40, 760, 90}, {40, 760, 40}}, 12, 20), Material::Black, small);
    Node& arm = node.child("panel-arm", {width + 40, 0, front - 200});
    arm.add(pipe({{-60, 2250, 0}, {320, 2250, 0}, {320, 2250, 520}, {320, 1900, 520}}, 34, 120), Material::Frame, kit::tube);
    arm.add(box({60, 1260, 470}, {580, 1900, 590}, 14), Material::PanelDark)
        .add(box({110, 1520, 590}, {530, 1850, 593}), Material::Screen)
        .add(group({box({125, 1700, 593}, {320, 1835, 594.5}), box({335, 1700, 593}, {515, 1760, 594.5})}), Material::ScreenGrey);
    arm.add(group({box({125, 1535, 593}, {515, 1545, 594.5}), box({335, 1790, 593}, {430, 1830, 594.5})}), Material::ScreenGreen);
    arm.add(row(rod({140, 1430, 590}, Axis::Z, 14, 8, 2), 6, {70, 0, 0}), Material::White, small)
        .add(rod({150, 1340, 590}, Axis::Z, 26, 16, 3), Material::Red, small)
        .add(rod({480, 1350, 590}, Axis::Z, 36, 14, 3), Material::Frame, small);
}

/// Sixty tools on a chain at the left side, behind a window.
void addMagazine(Node& node) {
    node.add(box({-780, 120, -2750}, {-2, 2500, -1150}, 10), Material::Panel)
        .add(box({-786, 700, -2600}, {-780, 2300, -1300}), Material::Glass)
        .add(box({-784, 640, -2660}, {-781, 2360, -1240}), Material::PanelDark);
    node.add(box({-700, 0, -2650}, {-80, 120, -1250}), Material::PanelDark);
    std::vector<Shape> tools;
    for (int i = 0; i < 7; ++i)
        for (int j = 0; j < 5; ++j)
            tools.push_back(lathe({-788, 840 + i * 220.0, -2480 + j * 260.0}, Axis::X, {{46, 0}, {46, -12}, {34, -16}}));
    node.add(group(tools), Material::Steel, {2, 0.8});
}

/// Scraper conveyor out of the base to the right, up to a bin.
void addChips(Node& node) {
    node.add(plate(Axis::Z, -2250, -1750,
                   {{width - 60, 90},
                    {width + 420, 90, 100},
                    {width + 1130, 1160, 60},
                    {width + 1500, 1160, 20},
                    {width + 1500, 1420, 20},
                    {width + 1050, 1420, 120},
                    {width + 330, 360, 100},
                    {width - 60, 360}},
                   {}, 5),
             Material::Accent, small);
    node.add(box({width + 1180, 1420, -2190}, {width + 1420, 1560, -1810}, 6), Material::PanelDark)
        .instance("chip-motor", kit::gearMotor(120), {width + 1300, 1290, -1750});
    for (const double z : {-2230.0, -1820.0}) node.add(box({width + 1180, 0, z}, {width + 1240, 1180, z + 50}), Material::Frame);
    const auto bin = [](double inset, double top) {
        return plate(Axis::Z, -2500 + inset, -1500 - inset,
                     {{width + 1330 + inset, 140 + inset},
                      {width + 2030 - inset, 140 + inset},
                      {width + 2110 - inset, top},
                      {width + 1250 + inset, top}});
    };
    node.add(cut(bin(0, 840), bin(14, 900)), Material::Orange, small);
    for (const double x : {width + 1450, width + 1900})
        for (const double z : {-2420.0, -1640.0}) node.add(rod({x, 70, z}, Axis::Z, 70, 60, 4), Material::Rubber, small);
    node.add(box({width + 1320, 560, -2440}, {width + 2040, 700, -1560}, 60), Material::Galvanised, small); // chips
    node.add(box({200, 0, back - 900}, {2700, 820, back - 40}, 8), Material::Panel)
        .add(box({400, 820, back - 800}, {900, 1250, back - 400}, 8), Material::Accent)
        .instance("coolant-pump", kit::gearMotor(150), {1500, 1180, back - 500}, 0);
    node.add(group({box({1420, 820, back - 580}, {1580, 1130, back - 420})}), Material::Cast);
}

} // namespace

Model makeMachiningCentre() {
    Model model{"machining-centre", {}};
    Node& node = model.root;
    node.name = "machining-centre";
    addEnclosure(node);
    addInside(node);
    addPalletChanger(node);
    addDoorAndPanel(node);
    addMagazine(node);
    addChips(node);
    node.instance("cabinet", kit::cabinet(1200, 2100, 600), {width + 700, 0, -2890});
    node.instance("e-stop", kit::emergencyStop(), {200, 1150, front});
    node.instance("name-plate", kit::namePlate("MACHINING CENTRE", 70), {400, 2090, front - 62});
    kit::addStackLight(node, "stack", {width - 300, roof, front - 600}, 300);
    return model;
}

} // namespace millwright::assets
