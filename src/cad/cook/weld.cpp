#include "cad/cook/weld.hpp"

#include <millwright/core/parallel.hpp>

#include <algorithm>
#include <bit>
#include <utility>

namespace millwright::cad {
namespace {

/// The finaliser of SplitMix64 (Steele et al. 2014): spreads grid points, whose low bits alone are nearly equal, over all bits.
std::uint64_t spread(std::uint64_t key) {
    key = (key ^ key >> 30) * 0xBF58'476D'1CE4'E5B9u;
    key = (key ^ key >> 27) * 0x94D0'49BB'1331'11EBu;
    return key ^ key >> 31;
}

/// Which position a grid point is: the nearest one within `seam` steps a coordinate, or a new one. Files close their seams to some
/// digits only, and what is nearly at one place must move together, or cracks open. Positions hang in the cell of the grid they lie
/// in: open addressing, at most half full.
class Positions {
public:
    explicit Positions(Welded& welded, std::size_t most) : welded_{welded}, slots_(std::bit_ceil(most * 2 + 2), nobody) {
        nextInCell_.reserve(most);
    }

    std::uint32_t at(GridPoint packed) {
        const glm::ivec3 point{gridSteps(packed)};
        std::uint32_t nearest = nobody;
        std::int32_t least = seam + 1;
        const glm::ivec3 low = (point - seam) >> cellBits, high = (point + seam) >> cellBits;
        glm::ivec3 cell;
        for (cell.z = low.z; cell.z <= high.z; ++cell.z)
            for (cell.y = low.y; cell.y <= high.y; ++cell.y)
                for (cell.x = low.x; cell.x <= high.x; ++cell.x)
                    for (std::uint32_t p = slot(cell); p != nobody; p = nextInCell_[p]) {
                        const glm::ivec3 apart = glm::abs(glm::ivec3{gridSteps(welded_.positions[p])} - point);
                        const std::int32_t most = std::max({apart.x, apart.y, apart.z});
                        if (most < least) least = most, nearest = p;
                    }
        return nearest != nobody ? nearest : add(packed, point);
    }
    /// Asks for the memory that `at` will look at first, and, called some time later, for what that refers to.
    void expect(GridPoint packed) const { __builtin_prefetch(&slots_[first(glm::ivec3{gridSteps(packed)} >> cellBits)]); }
    void expectPlace(GridPoint packed) const {
        if (const std::uint32_t p = slots_[first(glm::ivec3{gridSteps(packed)} >> cellBits)]; p != nobody)
            __builtin_prefetch(&welded_.positions[p]);
    }
    void expectBeside(GridPoint packed) const {
        const glm::ivec3 point{gridSteps(packed)};
        const glm::ivec3 low = (point - seam) >> cellBits, high = (point + seam) >> cellBits;
        if (low == high) return;
        glm::ivec3 cell;
        for (cell.z = low.z; cell.z <= high.z; ++cell.z)
            for (cell.y = low.y; cell.y <= high.y; ++cell.y)
                for (cell.x = low.x; cell.x <= high.x; ++cell.x) __builtin_prefetch(&slots_[first(cell)]);
    }

private:
    static constexpr std::int32_t seam = 4;
    static constexpr std::int32_t cellBits = 6; ///< far more than `seam`, so that mostly one cell is looked at

    [[nodiscard]] std::size_t first(glm::ivec3 cell) const {
        return spread(packGrid(glm::uvec3{cell} & gridMax)) & (slots_.size() - 1);
    }
    /// The newest position in a cell, or `nobody` where it would be.
    std::uint32_t& slot(glm::ivec3 cell) {
        std::size_t i = first(cell);
        while (slots_[i] != nobody && (glm::ivec3{gridSteps(welded_.positions[slots_[i]])} >> cellBits) != cell)
            i = (i + 1) & (slots_.size() - 1);
        return slots_[i];
    }
    std::uint32_t add(GridPoint packed, glm::ivec3 point) {
        const auto position = static_cast<std::uint32_t>(welded_.positions.size());
        nextInCell_.push_back(std::exchange(slot(point >> cellBits), position));
        welded_.positions.push_back(packed);
        welded_.firstAt.push_back(nobody);
        return position;
    }

    Welded& welded_;
    std::vector<std::uint32_t> slots_;
    std::vector<std::uint32_t> nextInCell_; ///< by position
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

Welded weld(const scene::Mesh& mesh, bool withAttributes, unsigned threads) {
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
    welded.positions.reserve(mesh.vertices.size());
    welded.firstAt.reserve(mesh.vertices.size());
    welded.positionOf.reserve(mesh.vertices.size());
    welded.normals.reserve(mesh.vertices.size());
    welded.nextAt.reserve(mesh.vertices.size());
    std::vector<GridPoint> points(mesh.vertices.size());
    std::vector<std::uint32_t> normals(mesh.vertices.size());
    parallelChunks(points.size(), 1 << 15, threads, [&](std::size_t first, std::size_t last) {
        const glm::dvec3 perMetre{1.0 / static_cast<double>(welded.gridStep)};
        for (std::size_t i = first; i < last; ++i) {
            const glm::dvec3 steps = (glm::dvec3{mesh.vertices[i].position} - glm::dvec3{box.min}) * perMetre + 0.5;
            points[i] = packGrid(glm::min(glm::uvec3{steps}, glm::uvec3{gridMax}));
            normals[i] = packOctahedral(mesh.vertices[i].normal);
        }
    });
    for (std::size_t i = 0; i < points.size(); ++i) {
        constexpr std::size_t ahead = 16; // the table is larger than the processor's cache
        if (i + ahead < points.size()) {
            positions.expect(points[i + ahead]);
            positions.expectBeside(points[i + ahead]);
            positions.expectPlace(points[i + ahead / 2]);
        }
        const std::uint32_t position = positions.at(points[i]);
        if (withAttributes) {
            const auto attributes = attributesOf(mesh, i);
            vertexOf[i] = vertexAt(welded, position, normals[i], &attributes);
        } else {
            vertexOf[i] = vertexAt(welded, position, normals[i], nullptr);
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
