#pragma once

#include <millwright/core/result.hpp>
#include <millwright/plant/plant.hpp>
#include <millwright/scene/explode.hpp>
#include <millwright/twin/plant_scene.hpp>

#include <cstdint>
#include <future>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millwright::app {

/// Marks the nodes of every part that `query` names, each with all below it: an equipment's path, a node's name or path, or as
/// `scene::findNodes` finds them (part of a name, `key=value`). `marks` is parallel to the scene's nodes. Errors: NotFound.
[[nodiscard]] Result<void> markParts(const plant::Plant& plant, const twin::PlantScene& scene, std::string_view query,
                                     std::vector<std::uint8_t>& marks);
/// 1 for the nodes of equipment: machines stand on the floor.
[[nodiscard]] std::vector<std::uint8_t> standingNodes(const plant::Plant& plant, const twin::PlantScene& scene);

/// 1 for the nodes of a building: of an equipment whose own model covers half of the plant's ground or more, with other equipment
/// in it.
[[nodiscard]] std::vector<std::uint8_t> buildingNodes(const plant::Plant& plant, const twin::PlantScene& scene);

/// A scene's nodes as somebody wants to look at them: taken apart, seen through, cut open. `scene` must outlive it.
class LookedAt {
public:
    LookedAt(const plant::Plant& plant, const twin::PlantScene& scene);

    /// Finds out in the background which nodes are solid; until then nothing is filled where it is cut.
    void findSolids();
    [[nodiscard]] bool busy() const { return finding_.valid(); }
    /// Blocks until that is known: for pictures.
    void wait();

    struct Wishes {
        bool cut = false;                        ///< solids are to be filled
        std::span<const std::uint8_t> kept = {}; ///< nodes that stay solid while all others are seen through, and those of a
                                                 ///< building are not there; empty: all
        std::span<const std::uint8_t> hidden = {}; ///< nodes that are not shown; empty: none
    };
    /// The scene's nodes where they are now, as wished for; valid until the next call or the scene's next update.
    [[nodiscard]] std::span<const render::NodeState> nodes(const Wishes& wishes);
    /// Takes it apart as far as `amount`, 0…1.
    void explode(double amount);
    /// How far each node is moved by that: metres, world frame.
    [[nodiscard]] std::span<const glm::vec3> offsets() const { return explosion_.offsets(); }
    /// Around the plant where it is; taken apart, as modelled.
    [[nodiscard]] scene::Aabb bounds() const { return exploded_ == 0 ? scene_.bounds(noEquipment) : explosion_.bounds(); }

private:
    const twin::PlantScene& scene_;
    std::vector<std::uint8_t> building_; ///< by node
    scene::Explosion explosion_;
    double exploded_ = 0;             ///< how far it has been taken apart
    std::vector<std::uint8_t> solid_; ///< by node; empty: not known yet
    std::future<std::vector<std::uint8_t>> finding_;
    std::vector<render::NodeState> nodes_;
};

} // namespace millwright::app
