#include "cad/cook/weld.hpp"

#include <millwright/core/parallel.hpp>

#include <algorithm>
#include <bit>
#include <mutex>
#include <utility>

namespace millwright::cad {
namespace {

/// The finaliser of SplitMix64 (Steele et al. 2014): spreads grid points, whose low bits alone are nearly equal, over all bits.
std::uint64_t spread(std::uint64_t key) {
    key = (key ^ key >> 30) * 0xBF58'476D'1CE4'E5B9u;
    key = (key ^ key >> 27) * 0x94D0'49BB'1331'11EBu;
    return key ^ key >> 31;
}

constexpr std::int32_t seam = 4; ///< steps a coordinate: files close their seams to some digits only

/// Which position a grid point is: the nearest one within `seam`, or a new one. What is nearly at one place must move together, or
/// cracks open. Positions hang in the cell of the grid they lie in: open addressing, at most half full.
class Positions {
public:
    /// `most` points will come.
    Positions(Welded& welded, std::size_t most) : welded_{welded}, slots_(std::bit_ceil(most * 2 + 2), nobody) {
        nextInCell_.reserve(most);
        welded.positions.reserve(most);
        for (auto* array : {&welded.firstAt, &welded.nextAt, &welded.positionOf, &welded.normals}) array->reserve(most);
    }

    struct Nearest {
        std::uint32_t position = nobody;
        std::int32_t apart = seam + 1; ///< largest difference of a coordinate
    };
    [[nodiscard]] Nearest nearest(GridPoint packed) const {
        const glm::ivec3 point = gridIndex(packed);
        Nearest nearest;
        const glm::ivec3 low = (point - seam) >> cellBits, high = (point + seam) >> cellBits;
        glm::ivec3 cell;
        for (cell.z = low.z; cell.z <= high.z; ++cell.z)
            for (cell.y = low.y; cell.y <= high.y; ++cell.y)
                for (cell.x = low.x; cell.x <= high.x; ++cell.x)
                    for (std::uint32_t p = slots_[slot(cell)]; p != nobody; p = nextInCell_[p]) {
                        const glm::ivec3 apart = glm::abs(gridIndex(welded_.positions[p]) - point);
                        const std::int32_t most = std::max({apart.x, apart.y, apart.z});
                        if (most < nearest.apart) nearest = {p, most};
                    }
        return nearest;
    }
    std::uint32_t add(GridPoint packed) {
        const auto position = static_cast<std::uint32_t>(welded_.positions.size());
        nextInCell_.push_back(std::exchange(slots_[slot(gridIndex(packed) >> cellBits)], position));
        welded_.positions.push_back(packed);
        welded_.firstAt.push_back(nobody);
        return position;
    }
    [[nodiscard]] bool empty() const { return nextInCell_.empty(); }

private:
    static constexpr std::int32_t cellBits = 6; ///< far more than `seam`, so that mostly one cell is looked at

    /// Where the newest position in a cell is, or would be.
    [[nodiscard]] std::size_t slot(glm::ivec3 cell) const {
        std::size_t i = spread(packGrid(glm::uvec3{cell} & gridMax)) & (slots_.size() - 1);
        while (slots_[i] != nobody && (gridIndex(welded_.positions[slots_[i]]) >> cellBits) != cell)
            i = (i + 1) & (slots_.size() - 1);
        return i;
    }

