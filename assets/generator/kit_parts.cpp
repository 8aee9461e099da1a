#include "shared.hpp"
#include "shop.hpp"

/// The part and what carries it: arm, blank, container, conveyors; light curtains.
namespace millwright::assets::kit {

namespace {
constexpr Fineness small{1.5, 0.6};
constexpr Fineness round{1.2, 0.45};

const Outline armOutline{{-52, -48, 30}, {130, -78, 90}, {300, -196, 46}, {372, -150, 40}, {250, -10, 120},
                         {300, 170, 40}, {232, 214, 40}, {120, 70, 90},   {-52, 48, 30}};

Shape standsAt(double length, double step, double height, double halfWidth) {
    std::vector<Shape> legs;
    const int count = std::max(2, static_cast<int>(length / step) + 1);
    for (int i = 0; i < count; ++i) {
        const double x = 120 + (length - 240) * i / (count - 1);
        for (const double z : {-halfWidth, halfWidth - 50}) {
            legs.push_back(box({x - 25, 12, z}, {x + 25, height, z + 50}));
            legs.push_back(box({x - 60, 0, z - 20}, {x + 60, 12, z + 70}));
        }
        legs.push_back(box({x - 15, height * 0.35, -halfWidth + 50}, {x + 15, height * 0.35 + 40, halfWidth - 50}));
    }
    return group(legs);
}
} // namespace

BodyRef controlArm(Material material) {
    return shared(std::string("control-arm-") + lookOf(material).name, [&](Body& body) {
        body.add(plate(Axis::Y, -22, 22, armOutline, {{{90, -30, 24}, {190, -64, 24}, {200, 10, 30}, {130, 20, 24}}}, 7), material,
                 small);
        body.add(plate(Axis::Y, -2.5, 2.5,
                       {{-58, -54, 32},
                        {128, -84, 90},
                        {298, -204, 50},
                        {382, -150, 44},
                        {257, -10, 120},
                        {309, 172, 44},
                        {230, 222, 44},
                        {116, 76, 90},
                        {-58, 54, 32}}),
                 material, small);
        body.add(group({ring({0, -34, 0}, Axis::Y, 40, 24, 68, 3), ring({320, -34, -150}, Axis::Y, 38, 20, 68, 3),
                        ring({258, -34, 160}, Axis::Y, 36, 20, 68, 3)}),
                 material, round);
    });
}

BodyRef blank() {
    return shared("blank", [](Body& body) {
        body.add(plate(Axis::Y, 0, 3,
                       {{-80, -75, 30},
                        {140, -110, 80},
                        {310, -235, 40},
                        {410, -150, 40},
                        {290, -10, 80},
                        {340, 180, 40},
                        {230, 250, 40},
                        {100, 100, 80},
                        {-80, 75, 30}}),
                 Material::Steel, small);
    });
}

BodyRef container(Material arms, int layers) {
    return shared(std::format("container-{}-{}", lookOf(arms).name, layers), [&](Body& body) {
        std::vector<Shape> frame;
        for (const double x : {-600.0, 550.0})
            for (const double z : {-400.0, 350.0}) frame.push_back(box({x, 0, z}, {x + 50, 830, z + 50}));
        frame.push_back(box({-600, 110, -400}, {600, 140, 400}));
        for (const double z : {-400.0, 376.0}) frame.push_back(box({-550, 760, z}, {550, 800, z + 24}));
        for (const double x : {-600.0, 576.0}) frame.push_back(box({x, 760, -350}, {x + 24, 800, 350}));
        body.add(group(frame), Material::Accent, small);
        std::vector<Shape> wires;
        for (int i = 1; i < 12; ++i)
            for (const double z : {-392.0, 388.0}) wires.push_back(box({-550 + i * 91.0, 140, z}, {-546 + i * 91.0, 760, z + 4}));
        for (int i = 1; i < 6; ++i)
            for (const double z : {-394.0, 390.0}) wires.push_back(box({-550, 140 + i * 104.0, z}, {550, 144 + i * 104.0, z + 4}));
        for (int i = 1; i < 8; ++i)
            for (const double x : {-592.0, 588.0}) wires.push_back(box({x, 140, -350 + i * 88.0}, {x + 4, 760, -346 + i * 88.0}));
        body.add(group(wires), Material::Galvanised, small);
        // Simple arms: their edges show between the wires.
        const Shape arm = plate(Axis::Y, -20, 20, armOutline, {}, 0);
        std::vector<Shape> stack;
        for (int layer = 0; layer < layers; ++layer)
            for (int i = 0; i < 2; ++i)
                for (const double z : {-170.0, 190.0})
                    stack.push_back(moved(arm, {-470 + i * 540.0 + 18 * (layer % 3), 170 + layer * 66.0, z - 8.0 * (layer % 2)}));
        if (!stack.empty()) body.add(group(stack), arms, {2.5, 0.8});
    });
}

BodyRef curtainPost(double height) {
    return shared(std::format("curtain-post-{:.0f}", height), [&](Body& body) {
        body.add(box({-110, 0, -110}, {110, 12, 110}, 2), Material::PanelDark, small);
        body.add(box({-45, 12, -45}, {45, height, 45}, 6), Material::GuardYellow, small);
        body.add(box({45, 260, -22}, {52, height - 80, 22}), Material::Black, small);
        body.add(rod({0, height, 0}, Axis::Y, 22, 60, 3), Material::LampGreen, small);
    });
}

BodyRef beltConveyor(double length, double width, double height) {
    return shared(std::format("belt-{:.0f}x{:.0f}", length, width), [&](Body& body) {
        const double w = width / 2;
        body.add(box({40, -16, -w + 8}, {length - 40, 0, w - 8}), Material::Rubber, small);
        body.add(group({rod({45, -60, -w + 8}, Axis::Z, 60, width - 16), rod({length - 45, -60, -w + 8}, Axis::Z, 60, width - 16)}),
                 Material::Rubber, round);
        body.add(group({box({0, -130, -w - 40}, {length, 14, -w}, 4), box({0, -130, w}, {length, 14, w + 40}, 4)}), Material::Frame,
                 small);
        body.add(box({60, -124, -w}, {length - 60, -60, w}), Material::PanelDark, small);
        body.add(moved(standsAt(length, 1800, height - 130, w + 30), {0, -height, 0}), Material::Frame, small);
    });
}

BodyRef rollerConveyor(double length, double width, double height) {
    return shared(std::format("rollers-{:.0f}x{:.0f}", length, width), [&](Body& body) {
        const double w = width / 2;
        body.add(row(rod({60, -38, -w}, Axis::Z, 38, width), static_cast<int>((length - 60) / 130), {130, 0, 0}),
                 Material::Galvanised, small);
        body.add(group({box({0, -120, -w - 40}, {length, 10, -w}, 4), box({0, -120, w}, {length, 10, w + 40}, 4)}), Material::Frame,
                 small);
        body.add(moved(standsAt(length, 1800, height - 120, w + 30), {0, -height, 0}), Material::Frame, small);
    });
}

} // namespace millwright::assets::kit
