#include <millwright/scene/find.hpp>
#include <millwright/scene/solid.hpp>

#include <app/look.hpp>
#include <chrono>
#include <format>

namespace millwright::app {

Result<void> markParts(const plant::Plant& plant, const twin::PlantScene& scene, std::string_view query,
                       std::vector<std::uint8_t>& marks) {
    std::vector<std::uint32_t> found;
    if (const EquipmentIndex equipment = plant.findEquipment(query); equipment != noEquipment)
        found = {scene.nodeOf(equipment)};
    else if (const auto node = scene::findNode(scene.scene(), query))
        found = {*node};
    else
        found = scene::findNodes(scene.scene(), query);
    if (found.empty())
        return failure(
            ErrorCode::NotFound,
            std::format("no part '{}': say an equipment's path, part of a part's name, or key=value of a property", query));
    marks.resize(scene.scene().nodes.size(), 0);
    for (const std::uint32_t node : found) marks[node] = 1;
    const auto& nodes = scene.scene().nodes;
    for (std::size_t i = 0; i < nodes.size(); ++i) // parents come first
        if (nodes[i].parent != scene::none && marks[nodes[i].parent]) marks[i] = 1;
    return {};
}

std::vector<std::uint8_t> standingNodes(const plant::Plant& plant, const twin::PlantScene& scene) {
    std::vector<std::uint8_t> standing(scene.scene().nodes.size(), 0);
    for (std::size_t i = 0; i < plant.equipment.size(); ++i) standing[scene.nodeOf(static_cast<EquipmentIndex>(i))] = 1;
    return standing;
}

std::vector<std::uint8_t> buildingNodes(const plant::Plant& plant, const twin::PlantScene& scene) {
    const scene::Scene& all = scene.scene();
    const auto worldFromNode = all.worldTransforms();
    std::vector<scene::Aabb> boxes(plant.equipment.size()); // of each equipment's own model
    scene::Aabb ground;
    for (const scene::Instance& instance : all.instances) {
        const scene::Aabb box = all.meshes[instance.mesh].bounds.transformed(worldFromNode[instance.node]);
        ground.include(box);
        if (const EquipmentIndex owner = scene.equipmentOf(instance.node); owner != noEquipment) boxes[index(owner)].include(box);
    }
    const auto area = [](const scene::Aabb& box) { return box.empty() ? 0.0f : box.size().x * box.size().z; };
    const auto isBuilding = [&](std::size_t i) {
        if (area(boxes[i]) == 0 || area(boxes[i]) < 0.5f * area(ground)) return false;
        const auto within = std::ranges::count_if(boxes, [&](const scene::Aabb& other) {
            if (other.empty() || &other == &boxes[i]) return false;
            const glm::vec3 middle = other.centre();
            return middle.x > boxes[i].min.x && middle.x < boxes[i].max.x && middle.z > boxes[i].min.z && middle.z < boxes[i].max.z;
        });
        return within >= 2;
    };
    std::vector<std::uint8_t> building(plant.equipment.size());
    for (std::size_t i = 0; i < building.size(); ++i) building[i] = isBuilding(i) ? 1 : 0;
    std::vector<std::uint8_t> marks(all.nodes.size());
    for (std::uint32_t i = 0; i < marks.size(); ++i)
        if (const EquipmentIndex owner = scene.equipmentOf(i); owner != noEquipment) marks[i] = building[index(owner)];
    return marks;
}

LookedAt::LookedAt(const plant::Plant& plant, const twin::PlantScene& scene)
    : scene_{scene}, building_{buildingNodes(plant, scene)}, explosion_{scene.scene(), standingNodes(plant, scene), building_} {}

void LookedAt::findSolids() {
    if (!solid_.empty() || finding_.valid()) return;
    finding_ = std::async(std::launch::async, [this] { return scene::solidNodes(scene_.scene(), scene_.geometry()); });
}

void LookedAt::wait() {
    if (finding_.valid()) solid_ = finding_.get();
}

std::span<const render::NodeState> LookedAt::nodes(const Wishes& wishes) {
    const auto all = scene_.nodes();
    if (wishes.cut) findSolids();
    if (finding_.valid() && finding_.wait_for(std::chrono::seconds{0}) == std::future_status::ready) solid_ = finding_.get();
    if (!wishes.cut && exploded_ == 0 && wishes.kept.empty() && wishes.hidden.empty()) return all;
    nodes_.assign(all.begin(), all.end());
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        if (wishes.cut && !solid_.empty()) nodes_[i].solid = solid_[i] != 0;
        if (!wishes.kept.empty() && wishes.kept[i] == 0) {
            nodes_[i].ghost = building_[i] == 0;
            nodes_[i].visible = nodes_[i].visible && building_[i] == 0;
        }
        if (!wishes.hidden.empty() && wishes.hidden[i]) nodes_[i].visible = false;
    }
    if (exploded_ == 0) return nodes_;
    for (std::size_t i = 0; i < nodes_.size(); ++i) nodes_[i].worldFromNode[3] += glm::vec4{offsets()[i], 0};
    return nodes_;
}

void LookedAt::explode(double amount) {
    if (amount != exploded_) explosion_.takeApart(amount);
    exploded_ = amount;
}

} // namespace millwright::app
