#pragma once

#include "solids.hpp"

#include <glm/gtc/quaternion.hpp>

#include <array>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

/// A machine as named nodes over shared bodies: what the GLB and STEP writers write. Millimetres, Y up; web runs +X, operator at
/// +Z.
namespace millwright::assets {

/// What a part is made of; `materialOf` gives the look.
enum class Material : std::uint8_t {
    Panel,
    PanelDark,
    Frame,
    Accent,
    Steel,
    Polished,
    Chrome,
    Aluminium,
    Stainless,
    Galvanised,
    Cast,
    Rubber,
    Cable,
    HoseBlue,
    Brass,
    Copper,
    Foil,
    CoatWet,
    CoatDry,
    CoatRolled,
    Slurry,
    Core,
    GuardYellow,
    GuardMesh,
    Polycarbonate,
    Glass,
    Red,
    Orange,
    White,
    Black,
    Screen,
    ScreenGreen,
    ScreenGrey,
    ScreenWhite,
    LampRed,
    LampYellow,
    LampGreen,
    LampBlue,
    LampOff,
    Light,
    Strip,
    Floor,
    FloorPad,
    LineYellow,
    LineWhite,
    LineRed,
    Concrete,
    Wall,
    Structure,
    Insulation,
    Water,
    Count
};

/// glTF metal-rough, colours linear.
struct Look {
    const char* name;
    std::array<double, 4> baseColour;
    double metallic, roughness;
    std::array<double, 3> emissive{0, 0, 0};
    bool doubleSided = false;
};
[[nodiscard]] const Look& lookOf(Material material);

/// How finely curved faces become triangles.
struct Fineness {
    double deflection = 1.5; ///< millimetres
    double angle = 0.42;     ///< radians
};

struct Part {
    Shape shape;
    Material material;
    Fineness fineness;
};

/// Geometry that one or many nodes show; stored once in the files.
struct Body {
    std::string name;
    std::vector<Part> parts;
    Body& add(const Shape& shape, Material material, Fineness fineness = {});
};
using BodyRef = std::shared_ptr<Body>;
[[nodiscard]] BodyRef makeBody(std::string name);

struct Node {
    std::string name;
    dvec3 position{0};
    glm::dquat rotation{1, 0, 0, 0};
    BodyRef body; ///< may be null
    std::deque<Node> children;

    Node& child(std::string childName, dvec3 at = dvec3{0}, double turnY = 0);
    /// A child that shows a shared body.
    Node& instance(std::string childName, const BodyRef& shared, dvec3 at = dvec3{0}, double turnY = 0);
    /// Adds to the node's own body, which is made when there is none.
    Node& add(const Shape& shape, Material material, Fineness fineness = {});
};

struct Model {
    std::string name; ///< file stem
    Node root;
};

struct Size {
    std::size_t nodes = 0, instances = 0, meshes = 0, uniqueTriangles = 0, triangles = 0, bytes = 0;
    dvec3 low{1e30}, high{-1e30}; ///< metres
};

/// Writes `folder`/<name>.glb: metres, one mesh a body, one primitive a material. The bytes depend on the model only.
Size writeGlb(const Model& model, const std::filesystem::path& folder);
/// Writes `folder`/<name>.step (AP214, millimetres, Z up) with the same assembly, names and colours.
void writeStep(const Model& model, const std::filesystem::path& folder);

} // namespace millwright::assets
