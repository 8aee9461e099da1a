#include "model.hpp"

#include <cmath>

namespace millwright::assets {
namespace {

/// An sRGB hex colour as linear factors.
constexpr double linear(int channel) {
    const double s = channel / 255.0;
    return s <= 0.04045 ? s / 12.92 : std::pow((s + 0.055) / 1.055, 2.4);
}

std::array<double, 4> colour(unsigned rgb, double alpha = 1) {
    const auto round4 = [](double x) { return std::round(x * 1e4) / 1e4; };
    return {round4(linear(rgb >> 16 & 255)), round4(linear(rgb >> 8 & 255)), round4(linear(rgb & 255)), alpha};
}

std::array<double, 3> glow(unsigned rgb, double strength) {
    const auto c = colour(rgb);
    return {c[0] * strength, c[1] * strength, c[2] * strength};
}

std::vector<Look> makeLooks() {
    std::vector<Look> looks(static_cast<std::size_t>(Material::Count));
    const auto set = [&](Material m, Look look) { looks[static_cast<std::size_t>(m)] = look; };
    set(Material::Panel, {"panel-grey-white", colour(0xdfe2e2), 0, 0.48});
    set(Material::PanelDark, {"panel-anthracite", colour(0x3b4247), 0, 0.5});
    set(Material::Frame, {"frame-grey", colour(0xb4babd), 0, 0.5});
    set(Material::Accent, {"accent-petrol", colour(0x1f5a6e), 0, 0.42});
    set(Material::Steel, {"steel-ground", colour(0xa9adb0), 1, 0.36});
    set(Material::Polished, {"steel-polished", colour(0xc9cccf), 1, 0.16});
    set(Material::Chrome, {"hard-chrome", colour(0xdadde0), 1, 0.07});
    set(Material::Aluminium, {"aluminium-anodised", colour(0xc2c6c9), 0.9, 0.4});
    set(Material::Stainless, {"stainless-brushed", colour(0xb9bbba), 1, 0.3});
    set(Material::Galvanised, {"galvanised", colour(0x9fa6aa), 0.85, 0.48});
    set(Material::Cast, {"cast-painted", colour(0x7f888d), 0, 0.56});
    set(Material::Rubber, {"rubber", colour(0x232527), 0, 0.82});
    set(Material::Cable, {"cable", colour(0x1c1e20), 0, 0.62});
    set(Material::HoseBlue, {"hose-blue", colour(0x2a5d8f), 0, 0.5});
    set(Material::Brass, {"brass", colour(0xb08d4a), 1, 0.32});
    set(Material::Copper, {"copper", colour(0xb97755), 1, 0.3});
    set(Material::Foil, {"aluminium-foil", colour(0xe3e6e8), 1, 0.2, {0, 0, 0}, true});
    set(Material::CoatWet, {"coat-wet", colour(0x151618), 0, 0.16, {0, 0, 0}, true});
    set(Material::CoatDry, {"coat-dry", colour(0x1b1c1e), 0, 0.78, {0, 0, 0}, true});
    set(Material::CoatRolled, {"coat-calendered", colour(0x26282b), 0.25, 0.36, {0, 0, 0}, true});
    set(Material::Slurry, {"slurry", colour(0x101113), 0, 0.12});
    set(Material::Core, {"core-board", colour(0x8a6a48), 0, 0.8});
    set(Material::GuardYellow, {"guard-yellow", colour(0xe6ae12), 0, 0.46});
    set(Material::GuardMesh, {"guard-mesh", colour(0x2b2e30), 0.2, 0.5});
    set(Material::Polycarbonate, {"polycarbonate", colour(0xdfe9ec, 0.035), 0, 0.35, {0, 0, 0}, true});
    set(Material::Glass, {"window-glass", colour(0x7e959c, 0.3), 0, 0.05, {0, 0, 0}, true});
    set(Material::Red, {"signal-red", colour(0xc0231c), 0, 0.4});
    set(Material::Orange, {"orange", colour(0xe0701a), 0, 0.45});
    set(Material::White, {"white", colour(0xf2f3f3), 0, 0.5});
    set(Material::Black, {"black", colour(0x16181a), 0, 0.45});
    set(Material::Screen, {"screen", colour(0x1d2429), 0, 0.12, glow(0x2a343b, 0.9)});
    set(Material::ScreenGreen, {"screen-green", colour(0x2e6b4a), 0, 0.2, glow(0x5aa580, 0.9)});
    set(Material::ScreenGrey, {"screen-grey", colour(0x5c676e), 0, 0.2, glow(0x8d9aa2, 0.8)});
    set(Material::ScreenWhite, {"screen-white", colour(0xd5dbde), 0, 0.2, glow(0xe6ecef, 0.9)});
    set(Material::LampRed, {"lamp-red", colour(0x7a1a17), 0, 0.25});
    set(Material::LampYellow, {"lamp-yellow", colour(0x806214), 0, 0.25});
    set(Material::LampGreen, {"lamp-green", colour(0x1b5a35), 0, 0.25});
    set(Material::LampBlue, {"lamp-blue", colour(0x1d3f78), 0, 0.25});
    set(Material::LampOff, {"lamp-white", colour(0xd9dadb), 0, 0.25});
    set(Material::Light, {"luminaire", colour(0xffffff), 0, 0.4, glow(0xfff6e8, 1)});
    set(Material::Strip, {"indicator-strip", colour(0x6f7a80), 0, 0.35});
    set(Material::Floor, {"floor-epoxy", colour(0x9aa0a2), 0, 0.34});
    set(Material::FloorPad, {"floor-pad", colour(0x84898b), 0, 0.42});
    set(Material::LineYellow, {"floor-yellow", colour(0xd9aa1e), 0, 0.45});
    set(Material::LineWhite, {"floor-white", colour(0xe4e6e6), 0, 0.45});
    set(Material::LineRed, {"floor-red", colour(0xb03a2e), 0, 0.45});
    set(Material::Concrete, {"concrete", colour(0xa7a9a8), 0, 0.85});
    set(Material::Wall, {"wall-panel", colour(0xe3e5e4), 0, 0.65});
    set(Material::Structure, {"structure-steel", colour(0x8d979c), 0, 0.55});
    set(Material::Insulation, {"insulation-jacket", colour(0xc7cacb), 0.75, 0.42});
    set(Material::Water, {"water-blue", colour(0x2f6ea3), 0, 0.45});
    return looks;
}

} // namespace

const Look& lookOf(Material material) {
    static const std::vector<Look> looks = makeLooks();
    return looks[static_cast<std::size_t>(material)];
}

Body& Body::add(const Shape& shape, Material material, Fineness fineness) {
    parts.push_back({shape, material, fineness});
    return *this;
}

BodyRef makeBody(std::string name) {
    auto body = std::make_shared<Body>();
    body->name = std::move(name);
    return body;
}

Node& Node::child(std::string childName, dvec3 at, double turnY) {
    Node& node = children.emplace_back();
    node.name = std::move(childName);
    node.position = at;
    node.rotation = glm::angleAxis(glm::radians(turnY), dvec3{0, 1, 0});
    return node;
}

Node& Node::instance(std::string childName, const BodyRef& shared, dvec3 at, double turnY) {
    Node& node = child(std::move(childName), at, turnY);
    node.body = shared;
    return node;
}

Node& Node::add(const Shape& shape, Material material, Fineness fineness) {
    if (!body) body = makeBody(name);
    body->add(shape, material, fineness);
    return *this;
}

} // namespace millwright::assets
