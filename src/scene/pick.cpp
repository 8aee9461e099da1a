#include "scene/picker_impl.hpp"

#include <algorithm>
#include <limits>

namespace millwright::scene {
namespace {

constexpr std::size_t budgetBytes = std::size_t{128} << 20; // of triangles: some two million

/// Of a triangle's plane, towards where the ray comes from.
glm::vec3 normalOf(const Corners& corners, const glm::dmat4& worldFromNode, glm::dvec3 direction) {
    const auto world = [&](glm::vec3 corner) { return glm::dvec3{worldFromNode * glm::dvec4{corner, 1}}; };
    const glm::dvec3 a = world(corners[0]);
    const glm::dvec3 across = glm::cross(world(corners[1]) - a, world(corners[2]) - a);
    const double length = glm::length(across);
    if (!(length > 0)) return glm::vec3{-glm::normalize(direction)};
    return glm::vec3{across / (glm::dot(across, direction) > 0 ? -length : length)};
}

} // namespace

Picker::Picker(const Scene& scene, std::span<const CookedGeometry> cooked)
    : impl_{std::make_unique<Impl>(MeshTrees{scene, cooked, budgetBytes})} {}
Picker::~Picker() = default;
Picker::Picker(Picker&&) noexcept = default;
Picker& Picker::operator=(Picker&&) noexcept = default;

void Picker::prepare() {
    for (std::uint32_t mesh = 0; mesh < impl_->trees.source().scene().meshes.size(); ++mesh)
        static_cast<void>(impl_->trees.over(mesh));
}

std::optional<Hit> Picker::pick(const Ray& ray, std::span<const glm::mat4> worldFromNode, std::span<const std::uint8_t> visible) {
    const Scene& scene = impl_->trees.source().scene();
    const glm::dvec3 inverse = 1.0 / ray.direction;
    constexpr double infinity = std::numeric_limits<double>::infinity(); // in lengths of ray.direction, the same in every frame
    // Boxes first and nearest first, so that only the triangles of what is in front are unpacked.
    auto& entered = impl_->entered;
    entered.clear();
    for (std::uint32_t i = 0; i < scene.instances.size(); ++i) {
        const Instance& instance = scene.instances[i];
        if (!visible.empty() && visible[instance.node] == 0) continue;
        const Aabb& bounds = scene.meshes[instance.mesh].bounds;
        if (bounds.empty()) continue;
        const double enter = enterBox(bounds.transformed(worldFromNode[instance.node]), ray.origin, inverse, infinity);
        if (enter < infinity) entered.emplace_back(enter, i);
    }
    std::ranges::sort(entered);
    double limit = infinity;
    Hit best;
    for (const auto& [enter, i] : entered) {
        if (enter >= limit) break;
        const Instance& instance = scene.instances[i];
        const glm::dmat4 world{worldFromNode[instance.node]};
        if (glm::determinant(glm::dmat3{world}) == 0) continue; // squashed flat: nothing to see from most sides, no inverse
        const glm::dmat4 nodeFromWorld = glm::inverse(world);
        const glm::dvec3 origin{nodeFromWorld * glm::dvec4{ray.origin, 1}};
        const glm::dvec3 direction{nodeFromWorld * glm::dvec4{ray.direction, 0}};
        if (const auto hit = impl_->trees.intersect(instance.mesh, origin, direction, limit)) {
            limit = hit->t;
            best.node = instance.node;
            best.instance = i;
            best.triangle = hit->triangle;
            best.normal = normalOf(hit->corners, world, ray.direction);
        }
    }
    if (best.instance == none) return {};
    best.point = ray.origin + ray.direction * limit;
    best.distance = limit * glm::length(ray.direction);
    return best;
}

std::optional<Hit> Picker::pick(const Ray& ray) {
    return pick(ray, impl_->trees.source().scene().worldTransforms());
}

} // namespace millwright::scene
