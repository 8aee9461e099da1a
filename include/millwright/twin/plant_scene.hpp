#pragma once

#include <millwright/cad/open_cooked.hpp>
#include <millwright/core/progress.hpp>
#include <millwright/plant/plant.hpp>
#include <millwright/render/view.hpp>
#include <millwright/scene/scene.hpp>
#include <millwright/twin/frame.hpp>

#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace millwright::twin {

/// A text of a Text binding, over the thing it belongs to.
struct SceneLabel {
    EquipmentIndex equipment = noEquipment;
    glm::dvec3 position{0}; ///< metres, world frame: middle of the top of its node's bounds
    std::string_view text;  ///< lives as long as the frame given to `update`
};

/// A plant as one scene that frames bring to life: one node an equipment with its model below it, each model file stored once.
/// Thread: one at a time, the frame thread; `load` may run on another.
class PlantScene {
public:
    /// Opens one model file; `cad::openCooked` with its usual cache unless a test says otherwise.
    using Opener = std::function<Result<cad::CookedScene>(const std::filesystem::path& model, const Progress& progress)>;

    /// Opens every model of the plant, each file once, a few at a time, and finds every binding's node. `plant` must outlive the
    /// scene. Returns every problem found: models that cannot be read, nodes that models do not have (with a suggestion),
    /// Cancelled.
    [[nodiscard]] static std::expected<PlantScene, std::vector<Error>>
    load(const plant::Plant& plant, const Progress& progress = {}, const Opener& opener = {});
    ~PlantScene();
    PlantScene(PlantScene&&) noexcept;
    PlantScene& operator=(PlantScene&&) noexcept;

    [[nodiscard]] const scene::Scene& scene() const;
    /// The triangles of the models' meshes, a span a model into the mapped cache entry or what was cooked: nothing is copied.
    /// Valid as long as the scene lives, and if it is moved.
    [[nodiscard]] std::span<const scene::CookedGeometry> geometry() const;
    /// Lets `add` append nodes, meshes and materials that belong to no equipment, such as the controllers of a headset; nothing
    /// that is there may change. Before spans are taken and before a renderer has the scene.
    void extend(const std::function<void(scene::Scene&)>& add);
    /// One a model file, in the order the plant first names them.
    [[nodiscard]] std::span<const cad::ImportReport> reports() const;

    /// Moves, tints, shows, fills and labels everything as `frame` says. Does not allocate.
    void update(const Frame& frame);
    /// Outlines an equipment and all below it; `noEquipment`: none.
    void select(EquipmentIndex equipment);
    void hover(EquipmentIndex equipment);

    /// Parallel to `scene().nodes`: as modelled before the first `update`. Valid until the scene goes; contents change with
    /// `update`.
    [[nodiscard]] std::span<const render::NodeState> nodes() const;
    /// Labels of what is visible, as of the last `update`.
    [[nodiscard]] std::span<const SceneLabel> labels() const;

    /// The equipment a scene node belongs to, for picking.
    [[nodiscard]] EquipmentIndex equipmentOf(std::uint32_t node) const;
    /// The scene node of an equipment, of a binding's target.
    [[nodiscard]] std::uint32_t nodeOf(EquipmentIndex equipment) const;
    [[nodiscard]] std::uint32_t nodeOf(plant::TargetIndex target) const;
    /// Box around an equipment and all below it where it is now, world frame, metres; empty when it has no geometry.
    /// `noEquipment`: around the plant.
    [[nodiscard]] scene::Aabb bounds(EquipmentIndex equipment) const;

private:
    struct State;
    explicit PlantScene(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace millwright::twin
