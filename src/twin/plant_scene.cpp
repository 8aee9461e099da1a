#include <millwright/core/spelling.hpp>
#include <millwright/scene/compose.hpp>
#include <millwright/scene/find.hpp>
#include <millwright/twin/plant_scene.hpp>

#include <algorithm>
#include <atomic>
#include <format>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

namespace millwright::twin {
namespace {

using scene::Aabb;
using scene::NodeRange;

/// Each may run an import in a process of its own, which may hold gigabytes: few are enough.
constexpr std::size_t maximumOpening = 4;

glm::mat4 matrixOf(const plant::Placement& placement) {
    glm::dmat4 matrix = glm::mat4_cast(placement.rotation) * placement.scale;
    matrix[3] = glm::dvec4{placement.position, 1};
    return glm::mat4{matrix};
}

/// `parentFromNode` after what a target's bindings do (see TargetState::pivot).
glm::mat4 posed(glm::mat4 parentFromNode, const TargetState& target) {
    if (target.translationInParent) parentFromNode[3] = glm::vec4{target.translation, 1};
    const glm::vec3 before = target.translationInParent ? target.pivot : target.translation + target.pivot;
    glm::mat4 local = glm::mat4_cast(target.rotation);
    local[3] = glm::vec4{before - target.rotation * target.pivot, 1};
    return parentFromNode * local;
}

/// Extent of a box along a direction.
std::pair<float, float> extentAlong(const Aabb& box, glm::vec3 axis) {
    const glm::vec3 a = box.min * axis, b = box.max * axis;
    const glm::vec3 low = glm::min(a, b), high = glm::max(a, b);
    return {low.x + low.y + low.z, high.x + high.y + high.z};
}

/// A model file and how the plant says that it is to be read.
struct ModelUse {
    std::filesystem::path file;
    std::optional<double> metresPerUnit;
    std::optional<plant::Axis> up;

    explicit ModelUse(const plant::Equipment& equipment)
        : file{equipment.model}, metresPerUnit{equipment.modelMetresPerUnit}, up{equipment.modelUp} {}
    friend auto operator<=>(const ModelUse&, const ModelUse&) = default;
};

/// Model files of a plant, each once for every way to read it, in the order it names them.
std::vector<ModelUse> modelsOf(const plant::Plant& plant) {
    std::vector<ModelUse> models;
    for (const plant::Equipment& equipment : plant.equipment) {
        if (!equipment.model.empty() && std::ranges::find(models, ModelUse{equipment}) == models.end())
            models.emplace_back(equipment);
    }
    return models;
}

Result<cad::CookedScene> openFile(const ModelUse& model, const Progress& progress) {
    cad::OpenOptions options;
    options.import.metresPerUnit = model.metresPerUnit;
    if (model.up) options.import.upAxis = static_cast<cad::Axis>(*model.up);
    options.progress = progress;
    return cad::openCooked(model.file, options);
}

/// Opens all models, several at a time. The answers are parallel to `models`.
std::vector<Result<cad::CookedScene>> openAll(const std::vector<ModelUse>& models, const Progress& progress,
                                              const PlantScene::Opener& opener) {
    const auto stopped = failure(ErrorCode::Cancelled, "stopped while models were opened");
    std::vector<Result<cad::CookedScene>> opened(models.size(), stopped);
    const auto openOne = [&](const ModelUse& model, const Progress& modelProgress) {
        return opener ? opener(model.file, modelProgress) : openFile(model, modelProgress);
    };
    std::mutex mutex; // of `fractions` and of the report: callers need not be ready for several threads
    std::vector<double> fractions(models.size());
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
        for (std::size_t i = next++; i < models.size(); i = next++) {
            const std::string name = models[i].file.filename().string();
            const auto report = [&, i](double fraction, std::string_view stage) {
                const std::scoped_lock lock{mutex};
                fractions[i] = fraction;
                double sum = 0;
                for (const double f : fractions) sum += f;
                progress(sum / static_cast<double>(models.size()), std::format("{}: {}", name, stage));
            };
            if (progress.cancelled()) continue;
            opened[i] = openOne(models[i], Progress{.report = report, .stop = progress.stop});
            report(1, "done");
        }
    };
    std::vector<std::jthread> threads;
    const std::size_t count =
        std::min({maximumOpening, models.size(), static_cast<std::size_t>(std::max(1u, std::thread::hardware_concurrency()))});
    for (std::size_t i = 1; i < count; ++i) threads.emplace_back(work);
    work();
    return threads.clear(), opened;
}

} // namespace

