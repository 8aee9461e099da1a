#include "render/lod.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <meshoptimizer.h>
#include <numeric>
#include <thread>

namespace millwright::render {
namespace {

constexpr std::size_t fewestTriangles = 64; ///< smaller meshes cost less to draw than to choose for
constexpr std::size_t mostLevels = 8;
constexpr std::uint32_t unused = ~0u; ///< says meshoptimizer of vertices that no triangle has
constexpr float mostError = 0.25f;    ///< of the mesh's extent: coarser than this is a blob

/// Appends `indices` as a level, in an order that uses a vertex again soon.
void addLevel(MeshLods& lods, std::vector<std::uint32_t> indices, std::size_t vertexCount, float error) {
    const auto first = lods.indices.size();
    lods.indices.resize(first + indices.size());
    meshopt_optimizeVertexCache(lods.indices.data() + first, indices.data(), indices.size(), vertexCount);
    lods.levels.push_back({.firstIndex = static_cast<std::uint32_t>(first),
                           .indexCount = static_cast<std::uint32_t>(indices.size()),
                           .error = error});
}

/// Vertices that share a position: where faces meet at a hard edge each face has its own.
class Corners {
public:
    explicit Corners(const scene::Mesh& mesh) : mesh_{mesh}, positionOf_(mesh.vertices.size()) {
        // Files close their seams to some digits only; what is nearly at one place must move together, or cracks open.
        const float grid =
            1e-5f * meshopt_simplifyScale(&mesh.vertices.front().position.x, mesh.vertices.size(), sizeof(scene::Vertex));
        std::vector<glm::vec3> snapped(mesh.vertices.size());
        for (std::size_t i = 0; i < snapped.size(); ++i) // adding 0 makes -0 the same as 0
            snapped[i] = grid > 0 ? glm::round(mesh.vertices[i].position / grid) + 0.0f : mesh.vertices[i].position;
        const meshopt_Stream stream{snapped.data(), sizeof(glm::vec3), sizeof(glm::vec3)};
        const auto count = meshopt_generateVertexRemapMulti(positionOf_.data(), mesh.indices.data(), mesh.indices.size(),
                                                            mesh.vertices.size(), &stream, 1);
        first_.resize(count + 1);
        for (const auto position : positionOf_) {
            if (position != unused) ++first_[position + 1];
        }
        std::partial_sum(first_.begin(), first_.end(), first_.begin());
        vertices_.resize(first_.back());
        auto at = first_;
        for (std::uint32_t v = 0; v < positionOf_.size(); ++v) {
            if (positionOf_[v] != unused) vertices_[at[positionOf_[v]]++] = v;
        }
    }

    [[nodiscard]] std::vector<glm::vec3> positions() const {
        std::vector<glm::vec3> positions(first_.size() - 1);
        for (std::size_t i = 0; i < positions.size(); ++i) positions[i] = mesh_.vertices[vertices_[first_[i]]].position;
        return positions;
    }

    /// The mesh's triangles as indices into `positions()`.
    [[nodiscard]] std::vector<std::uint32_t> weld() const {
        auto indices = mesh_.indices;
        for (auto& index : indices) index = positionOf_[index];
        return indices;
    }

    /// Gives every corner of every triangle the vertex at its position whose normal is closest to the triangle's own, so that hard
    /// edges stay hard and rounded ones round.
    [[nodiscard]] std::vector<std::uint32_t> split(std::vector<std::uint32_t> indices) const {
        const auto position = [&](std::uint32_t i) { return mesh_.vertices[vertices_[first_[i]]].position; };
        for (std::size_t i = 0; i + 2 < indices.size(); i += 3) {
            const auto a = position(indices[i]);
            const auto normal = glm::cross(position(indices[i + 1]) - a, position(indices[i + 2]) - a);
            for (std::size_t k = i; k < i + 3; ++k) indices[k] = closest(indices[k], normal);
        }
        return indices;
    }

private:
    [[nodiscard]] std::uint32_t closest(std::uint32_t position, glm::vec3 normal) const {
        std::uint32_t best = vertices_[first_[position]];
        float most = -std::numeric_limits<float>::infinity();
        for (auto i = first_[position]; i < first_[position + 1]; ++i) {
            const float alike = glm::dot(mesh_.vertices[vertices_[i]].normal, normal);
            if (alike > most) most = alike, best = vertices_[i];
        }
        return best;
    }

    const scene::Mesh& mesh_;
    std::vector<std::uint32_t> positionOf_; ///< by vertex
    std::vector<std::uint32_t> first_;      ///< by position: where its vertices begin in `vertices_`
    std::vector<std::uint32_t> vertices_;
};

/// Calls `level(indices, error)` for each coarser level of the triangles `from`, the error in units of `positions`, until it says
/// no.
template <typename Level>
void simplify(std::vector<std::uint32_t> from, const glm::vec3* positions, std::size_t count, std::size_t stride,
              const Level& level) {
    const float extent = meshopt_simplifyScale(&positions->x, count, stride);
    std::vector<std::uint32_t> to;
    float error = 0;
    for (std::size_t made = 1; made < mostLevels && from.size() / 3 >= fewestTriangles / 4; ++made) {
        float step = 0;
        to.resize(from.size());
        to.resize(meshopt_simplify(to.data(), from.data(), from.size(), &positions->x, count, stride, from.size() / 6 * 3,
                                   mostError - error, meshopt_SimplifyPrune, &step));
        error += step; // each level is made from the one before, so errors add up
        if (to.empty() || to.size() > from.size() * 9 / 10) break;
        std::swap(from, to);
        if (!level(from, error * extent)) break;
    }
}

/// What the quadric error does not see: it averages over areas, so the edge of a thin plate weighs nothing beside its faces.
struct Look {
    float area = 0;  ///< of all triangles
    float wrong = 0; ///< of those whose vertices' normals are far from their own

