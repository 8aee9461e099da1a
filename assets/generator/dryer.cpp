#include "frames.hpp"
#include "shared.hpp"

/// Float dryer: one zone module (used four times), and what runs along all of them: exhaust header, catwalk, cable tray.
namespace millwright::assets {
namespace {

constexpr Fineness smooth{1.2, 0.28};
constexpr double halfWidth = 760, seam = dryerPassLine, roofY = 2640, floorY = 1120, inset = 12;

/// Insulated shells with the web's slot between them; the operator side of the upper one has window openings.
void addShells(Body& body) {
    const double low = inset, high = zoneLength - inset, w = halfWidth, t = 70;
    const Outline upper{{-w, seam + 30, 10},   {-w, roofY, 190},        {w, roofY, 190},          {w, seam + 30, 10},
                        {w - t, seam + 30, 4}, {w - t, roofY - t, 130}, {-w + t, roofY - t, 130}, {-w + t, seam + 30, 4}};
    std::vector<Shape> windows;
    for (const double x : {900.0, 2500.0, 4100.0})
        windows.push_back(plate(Axis::Z, w - t - 20, w + 20, rectangle(x - 420, 1860, x + 420, 2090, 70)));
    body.add(cut(plate(Axis::X, low, high, upper), group(windows)), Material::Panel, smooth);
    const Outline lower{{-w, seam - 30, 10},   {-w, floorY, 60},        {w, floorY, 60},          {w, seam - 30, 10},
                        {w - t, seam - 30, 4}, {w - t, floorY + t, 30}, {-w + t, floorY + t, 30}, {-w + t, seam - 30, 4}};
    body.add(plate(Axis::X, low, high, lower), Material::Panel, smooth);
    for (const double x : {low + 30, high - 38}) {
        body.add(
            plate(Axis::X, x, x + 8,
                  {{-w + 20, floorY + 20, 40}, {w - 20, floorY + 20, 40}, {w - 20, roofY - 20, 170}, {-w + 20, roofY - 20, 170}},
                  {rectangle(-380, seam - 26, 380, seam + 30, 12)}),
            Material::Stainless, smooth);
    }
    // Gasket seam with toggle clamps.
    for (const double z : {-1.0, 1.0}) {
        body.add(box({low, seam - 30, z * (w - 35) - 30}, {high, seam + 30, z * (w - 35) + 24}), Material::Rubber);
        for (int i = 0; i < 5; ++i) {
            const double x = 500 + i * 1000;
            body.add(box({x - 26, seam - 90, z * w - 14}, {x + 26, seam + 80, z * w + 16}, 4), Material::Steel);
            body.add(pipe({{x, seam - 60, z * (w + 16)}, {x, seam + 40, z * (w + 44)}, {x, seam + 70, z * (w + 44)}}, 8, 20),
                     Material::Black);
        }
    }
    // Panel joints and corner trims.
    for (const double x : {1666.0, 3333.0}) {
        body.add(plate(Axis::X, x - 8, x + 8,
                       {{-w - 5, seam + 36},
                        {-w - 5, roofY + 5, 192},
                        {w + 5, roofY + 5, 192},
                        {w + 5, seam + 36},
                        {w, seam + 36},
                        {w, roofY, 190},
                        {-w, roofY, 190},
                        {-w, seam + 36}}),
                 Material::Aluminium, smooth);
    }
    body.add(group({box({0, floorY - 70, -w + 40}, {zoneLength, floorY + 6, -w + 160}, 5),
                    box({0, floorY - 70, w - 160}, {zoneLength, floorY + 6, w - 40}, 5)}),
             Material::Frame);
    for (const double x : {300.0, 2500.0, 4700.0})
        body.add(box({x - 50, floorY - 64, -w + 160}, {x + 50, floorY - 4, w - 160}), Material::Frame);
}

BodyRef zoneBody() {
    return kit::shared("dryer-zone", [](Body& body) {
        addShells(body);
        // Windows: frames, glass and bolts.
        for (const double x : {900.0, 2500.0, 4100.0}) {
            body.add(plate(Axis::Z, halfWidth, halfWidth + 14, rectangle(x - 460, 1822, x + 460, 2128, 100),
                           {rectangle(x - 410, 1868, x + 410, 2082, 64)}, 3),
                     Material::Aluminium, smooth);
            body.add(plate(Axis::Z, halfWidth - 20, halfWidth - 10, rectangle(x - 418, 1862, x + 418, 2088, 70)), Material::Glass,
                     smooth);
            std::vector<Shape> bolts;
            for (int i = 0; i < 7; ++i)
                for (const double y : {1844.0, 2106.0})
                    bolts.push_back(hexagon({x - 360 + i * 120.0, y, halfWidth + 14}, Axis::Z, 17, 6));
            body.add(group(bolts), Material::Steel);
        }
        // Access doors in the lower shell, lifting lugs and struts of the upper one.
        for (const double x : {850.0, 2500.0, 4150.0}) {
            body.add(plate(Axis::Z, halfWidth, halfWidth + 34, rectangle(x - 640, 1200, x + 640, 1640, 30), {}, 6), Material::Panel,
                     smooth);
            body.add(pipe({{x + 480, 1360, halfWidth + 34},
                           {x + 480, 1360, halfWidth + 84},
                           {x + 480, 1500, halfWidth + 84},
                           {x + 480, 1500, halfWidth + 34}},
                          10, 18),
                     Material::Black, kit::tube);
            for (const double y : {1270.0, 1540.0})
                body.add(rod({x - 652, y, halfWidth + 18}, Axis::Y, 13, 80, 2), Material::Steel);
        }
        for (const double x : {420.0, 4580.0})
            for (const double z : {-1.0, 1.0}) {
                body.add(lathe({x, 1330, z * (halfWidth + 60)}, Axis::Y, {{30, 0}, {34, 10}, {34, 420}, {16, 424}, {16, 800}}),
                         Material::Aluminium, smooth);
                body.add(group({box({x - 40, 1290, z * (halfWidth + 30) - 55}, {x + 40, 1340, z * (halfWidth + 30) + 55}, 5),
                                box({x - 40, 2110, z * (halfWidth + 30) - 55}, {x + 40, 2160, z * (halfWidth + 30) + 55}, 5)}),
                         Material::Frame);
            }
        body.add(
            group({box({150, 2560, 470}, {zoneLength - 150, 2572, 480}), box({150, 2660, -560}, {zoneLength - 150, 2700, -520}, 4),
                   box({150, 2660, 520}, {zoneLength - 150, 2700, 560}, 4)}),
            Material::Aluminium);
    });
}

/// The lower and upper float nozzles, staggered by half a pitch.
BodyRef nozzleSet() {
    return kit::shared("float-nozzles", [](Body& body) {
        const BodyRef one = kit::nozzle(700);
        for (int i = 0; i < 10; ++i) {
            const double x = 250 + i * 500.0;
            for (const Part& part : one->parts) {
                body.add(moved(part.shape, {x - 125, seam - 12, 0}), part.material);
                body.add(moved(turned(part.shape, Axis::X, 180), {x + 125, seam + 12, 0}), part.material);
            }
        }
        body.add(group({box({60, floorY + 75, -420}, {zoneLength - 60, floorY + 180, 420}),
                        box({60, roofY - 330, -420}, {zoneLength - 60, roofY - 120, 420})}),
                 Material::Stainless);
    });
}

/// Recirculation unit on the roof: fan, heater box, supply and return ducts, exhaust stub with damper.
BodyRef airUnit() {
    return kit::shared("zone-air-unit", [](Body& body) {
        const double y = roofY;
        body.add(box({2000, y + 90, -560}, {3500, y + 820, 330}, 14), Material::Insulation);
        for (const double x : {2360.0, 2750.0, 3140.0})
            body.add(box({x - 8, y + 86, -566}, {x + 8, y + 826, 336}, 3), Material::Aluminium);
        body.add(plate(Axis::Z, 330, 356, rectangle(2120, y + 190, 2640, y + 720, 30), {}, 5), Material::Panel, smooth);
        body.add(plate(Axis::Z, 330, 356, rectangle(2860, y + 190, 3380, y + 720, 30), {}, 5), Material::Panel, smooth);
        for (const double x : {2600.0, 3340.0}) body.add(box({x - 14, y + 400, 356}, {x + 10, y + 520, 382}, 5), Material::Black);
        // Supply duct from the fan back into the roof, return at the other end.
        body.add(box({1180, y - 30, -330}, {1560, y + 300, 190}, 8), Material::Galvanised);
        body.add(box({1120, y + 20, -390}, {1620, y + 44, 250}, 2), Material::Galvanised);
        body.add(plate(Axis::Z, -400, 190,
                       {{3490, y + 240, 10},
                        {3800, y + 240, 140},
                        {3800, y - 30, 10},
                        {4180, y - 30, 10},
                        {4180, y + 560, 150},
                        {3490, y + 620, 10}},
                       {}, 4),
                 Material::Galvanised, smooth);
        body.add(box({3750, y + 20, -460}, {4230, y + 44, 250}, 2), Material::Galvanised);
        // Heating medium: flow and return with a control valve.
        for (const double z : {-420.0, -250.0}) {
            body.add(pipe({{2250, y + 820, z}, {2250, y + 1000, z}, {1900, y + 1000, z}, {1900, y + 1000, -980}}, 42, 110),
                     Material::Insulation, kit::tube);
        }
        body.add(lathe({2080, y + 1000, -250}, Axis::X, {{70, -70}, {70, -54}, {46, -50}, {60, 0}, {46, 50}, {70, 54}, {70, 70}}),
                 Material::Cast, smooth);
        body.add(group({rod({2080, y + 1030, -250}, Axis::Y, 18, 120), rod({2080, y + 1150, -250}, Axis::Y, 80, 46, 8)}),
                 Material::Water, smooth);
        // Exhaust stub.
        body.add(rod({4560, y - 30, -150}, Axis::Y, 130, 1010), Material::Galvanised, smooth);
        for (const double h : {20.0, 420.0, 700.0})
            body.add(rod({4560, y + h, -150}, Axis::Y, 158, 10), Material::Galvanised, smooth);
        body.add(box({4530, y + 520, -10}, {4590, y + 600, 90}, 6), Material::Accent);
        body.add(rod({4560, y + 560, -30}, Axis::Z, 14, 60), Material::Steel);
        // Gas detector and thermocouple heads.
        body.add(rod({600, y - 10, 200}, Axis::Y, 16, 120), Material::Steel)
            .add(rod({600, y + 100, 200}, Axis::Y, 46, 70, 8), Material::Orange, smooth);
        for (const double x : {2200.0, 3000.0})
            body.add(rod({x - 1500, y - 10, -300}, Axis::Y, 9, 90), Material::Steel)
                .add(rod({x - 1500, y + 70, -300}, Axis::Y, 34, 46, 6), Material::Aluminium, smooth);
    });
}

} // namespace

Model makeDryerZone() {
    Model model{"dryer-zone", {}};
    Node& node = model.root;
    node.name = "dryer-zone";
    node.instance("shell", zoneBody());
    node.instance("nozzles", nozzleSet());
    node.instance("air-unit", airUnit());
    node.instance("fan", kit::fan(270), {1370, roofY + 470, -90});
    node.child("strip", {300, 2240, halfWidth + 2})
        .add(plate(Axis::Z, 0, 16, rectangle(0, 0, zoneLength - 600, 34, 16), {}, 2), Material::Strip, smooth);
    for (const double x : {300.0, 2500.0, 4700.0})
        for (const double z : {-halfWidth + 100, halfWidth - 100}) node.instance("leg", kit::leg(floorY - 68, 120), {x, 0, z});
    node.add(group({box({300, 420, -halfWidth + 80}, {4700, 480, -halfWidth + 120}, 3),
                    box({300, 420, halfWidth - 120}, {4700, 480, halfWidth - 80}, 3)}),
             Material::Frame);
    node.child("label", {2500, 2760, halfWidth + 20}); // above the zone's plate
    return model;
}

Model makeDryer() {
    Model model{"dryer", {}};
    Node& node = model.root;
    node.name = "dryer";
    const double length = zoneLength * zoneCount, headerY = 3900, headerZ = -150;
    // Exhaust header with a branch from each zone, and the exhaust fan at the end.
    node.instance("exhaust-header", kit::roundDuct(Axis::X, 260, length - 900), {200, headerY, headerZ});
    for (int i = 0; i < zoneCount; ++i) {
        const double x = i * zoneLength + 4560;
        node.instance(std::format("exhaust-riser-{}", i + 1), kit::roundDuct(Axis::Y, 130, headerY - roofY - 980 - 200),
                      {x, roofY + 980, headerZ});
        node.add(lathe({x, headerY - 330, headerZ}, Axis::Y, {{130, 0}, {190, 130}, {190, 200}}), Material::Galvanised, smooth);
        node.instance(std::format("zone-plate-{}", i + 1), kit::namePlate(std::format("ZONE {}", i + 1), 110),
                      {i * zoneLength + 2180, 2300, halfWidth + 2});
    }
    node.instance("exhaust-elbow", kit::ductElbow(260, 420), {length - 280 - 420 + 420, headerY + 420, headerZ}, 180);
    node.children.back().rotation =
        glm::angleAxis(glm::radians(180.0), dvec3{0, 0, 1}) * glm::angleAxis(glm::radians(0.0), dvec3{0, 1, 0});
    node.children.back().position = {length - 280, headerY + 420, headerZ};
    node.instance("exhaust-stack", kit::roundDuct(Axis::Y, 260, 2300), {length - 280, headerY + 420, headerZ});
    for (double x = 1200; x < length; x += 2500) {
        node.add(group({box({x - 30, roofY - 30, headerZ - 330}, {x + 30, headerY - 250, headerZ - 290}, 3),
                        box({x - 30, roofY - 30, headerZ + 290}, {x + 30, headerY - 250, headerZ + 330}, 3),
                        box({x - 30, headerY - 310, headerZ - 330}, {x + 30, headerY - 250, headerZ + 330}, 3)}),
                 Material::Structure);
    }
    // Catwalk along the operator side with stairs at both ends.
    const double deck = 900, z = 1290, width = 900;
    const double deckStart = 1250, deckEnd = deckStart + 7 * 2500;
    for (double x = deckStart; x < deckEnd; x += 2500) {
        node.instance("deck", kit::walkway(2500, width), {x, deck, z});
        node.instance("railing", kit::railing(2500), {x, deck, z + width / 2 - 30});
        for (const double at : {x + 60, x + 2440}) node.instance("deck-leg", kit::leg(deck - 118, 80), {at, 0, z + width / 2 - 60});
    }
    node.instance("stairs-up", kit::stairs(deck, 800), {deckStart - 1170, 0, z});
    node.instance("stairs-down", kit::stairs(deck, 800), {deckEnd + 1170, 0, z}, 180);
    // Cable tray and heating mains on the drive side.
    for (int i = 0; i < 8; ++i) node.instance("tray", kit::cableTray(2500), {i * 2500.0, 2900, -1000});
    for (double x = 600; x < length; x += 2500)
        node.add(box({x, 2300, -1020}, {x + 40, 2900, -980}), Material::Galvanised)
            .add(box({x, 2300, -1020}, {x + 40, 2340, -760}), Material::Galvanised);
    for (const double y : {3560.0, 3720.0}) node.add(rod({100, y, -1080}, Axis::X, 60, length - 200), Material::Insulation, smooth);
    for (int i = 0; i < 5; ++i) node.instance("cabinet", kit::cabinet(1200, 2000, 500), {1400 + i * 4400.0, 0, -1620});
    node.instance("name-plate", kit::namePlate("FLOAT DRYER 1", 120), {420, 2430, halfWidth - 4});
    for (int i = 0; i < 5; ++i)
        node.instance(std::format("e-stop-{}", i + 1), kit::emergencyStop(), {20 + i * 4990.0, 1990, halfWidth + 2});
    kit::addStackLight(node, "stack", {length - 200, roofY - 6, 420}, 300);
    node.child("label-exhaust", {length / 2, headerY + 600, headerZ});
    return model;
}

} // namespace millwright::assets
