#include "scene/picker_impl.hpp"

#include <limits>

namespace millwright::scene {

Picker::Picker(const Scene& scene) : impl_{std::make_unique<Impl>(&scene)} {
    impl_->meshes.resize(scene.meshes.size());
}
Picker::~Picker() = default;
Picker::Picker(Picker&&) noexcept = default;
Picker& Picker::operator=(Picker&&) noexcept = default;

void Picker::prepare() {
    for (std::uint32_t mesh = 0; mesh < impl_->meshes.size(); ++mesh) static_cast<void>(impl_->of(mesh));
}

std::optional<Hit> Picker::pick(const Ray& ray, std::span<const glm::mat4> worldFromNode, std::span<const std::uint8_t> visible) {
    const Scene& scene = *impl_->scene;
    const glm::dvec3 inverse = 1.0 / ray.direction;
    double limit = std::numeric_limits<double>::infinity(); // in lengths of ray.direction, the same in every frame
    Hit best;
    for (std::uint32_t i = 0; i < scene.instances.size(); ++i) {
        const Instance& instance = scene.instances[i];
        if (!visible.empty() && visible[instance.node] == 0) continue;
        const glm::mat4& transform = worldFromNode[instance.node];
        const Aabb& bounds = scene.meshes[instance.mesh].bounds;
        if (bounds.empty()) continue;
        if (!(enterBox(bounds.transformed(transform), ray.origin, inverse, limit) < limit)) continue;
        const glm::dmat4 world{transform};
        if (glm::determinant(glm::dmat3{world}) == 0) continue; // squashed flat: nothing to see from most sides, no inverse
        const glm::dmat4 nodeFromWorld = glm::inverse(world);
        const glm::dvec3 origin{nodeFromWorld * glm::dvec4{ray.origin, 1}};
        const glm::dvec3 direction{nodeFromWorld * glm::dvec4{ray.direction, 0}};
        if (const auto hit = impl_->of(instance.mesh).intersect(origin, direction, limit)) {
            limit = hit->t;
            best.node = instance.node;
            best.instance = i;
            best.triangle = hit->triangle;
        }
    }
    if (best.instance == none) return {};
    best.point = ray.origin + ray.direction * limit;
    best.distance = limit * glm::length(ray.direction);
    best.normal = impl_->normal(best, glm::dmat4{worldFromNode[best.node]}, ray.direction);
    return best;
}

std::optional<Hit> Picker::pick(const Ray& ray) {
    return pick(ray, impl_->scene->worldTransforms());
}

} // namespace millwright::scene
