#include "kit.hpp"
#include "shared.hpp"

/// Rollers, bearings, drives, rolls of web.
namespace millwright::assets::kit {

namespace {
constexpr Fineness smooth{0.8, 0.24};
constexpr Fineness small{1.2, 0.55};
} // namespace

BodyRef roller(double radius, double face, Material surface) {
    return shared(std::format("roller-{:.0f}x{:.0f}-{}", radius * 2, face, lookOf(surface).name), [&](Body& body) {
        const double half = face / 2, shaft = std::max(18.0, radius * 0.32), reach = half + 130;
        body.add(lathe({0, 0, 0}, Axis::Z, {{radius - 3, -half}, {radius, -half + 3}, {radius, half - 3}, {radius - 3, half}}),
                 surface, smooth);
        const auto journal = [&](double sign) {
            return lathe({0, 0, sign < 0 ? -reach : half - 1}, Axis::Z,
                         {{shaft - 2, 0}, {shaft, 2}, {shaft, 129}, {shaft - 2, 131}});
        };
        body.add(group({journal(-1), journal(1)}), Material::Steel, small);
        // Cap screws and a painted sector show the turning.
        std::vector<Shape> screws, marks;
        for (const double sign : {-1.0, 1.0}) {
            const double z = sign < 0 ? -half - 4 : half;
            screws.push_back(circleOf(hexagon({radius * 0.72, 0, z}, Axis::Z, std::min(16.0, radius * 0.2), 4), 6, Axis::Z));
            marks.push_back(box({-radius * 0.12, radius * 0.4, sign < 0 ? -half - 1.5 : half},
                                {radius * 0.12, radius * 0.94, sign < 0 ? -half : half + 1.5}));
        }
        body.add(group(screws), Material::Steel, small);
        body.add(group(marks), Material::Accent, small);
    });
}

BodyRef bearing(double shaftRadius) {
    return shared(std::format("bearing-{:.0f}", shaftRadius), [&](Body& body) {
        const double a = shaftRadius * 2.5 + 14;
        const double pitch = a * 0.74;
        body.add(plate(Axis::Z, 0, 14, rectangle(-a, -a, a, a, a * 0.35)), Material::Cast, small);
        body.add(lathe({0, 0, 14}, Axis::Z, {{a * 0.86, 0}, {a * 0.78, 22}, {a * 0.6, 28}, {a * 0.55, 40}, {a * 0.45, 44}}),
                 Material::Cast, {0.8, 0.4});
        body.add(rod({0, 0, 58}, Axis::Z, a * 0.3, 5), Material::Steel, small);
        std::vector<Shape> bolts;
        for (const double x : {-pitch, pitch})
            for (const double y : {-pitch, pitch}) bolts.push_back(hexagon({x, y, 14}, Axis::Z, 19, 11));
        body.add(group(bolts), Material::Steel, small);
        body.add(hexagon({0, a * 0.62, 26}, Axis::Y, 10, 26), Material::Brass, small);
    });
}

BodyRef gearMotor(double size) {
    return shared(std::format("gear-motor-{:.0f}", size), [&](Body& body) {
        const double s = size;
        body.add(lathe({0, 0, 0}, Axis::Z, {{s * 0.62, 0}, {s * 0.62, 14}, {s * 0.5, 18}, {s * 0.5, 40}}), Material::Cast,
                 {0.8, 0.3});
        body.add(box({-s * 0.52, -s * 0.62, 34}, {s * 0.52, s * 0.52, s * 1.25}, s * 0.07), Material::Accent, small);
        body.add(box({-s * 0.4, s * 0.5, s * 0.4}, {s * 0.4, s * 0.58, s * 1.1}, 4), Material::Accent, small);
        const double z = s * 1.25;
        body.add(lathe({0, 0, z}, Axis::Z, {{s * 0.46, 0}, {s * 0.46, 16}, {s * 0.36, 24}, {s * 0.36, s * 1.3}}), Material::Accent,
                 {0.8, 0.3});
        const Shape fin = box({-3, s * 0.34, z + 30}, {3, s * 0.45, z + s * 1.25});
        body.add(circleOf(fin, 24, Axis::Z), Material::Accent, small);
        body.add(
            lathe({0, 0, z + s * 1.28}, Axis::Z, {{s * 0.45, 0}, {s * 0.46, s * 0.2}, {s * 0.4, s * 0.34}, {s * 0.15, s * 0.36}}),
            Material::PanelDark, {0.8, 0.3});
        body.add(box({-s * 0.24, s * 0.4, z + s * 0.35}, {s * 0.24, s * 0.66, z + s * 0.85}, 5), Material::PanelDark, small);
        body.add(pipe({{-s * 0.24, s * 0.54, z + s * 0.6}, {-s * 0.44, s * 0.54, z + s * 0.6}, {-s * 0.44, -s * 0.2, z + s * 0.6}},
                      9, 30),
                 Material::Cable, tube);
        body.add(circleOf(hexagon({s * 0.55, 0, 14}, Axis::Z, 16, 10), 8, Axis::Z), Material::Steel, small);
    });
}

BodyRef pump() {
    return shared("progressing-cavity-pump", [&](Body& body) {
        body.add(box({-760, 90, -150}, {760, 140, 150}, 6), Material::Stainless, small);
        body.add(group({box({-720, 0, -140}, {-660, 90, 140}, 4), box({660, 0, -140}, {720, 90, 140}, 4)}), Material::Frame, small);
        body.add(lathe({-700, 290, 0}, Axis::X,
                       {{70, 0},
                        {70, 18},
                        {46, 18},
                        {46, 60},
                        {62, 70},
                        {62, 560},
                        {46, 570},
                        {46, 600},
                        {80, 600},
                        {80, 640},
                        {95, 650},
                        {95, 800}}),
                 Material::Stainless, {0.8, 0.3});
        body.add(lathe({120, 290, 0}, Axis::X, {{95, 0}, {60, 20}, {60, 100}, {105, 110}, {105, 260}, {78, 270}, {78, 300}}),
                 Material::Cast, {0.8, 0.3});
        body.add(turned(lathe({0, 0, 0}, Axis::Z, {{88, 0}, {96, 10}, {96, 300}, {84, 350}, {30, 352}}), Axis::Y, 90, {0, 0, 0}),
                 Material::Accent, {0.8, 0.3});
        body.parts.back().shape = moved(body.parts.back().shape, {400, 290, 0});
        body.add(box({470, 370, -55}, {610, 420, 55}, 6), Material::PanelDark, small);
        body.add(rod({50, 370, 0}, Axis::Y, 62, 70, 0), Material::Stainless, {0.8, 0.3});
        body.add(rod({50, 440, 0}, Axis::Y, 82, 18, 3), Material::Stainless, {0.8, 0.3});
        std::vector<Shape> bolts;
        for (int i = 0; i < 8; ++i)
            bolts.push_back(turned(hexagon({50 + 70, 0, 458}, Axis::Z, 16, 9), Axis::Z, 45.0 * i, {50, 0, 0}));
        body.add(turned(group(bolts), Axis::X, -90), Material::Steel, small);
        body.add(group({box({-480, 140, -60}, {-430, 235, 60}, 4), box({-30, 140, -60}, {20, 210, 60}, 4),
                        box({300, 140, -70}, {350, 200, 70}, 4)}),
                 Material::Cast, small);
    });
}

BodyRef coil(double inner, double outer, double face, Material material) {
    return shared(std::format("coil-{:.0f}-{:.0f}-{}", inner, outer, lookOf(material).name), [&](Body& body) {
        // Each layer's end lies a little off its neighbour's, as wound rolls do; the outer ones hide the joint.
        const double offset = std::fmod(outer * 0.13, 3.0);
        body.add(ring({0, 0, -face / 2 - offset}, Axis::Z, outer / 2, inner / 2, face + offset * 1.6), material, {0.8, 0.17});
    });
}

BodyRef coreTube(double diameter, double face) {
    return shared(std::format("core-{:.0f}x{:.0f}", diameter, face), [&](Body& body) {
        const double half = face / 2 + 25, r = diameter / 2;
        body.add(ring({0, 0, -half}, Axis::Z, r, r - 12, half * 2, 1), Material::Core, smooth);
        const double reach = half + 95;
        body.add(lathe({0, 0, -reach}, Axis::Z,
                       {{28, 0},
                        {30, 2},
                        {30, 60},
                        {r - 26, 70},
                        {r - 14, 80},
                        {r - 14, reach * 2 - 80},
                        {r - 26, reach * 2 - 70},
                        {30, reach * 2 - 60},
                        {30, reach * 2 - 2},
                        {28, reach * 2}}),
                 Material::Steel, {1, 0.36});
        std::vector<Shape> leaves;
        for (const double z : {-half - 1.0, half - 29.0})
            leaves.push_back(circleOf(box({-9, r - 16, z}, {9, r - 6, z + 30}), 6, Axis::Z));
        body.add(group(leaves), Material::Accent, small);
    });
}

void addRoller(Node& parent, const std::string& id, dvec2 centre, double radius, double face, double plateOuter, Material surface) {
    parent.instance(id, roller(radius, face, surface), {centre, 0});
    const BodyRef unit = bearing(std::max(18.0, radius * 0.32));
    parent.instance(id + "-bearing-os", unit, {centre, plateOuter});
    parent.instance(id + "-bearing-ds", unit, {centre, -plateOuter}, 180);
}

} // namespace millwright::assets::kit