struct PlantScene::State {
    const plant::Plant* plant;
    scene::Scene scene;
    std::vector<cad::ImportReport> reports;
    std::vector<cad::CookedScene> cooked;        ///< what `geometry` points into; their scenes are part of `scene`
    std::vector<scene::CookedGeometry> geometry; ///< parallel to `cooked`: the first meshes of `scene`
    std::vector<std::uint32_t> equipmentNodes;   ///< parallel to Plant::equipment
    std::vector<NodeRange> models;               ///< parallel to Plant::equipment: nodes of its own model
    std::vector<std::uint32_t> targetNodes;      ///< parallel to Plant::targets
    std::vector<EquipmentIndex> owners;          ///< parallel to scene.nodes
    std::vector<Aabb> boxes;                     ///< parallel to scene.nodes: node and all below, node frame, as modelled
    std::vector<std::uint32_t> animated;         ///< nodes that a target is or is above of, ascending
    std::vector<render::NodeState> nodes;        ///< parallel to scene.nodes

    /// What a target does to its node this frame; one for each node that is a target.
    struct Pose {
        glm::mat4 parentFromNode{1};
        glm::vec4 tint{0};
        glm::vec3 fillAxis{0, 1, 0};
        float fill = 1;
        bool visible = true;
    };
    std::vector<Pose> poses;
    std::vector<std::uint32_t> poseOf; ///< parallel to scene.nodes: index into poses, or scene::none
    std::vector<SceneLabel> labels;

    void compose(const std::vector<ModelUse>& files, std::vector<Result<cad::CookedScene>>& opened);
    [[nodiscard]] std::vector<Error> findTargets();
    [[nodiscard]] Error missingNode(const plant::Target& target) const;
    void prepare();
    [[nodiscard]] bool within(EquipmentIndex equipment, EquipmentIndex ancestor) const;
    [[nodiscard]] glm::vec4 fillPlane(std::uint32_t node, const Pose& pose) const;
    void updateNode(std::uint32_t node);
};

void PlantScene::State::compose(const std::vector<ModelUse>& files, std::vector<Result<cad::CookedScene>>& opened) {
    scene::SceneComposer composer;
    std::map<ModelUse, scene::SceneComposer::Model> loaded;
    for (std::size_t i = 0; i < files.size(); ++i) {
        cooked.push_back(std::move(*opened[i]));
        reports.push_back(cooked.back().report());
        geometry.push_back(cooked.back().geometry());
        loaded.emplace(files[i], composer.add(cooked.back().takeScene()));
    }
    for (std::size_t i = 0; i < plant->equipment.size(); ++i) {
        const plant::Equipment& equipment = plant->equipment[i];
        const std::uint32_t parent = equipment.parent == noEquipment ? scene::none : equipmentNodes[index(equipment.parent)];
        equipmentNodes.push_back(composer.addNode(equipment.id, parent, matrixOf(equipment.placement)));
        models.push_back(equipment.model.empty()
                             ? NodeRange{0, 0}
                             : composer.place(loaded.at(ModelUse{equipment}), equipmentNodes.back(), glm::mat4{1}));
        owners.resize(composer.scene().nodes.size(), static_cast<EquipmentIndex>(i));
    }
    scene = std::move(composer).finish();
}

