#include "building.hpp"

#include "shared.hpp"

namespace millwright::assets::building {

BodyRef column(double eaves) {
    return kit::shared("hall-column", [&](Body& body) {
        body.add(group({box({-150, 0, -150}, {150, eaves, -130}, 0), box({-150, 0, 130}, {150, eaves, 150}, 0),
                        box({-8, 0, -130}, {8, eaves, 130}, 0)}),
                 Material::Structure);
        body.add(box({-260, 0, -260}, {260, 30, 260}, 4), Material::Structure);
        for (const double x : {-200.0, 200.0})
            for (const double z : {-200.0, 200.0}) body.add(hexagon({x, 30, z}, Axis::Y, 46, 26), Material::Steel);
        std::vector<Shape> bands;
        for (int i = 0; i < 4; ++i) bands.push_back(box({-170, 120 + i * 300.0, -170}, {170, 270 + i * 300.0, 170}, 6));
        body.add(group(bands), Material::LineYellow);
        std::vector<Shape> black;
        for (int i = 0; i < 4; ++i) black.push_back(box({-168, 270 + i * 300.0, -168}, {168, 420 + i * 300.0, 168}, 6));
        body.add(group(black), Material::Black);
    });
}

BodyRef girder(double eaves, double span, int bays, const std::string& name) {
    return kit::shared(name, [&](Body& body) {
        const double low = eaves - 900, high = eaves;
        std::vector<Shape> bars{box({-90, low, 0}, {90, low + 140, span}, 0), box({-90, high - 140, 0}, {90, high, span}, 0)};
        for (int i = 0; i < bays; ++i) {
            const double a = span / bays * i, b = span / bays * (i + 1);
            bars.push_back(
                pipe({{0, i % 2 == 0 ? low + 100 : high - 100, a + 40}, {0, i % 2 == 0 ? high - 100 : low + 100, b - 40}}, 42, 1));
            bars.push_back(box({-40, low + 100, b - 40}, {40, high - 100, b + 40}));
        }
        body.add(group(bars), Material::Structure);
    });
}

BodyRef luminaire() {
    return kit::shared("hall-luminaire", [](Body& body) {
        body.add(box({-720, 0, -75}, {720, 60, 75}, 10), Material::Panel).add(box({-700, -6, -60}, {700, 0, 60}), Material::Light);
        for (const double x : {-600.0, 600.0}) body.add(rod({x, 60, 0}, Axis::Y, 4, 900), Material::Steel);
    });
}

BodyRef wallPanel(double eaves) {
    return kit::shared("wall-panel", [&](Body& body) {
        body.add(box({4, 0, -120}, {1996, 4200, 0}, 6), Material::Wall)
            .add(box({4, 6200, -120}, {1996, eaves + 300, 0}, 6), Material::Wall);
        body.add(box({0, 4200, -110}, {2000, 4290, 20}, 6), Material::PanelDark)
            .add(box({0, 6110, -110}, {2000, 6200, 20}, 6), Material::PanelDark);
        body.add(box({0, 4290, -60}, {2000, 6110, -50}), Material::Glass)
            .add(box({-30, 4200, -100}, {30, 6200, 10}, 4), Material::PanelDark);
        body.add(box({0, 0, 0}, {2000, 140, 14}, 3), Material::PanelDark);
        for (int i = 1; i < 4; ++i) body.add(box({i * 500.0 - 5, 140, 0}, {i * 500.0 + 5, 4190, 4}), Material::Panel);
    });
}

Shape paint(double x0, double z0, double x1, double z1, double height) {
    return box({x0, 0, z0}, {x1, height, z1});
}

} // namespace millwright::assets::building
