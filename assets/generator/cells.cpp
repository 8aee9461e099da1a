#include "cells.hpp"

#include "shared.hpp"

/// What several machines of the cell plant use.
namespace millwright::assets {
namespace {
constexpr Fineness smooth{1.2, 0.32};
constexpr Fineness small{1.5, 0.6};
} // namespace

namespace kit {

BodyRef pouchCell(bool sealed) {
    return shared(sealed ? "pouch-cell" : "cell-stack", [&](Body& body) {
        if (sealed)
            body.add(box({-46, 0, -150}, {46, 10, 150}, 3), Material::Foil).add(box({-57, 3, -165}, {57, 6, 165}), Material::Foil);
        else
            body.add(box({-51, 0, -150}, {51, 10, 150}), Material::White);
        body.add(box({-24, 4, 150}, {24, 6, 200}), Material::Aluminium).add(box({-24, 4, -200}, {24, 6, -150}), Material::Copper);
    });
}

BodyRef cellTray() {
    return shared("cell-tray", [](Body& body) {
        body.add(group({box({-310, 0, -210}, {310, 20, 210}), box({-310, 20, -210}, {310, 70, -198}),
                        box({-310, 20, 198}, {310, 70, 210}), box({-310, 20, -198}, {-298, 70, 198}),
                        box({298, 20, -198}, {310, 70, 198})}),
                 Material::HoseBlue);
        body.add(row(box({-290, 20, -160}, {-280, 132, 160}), 24, {24.8, 0, 0}), Material::Foil);
    });
}

BodyRef swingScreen() {
    return shared("swing-screen", [](Body& body) {
        body.add(rod({0, 0, 0}, Axis::Y, 24, 340), Material::Frame, small);
        body.add(box({-240, 120, 24}, {240, 460, 70}, 6), Material::PanelDark)
            .add(box({-215, 145, 70}, {215, 435, 73}), Material::Screen)
            .add(group({box({-200, 330, 73}, {-20, 420, 75}), box({-200, 160, 73}, {195, 175, 75})}), Material::ScreenWhite)
            .add(group({box({0, 330, 73}, {195, 420, 75}), box({-200, 190, 73}, {60, 310, 75})}), Material::ScreenGreen);
    });
}

} // namespace kit

void addHousing(Node& node, double length, double depth, double top) {
    const int bays = std::max(1, static_cast<int>(std::round(length / 1250)));
    const double bay = length / bays;
    node.add(box({40, 0, -depth + 60}, {length - 40, 110, depth - 60}), Material::PanelDark)
        .add(box({0, 110, -depth}, {length, 830, depth}, 6), Material::Panel)
        .add(box({-12, 830, -depth - 12}, {length + 12, 870, depth + 12}, 4), Material::Aluminium)
        .add(box({0, 870, -depth}, {length, top - 160, -depth + 16}), Material::Panel)
        .add(box({0, top - 160, depth - 60}, {length, top, depth}, 6), Material::Panel)
        .add(box({0, top - 160, -depth}, {length, top, -depth + 60}, 6), Material::Panel)
        .add(box({0, top - 30, depth}, {length, top - 8, depth + 2}), Material::Accent);
    std::vector<Shape> posts, seams, grips, panes;
    for (int i = 0; i <= bays; ++i) {
        const double x = std::clamp(i * bay, 30.0, length - 30);
        for (const double z : {-depth + 30, depth - 30}) posts.push_back(box({x - 30, 870, z - 30}, {x + 30, top - 160, z + 30}));
        posts.push_back(box({x - 30, top - 60, -depth + 60}, {x + 30, top, depth - 60}));
        if (i == bays) break;
        seams.push_back(box({i * bay - 3, 120, depth}, {i * bay + 3, 825, depth + 1.5}));
        grips.push_back(box({i * bay + bay - 90, 420, depth}, {i * bay + bay - 66, 600, depth + 22}));
        grips.push_back(box({i * bay + bay / 2 - 90, 1180, depth + 6}, {i * bay + bay / 2 + 90, 1200, depth + 30}));
        panes.push_back(box({i * bay + 34, 880, depth - 6}, {i * bay + bay - 34, top - 166, depth}));
    }
    node.add(group(posts), Material::Aluminium)
        .add(group(seams), Material::PanelDark)
        .add(group(grips), Material::Black)
        .add(group(panes), Material::Polycarbonate);
}

void addCellConveyor(Node& node, double length, double direction, bool sealed) {
    node.add(box({0, passLine - 60, -150}, {length, passLine - 14, 150}), Material::Rubber)
        .add(group({box({0, passLine - 60, -172}, {length, passLine - 8, -152}),
                    box({0, passLine - 60, 152}, {length, passLine - 8, 172})}),
             Material::Aluminium);
    const BodyRef nest = kit::shared("cell-nest", [](Body& body) {
        body.add(box({-100, -14, -185}, {100, 0, 185}, 3), Material::Aluminium, small)
            .add(group({box({-66, 0, -120}, {-59, 16, -80}), box({59, 0, -120}, {66, 16, -80}), box({-66, 0, 80}, {-59, 16, 120}),
                        box({59, 0, 80}, {66, 16, 120})}),
                 Material::Black, small);
    });
    Node& cells = node.child("cells");
    const double from = direction > 0 ? cellPitch / 2 : hoodLength + cellPitch / 2;
    const int count = static_cast<int>(std::round((length - hoodLength) / cellPitch));
    for (int i = 0; i < count; ++i) {
        Node& place = cells.instance("nest", nest, {from + i * cellPitch, passLine, 0});
        place.instance("cell", kit::pouchCell(sealed));
    }
    for (const double x : {0.0, length - hoodLength}) {
        node.add(plate(Axis::X, x, x + hoodLength, {{-330, 870}, {330, 870}, {330, 1240, 70}, {240, 1330, 40}, {-330, 1330, 40}},
                       {{{-230, 874}, {230, 874}, {230, 1080}, {-230, 1080}}}),
                 Material::Panel, small)
            .add(box({x + 60, 1225, 326}, {x + hoodLength - 60, 1245, 333}), Material::Accent);
        const double end = x == 0 ? 0 : x + hoodLength - 8; // the far end is dark, not open
        node.add(box({end, 872, -229}, {end + 8, 1079, 229}), Material::Black);
    }
}

void addPortal(Node& node, double x, double depth, double y, double width) {
    node.add(group({box({x - width / 2, 870, -depth}, {x + width / 2, y, -depth + 110}, 4),
                    box({x - width / 2, 870, depth - 110}, {x + width / 2, y, depth}, 4)}),
             Material::Frame, small)
        .add(box({x - width / 2 - 15, y, -depth - 10}, {x + width / 2 + 15, y + 170, depth + 10}, 8), Material::Accent, small);
}

Node& addStroke(Node& node, const std::string& id, dvec3 at, double stroke) {
    return addEllipse(node, id, at, 0, stroke / 2);
}

void addWebRoll(Node& node, const std::string& id, dvec2 at, double diameter, double face, Material web) {
    node.instance(
        id,
        kit::shared(
            std::format("web-roll-{:.0f}-{:.0f}-{}", diameter, face, lookOf(web).name),
            [&](Body& body) {
                const double r = diameter / 2;
                body.add(ring({0, 0, -face / 2}, Axis::Z, r, 76, face), web, {1, 0.2})
                    .add(ring({0, 0, -face / 2 - 20}, Axis::Z, 76, 62, face + 40), Material::Core, smooth)
                    .add(rod({0, 0, -face / 2 - 120}, Axis::Z, 34, face + 240), Material::Steel, small);
                for (const double z : {-face / 2 - 2, face / 2}) body.add(box({-9, 88, z}, {9, r * 0.92, z + 2}), Material::White);
                body.add(circleOf(box({-10, 40, face / 2 + 20}, {10, 60, face / 2 + 34}), 6, Axis::Z), Material::Accent, small);
            }),
        {at, 0});
}

void addWebPath(Node& node, const std::vector<dvec2>& points, double width, Material web) {
    std::vector<Shape> bands;
    for (std::size_t i = 1; i < points.size(); ++i) bands.push_back(ribbon({{points[i - 1], points[i]}}, -width / 2, width / 2));
    node.add(group(bands), web);
}

} // namespace millwright::assets
