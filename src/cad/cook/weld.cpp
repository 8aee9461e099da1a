#include "cad/cook/weld.hpp"

#include <bit>

namespace millwright::cad {
namespace {

/// The finaliser of SplitMix64 (Steele et al. 2014): spreads grid points, whose low bits alone are nearly equal, over all bits.
std::uint64_t spread(std::uint64_t key) {
    key = (key ^ key >> 30) * 0xBF58'476D'1CE4'E5B9u;
    key = (key ^ key >> 27) * 0x94D0'49BB'1331'11EBu;
    return key ^ key >> 31;
}

/// Which position a grid point is: open addressing, at most half full.
class Positions {
public:
    explicit Positions(Welded& welded, std::size_t most) : welded_{welded}, slots_(std::bit_ceil(most * 2 + 2), nobody) {}

    std::uint32_t at(GridPoint point) {
        const std::size_t mask = slots_.size() - 1;
        for (std::size_t i = spread(point) & mask;; i = (i + 1) & mask) {
            if (slots_[i] == nobody) {
                slots_[i] = static_cast<std::uint32_t>(welded_.positions.size());
                welded_.positions.push_back(point);
                welded_.firstAt.push_back(nobody);
                return slots_[i];
            }
            if (welded_.positions[slots_[i]] == point) return slots_[i];
        }
    }

private:
    Welded& welded_;
    std::vector<std::uint32_t> slots_;
};

bool same(const scene::CookedAttributes& a, const scene::CookedAttributes& b) {
    return a.uv[0] == b.uv[0] && a.uv[1] == b.uv[1] && a.tangent == b.tangent && a.colour == b.colour;
}

scene::CookedAttributes attributesOf(const scene::Mesh& mesh, std::size_t i) {
    const scene::Vertex& vertex = mesh.vertices[i];
    const std::uint32_t mirrored = vertex.tangent.w < 0 ? 1u : 0u;
    scene::CookedAttributes attributes{
        .uv = {vertex.uv.x, vertex.uv.y}, .tangent = (packOctahedral(vertex.tangent) & ~1u) | mirrored, .colour = 0xFFFF'FFFFu};
    if (!mesh.colours.empty()) attributes.colour = std::bit_cast<std::uint32_t>(mesh.colours[i]);
    return attributes;
}

/// The vertex at a position with this normal and these attributes; made if there is none yet.
std::uint32_t vertexAt(Welded& welded, std::uint32_t position, std::uint32_t normal, const scene::CookedAttributes* attributes) {
    std::uint32_t last = nobody;
    for (std::uint32_t v = welded.firstAt[position]; v != nobody; last = v, v = welded.nextAt[v])
        if (welded.normals[v] == normal && (!attributes || same(welded.attributes[v], *attributes))) return v;
    const auto made = static_cast<std::uint32_t>(welded.positionOf.size());
    (last == nobody ? welded.firstAt[position] : welded.nextAt[last]) = made;
    welded.nextAt.push_back(nobody);
    welded.positionOf.push_back(position);
    welded.normals.push_back(normal);
    if (attributes) welded.attributes.push_back(*attributes);
    return made;
}

} // namespace

Welded weld(const scene::Mesh& mesh, bool withAttributes) {
    Welded welded;
    scene::Aabb box;
    for (const scene::Vertex& vertex : mesh.vertices) box.include(vertex.position);
    if (box.empty()) return welded;
    const glm::vec3 size = box.size();
    const float extent = std::max({size.x, size.y, size.z});
    welded.gridOrigin = box.min;
    // A mesh that is a single point keeps a step that is not zero, so that no division by it fails.
    welded.gridStep = extent > 0 ? std::max(extent / static_cast<float>(gridMax), 1e-30f) : 1.0f;
    Positions positions{welded, mesh.vertices.size()};
    std::vector<std::uint32_t> vertexOf(mesh.vertices.size());
    welded.positionOf.reserve(mesh.vertices.size());
    welded.normals.reserve(mesh.vertices.size());
    welded.nextAt.reserve(mesh.vertices.size());
    const glm::dvec3 perMetre{1.0 / static_cast<double>(welded.gridStep)};
    for (std::size_t i = 0; i < mesh.vertices.size(); ++i) {
        const glm::dvec3 steps = (glm::dvec3{mesh.vertices[i].position} - glm::dvec3{box.min}) * perMetre + 0.5;
        const std::uint32_t position = positions.at(packGrid(glm::min(glm::uvec3{steps}, glm::uvec3{gridMax})));
        const std::uint32_t normal = packOctahedral(mesh.vertices[i].normal);
        if (withAttributes) {
            const auto attributes = attributesOf(mesh, i);
            vertexOf[i] = vertexAt(welded, position, normal, &attributes);
        } else {
            vertexOf[i] = vertexAt(welded, position, normal, nullptr);
        }
    }
    welded.indices.reserve(mesh.indices.size());
    for (std::size_t i = 0; i + 2 < mesh.indices.size(); i += 3) {
        const std::uint32_t a = vertexOf[mesh.indices[i]], b = vertexOf[mesh.indices[i + 1]], c = vertexOf[mesh.indices[i + 2]];
        const std::uint32_t p = welded.positionOf[a], q = welded.positionOf[b], r = welded.positionOf[c];
        if (p == q || q == r || r == p) continue;
        welded.indices.insert(welded.indices.end(), {a, b, c});
    }
    return welded;
}

} // namespace millwright::cad
