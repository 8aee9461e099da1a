#include <millwright/scene/explode.hpp>

#include <algorithm>

namespace millwright::scene {
namespace {

Aabb shifted(Aabb box, glm::vec3 by) {
    return {box.min + by, box.max + by}; // an empty one stays empty
}

} // namespace

Explosion::Explosion(const Scene& scene, std::span<const std::uint8_t> standing, std::span<const std::uint8_t> fixed)
    : parts_(scene.nodes.size()) {
    const auto worldFromNode = scene.worldTransforms();
    for (std::size_t i = 0; i < std::min(parts_.size(), fixed.size()); ++i) parts_[i].fixed = fixed[i] != 0;
    for (const Instance& instance : scene.instances) {
        Part& part = parts_[instance.node];
        (part.fixed ? fixed_ : part.own).include(scene.meshes[instance.mesh].bounds.transformed(worldFromNode[instance.node]));
    }
    std::vector<std::uint32_t> branches(parts_.size(), 0);
    for (std::size_t i = parts_.size(); i-- > 0;) { // children before parents
        Part& part = parts_[i];
        part.parent = scene.nodes[i].parent;
        part.standing = i < standing.size() && standing[i] != 0;
        part.whole.include(part.own);
        if (!part.own.empty()) ++branches[i];
        part.assembly = branches[i] >= 2;
        if (part.parent == none || part.whole.empty()) continue;
        parts_[part.parent].whole.include(part.whole);
        ++branches[part.parent];
    }
    for (Part& part : parts_) {
        if (part.parent != none) part.level = parts_[part.parent].level + (parts_[part.parent].assembly ? 1 : 0);
        if (part.assembly) levels_ = std::max(levels_, part.level + 1);
    }
    offsets_.resize(parts_.size());
    moved_.resize(parts_.size());
}

void Explosion::takeApart(double amount) {
    const auto share = [&](std::uint32_t level) {
        return static_cast<float>(std::clamp(std::clamp(amount, 0.0, 1.0) * levels_ - level, 0.0, 1.0));
    };
    // From the leaves up: how far each moves in its assembly, and how much room it then takes with all below it.
    for (std::size_t i = 0; i < parts_.size(); ++i) moved_[i] = parts_[i].own;
    for (std::size_t i = parts_.size(); i-- > 0;) {
        const Part& part = parts_[i];
        offsets_[i] = glm::vec3{0};
        // Its own parts have been put around it; whatever sank is lifted with all of it.
        const float sunk = part.assembly ? std::max(part.whole.min.y - moved_[i].min.y, 0.0f) : 0.0f;
        offsets_[i].y += sunk;
        moved_[i] = shifted(moved_[i], {0, sunk, 0});
        if (part.parent == none || part.whole.empty()) continue;
        const Part& assembly = parts_[part.parent];
        if (assembly.assembly) {
            glm::vec3 away = (part.whole.centre() - assembly.whole.centre()) * share(assembly.level);
            if (part.standing) away.y = 0;
            offsets_[i] += away;
            moved_[i] = shifted(moved_[i], away);
        }
        moved_[part.parent].include(moved_[i]);
    }
    bounds_ = {};
    for (std::size_t i = 0; i < parts_.size(); ++i) { // and down again: what an assembly does, its parts do
        if (parts_[i].parent == none)
            bounds_.include(moved_[i]);
        else
            offsets_[i] = parts_[i].fixed ? glm::vec3{0} : offsets_[i] + offsets_[parts_[i].parent];
    }
    bounds_.include(fixed_);
}

} // namespace millwright::scene
