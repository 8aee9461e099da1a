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

LookedAt::LookedAt(const plant::Plant& plant, const twin::PlantScene& scene)
    : scene_{scene}, explosion_{scene.scene(), standingNodes(plant, scene)} {}

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
        if (!wishes.kept.empty()) nodes_[i].ghost = wishes.kept[i] == 0;
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
