#include "cad/cook/simplify.hpp"

#include "cad/cook/deviation.hpp"
#include "cad/cook/local_index.hpp"

#include <limits>
#include <meshoptimizer.h>

namespace millwright::cad {
namespace {

constexpr float leastGain = 0.85f; ///< a coarser group has at most this share of the triangles

/// How much normals, texture coordinates and colours count beside positions, whose unit is the group's extent.
constexpr std::array<float, 8> attributeWeights{0.5f, 0.5f, 0.5f, 1, 1, 0.5f, 0.5f, 0.5f};

/// A group in arrays of its own. Points are positions where these alone matter and vertices where attributes do.
struct Local {
    LocalIndex points;
    std::vector<std::uint32_t> indices; ///< points, three a triangle
    std::vector<glm::vec3> places;      ///< by point
    std::vector<glm::vec3> normals;     ///< by point: of its first vertex
    std::vector<std::uint8_t> locks;    ///< by point
    std::vector<std::array<float, 8>> attributes;
};

Local collect(const Welded& welded, const Clusters& all, std::span<const std::uint32_t> group, const Grouping& grouping) {
    Local local;
    const bool byVertex = !welded.attributes.empty();
    std::size_t vertices = 0;
    for (const std::uint32_t cluster : group) vertices += all.clusters[cluster].vertexCount;
    local.points.reset(vertices);
    for (const std::uint32_t cluster : group) {
        all.forCorners(all.clusters[cluster], [&](std::uint32_t vertex) {
            local.indices.push_back(local.points.at(byVertex ? vertex : welded.positionOf[vertex]));
        });
    }
    for (const std::uint32_t point : local.points.ids()) {
        const std::uint32_t position = byVertex ? welded.positionOf[point] : point;
        local.places.push_back(welded.place(position));
        local.normals.push_back(unpackOctahedral(welded.normals[byVertex ? point : welded.firstAt[point]]));
        local.locks.push_back(grouping.isLocked(position) ? 1 : 0);
        if (!byVertex) continue;
        const glm::vec3 normal = local.normals.back();
        const scene::CookedAttributes& a = welded.attributes[point];
        const auto colour = [&](int shift) { return static_cast<float>(a.colour >> shift & 255u) / 255.0f; };
        local.attributes.push_back({normal.x, normal.y, normal.z, a.uv[0], a.uv[1], colour(0), colour(8), colour(16)});
    }
    return local;
}

/// The vertex at a position whose normal is closest to a triangle's own, so that hard edges stay hard and rounded ones round.
std::uint32_t closestVertex(const Welded& welded, std::uint32_t position, glm::vec3 normal) {
    std::uint32_t best = welded.firstAt[position];
    float most = -std::numeric_limits<float>::infinity();
    for (std::uint32_t v = best; v != nobody; v = welded.nextAt[v]) {
        const float alike = glm::dot(unpackOctahedral(welded.normals[v]), normal);
        if (alike > most) most = alike, best = v;
    }
    return best;
}

/// What distances do not say: whether triangles still face the way their vertices are shaded, and how much of them is left.
struct Look {
    float area = 0;  ///< of all triangles, doubled
    float wrong = 0; ///< of those with a vertex whose normal is far from their own

