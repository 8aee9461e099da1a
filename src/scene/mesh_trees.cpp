#include "scene/mesh_trees.hpp"

namespace millwright::scene {
namespace {

constexpr std::uint32_t leafTriangles = 4;
constexpr double infinity = std::numeric_limits<double>::infinity();

/// Möller & Trumbore, "Fast, minimum storage ray/triangle intersection", 1997, without culling.
double intersectTriangle(glm::dvec3 origin, glm::dvec3 direction, glm::dvec3 a, glm::dvec3 b, glm::dvec3 c) {
    const glm::dvec3 ab = b - a;
    const glm::dvec3 ac = c - a;
    const glm::dvec3 p = glm::cross(direction, ac);
    const double determinant = glm::dot(ab, p);
    if (determinant == 0) return infinity;
    const glm::dvec3 s = origin - a;
    const double u = glm::dot(s, p) / determinant;
    const glm::dvec3 q = glm::cross(s, ab);
    const double v = glm::dot(direction, q) / determinant;
    // A hair of slack, so that a ray along a shared edge does not slip through between two triangles.
    constexpr double slack = 1e-9;
    if (!(u >= -slack && v >= -slack && u + v <= 1 + slack)) return infinity;
    const double t = glm::dot(ac, q) / determinant;
    return t >= 0 ? t : infinity;
}

std::vector<Aabb> boxesOf(std::span<const Corners> triangles) {
    std::vector<Aabb> boxes(triangles.size());
    for (std::size_t i = 0; i < boxes.size(); ++i)
        for (const glm::vec3 corner : triangles[i]) boxes[i].include(corner);
    return boxes;
}

} // namespace

TriangleBlock::TriangleBlock(std::vector<Corners> triangles)
    : triangles_{std::move(triangles)}, tree_{boxesOf(triangles_), leafTriangles} {}

std::optional<MeshHit> TriangleBlock::intersect(glm::dvec3 origin, glm::dvec3 direction, double limit) const {
    std::optional<MeshHit> best;
    tree_.meetAlong(origin, 1.0 / direction, limit, [&](std::uint32_t triangle) {
        const auto& [a, b, c] = triangles_[triangle];
        const double t = intersectTriangle(origin, direction, glm::dvec3{a}, glm::dvec3{b}, glm::dvec3{c});
        if (t >= limit) return;
        limit = t;
        best = MeshHit{triangle, t, triangles_[triangle]};
    });
    return best;
}

MeshTrees::MeshTrees(const Scene& scene, std::span<const CookedGeometry> cooked, std::size_t budgetBytes)
    : source_{scene, cooked}, over_(scene.meshes.size()), blocks_{budgetBytes} {}

const Bvh& MeshTrees::over(std::uint32_t mesh) {
    if (!over_[mesh]) {
        std::vector<Aabb> boxes;
        const std::uint32_t count = source_.blocks(mesh);
        boxes.reserve(count);
        for (std::uint32_t i = 0; i < count; ++i) boxes.push_back(source_.box(mesh, i));
        over_[mesh] = std::make_unique<Bvh>(boxes, 1);
    }
    return *over_[mesh];
}

std::shared_ptr<const TriangleBlock> MeshTrees::block(std::uint32_t mesh, std::uint32_t block) {
    return blocks_.of(std::uint64_t{mesh} << 32 | block, [&] { return TriangleBlock{source_.triangles(mesh, block)}; });
}

std::optional<MeshHit> MeshTrees::intersect(std::uint32_t mesh, glm::dvec3 origin, glm::dvec3 direction, double limit) {
    std::optional<MeshHit> best;
    over(mesh).meetAlong(origin, 1.0 / direction, limit, [&](std::uint32_t index) {
        auto hit = block(mesh, index)->intersect(origin, direction, limit);
        if (!hit) return;
        limit = hit->t;
        hit->triangle += source_.firstTriangle(mesh, index);
        best = hit;
    });
    return best;
}

} // namespace millwright::scene
