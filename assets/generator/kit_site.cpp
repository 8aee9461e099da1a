#include "kit.hpp"
#include "shared.hpp"

/// Guards, cabinets, walkways, ducts, lights, plates.
namespace millwright::assets::kit {

namespace {
constexpr Fineness small{1.2, 0.55};
constexpr Fineness round{1.0, 0.3};

Shape handle(dvec3 low, double length, bool vertical) {
    const dvec3 run = vertical ? dvec3{0, length, 0} : dvec3{length, 0, 0};
    return pipe({low, low + dvec3{0, 0, 38}, low + run + dvec3{0, 0, 38}, low + run}, 8, 16);
}

void addGuardFrame(Body& body, double width, double height, bool mesh, Material frame) {
    const double t = 40, h = t / 2;
    body.add(group({box({0, 0, -h}, {t, height, h}, 2), box({width - t, 0, -h}, {width, height, h}, 2),
                    box({t, 60, -h}, {width - t, 60 + t, h}, 2), box({t, height - t, -h}, {width - t, height, h}, 2)}),
             frame, small);
    if (mesh) {
        std::vector<Shape> wires;
        const int columns = static_cast<int>((width - 2 * t) / 50), rows = static_cast<int>((height - 60 - 2 * t) / 50);
        for (int i = 1; i < columns; ++i)
            wires.push_back(box({t + i * (width - 2 * t) / columns - 1.8, 60 + t, -1.8},
                                {t + i * (width - 2 * t) / columns + 1.8, height - t, 1.8}));
        for (int i = 1; i < rows; ++i)
            wires.push_back(box({t, 60 + t + i * (height - 60 - 2 * t) / rows - 1.8, -1.8},
                                {width - t, 60 + t + i * (height - 60 - 2 * t) / rows + 1.8, 1.8}));
        body.add(group(wires), Material::GuardMesh, small);
    } else {
        body.add(box({t - 6, 60 + t - 6, -3}, {width - t + 6, height - t + 6, 3}), Material::Polycarbonate, small);
    }
}
} // namespace

BodyRef guard(double width, double height, bool mesh) {
    return shared(std::format("guard-{:.0f}x{:.0f}-{}", width, height, mesh ? "mesh" : "clear"), [&](Body& body) {
        addGuardFrame(body, width, height, mesh, Material::GuardYellow);
        body.add(group({box({-12, 0, -60}, {52, 10, 60}, 2), box({width - 52, 0, -60}, {width + 12, 10, 60}, 2)}),
                 Material::GuardYellow, small);
    });
}

BodyRef guardDoor(double width, double height) {
    return shared(std::format("guard-door-{:.0f}x{:.0f}", width, height), [&](Body& body) {
        addGuardFrame(body, width, height, false, Material::GuardYellow);
        body.add(group({handle({width - 20, height * 0.45, 20}, 220, true)}), Material::Black, small);
        body.add(group({rod({-4, height * 0.15, 0}, Axis::Y, 12, 90, 1), rod({-4, height * 0.8, 0}, Axis::Y, 12, 90, 1)}),
                 Material::Steel, small);
        body.add(box({width - 46, height * 0.78, 20}, {width + 6, height * 0.78 + 150, 62}, 3), Material::Black, small);
        body.add(box({width - 36, height * 0.78 + 100, 62}, {width - 4, height * 0.78 + 135, 64}), Material::LineYellow, small);
    });
}

BodyRef leg(double height, double section) {
    return shared(std::format("leg-{:.0f}-{:.0f}", height, section), [&](Body& body) {
        const double h = section / 2;
        body.add(plate(Axis::Y, 60, height, rectangle(-h, -h, h, h, section * 0.12)), Material::Frame, small);
        body.add(block({0, 52, 0}, {section * 1.7, 16, section * 1.7}, 2), Material::Frame, small);
        body.add(rod({0, 0, 0}, Axis::Y, section * 0.55, 18, 4), Material::Steel, small);
        body.add(rod({0, 18, 0}, Axis::Y, 16, 40), Material::Steel, small);
        std::vector<Shape> nuts;
        for (const double x : {-0.68, 0.68})
            for (const double z : {-0.68, 0.68}) nuts.push_back(hexagon({x * section, 60, z * section}, Axis::Y, 19, 12));
        body.add(group(nuts), Material::Steel, small);
    });
}

BodyRef cabinet(double width, double height, double depth) {
    return shared(std::format("cabinet-{:.0f}x{:.0f}x{:.0f}", width, height, depth), [&](Body& body) {
        const double w = width / 2, d = depth / 2;
        body.add(box({-w, 100, -d}, {w, height, d - 22}, 5), Material::Panel, small);
        body.add(box({-w + 12, 0, -d + 12}, {w - 12, 100, d - 30}), Material::PanelDark, small);
        const int doors = width > 1000 ? 2 : 1;
        for (int i = 0; i < doors; ++i) {
            const double left = -w + width / doors * i + 5, right = -w + width / doors * (i + 1) - 5;
            body.add(box({left, 108, d - 20}, {right, height - 8, d}, 4), Material::Panel, small);
            const double grip = i == 0 && doors == 2 ? right - 60 : left + 40;
            body.add(plate(Axis::Z, d, d + 16, rectangle(grip - 14, height * 0.48, grip + 14, height * 0.48 + 190, 12), {}, 3),
                     Material::Black, small);
            const double hinge = i == 0 && doors == 2 ? left : right;
            body.add(group({rod({hinge, height * 0.14, d - 6}, Axis::Y, 9, 80, 1),
                            rod({hinge, height * 0.86, d - 6}, Axis::Y, 9, 80, 1)}),
                     Material::Steel, small);
            std::vector<Shape> slats;
            for (int k = 0; k < 7; ++k)
                slats.push_back(
                    box({(left + right) / 2 - 120, 220 + k * 22.0, d}, {(left + right) / 2 + 120, 232 + k * 22.0, d + 5}));
            body.add(group(slats), Material::PanelDark, small);
            body.add(plate(Axis::Z, d, d + 2,
                           {{(left + right) / 2 - 45, height * 0.8},
                            {(left + right) / 2 + 45, height * 0.8},
                            {(left + right) / 2, height * 0.8 + 78}}),
                     Material::LineYellow, small);
        }
        body.add(box({-w + 60, height, -d + 60}, {w - 60, height + 45, d - 90}, 4), Material::PanelDark, small);
        body.add(group({box({-w - 1, height - 150, -d + 80}, {w + 1, height - 60, d - 120}, 0)}), Material::Accent, small);
    });
}

BodyRef operatorPanel() {
    return shared("operator-panel", [&](Body& body) {
        body.add(box({-170, 0, -130}, {170, 14, 130}, 3), Material::PanelDark, small);
        body.add(plate(Axis::Y, 14, 1130, rectangle(-55, -45, 55, 45, 14)), Material::Frame, small);
        std::vector<std::pair<Shape, Material>> head;
        head.emplace_back(plate(Axis::Z, -70, 45, rectangle(-330, 0, 330, 470, 22), {}, 5), Material::Panel);
        head.emplace_back(box({-292, 118, 45}, {292, 446, 48}), Material::Black);
        head.emplace_back(box({-278, 132, 48}, {278, 432, 50}), Material::Screen);
        head.emplace_back(box({-278, 408, 50}, {278, 432, 51}), Material::ScreenGrey);
        std::vector<Shape> white, grey, green;
        for (int i = 0; i < 5; ++i) {
            const double x = -262 + i * 106.0;
            grey.push_back(box({x, 300, 50}, {x + 94, 392, 51}));
            white.push_back(box({x + 10, 352, 51}, {x + 56, 374, 52}));
            green.push_back(box({x + 10, 312, 51}, {x + 24 + 12 * ((i * 3) % 5), 322, 52}));
        }
        for (int i = 0; i < 26; ++i)
            white.push_back(box({-258 + i * 20.0, 178 + 28 * std::sin(i * 0.55) + 9 * std::sin(i * 1.7), 50},
                                {-239 + i * 20.0, 183 + 28 * std::sin(i * 0.55) + 9 * std::sin(i * 1.7), 51.5}));
        for (int i = 0; i < 4; ++i) grey.push_back(box({-262, 150 + i * 34.0, 50}, {262, 151.5 + i * 34.0, 50.8}));
        head.emplace_back(group(white), Material::ScreenWhite);
        head.emplace_back(group(grey), Material::ScreenGrey);
        head.emplace_back(group(green), Material::ScreenGreen);
        const auto button = [&](double x, Material material) {
            head.emplace_back(rod({x, 62, 45}, Axis::Z, 19, 6, 1), Material::Steel);
            head.emplace_back(rod({x, 62, 51}, Axis::Z, 15, 9, 2), material);
        };
        button(-250, Material::LampGreen);
        button(-180, Material::White);
        button(-110, Material::LampBlue);
        button(-40, Material::Black);
        head.emplace_back(rod({70, 62, 45}, Axis::Z, 24, 14, 2), Material::Steel);
        head.emplace_back(rod({235, 62, 45}, Axis::Z, 46, 3), Material::LineYellow);
        head.emplace_back(lathe({235, 62, 48}, Axis::Z, {{17, 0}, {17, 22}, {31, 24}, {33, 36}, {26, 44}}), Material::Red);
        for (auto& [shape, material] : head) body.add(moved(turned(shape, Axis::X, -18), {0, 1110, 30}), material, small);
    });
}

BodyRef cableTray(double length) {
    return shared(std::format("cable-tray-{:.0f}", length), [&](Body& body) {
        body.add(group({box({0, 0, -150}, {length, 60, -146}), box({0, 0, 146}, {length, 60, 150}),
                        row(box({100, 6, -146}, {130, 18, 146}), static_cast<int>(length / 250), {250, 0, 0})}),
                 Material::Galvanised, small);
        std::vector<Shape> cables;
        for (int i = 0; i < 7; ++i)
            cables.push_back(rod({0, 18.0 + 9 + (i % 2) * 5, -110 + i * 34.0}, Axis::X, 9 + (i * 5) % 6, length));
        body.add(group(cables), Material::Cable, {2, 0.9});
    });
}

BodyRef walkway(double length, double width) {
    return shared(std::format("walkway-{:.0f}x{:.0f}", length, width), [&](Body& body) {
        const double w = width / 2;
        body.add(group({box({0, -120, -w}, {length, 0, -w + 10}), box({0, -120, w - 10}, {length, 0, w}),
                        box({0, -120, -w}, {60, -20, w}, 0), box({length - 60, -120, -w}, {length, -20, w}, 0)}),
                 Material::Structure, small);
        const int bars = static_cast<int>(width / 38);
        body.add(row(box({0, -32, -w + 22}, {length, -2, -w + 26}), bars - 1, {0, 0, 38}), Material::Galvanised, small);
        body.add(row(box({30, -12, -w + 10}, {36, -3, w - 10}), static_cast<int>(length / 100), {100, 0, 0}), Material::Galvanised,
                 small);
    });
}

BodyRef railing(double length) {
    return shared(std::format("railing-{:.0f}", length), [&](Body& body) {
        const int spans = std::max(1, static_cast<int>(length / 1300));
        std::vector<Shape> tubes{rod({0, 1100, 0}, Axis::X, 21, length, 2), rod({0, 560, 0}, Axis::X, 17, length, 2)};
        for (int i = 0; i <= spans; ++i) tubes.push_back(rod({25 + i * (length - 50) / spans, -100, 0}, Axis::Y, 21, 1200));
        body.add(group(tubes), Material::GuardYellow, {1.2, 0.5});
        body.add(box({0, 0, -3}, {length, 110, 3}, 0), Material::GuardYellow, small);
    });
}

BodyRef stairs(double height, double width) {
    return shared(std::format("stairs-{:.0f}", height), [&](Body& body) {
        const int steps = static_cast<int>(std::round(height / 190));
        const double rise = height / steps, run = 240, w = width / 2;
        for (const double z : {-w, w - 12})
            body.add(plate(Axis::Z, z, z + 12,
                           {{0, 0},
                            {160, 0},
                            {run * steps + 30, height - 150},
                            {run * steps + 30, height},
                            {run * steps - 60, height},
                            {-60, 130}}),
                     Material::Structure, small);
        std::vector<Shape> treads, nosings;
        for (int i = 1; i < steps; ++i) {
            treads.push_back(box({run * i - 10, rise * i - 30, -w + 12}, {run * i + 240, rise * i, w - 12}, 2));
            nosings.push_back(box({run * i - 14, rise * i - 28, -w + 12}, {run * i + 20, rise * i + 2, w - 12}));
        }
        body.add(group(treads), Material::Galvanised, small);
        body.add(group(nosings), Material::GuardYellow, small);
        for (const double z : {-w, w})
            body.add(group({pipe({{60, 60, z}, {60, 1000, z}, {run * steps, height + 1100, z}}, 20, 90),
                            pipe({{60, 520, z}, {run * steps, height + 560, z}}, 16, 10)}),
                     Material::GuardYellow, tube);
    });
}

BodyRef nozzle(double length) {
    return shared(std::format("float-nozzle-{:.0f}", length), [&](Body& body) {
        const double h = length / 2;
        body.add(moved(plate(Axis::Z, -h, h, {{-70, -150, 6}, {70, -150, 6}, {70, -30, 8}, {34, 0, 4}, {-34, 0, 4}, {-70, -30, 8}}),
                       {0, 0, 0}),
                 Material::Stainless, small);
        body.add(group({box({-28, 0, -h + 20}, {-22, 1.5, h - 20}), box({22, 0, -h + 20}, {28, 1.5, h - 20})}), Material::Black,
                 small);
    });
}

BodyRef fan(double wheelRadius) {
    return shared(std::format("fan-{:.0f}", wheelRadius), [&](Body& body) {
        const double r = wheelRadius, w = r * 0.85;
        body.add(rod({-w / 2, 0, 0}, Axis::X, r * 1.28, w, 6), Material::Frame, round);
        body.add(box({-w / 2, 0, -r * 1.28}, {w / 2, r * 1.75, -r * 0.2}, 6), Material::Frame, small);
        body.add(box({-w / 2 - 20, r * 1.72, -r * 1.34}, {w / 2 + 20, r * 1.78, -r * 0.14}, 4), Material::Steel, small);
        body.add(ring({-w / 2 - 40, 0, 0}, Axis::X, r * 0.78, r * 0.6, 40, 6), Material::Steel, round);
        body.add(lathe({w / 2, 0, 0}, Axis::X,
                       {{r * 0.5, 0},
                        {r * 0.5, 16},
                        {r * 0.36, 22},
                        {r * 0.36, r * 1.05},
                        {r * 0.4, r * 1.06},
                        {r * 0.4, r * 1.3},
                        {r * 0.3, r * 1.36}}),
                 Material::Accent, round);
        body.add(circleOf(box({w / 2 + 40, r * 0.34, -3}, {w / 2 + r, r * 0.42, 3}), 20, Axis::X), Material::Accent, small);
        body.add(box({w / 2 + r * 0.3, r * 0.3, -r * 0.2}, {w / 2 + r * 0.75, r * 0.58, r * 0.2}, 5), Material::PanelDark, small);
        body.add(box({-w / 2 - 20, -r * 1.4, -r * 0.9}, {w / 2 + r * 1.2, -r * 1.28, r * 0.9}, 5), Material::Structure, small);
        body.add(box({w / 2 + 60, -r * 1.28, -r * 0.3}, {w / 2 + r, -r * 0.3, r * 0.3}, 5), Material::Structure, small);
    });
}

BodyRef roundDuct(Axis axis, double radius, double length) {
    return shared(std::format("duct-{}-{:.0f}x{:.0f}", static_cast<int>(axis), radius * 2, length), [&](Body& body) {
        body.add(rod({0, 0, 0}, axis, radius, length), Material::Galvanised, round);
        const dvec3 along = axis == Axis::X ? dvec3{1, 0, 0} : axis == Axis::Y ? dvec3{0, 1, 0} : dvec3{0, 0, 1};
        std::vector<Shape> flanges{rod({0, 0, 0}, axis, radius + 28, 8), rod(along * (length - 8), axis, radius + 28, 8)};
        for (double s = 1000; s < length - 400; s += 1000) flanges.push_back(rod(along * s, axis, radius + 8, 22, 7));
        body.add(group(flanges), Material::Galvanised, round);
    });
}

BodyRef ductElbow(double radius, double bend) {
    return shared(std::format("duct-elbow-{:.0f}", radius * 2), [&](Body& body) {
        // Segmented like a fabricated bend: five gores.
        std::vector<Shape> gores;
        dvec3 from{0, 0, 0};
        for (int i = 1; i <= 5; ++i) {
            const double angle = glm::radians(18.0 * i);
            const dvec3 to{bend - bend * std::cos(angle), bend * std::sin(angle), 0};
            gores.push_back(pipe({from, to}, radius, 1));
            gores.push_back(pipe({from - (to - from) * 0.08, from + (to - from) * 0.08}, radius + 6, 1));
            from = to;
        }
        body.add(group(gores), Material::Galvanised, round);
        body.add(group({rod({0, 0, 0}, Axis::Y, radius + 28, 8), rod({bend - 8, bend, 0}, Axis::X, radius + 28, 8)}),
                 Material::Galvanised, round);
    });
}

BodyRef emergencyStop() {
    return shared("emergency-stop", [&](Body& body) {
        body.add(box({-40, 0, 0}, {40, 80, 55}, 5), Material::LineYellow, small);
        body.add(lathe({0, 40, 55}, Axis::Z, {{15, 0}, {15, 14}, {26, 16}, {28, 28}, {22, 34}}), Material::Red, {0.8, 0.4});
    });
}

BodyRef namePlate(const std::string& text, double height) {
    return shared("plate " + text, [&](Body& body) {
        const double width = lettersWidth(text, height) + height * 1.4;
        body.add(plate(Axis::Z, 0, 3, rectangle(0, 0, width, height * 1.9, height * 0.2)), Material::PanelDark, small);
        body.add(letters(text, height, {height * 0.7, height * 0.45, 3.6}, Axis::Z), Material::White, {0.6, 0.6});
    });
}

void addStackLight(Node& parent, const std::string& name, dvec3 foot, double poleHeight) {
    Node& light = parent.child(name, foot);
    light.instance(name + "-pole", shared(std::format("stack-light-pole-{:.0f}", poleHeight), [&](Body& body) {
                       body.add(rod({0, 0, 0}, Axis::Y, 40, 12, 2), Material::Black, small);
                       body.add(rod({0, 10, 0}, Axis::Y, 12, poleHeight, 1), Material::Aluminium, small);
                       body.add(rod({0, poleHeight, 0}, Axis::Y, 36, 26, 3), Material::Black, small);
                       body.add(rod({0, poleHeight + 26 + 4 * 72, 0}, Axis::Y, 36, 26, 8), Material::Black, small);
                       body.add(rod({0, poleHeight, 0}, Axis::Y, 14, 300), Material::Black, small);
                   }));
    const auto lamp = [&](int place, const char* colour, Material lens) {
        light.instance(name + "-" + colour,
                       shared(std::string("lamp-") + colour,
                              [&](Body& body) {
                                  body.add(lathe({0, 0, 0}, Axis::Y, {{33, 0}, {36, 3}, {36, 66}, {33, 69}}), lens, {0.6, 0.25});
                                  body.add(rod({0, 69, 0}, Axis::Y, 34, 3), Material::Black, small);
                              }),
                       {0, poleHeight + 26 + 72.0 * place, 0});
    };
    lamp(3, "red", Material::LampRed);
    lamp(2, "yellow", Material::LampYellow);
    lamp(1, "green", Material::LampGreen);
    lamp(0, "blue", Material::LampBlue);
}

} // namespace millwright::assets::kit
