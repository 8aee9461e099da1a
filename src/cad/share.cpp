#include "cad/share.hpp"

#include <millwright/core/hash.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

namespace millwright::cad {

namespace {

using scene::Mesh;

/// Smaller meshes are shared where they lie in one place only: a node of its own for another place costs more than it saves.
constexpr std::size_t fewestTriangles = 64;

/// Of meshes that may be equal up to place: everything that turning and shifting leaves alone.
std::pair<std::uint64_t, std::uint64_t> placelessKey(const Mesh& mesh) {
    Hasher hasher;
    hasher.add(static_cast<std::uint64_t>(mesh.vertices.size()));
    hasher.add(std::as_bytes(std::span{mesh.indices}));
    hasher.add(std::as_bytes(std::span{mesh.colours}));
    for (const scene::Vertex& vertex : mesh.vertices) {
        hasher.add(vertex.uv.x);
        hasher.add(vertex.uv.y);
    }
    const Digest digest = hasher.finish();
    return {digest.high, digest.low};
}

bool isEqual(const Mesh& a, const Mesh& b) {
    return std::ranges::equal(a.vertices, b.vertices,
                              [](const scene::Vertex& v, const scene::Vertex& w) {
                                  return v.position == w.position && v.normal == w.normal && v.tangent == w.tangent && v.uv == w.uv;
                              }) &&
           a.indices == b.indices && a.colours == b.colours;
}

/// Three vertices that span the mesh well: far apart, and far from one line.
std::optional<std::array<std::size_t, 3>> spanningVertices(const Mesh& mesh) {
    const auto at = [&](std::size_t i) { return glm::dvec3{mesh.vertices[i].position}; };
    const auto farthest = [&](auto distance) {
        std::size_t best = 0;
        double most = -1;
        for (std::size_t i = 0; i < mesh.vertices.size(); ++i)
            if (const double d = distance(at(i)); d > most) most = d, best = i;
        return std::pair{best, most};
    };
    const glm::dvec3 first = at(0);
    const auto [second, length] = farthest([&](glm::dvec3 p) { return glm::length(p - first); });
    if (length <= 0) return {};
    const glm::dvec3 along = (at(second) - first) / length;
    const auto [third, width] = farthest([&](glm::dvec3 p) { return glm::length(glm::cross(p - first, along)); });
    if (width < 1e-3 * length) return {};
    return std::array<std::size_t, 3>{0, second, third};
}

/// Right-handed axes given by three points that are not on a line, as columns.
glm::dmat3 axesOf(glm::dvec3 a, glm::dvec3 b, glm::dvec3 c) {
    const glm::dvec3 x = glm::normalize(b - a);
    const glm::dvec3 z = glm::normalize(glm::cross(x, c - a));
    return {x, glm::cross(z, x), z};
}

struct Placing {
    glm::dmat3 rotation{1};
    glm::dvec3 shift{0};
};

/// How `other` lies compared with `mesh`, if that is all in which they differ.
std::optional<Placing> placingOf(const Mesh& mesh, const std::array<std::size_t, 3>& corners, const Mesh& other) {
    const auto at = [](const Mesh& of, std::size_t i) { return glm::dvec3{of.vertices[i].position}; };
    const auto axes = [&](const Mesh& of) { return axesOf(at(of, corners[0]), at(of, corners[1]), at(of, corners[2])); };
    Placing placing;
    const double size = glm::length(glm::dvec3{mesh.bounds.size()});
    // Vertices are single precision: far from the origin, places are known less well.
    const double farOut = std::max(glm::length(glm::dvec3{mesh.bounds.centre()}), glm::length(glm::dvec3{other.bounds.centre()}));
    const double tolerance = 1e-6 * size + 4e-7 * (farOut + size);
    if (tolerance > 1e-4 * size) return {}; // too coarse to tell
    placing.shift = at(other, 0) - at(mesh, 0);
    const auto fits = [&](const glm::dmat3& rotation, glm::dvec3 shift) {
        for (std::size_t i = 0; i < mesh.vertices.size(); ++i) {
            const scene::Vertex& a = mesh.vertices[i];
            const scene::Vertex& b = other.vertices[i];
            const glm::dvec3 moved = rotation * glm::dvec3{a.position} + shift;
            if (glm::length(moved - glm::dvec3{b.position}) > tolerance) return false;
            if (glm::dot(rotation * glm::dvec3{a.normal}, glm::dvec3{b.normal}) < 0.9999) return false;
            if (a.tangent.w != b.tangent.w) return false;
            if (glm::dot(rotation * glm::dvec3{glm::vec3{a.tangent}}, glm::dvec3{glm::vec3{b.tangent}}) < 0.999 &&
                a.tangent != b.tangent) // unused tangents are the same everywhere
                return false;
        }
        return true;
    };
    if (fits(placing.rotation, placing.shift)) return placing;
    const glm::dmat3 there = axes(other);
    if (!(std::abs(glm::determinant(there) - 1) < 1e-6)) return {};
    placing.rotation = there * glm::transpose(axes(mesh));
    placing.shift = at(other, 0) - placing.rotation * at(mesh, 0);
    if (!fits(placing.rotation, placing.shift)) return {};
    return placing;
}

/// What stands in for a mesh.
struct Replacement {
    std::uint32_t mesh;
    std::optional<Placing> placing; ///< none: exactly where it was
};

std::vector<Replacement> findRepetitions(const std::vector<Mesh>& meshes) {
    std::vector<Replacement> replacements;
    struct First {
        std::uint32_t mesh;
        std::optional<std::array<std::size_t, 3>> corners;
    };
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::vector<First>> known;
    constexpr std::size_t mostCandidates = 16; // parts of one topology and many shapes (cubes) are not worth more comparing
    for (std::uint32_t i = 0; i < meshes.size(); ++i) {
        std::vector<First>& firsts = known[placelessKey(meshes[i])];
        Replacement found{i, {}};
        for (const First& first : firsts) {
            if (isEqual(meshes[first.mesh], meshes[i])) {
                found = {first.mesh, {}};
                break;
            }
            if (!first.corners || meshes[i].triangles() < fewestTriangles) continue;
            if (auto placing = placingOf(meshes[first.mesh], *first.corners, meshes[i])) {
                found = {first.mesh, placing};
                break;
            }
        }
        if (found.mesh == i && firsts.size() < mostCandidates) firsts.push_back({i, spanningVertices(meshes[i])});
        replacements.push_back(found);
    }
    return replacements;
}

glm::mat4 matrixOf(const Placing& placing) {
    glm::mat4 matrix{glm::mat3{placing.rotation}};
    matrix[3] = glm::vec4{glm::vec3{placing.shift}, 1};
    return matrix;
}

/// To far less than can be seen of something this large.
bool isSamePlace(const glm::mat4& a, const glm::mat4& b, const scene::Aabb& bounds) {
    const float size = glm::length(bounds.size()) + glm::length(bounds.centre());
    for (int c = 0; c < 4; ++c)
        if (glm::length(a[c] - b[c]) > (c < 3 ? 1e-5f : 1e-5f * size)) return false;
    return true;
}

void replace(scene::Scene& scene, const std::vector<Replacement>& replacements) {
    std::vector<std::uint32_t> kept(scene.meshes.size(), scene::none);
    std::vector<Mesh> meshes;
    std::vector<std::string> names;
    for (std::uint32_t i = 0; i < scene.meshes.size(); ++i) {
        names.push_back(scene.meshes[i].name);
        if (replacements[i].mesh != i) continue;
        kept[i] = static_cast<std::uint32_t>(meshes.size());
        meshes.push_back(std::move(scene.meshes[i]));
    }
    std::vector<scene::Instance> moved;
    std::erase_if(scene.instances, [&](scene::Instance& instance) {
        const Replacement& replacement = replacements[instance.mesh];
        if (replacement.placing) {
            const glm::mat4 parentFromNode = matrixOf(*replacement.placing);
            // The meshes of one part are moved together.
            const bool joins =
                !moved.empty() && scene.nodes.back().parent == instance.node &&
                isSamePlace(scene.nodes.back().parentFromNode, parentFromNode, meshes[kept[replacement.mesh]].bounds);
            if (!joins) {
                const std::string& name = names[instance.mesh];
                scene.nodes.push_back({name.empty() ? "shape" : name, instance.node, parentFromNode, {}});
            }
            moved.push_back({static_cast<std::uint32_t>(scene.nodes.size() - 1), kept[replacement.mesh], instance.material});
            return true;
        }
        instance.mesh = kept[replacement.mesh];
        return false;
    });
    scene.instances.insert(scene.instances.end(), moved.begin(), moved.end()); // new nodes come after all others: still sorted
    scene.meshes = std::move(meshes);
}

} // namespace

std::uint64_t shareEqualMeshes(scene::Scene& scene) {
    const std::vector<Replacement> replacements = findRepetitions(scene.meshes);
    std::uint64_t repeated = 0;
    for (std::uint32_t i = 0; i < replacements.size(); ++i) repeated += replacements[i].mesh != i ? 1 : 0;
    if (repeated > 0) replace(scene, replacements);
    return repeated;
}

} // namespace millwright::cad
