#include "shared.hpp"
#include "shop.hpp"

/// Autonomous vehicle that lifts a container: 1.35 x 0.91 x 0.32 m.
namespace millwright::assets {
namespace {

constexpr Fineness smooth{1.0, 0.3};
constexpr Fineness small{1.2, 0.6};

Model amrWith(const char* name, Material arms) {
    Model model{name, {}};
    Node& node = model.root;
    node.name = name;
    node.add(plate(Axis::Y, 60, 270, rectangle(-675, -455, 675, 455, 120), {}, 14), Material::Panel, smooth);
    node.add(plate(Axis::Y, 25, 62, rectangle(-640, -420, 640, 420, 100)), Material::Rubber, small);
    node.add(plate(Axis::Y, 150, 176, rectangle(-678, -458, 678, 458, 122)), Material::Accent, smooth);
    node.add(plate(Axis::Y, 270, 300, rectangle(-560, -380, 560, 380, 60), {}, 5), Material::PanelDark, small)
        .add(plate(Axis::Y, 300, 322, rectangle(-520, -340, 520, 340, 40), {}, 4), Material::Galvanised, small);
    for (const double x : {-590.0, 590.0}) { // safety laser scanners at opposite corners, bumpers, headlights
        node.add(lathe({x, 90, x < 0 ? -395.0 : 395.0}, Axis::Y, {{58, 0}, {64, 10}, {64, 46}, {48, 58}, {48, 96}, {56, 100}}),
                 Material::LineYellow, smooth);
        node.add(box({x < 0 ? -690 : 660, 70, -330}, {x < 0 ? -660 : 690, 120, 330}, 10), Material::Black, small);
        for (const double z : {-240.0, 240.0})
            node.add(box({x < 0 ? -680.0 : 674.0, 200, z - 60}, {x < 0 ? -674.0 : 680.0, 222, z + 60}), Material::Light);
    }
    for (const double z : {-457.0, 441.0})
        for (const double x : {-180.0, 180.0}) node.add(rod({x, 70, z}, Axis::Z, 70, 16, 3), Material::Rubber, smooth);
    for (const double x : {-450.0, 450.0})
        node.add(lathe({x, 270, 420}, Axis::Y, {{24, 0}, {24, 10}, {34, 14}, {34, 30}, {26, 38}}), Material::Red, small);
    node.add(letters("AMR", 90, {-130, 80, 456}, Axis::Z), Material::Accent, {0.8, 0.6});
    kit::addStackLight(node, "stack", {-620, 268, 0}, 60);
    Node& load = node.child("load", {0, 322, 0});
    load.instance("container", kit::container(arms, 7));
    return model;
}

} // namespace

Model makeAmr() {
    return amrWith("amr", Material::Steel);
}

Model makeAmrCoated() {
    return amrWith("amr-coated", Material::Black);
}

} // namespace millwright::assets
