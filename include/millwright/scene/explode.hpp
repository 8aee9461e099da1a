#pragma once

#include <millwright/scene/scene.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace millwright::scene {

/// Takes a scene apart along its hierarchy: the parts of an assembly move away from its centre, those of the outermost assembly
/// first, then those of the ones within. An assembly is a node with two or more things below it that have geometry. Nothing sinks
/// below where its assembly stood. Thread: any.
class Explosion {
public:
    /// From where the scene puts its nodes. Nodes with `standing` (parallel to Scene::nodes; empty: none) move on the level, as
    /// machines on a floor do; those with `fixed` (likewise) stay where they are, and no assembly has them as a part.
    explicit Explosion(const Scene& scene, std::span<const std::uint8_t> standing = {}, std::span<const std::uint8_t> fixed = {});

    /// `amount` 0: puts everything together … 1: every part is twice as far from its assembly's centre as it was.
    void takeApart(double amount);
    /// How far each node is moved, metres, world frame, parallel to Scene::nodes.
    [[nodiscard]] const std::vector<glm::vec3>& offsets() const { return offsets_; }
    /// Around everything as it is taken apart.
    [[nodiscard]] const Aabb& bounds() const { return bounds_; }

private:
    struct Part {
        std::uint32_t parent = none;
        Aabb own;                ///< geometry of its own, world frame, at rest
        Aabb whole;              ///< with all below it
        std::uint32_t level = 0; ///< of the assemblies that this node's parts would be taken from
        bool assembly = false;
        bool standing = false;
        bool fixed = false;
    };
    std::vector<Part> parts_; ///< parallel to Scene::nodes
    std::uint32_t levels_ = 0;
    std::vector<glm::vec3> offsets_;
    std::vector<Aabb> moved_; ///< around all below a node, as its assembly has it
    Aabb fixed_;              ///< around what stays
    Aabb bounds_;
};

} // namespace millwright::scene