Error PlantScene::State::missingNode(const plant::Target& target) const {
    const plant::Equipment& equipment = plant->at(target.equipment);
    if (equipment.model.empty()) {
        return {ErrorCode::Invalid,
                std::format("a binding moves node '{}', but this equipment has no model; give it one or leave the node out",
                            target.node),
                equipment.path};
    }
    std::vector<std::string_view> names;
    const NodeRange range = models[index(target.equipment)];
    for (std::uint32_t i = range.first; i < range.first + range.count; ++i) {
        const std::string& name = scene.nodes[i].name;
        if (!name.empty() && std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
    std::string hint = didYouMean(target.node, names);
    if (hint.empty() && !names.empty()) {
        hint = "; its nodes are ";
        constexpr std::size_t listed = 12;
        for (std::size_t i = 0; i < std::min(listed, names.size()); ++i)
            hint += std::format("{}'{}'", i == 0 ? "" : ", ", names[i]);
        if (names.size() > listed) hint += std::format(" and {} more", names.size() - listed);
    }
    return {ErrorCode::NotFound, std::format("model {} has no node '{}'{}", equipment.model.filename().string(), target.node, hint),
            equipment.path};
}

std::vector<Error> PlantScene::State::findTargets() {
    std::vector<Error> errors;
    for (const plant::Target& target : plant->targets) {
        std::optional<std::uint32_t> node = equipmentNodes[index(target.equipment)];
        if (!target.node.empty()) node = scene::findNode(scene, target.node, models[index(target.equipment)]);
        if (!node) errors.push_back(missingNode(target));
        targetNodes.push_back(node.value_or(scene::none));
    }
    return errors;
}

/// Everything that stays the same from frame to frame.
void PlantScene::State::prepare() {
    const std::size_t count = scene.nodes.size();
    boxes.resize(count);
    for (const scene::Instance& instance : scene.instances) boxes[instance.node].include(scene.meshes[instance.mesh].bounds);
    for (std::size_t i = count; i-- > 0;) {
        const scene::Node& node = scene.nodes[i];
        if (node.parent != scene::none && !boxes[i].empty()) boxes[node.parent].include(boxes[i].transformed(node.parentFromNode));
    }
    poseOf.assign(count, scene::none);
    for (const std::uint32_t node : targetNodes) {
        if (poseOf[node] != scene::none) continue;
        poseOf[node] = static_cast<std::uint32_t>(poses.size());
        poses.push_back({.parentFromNode = scene.nodes[node].parentFromNode});
    }
    nodes.resize(count);
    std::vector<bool> moves(count);
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::uint32_t parent = scene.nodes[i].parent;
        moves[i] = poseOf[i] != scene::none || (parent != scene::none && moves[parent]);
        if (moves[i]) animated.push_back(i);
        updateNode(i);
    }
    labels.reserve(plant->targets.size());
}

glm::vec4 PlantScene::State::fillPlane(std::uint32_t node, const Pose& pose) const {
    const auto [low, high] = extentAlong(boxes[node], pose.fillAxis);
    const glm::vec4 plane{-pose.fillAxis, low + pose.fill * (high - low)}; // node frame: positive below the level
    return glm::transpose(glm::inverse(nodes[node].worldFromNode)) * plane;
}

void PlantScene::State::updateNode(std::uint32_t i) {
    const scene::Node& node = scene.nodes[i];
    const Pose* pose = poseOf[i] == scene::none ? nullptr : &poses[poseOf[i]];
    const glm::mat4& parentFromNode = pose ? pose->parentFromNode : node.parentFromNode;
    render::NodeState& state = nodes[i];
    state.tint = glm::vec4{0};
    state.fillPlane = glm::vec4{0};
    state.visible = true;
    if (node.parent == scene::none) {
        state.worldFromNode = parentFromNode;
    } else {
        const render::NodeState& parent = nodes[node.parent];
        state.worldFromNode = parent.worldFromNode * parentFromNode;
        state.tint = parent.tint;
        state.fillPlane = parent.fillPlane;
        state.visible = parent.visible;
    }
    if (!pose) return;
    if (pose->tint.a > 0) state.tint = pose->tint;
    state.visible = state.visible && pose->visible && pose->fill > 0;
    if (pose->fill < 1 && pose->fill > 0 && !boxes[i].empty()) state.fillPlane = fillPlane(i, *pose);
}

bool PlantScene::State::within(EquipmentIndex equipment, EquipmentIndex ancestor) const {
    while (equipment != noEquipment && equipment != ancestor) equipment = plant->at(equipment).parent;
    return equipment == ancestor;
}

std::expected<PlantScene, std::vector<Error>> PlantScene::load(const plant::Plant& plant, const Progress& progress,
                                                               const Opener& opener) {
    const std::vector<ModelUse> files = modelsOf(plant);
    std::vector<Result<cad::CookedScene>> opened = openAll(files, progress, opener);
    if (progress.cancelled())
        return std::unexpected(std::vector{Error{ErrorCode::Cancelled, "stopped while models were opened", {}}});
    std::vector<Error> errors;
    for (const auto& model : opened) {
        if (!model) errors.push_back(model.error());
    }
    if (!errors.empty()) return std::unexpected(std::move(errors));

    PlantScene result{std::make_unique<State>()};
    State& state = *result.state_;
    state.plant = &plant;
    state.compose(files, opened);
    errors = state.findTargets();
    if (!errors.empty()) return std::unexpected(std::move(errors));
    state.prepare();
    return result;
}

PlantScene::PlantScene(std::unique_ptr<State> state) : state_{std::move(state)} {}
PlantScene::~PlantScene() = default;
PlantScene::PlantScene(PlantScene&&) noexcept = default;
PlantScene& PlantScene::operator=(PlantScene&&) noexcept = default;

void PlantScene::update(const Frame& frame) {
    State& s = *state_;
    for (const std::uint32_t node : s.targetNodes) s.poses[s.poseOf[node]] = {.parentFromNode = s.scene.nodes[node].parentFromNode};
    for (std::size_t i = 0; i < s.targetNodes.size(); ++i) { // two targets may have found the same node: both act, in order
        const TargetState& target = frame.targets[i];
        State::Pose& pose = s.poses[s.poseOf[s.targetNodes[i]]];
        pose.parentFromNode = posed(pose.parentFromNode, target);
        if (target.tint.a > 0) pose.tint = target.tint;
        pose.visible = pose.visible && target.visible;
        if (target.fill < 1) {
            pose.fill = target.fill;
            pose.fillAxis = target.fillAxis;
        }
    }
    for (const std::uint32_t node : s.animated) s.updateNode(node);

    s.labels.clear();
    for (std::size_t i = 0; i < s.targetNodes.size(); ++i) {
        const std::uint32_t node = s.targetNodes[i];
        if (frame.targets[i].text.empty() || !s.nodes[node].visible) continue;
        const glm::mat4& world = s.nodes[node].worldFromNode;
        const Aabb box = s.boxes[node].transformed(world);
        const glm::vec3 top = box.empty() ? glm::vec3{world[3]} : glm::vec3{box.centre().x, box.max.y, box.centre().z};
        s.labels.push_back({s.owners[node], glm::dvec3{top}, frame.targets[i].text});
    }
}

void PlantScene::select(EquipmentIndex equipment) {
    State& s = *state_;
    for (std::size_t i = 0; i < s.nodes.size(); ++i)
        s.nodes[i].selected = equipment != noEquipment && s.within(s.owners[i], equipment);
}

void PlantScene::hover(EquipmentIndex equipment) {
    State& s = *state_;
    for (std::size_t i = 0; i < s.nodes.size(); ++i)
        s.nodes[i].hovered = equipment != noEquipment && s.within(s.owners[i], equipment);
}

const scene::Scene& PlantScene::scene() const {
    return state_->scene;
}

void PlantScene::extend(const std::function<void(scene::Scene&)>& add) {
    State& s = *state_;
    const auto before = static_cast<std::uint32_t>(s.scene.nodes.size());
    add(s.scene);
    const std::size_t count = s.scene.nodes.size();
    s.owners.resize(count, noEquipment);
    s.boxes.resize(count);
    s.poseOf.resize(count, scene::none);
    s.nodes.resize(count);
    for (std::uint32_t node = before; node < count; ++node) s.updateNode(node);
}

std::span<const scene::CookedGeometry> PlantScene::geometry() const {
    return state_->geometry;
}
std::span<const cad::ImportReport> PlantScene::reports() const {
    return state_->reports;
}
std::span<const render::NodeState> PlantScene::nodes() const {
    return state_->nodes;
}
std::span<const SceneLabel> PlantScene::labels() const {
    return state_->labels;
}
EquipmentIndex PlantScene::equipmentOf(std::uint32_t node) const {
    return node < state_->owners.size() ? state_->owners[node] : noEquipment;
}
std::uint32_t PlantScene::nodeOf(EquipmentIndex equipment) const {
    return state_->equipmentNodes[index(equipment)];
}
std::uint32_t PlantScene::nodeOf(plant::TargetIndex target) const {
    return state_->targetNodes[index(target)];
}

Aabb PlantScene::bounds(EquipmentIndex equipment) const {
    const State& s = *state_;
    Aabb bounds;
    for (const scene::Instance& instance : s.scene.instances) {
        const EquipmentIndex owner = s.owners[instance.node];
        if (owner == noEquipment || (equipment != noEquipment && !s.within(owner, equipment))) continue;
        bounds.include(s.scene.meshes[instance.mesh].bounds.transformed(s.nodes[instance.node].worldFromNode));
    }
    return bounds;
}

} // namespace millwright::twin
