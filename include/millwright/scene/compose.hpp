#pragma once

#include <millwright/scene/find.hpp>
#include <millwright/scene/scene.hpp>

#include <string>

namespace millwright::scene {

/// Builds one scene out of models. A model's meshes, materials and images are stored once, however often it is placed.
///
///     SceneComposer plant;
///     const auto robot = plant.add(std::move(imported.scene));
///     const auto cell = plant.addNode("cell-1", none, placement);
///     const NodeRange first = plant.place(robot, cell, glm::mat4{1});
///     const NodeRange second = plant.place(robot, cell, shifted);
///     Scene scene = std::move(plant).finish();
class SceneComposer {
public:
    enum class Model : std::uint32_t {};

    SceneComposer() = default;
    /// Starts from a scene; what is placed later comes after its nodes.
    explicit SceneComposer(Scene base) : scene_{std::move(base)} {}

    /// Takes over a model's geometry; nothing is drawn until it is placed. The model must pass `validate`.
    Model add(Scene model);
    /// An empty node. `parent` is an earlier node, or `none` for a root.
    std::uint32_t addNode(std::string name, std::uint32_t parent, const glm::mat4& parentFromNode);
    /// Copies the model's nodes below `parent` (`none`: as roots); its roots get `parentFromModel` in front of their own transform.
    /// Returns where its nodes are: node i of the model is node `first + i`.
    NodeRange place(Model model, std::uint32_t parent, const glm::mat4& parentFromModel);

    [[nodiscard]] const Scene& scene() const { return scene_; }
    [[nodiscard]] Scene finish() && { return std::move(scene_); }

private:
    struct Template {
        std::vector<Node> nodes;
        std::vector<Instance> instances; ///< meshes and materials already those of scene_
    };
    Scene scene_;
    std::vector<Template> models_;
};

/// Adds `model` once below `parent` of `into`; returns where its nodes are. Use a SceneComposer to place a model several times.
NodeRange append(Scene& into, Scene model, std::uint32_t parent, const glm::mat4& parentFromModel);

} // namespace millwright::scene