    Look(const scene::Mesh& mesh, std::span<const std::uint32_t> indices) {
        for (std::size_t i = 0; i + 2 < indices.size(); i += 3) {
            const auto &a = mesh.vertices[indices[i]], &b = mesh.vertices[indices[i + 1]], &c = mesh.vertices[indices[i + 2]];
            const auto normal = glm::cross(b.position - a.position, c.position - a.position);
            const float twice = glm::length(normal);
            const float alike = std::min({glm::dot(a.normal, normal), glm::dot(b.normal, normal), glm::dot(c.normal, normal)});
            area += twice * 0.5f;
            if (alike < 0.6f * twice) wrong += twice * 0.5f;
        }
    }

    [[nodiscard]] bool keeps(const Look& modelled) const {
        return area > 0.8f * modelled.area && wrong <= modelled.wrong + 0.12f * modelled.area;
    }
};

/// Signs, floor markings and wire mesh: next to what they lie on, every millimetre counts.
bool isSheet(const scene::Mesh& mesh) {
    scene::Aabb box;
    for (const auto& v : mesh.vertices) box.include(v.position);
    const auto size = box.size();
    return std::min({size.x, size.y, size.z}) < 0.02f * std::max({size.x, size.y, size.z});
}

/// Moves the vertices of coarse levels to the front, so that a coarse level touches little memory.
void orderVertices(MeshLods& lods, std::size_t vertexCount) {
    std::vector<std::uint32_t> coarseFirst;
    coarseFirst.reserve(lods.indices.size());
    for (auto level = lods.levels.rbegin(); level != lods.levels.rend(); ++level) {
        const auto first = lods.indices.begin() + level->firstIndex;
        coarseFirst.insert(coarseFirst.end(), first, first + level->indexCount);
    }
    lods.vertexOrder.resize(vertexCount);
    auto used = meshopt_optimizeVertexFetchRemap(lods.vertexOrder.data(), coarseFirst.data(), coarseFirst.size(), vertexCount);
    for (auto& place : lods.vertexOrder) {
        if (place == unused) place = static_cast<std::uint32_t>(used++); // of no triangle; kept so that counts stay what they are
    }
    for (auto& index : lods.indices) index = lods.vertexOrder[index];
}

} // namespace

MeshLods buildLods(const scene::Mesh& mesh, Surface surface) {
    MeshLods lods;
    const std::size_t count = mesh.vertices.size();
    addLevel(lods, mesh.indices, count, 0);
    if (mesh.triangles() >= fewestTriangles && surface != Surface::Sheet && !isSheet(mesh)) {
        const Look modelled{mesh, mesh.indices};
        const auto accept = [&](std::vector<std::uint32_t> indices, float error) {
            const bool good = Look{mesh, indices}.keeps(modelled);
            if (good) addLevel(lods, std::move(indices), count, error);
            return good;
        };
        if (surface == Surface::Textured || !mesh.colours.empty()) {
            simplify(mesh.indices, &mesh.vertices.front().position, count, sizeof(scene::Vertex), accept);
        } else {
            const Corners corners{mesh};
            const auto positions = corners.positions();
            simplify(corners.weld(), positions.data(), positions.size(), sizeof(glm::vec3),
                     [&](const auto& indices, float error) { return accept(corners.split(indices), error); });
        }
    }
    orderVertices(lods, count);
    return lods;
}

std::vector<MeshLods> buildLods(const scene::Scene& scene) {
    std::vector<MeshLods> lods(scene.meshes.size());
    std::vector<Surface> surfaces(scene.meshes.size(), Surface::Solid);
    for (const auto& instance : scene.instances) {
        const auto& m = scene.materials[instance.material];
        for (const auto image : {m.baseColourImage, m.metallicRoughnessImage, m.normalImage, m.emissiveImage, m.occlusionImage})
            if (image != scene::none) surfaces[instance.mesh] = std::max(surfaces[instance.mesh], Surface::Textured);
        if (m.doubleSided) surfaces[instance.mesh] = Surface::Sheet;
    }
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
        for (std::size_t i; (i = next.fetch_add(1, std::memory_order_relaxed)) < lods.size();)
            lods[i] = buildLods(scene.meshes[i], surfaces[i]);
    };
    const auto helpers = std::min<std::size_t>(std::max(1u, std::thread::hardware_concurrency()), lods.size() / 4 + 1) - 1;
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < helpers; ++i) threads.emplace_back(work);
    work();
    threads.clear();
    return lods;
}

} // namespace millwright::render