    Welded& welded_;
    std::vector<std::uint32_t> slots_;
    std::vector<std::uint32_t> nextInCell_; ///< by position
};

/// Cuts the grid into blocks whose points are welded block by block. What lies so near a wall between two that it could meet
/// something on the other side belongs to block 0, which is welded first.
class Blocks {
public:
    explicit Blocks(std::size_t points) {
        std::uint32_t bits = 0;
        while (bits < 5 && points >> (2 * bits + 2) >= blockPoints) ++bits; // a surface goes through few of them
        shift_ = 21 - bits;
        side_ = bits == 0 ? 1 : (1u << bits) + 1;
    }
    [[nodiscard]] std::size_t count() const { return 1 + std::size_t{side_} * side_ * side_; }
    [[nodiscard]] std::uint16_t of(GridPoint point) const {
        if (side_ == 1) return 1;
        if (nearWall(point, seam)) return 0;
        const glm::uvec3 block = shifted(point) >> shift_;
        return static_cast<std::uint16_t>(1 + (block.z * side_ + block.y) * side_ + block.x);
    }
    /// Whether a point may be as near as `seam` to one of block 0.
    [[nodiscard]] bool besideFirst(GridPoint point) const { return side_ > 1 && nearWall(point, 2 * seam); }

private:
    static constexpr std::size_t blockPoints = 4096;
    /// Walls lie where nobody models anything: not in the middle.
    [[nodiscard]] glm::uvec3 shifted(GridPoint point) const { return glm::uvec3{gridIndex(point)} + 0x5'A5A5u % (1u << shift_); }
    [[nodiscard]] bool nearWall(GridPoint point, std::uint32_t steps) const {
        const std::uint32_t mask = (1u << shift_) - 1;
        const glm::uvec3 inside = (shifted(point) + steps) & mask;
        return inside.x < 2 * steps || inside.y < 2 * steps || inside.z < 2 * steps;
    }

    std::uint32_t shift_ = 0, side_ = 1;
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

/// Points of a mesh as they are welded.
struct Points {
    const scene::Mesh& mesh;
    bool withAttributes;
    std::vector<GridPoint> places{};
    std::vector<std::uint32_t> normals{}; ///< octahedral

    /// The vertex for point `i` at a position.
    std::uint32_t vertex(Welded& welded, std::uint32_t position, std::uint32_t i) const {
        if (!withAttributes) return vertexAt(welded, position, normals[i], nullptr);
        const auto attributes = attributesOf(mesh, i);
        return vertexAt(welded, position, normals[i], &attributes);
    }
};

scene::Aabb boxOf(const scene::Mesh& mesh, unsigned threads) {
    scene::Aabb box;
    std::mutex mutex;
    parallelChunks(mesh.vertices.size(), 1 << 16, threads, [&](std::size_t first, std::size_t last) {
        scene::Aabb own;
        for (std::size_t i = first; i < last; ++i) own.include(mesh.vertices[i].position);
        const std::lock_guard lock{mutex};
        box.include(own);
    });
    return box;
}

Points pointsOf(const scene::Mesh& mesh, bool withAttributes, const Welded& welded, unsigned threads) {
    Points points{mesh, withAttributes};
    points.places.resize(mesh.vertices.size());
    points.normals.resize(mesh.vertices.size());
    parallelChunks(mesh.vertices.size(), 1 << 15, threads, [&](std::size_t first, std::size_t last) {
        const glm::dvec3 perMetre{1.0 / static_cast<double>(welded.gridStep)};
        for (std::size_t i = first; i < last; ++i) {
            const glm::dvec3 steps =
                (glm::dvec3{mesh.vertices[i].position} - glm::dvec3{welded.gridOrigin}) * perMetre + 0.5;
            points.places[i] = packGrid(glm::min(glm::uvec3{steps}, glm::uvec3{gridMax}));
            points.normals[i] = packOctahedral(mesh.vertices[i].normal);
        }
    });
    return points;
}

/// Points by block, in each in their order: those of block b are from `first[b]` to `first[b + 1]`.
struct Sorted {
    std::vector<std::uint32_t> points;
    std::vector<std::uint32_t> first;
};

Sorted sortByBlock(const Blocks& blocks, std::span<const GridPoint> places, unsigned threads) {
    Sorted sorted{std::vector<std::uint32_t>(places.size()), std::vector<std::uint32_t>(blocks.count() + 1)};
    std::vector<std::uint16_t> blockOf(places.size());
    const std::size_t parts = std::min<std::size_t>(threads, 16);
    std::vector<std::vector<std::uint32_t>> at(parts, std::vector<std::uint32_t>(blocks.count(), 0));
    const auto forPart = [&](std::size_t part, const auto& each) {
        for (std::size_t i = places.size() * part / parts; i < places.size() * (part + 1) / parts; ++i) each(i);
    };
    parallelFor(parts, threads, [&](std::size_t part) {
        forPart(part, [&](std::size_t i) { ++at[part][blockOf[i] = blocks.of(places[i])]; });
    });
    std::uint32_t before = 0;
    for (std::size_t block = 0; block < blocks.count(); ++block) {
        sorted.first[block] = before;
        for (auto& own : at) before += std::exchange(own[block], before);
    }
    sorted.first.back() = before;
    parallelFor(parts, threads, [&](std::size_t part) {
        forPart(part, [&](std::size_t i) { sorted.points[at[part][blockOf[i]]++] = static_cast<std::uint32_t>(i); });
    });
    return sorted;
}

/// Moves a block's arrays into the whole mesh's, where its positions and vertices begin at these.
void put(Welded& welded, const Welded& part, std::uint32_t firstPosition, std::uint32_t firstVertex) {
    const auto shifted = [](std::uint32_t i, std::uint32_t by) { return i == nobody ? nobody : i + by; };
    for (std::size_t i = 0; i < part.positions.size(); ++i) {
        welded.positions[firstPosition + i] = part.positions[i];
        welded.firstAt[firstPosition + i] = shifted(part.firstAt[i], firstVertex);
    }
    for (std::size_t i = 0; i < part.normals.size(); ++i) {
        welded.nextAt[firstVertex + i] = shifted(part.nextAt[i], firstVertex);
        welded.positionOf[firstVertex + i] = part.positionOf[i] + firstPosition;
        welded.normals[firstVertex + i] = part.normals[i];
    }
    std::ranges::copy(part.attributes, welded.attributes.begin() + (part.attributes.empty() ? 0 : firstVertex));
}

/// Fills positions and vertices; returns the vertex of each point.
std::vector<std::uint32_t> weldPoints(const Points& points, Welded& welded, unsigned threads) {
    const Blocks blocks{points.places.size()};
    const Sorted sorted = sortByBlock(blocks, points.places, threads);
    const auto pointsIn = [&](std::size_t block) {
        return std::span{sorted.points}.subspan(sorted.first[block], sorted.first[block + 1] - sorted.first[block]);
    };
    std::vector<std::uint32_t> vertexOf(points.places.size());
    std::vector<Welded> parts(blocks.count());
    Positions walls{parts[0], pointsIn(0).size()};
    const auto add = [&](Welded& part, Positions& positions, std::uint32_t i) {
        const auto nearest = positions.nearest(points.places[i]);
        const std::uint32_t position = nearest.position != nobody ? nearest.position : positions.add(points.places[i]);
        vertexOf[i] = points.vertex(part, position, i);
    };
    for (const std::uint32_t i : pointsIn(0)) add(parts[0], walls, i);
    std::vector<std::vector<std::pair<std::uint32_t, std::uint32_t>>> atWalls(blocks.count()); // points, positions of block 0
    parallelFor(blocks.count() - 1, threads, [&](std::size_t b) {
        const auto own = pointsIn(b + 1);
        if (own.empty()) return;
        Welded& part = parts[b + 1];
        Positions positions{part, own.size()};
        for (const std::uint32_t i : own) {
            if (!walls.empty() && blocks.besideFirst(points.places[i])) {
                const auto nearest = walls.nearest(points.places[i]);
                if (nearest.position != nobody && nearest.apart <= positions.nearest(points.places[i]).apart) {
                    atWalls[b + 1].emplace_back(i, nearest.position);
                    continue;
                }
            }
            add(part, positions, i);
        }
    });
    for (const auto& some : atWalls)
        for (const auto& [i, position] : some) vertexOf[i] = points.vertex(parts[0], position, i);
    std::vector<std::uint32_t> firstPosition{0}, firstVertex{0};
    for (const Welded& part : parts) {
        firstPosition.push_back(firstPosition.back() + static_cast<std::uint32_t>(part.positions.size()));
        firstVertex.push_back(firstVertex.back() + static_cast<std::uint32_t>(part.normals.size()));
    }
    welded.positions.resize(firstPosition.back());
    welded.firstAt.resize(firstPosition.back());
    for (auto* array : {&welded.nextAt, &welded.positionOf, &welded.normals}) array->resize(firstVertex.back());
    if (points.withAttributes) welded.attributes.resize(firstVertex.back());
    parallelFor(parts.size(), threads, [&](std::size_t b) {
        put(welded, std::exchange(parts[b], {}), firstPosition[b], firstVertex[b]);
        for (const std::uint32_t i : pointsIn(b)) vertexOf[i] += firstVertex[b];
    });
    for (std::size_t b = 0; b < parts.size(); ++b)
        for (const auto& [i, position] : atWalls[b]) vertexOf[i] -= firstVertex[b]; // they are block 0's, which comes first
    return vertexOf;
}

/// Triangles of vertices, without those that have two corners in one place.
std::vector<std::uint32_t> weldTriangles(const Welded& welded, std::span<const std::uint32_t> indices,
                                         std::span<const std::uint32_t> vertexOf, unsigned threads) {
    constexpr std::size_t chunk = 1 << 16;
    std::vector<std::uint32_t> triangles(indices.size() / 3 * 3);
    std::vector<std::size_t> kept((indices.size() / 3 + chunk - 1) / chunk);
    parallelChunks(indices.size() / 3, chunk, threads, [&](std::size_t first, std::size_t last) {
        std::size_t to = first * 3;
        for (std::size_t i = first * 3; i < last * 3; i += 3) {
            const std::uint32_t a = vertexOf[indices[i]], b = vertexOf[indices[i + 1]], c = vertexOf[indices[i + 2]];
            const std::uint32_t p = welded.positionOf[a], q = welded.positionOf[b], r = welded.positionOf[c];
            if (p == q || q == r || r == p) continue;
            triangles[to] = a;
            triangles[to + 1] = b;
            triangles[to + 2] = c;
            to += 3;
        }
        kept[first / chunk] = to - first * 3;
    });
    std::size_t to = 0;
    for (std::size_t i = 0; i < kept.size(); ++i) {
        if (to != i * chunk * 3)
            std::copy_n(triangles.begin() + static_cast<std::ptrdiff_t>(i * chunk * 3), kept[i],
                        triangles.begin() + static_cast<std::ptrdiff_t>(to));
        to += kept[i];
    }
    triangles.resize(to);
    return triangles;
}

} // namespace

Welded weld(const scene::Mesh& mesh, bool withAttributes, unsigned threads) {
    Welded welded;
    const scene::Aabb box = boxOf(mesh, threads);
    if (box.empty()) return welded;
    const glm::vec3 size = box.size();
    const float extent = std::max({size.x, size.y, size.z});
    welded.gridOrigin = box.min;
    // A mesh that is a single point keeps a step that is not zero, so that no division by it fails.
    welded.gridStep = extent > 0 ? std::max(extent / static_cast<float>(gridMax), 1e-30f) : 1.0f;
    const auto vertexOf = weldPoints(pointsOf(mesh, withAttributes, welded, threads), welded, threads);
    welded.indices = weldTriangles(welded, mesh.indices, vertexOf, threads);
    return welded;
}

} // namespace millwright::cad