    /// A triangle with the normal `cross`, its area's length, whose vertices are shaded along `normals`.
    void add(const std::array<glm::vec3, 3>& normals, glm::vec3 cross) {
        const float twice = glm::length(cross);
        area += twice;
        const float least = std::min({glm::dot(normals[0], cross), glm::dot(normals[1], cross), glm::dot(normals[2], cross)});
        if (least < 0.6f * twice) wrong += twice;
    }
};

glm::vec3 crossOf(std::span<const glm::vec3> places, std::span<const std::uint32_t> corners) {
    return glm::cross(places[corners[1]] - places[corners[0]], places[corners[2]] - places[corners[0]]);
}

std::vector<std::uint32_t> toVertices(const Welded& welded, const Local& local, std::span<const std::uint32_t> indices,
                                      Look& look) {
    std::vector<std::uint32_t> vertices(indices.size());
    for (std::size_t i = 0; i + 2 < indices.size(); i += 3) {
        const glm::vec3 normal = crossOf(local.places, indices.subspan(i, 3));
        std::array<glm::vec3, 3> normals;
        for (std::size_t k = 0; k < 3; ++k) {
            const std::uint32_t point = local.points.ids()[indices[i + k]];
            const bool choice = welded.attributes.empty() && welded.nextAt[welded.firstAt[point]] != nobody;
            vertices[i + k] = !welded.attributes.empty() ? point
                              : choice                   ? closestVertex(welded, point, normal)
                                                         : welded.firstAt[point];
            normals[k] = choice ? unpackOctahedral(welded.normals[vertices[i + k]]) : local.normals[indices[i + k]];
        }
        look.add(normals, normal);
    }
    return vertices;
}

/// Whether coarser triangles look much worse than a group's own.
bool looksWrong(const Welded& welded, const Clusters& all, std::span<const std::uint32_t> group, const Local& local,
                const Look& coarser) {
    Look own;
    std::vector<std::uint32_t> vertices;
    for (const std::uint32_t cluster : group)
        all.forCorners(all.clusters[cluster], [&](std::uint32_t vertex) { vertices.push_back(vertex); });
    const auto normal = [&](std::size_t i) { return unpackOctahedral(welded.normals[vertices[i]]); };
    for (std::size_t i = 0; i + 2 < vertices.size(); i += 3)
        own.add({normal(i), normal(i + 1), normal(i + 2)}, crossOf(local.places, std::span{local.indices}.subspan(i, 3)));
    return coarser.area < 0.8f * own.area || coarser.wrong > own.wrong + 0.12f * own.area;
}

std::vector<std::uint32_t> collapse(const Local& local, std::size_t targetTriangles, unsigned how, float& error) {
    const bool attributes = !local.attributes.empty();
    std::vector<std::uint32_t> indices(local.indices.size());
    indices.resize(meshopt_simplifyWithAttributes(
        indices.data(), local.indices.data(), local.indices.size(), &local.places.front().x, local.places.size(), sizeof(glm::vec3),
        attributes ? local.attributes.front().data() : nullptr, attributes ? sizeof(local.attributes.front()) : 0,
        attributes ? attributeWeights.data() : nullptr, attributes ? attributeWeights.size() : 0, local.locks.data(),
        targetTriangles * 3, std::numeric_limits<float>::max(), meshopt_SimplifyErrorAbsolute | how, &error));
    return indices;
}

/// Without regard to what is connected: for what edge collapses cannot make simpler.
std::vector<std::uint32_t> merge(const Local& local, std::size_t targetTriangles, float& error) {
    std::vector<std::uint32_t> indices(local.indices.size());
    indices.resize(meshopt_simplifySloppy(indices.data(), local.indices.data(), local.indices.size(), &local.places.front().x,
                                          local.places.size(), sizeof(glm::vec3), targetTriangles * 3,
                                          std::numeric_limits<float>::max(), &error));
    error *= meshopt_simplifyScale(&local.places.front().x, local.places.size(), sizeof(glm::vec3));
    return indices;
}

} // namespace

std::optional<Coarser> simplifyGroup(const Welded& welded, const Clusters& all, std::span<const std::uint32_t> group,
                                     const Grouping& grouping, std::size_t targetTriangles, float error,
                                     std::vector<Sample> samples) {
    Local local = collect(welded, all, group, grouping);
    const auto stalled = [&](const std::vector<std::uint32_t>& indices) {
        return indices.empty() || static_cast<float>(indices.size()) > leastGain * static_cast<float>(local.indices.size());
    };
    Coarser coarser;
    auto indices = collapse(local, targetTriangles, 0, coarser.error);
    if (stalled(indices)) {
        // Nothing around it depends on it: small parts may go, and as a last resort all may be drawn together.
        if (std::ranges::contains(local.locks, 1)) return {};
        indices = collapse(local, targetTriangles, meshopt_SimplifyPrune, coarser.error);
        if (stalled(indices)) indices = merge(local, targetTriangles, coarser.error);
        if (stalled(indices)) return {};
    }
    const bool byVertex = !welded.attributes.empty();
    for (Sample& sample : samples) {
        std::uint32_t point = sample.anchor;
        if (byVertex) // any vertex of the group at that position
            for (point = welded.firstAt[sample.anchor]; !local.points.has(point);) point = welded.nextAt[point];
        sample.anchor = local.points.at(point);
    }
    coarser.error = deviation(local.places, local.indices, indices, error, coarser.error, samples);
    for (Sample& sample : samples)
        sample.anchor = byVertex ? welded.positionOf[local.points.ids()[sample.anchor]] : local.points.ids()[sample.anchor];
    coarser.samples = std::move(samples);
    Look look;
    coarser.indices = toVertices(welded, local, indices, look);
    if (look.wrong > 0.12f * look.area || targetTriangles < 256) coarser.looksWrong = looksWrong(welded, all, group, local, look);
    return coarser;
}

} // namespace millwright::cad
