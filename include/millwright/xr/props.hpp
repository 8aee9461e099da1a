#pragma once

#include <millwright/scene/scene.hpp>
#include <millwright/xr/walk.hpp>

#include <array>
#include <cstdint>
#include <vector>

namespace millwright::xr {

/// How one prop is drawn this frame.
struct PropPlacement {
    std::uint32_t node = 0; ///< index into the scene's nodes
    glm::mat4 worldFromNode{1};
    glm::vec4 tint{0}; ///< linear RGB, strength in alpha
    bool visible = false;
};

/// Controllers, rays, the teleport arc and its landing marker as nodes of the scene that is drawn: no renderer needs to know of
/// them.
class Props {
public:
    /// Adds the nodes at the end of `scene`, as roots, with their meshes and materials.
    explicit Props(scene::Scene& scene);
    /// The first of the nodes added; all up to the end of the scene then are ours.
    [[nodiscard]] std::uint32_t firstNode() const { return firstNode_; }
    /// Every prop as `walk` has it; the span is valid until the next call.
    [[nodiscard]] std::span<const PropPlacement> place(const Walk& walk);

private:
    static constexpr std::size_t arcPieces = TeleportArc::maxPoints - 1;
    std::uint32_t addNode(scene::Scene& scene, std::string name, std::uint32_t mesh, std::uint32_t material);

    std::uint32_t firstNode_ = 0;
    std::array<std::uint32_t, 2> controllers_{};
    std::array<std::uint32_t, 2> rays_{};
    std::array<std::uint32_t, arcPieces> arc_{};
    std::uint32_t marker_ = 0;
    std::vector<PropPlacement> placements_; ///< parallel to our nodes
};

} // namespace millwright::xr
