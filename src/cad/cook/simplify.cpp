#include "cad/cook/simplify.hpp"

#include "cad/cook/collapse.hpp"
#include "cad/cook/deviation.hpp"
#include "cad/cook/local_index.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <meshoptimizer.h>

namespace millwright::cad {
namespace {

constexpr float leastGain = 0.85f;  ///< a coarser group has at most this share of the triangles
constexpr float contentGain = 0.6f; ///< of no more than this share nothing better is looked for; half is asked for

/// How much normals, texture coordinates and colours count beside positions, whose unit is the group's extent.
constexpr std::array<float, 8> attributeWeights{0.5f, 0.5f, 0.5f, 1, 1, 0.5f, 0.5f, 0.5f};

/// A group in arrays of its own. Points are positions where these alone matter and vertices where attributes do.
struct Local {
    LocalIndex points;
    std::vector<std::uint32_t> indices; ///< points, three a triangle
    std::vector<glm::vec3> places;      ///< by point
    std::vector<glm::vec3> normals;     ///< by point: of its first vertex; zero until it is asked for
    std::vector<std::uint8_t> locks;    ///< by point
    std::vector<std::array<float, 8>> attributes;
};

Local collect(const Welded& welded, const Clusters& all, std::span<const std::uint32_t> group, const Grouping& grouping) {
    Local local;
    const bool byVertex = !welded.attributes.empty();
    std::size_t vertices = 0, triangles = 0;
    for (const std::uint32_t cluster : group) {
        vertices += all.clusters[cluster].vertexCount;
        triangles += all.clusters[cluster].triangleCount;
    }
    local.points.reset(vertices);
    local.indices.reserve(triangles * 3);
    for (const std::uint32_t cluster : group) {
        std::array<std::uint32_t, scene::clusterVertices> points{};
        const auto own = all.verticesOf(all.clusters[cluster]);
        for (std::size_t i = 0; i < own.size(); ++i) points[i] = local.points.at(byVertex ? own[i] : welded.positionOf[own[i]]);
        all.forCorners(all.clusters[cluster], [&](std::uint32_t i) { local.indices.push_back(points[i]); });
    }
    const std::size_t count = local.points.ids().size();
    local.places.reserve(count);
    local.normals.resize(count, glm::vec3{0});
    local.locks.reserve(count);
    for (const std::uint32_t point : local.points.ids()) {
        const std::uint32_t position = byVertex ? welded.positionOf[point] : point;
        local.places.push_back(welded.place(position));
        local.locks.push_back(grouping.isLocked(position) ? 1 : 0);
        if (!byVertex) continue;
        const glm::vec3 normal = unpackOctahedral(welded.normals[point]);
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

/// Triangles of points, with `local`'s places taken over. Where a position has several vertices each corner gets the one that suits
/// it.
Patch toPatch(const Welded& welded, Local& local, std::vector<std::uint32_t> indices, Look& look) {
    const bool byVertex = !welded.attributes.empty();
    Patch patch;
    patch.vertices.reserve(local.places.size());
    for (const std::uint32_t point : local.points.ids()) patch.vertices.push_back(byVertex ? point : welded.firstAt[point]);
    std::vector<std::pair<std::uint32_t, std::uint32_t>> others; // vertices beside the first ones, and which of the patch
    for (std::size_t i = 0; i + 2 < indices.size(); i += 3) {
        const glm::vec3 normal = crossOf(local.places, std::span{indices}.subspan(i, 3));
        std::array<glm::vec3, 3> normals;
        for (std::size_t k = 0; k < 3; ++k) {
            const std::uint32_t point = indices[i + k], first = patch.vertices[point];
            const bool choice = !byVertex && welded.nextAt[first] != nobody;
            const std::uint32_t vertex = choice ? closestVertex(welded, local.points.ids()[point], normal) : first;
            glm::vec3& known = local.normals[point];
            if (vertex == first && known == glm::vec3{0}) known = unpackOctahedral(welded.normals[first]);
            normals[k] = vertex == first ? known : unpackOctahedral(welded.normals[vertex]);
            if (vertex != first) others.emplace_back(vertex, static_cast<std::uint32_t>(i + k));
        }
        look.add(normals, normal);
    }
    std::ranges::sort(others);
    for (std::size_t i = 0; i < others.size(); ++i) {
        const auto [vertex, corner] = others[i];
        if (i == 0 || others[i - 1].first != vertex) {
            patch.vertices.push_back(vertex);
            local.places.push_back(local.places[indices[corner]]);
        }
        indices[corner] = static_cast<std::uint32_t>(patch.vertices.size() - 1);
    }
    patch.places = std::move(local.places);
    patch.indices = std::move(indices);
    return patch;
}

/// Whether coarser triangles look much worse than a group's own.
bool looksWrong(const Welded& welded, const Clusters& all, std::span<const std::uint32_t> group, const Local& local,
                std::span<const glm::vec3> places, const Look& coarser) {
    Look own;
    std::vector<glm::vec3> normals; // by corner
    normals.reserve(local.indices.size());
    for (const std::uint32_t cluster : group) {
        std::array<glm::vec3, scene::clusterVertices> ofCluster;
        const auto vertices = all.verticesOf(all.clusters[cluster]);
        for (std::size_t i = 0; i < vertices.size(); ++i) ofCluster[i] = unpackOctahedral(welded.normals[vertices[i]]);
        all.forCorners(all.clusters[cluster], [&](std::uint32_t i) { normals.push_back(ofCluster[i]); });
    }
    for (std::size_t i = 0; i + 2 < normals.size(); i += 3)
        own.add({normals[i], normals[i + 1], normals[i + 2]}, crossOf(places, std::span{local.indices}.subspan(i, 3)));
    return coarser.area < 0.8f * own.area || coarser.wrong > own.wrong + 0.12f * own.area;
}

std::vector<std::uint32_t> collapseAnyhow(const Local& local, std::size_t targetTriangles, unsigned how, float& error) {
    const bool attributes = !local.attributes.empty();
    std::vector<std::uint32_t> indices(local.indices.size());
    indices.resize(meshopt_simplifyWithAttributes(
        indices.data(), local.indices.data(), local.indices.size(), &local.places.front().x, local.places.size(), sizeof(glm::vec3),
        attributes ? local.attributes.front().data() : nullptr, attributes ? sizeof(local.attributes.front()) : 0,
        attributes ? attributeWeights.data() : nullptr, attributes ? attributeWeights.size() : 0, local.locks.data(),
        targetTriangles * 3, std::numeric_limits<float>::max(), meshopt_SimplifyErrorAbsolute | how, &error));
    return indices;
}

/// Without regard to what is connected or where: for what edge collapses cannot make simpler.
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
    const auto left = [&](const std::vector<std::uint32_t>& indices) {
        return indices.empty() ? 1.0f : static_cast<float>(indices.size()) / static_cast<float>(local.indices.size());
    };
    Coarser coarser;
    Collapsed collapsed;
    Change change{.ownError = error};
    if (local.attributes.empty()) {
        collapsed = collapseEdges(local.places, local.indices, local.locks, targetTriangles);
        change.estimate = collapsed.error;
        change.wentTo = collapsed.wentTo;
        change.closedHoles = false;
    }
    auto& indices = collapsed.indices;
    if (left(indices) > contentGain) {
        // With attributes, or where more can be gained by closing holes.
        float estimate = 0;
        if (auto others = collapseAnyhow(local, targetTriangles, 0, estimate); left(others) < left(indices)) {
            indices = std::move(others);
            change = {.ownError = error, .estimate = estimate};
        }
    }
    if (left(indices) > leastGain) {
        // Nothing around it depends on it: small parts may go, and as a last resort all may be drawn together.
        if (std::ranges::contains(local.locks, 1)) return {};
        change = {.ownError = error};
        indices = collapseAnyhow(local, targetTriangles, meshopt_SimplifyPrune, change.estimate);
        if (left(indices) > leastGain) indices = merge(local, targetTriangles, change.estimate);
        if (left(indices) > leastGain) return {};
    }
    const bool byVertex = !welded.attributes.empty();
    for (Sample& sample : samples) {
        std::uint32_t point = sample.anchor;
        if (byVertex) // any vertex of the group at that position
            for (point = welded.firstAt[sample.anchor]; !local.points.has(point);) point = welded.nextAt[point];
        sample.anchor = local.points.at(point);
    }
    coarser.error = deviation(local.places, local.indices, indices, change, samples);
    for (Sample& sample : samples)
        sample.anchor = byVertex ? welded.positionOf[local.points.ids()[sample.anchor]] : local.points.ids()[sample.anchor];
    coarser.samples = std::move(samples);
    Look look;
    coarser.patch = toPatch(welded, local, std::move(indices), look);
    if (look.wrong > 0.12f * look.area || targetTriangles < 256)
        coarser.looksWrong = looksWrong(welded, all, group, local, coarser.patch.places, look);
    return coarser;
}

} // namespace millwright::cad
