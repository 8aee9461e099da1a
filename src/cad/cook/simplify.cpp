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
    Faces faces;                     ///< of points
    std::vector<glm::vec3> places;   ///< by point
    std::vector<std::uint8_t> locks; ///< by point
    std::vector<std::array<float, 8>> attributes;
};

Local collect(const Welded& welded, const Clusters& all, std::span<const std::uint32_t> group, const Grouping& grouping) {
    Local local;
    const bool byVertex = !welded.attributes.empty();
    std::size_t vertices = 0, triangles = 0;
    for (const std::uint32_t cluster : group) {
        vertices += all.clusters[cluster].vertexCount;
        triangles += all.clusters[cluster].triangleCount;
        for (const std::uint32_t vertex : all.verticesOf(all.clusters[cluster])) welded.expectVertex(vertex);
    }
    local.points.reset(vertices);
    local.faces.indices.reserve(triangles * 3);
    for (const std::uint32_t cluster : group) {
        std::array<std::uint32_t, scene::clusterVertices> points{};
        const auto own = all.verticesOf(all.clusters[cluster]);
        for (std::size_t i = 0; i < own.size(); ++i) {
            const std::uint32_t position = welded.positionOf[own[i]];
            welded.expectPosition(position);
            grouping.expect(position);
            points[i] = local.points.at(byVertex ? own[i] : position);
        }
        all.forTriangles(all.clusters[cluster], [&](std::uint32_t a, std::uint32_t b, std::uint32_t c) {
            local.faces.indices.insert(local.faces.indices.end(), {points[a], points[b], points[c]});
        });
    }
    const std::size_t count = local.points.ids().size();
    local.places.reserve(count);
    local.locks.reserve(count);
    for (const std::uint32_t point : local.points.ids()) {
        const std::uint32_t position = byVertex ? welded.positionOf[point] : point;
        local.places.push_back(welded.place(position));
        local.locks.push_back(grouping.isLocked(position) ? 1 : 0);
        welded.expectShading(welded.firstAt[position]); // see `toPatch`
        if (!byVertex) continue;
        const glm::vec3 normal = unpackOctahedral(welded.normals[point]);
        const scene::CookedAttributes& a = welded.attributes[point];
        const auto colour = [&](int shift) { return static_cast<float>(a.colour >> shift & 255u) / 255.0f; };
        local.attributes.push_back({normal.x, normal.y, normal.z, a.uv[0], a.uv[1], colour(0), colour(8), colour(16)});
    }
    local.faces.facings = facingsOf(local.places, local.faces.indices);
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

    /// A triangle that faces `facing`, whose vertices are shaded along these.
    void add(const Quad& facing, Four a, Four b, Four c) {
        const float twice = facing.at[3];
        const auto alike = [&](Four normal) {
            const Four each = normal * facing.at;
            return each[0] + each[1] + each[2];
        };
        area += twice;
        wrong += std::min({alike(a), alike(b), alike(c)}) < 0.6f ? twice : 0.0f;
    }
};

glm::vec3 normalOf(const Quad& facing) {
    return {facing.at[0], facing.at[1], facing.at[2]};
}

/// Triangles of points, with `local`'s places and `faces` taken over. Where a position has several vertices each corner gets the one
/// that suits it.
Patch toPatch(const Welded& welded, Local& local, Faces faces, Look& look) {
    const bool byVertex = !welded.attributes.empty();
    Patch patch;
    patch.vertices.reserve(local.places.size());
    for (const std::uint32_t point : local.points.ids()) patch.vertices.push_back(byVertex ? point : welded.firstAt[point]);
    std::vector<std::uint32_t> used(local.places.size(), nobody), packed; // which of the normals, and these
    packed.reserve(faces.facings.size());
    for (const std::uint32_t point : faces.indices) {
        if (used[point] != nobody) continue;
        used[point] = static_cast<std::uint32_t>(packed.size());
        packed.push_back(welded.normals[patch.vertices[point]]);
    }
    const auto normals = unpackNormals(packed);
    std::vector<std::pair<std::uint32_t, std::uint32_t>> others; // vertices beside the first ones, and which of the patch
    for (std::size_t t = 0; t < faces.facings.size(); ++t) {
        std::array<Four, 3> shaded;
        for (std::size_t k = 0; k < 3; ++k) {
            const std::uint32_t point = faces.indices[t * 3 + k], first = patch.vertices[point];
            shaded[k] = normals[used[point]].at;
            if (byVertex || welded.nextAt[first] == nobody) continue;
            const std::uint32_t vertex = closestVertex(welded, local.points.ids()[point], normalOf(faces.facings[t]));
            if (vertex == first) continue;
            shaded[k] = toFour(unpackOctahedral(welded.normals[vertex]));
            others.emplace_back(vertex, static_cast<std::uint32_t>(t * 3 + k));
        }
        look.add(faces.facings[t], shaded[0], shaded[1], shaded[2]);
    }
    std::ranges::sort(others);
    for (std::size_t i = 0; i < others.size(); ++i) {
        const auto [vertex, corner] = others[i];
        if (i == 0 || others[i - 1].first != vertex) {
            patch.vertices.push_back(vertex);
            local.places.push_back(local.places[faces.indices[corner]]);
        }
        faces.indices[corner] = static_cast<std::uint32_t>(patch.vertices.size() - 1);
    }
    patch.places = std::move(local.places);
    patch.faces = std::move(faces);
    return patch;
}

/// Whether coarser triangles look much worse than a group's own.
bool looksWrong(const Welded& welded, const Clusters& all, std::span<const std::uint32_t> group, const Local& local,
                const Look& coarser) {
    Look own;
    std::vector<std::uint32_t> packed;
    auto facing = local.faces.facings.begin();
    for (const std::uint32_t cluster : group) {
        packed.clear();
        for (const std::uint32_t vertex : all.verticesOf(all.clusters[cluster])) packed.push_back(welded.normals[vertex]);
        const auto normals = unpackNormals(packed);
        all.forTriangles(all.clusters[cluster], [&](std::uint32_t a, std::uint32_t b, std::uint32_t c) {
            own.add(*facing++, normals[a].at, normals[b].at, normals[c].at);
        });
    }
    return coarser.area < 0.8f * own.area || coarser.wrong > own.wrong + 0.12f * own.area;
}

std::vector<std::uint32_t> collapseAnyhow(const Local& local, std::size_t targetTriangles, unsigned how, float& error) {
    const bool attributes = !local.attributes.empty();
    std::vector<std::uint32_t> indices(local.faces.indices.size());
    indices.resize(meshopt_simplifyWithAttributes(
        indices.data(), local.faces.indices.data(), local.faces.indices.size(), &local.places.front().x, local.places.size(), sizeof(glm::vec3),
        attributes ? local.attributes.front().data() : nullptr, attributes ? sizeof(local.attributes.front()) : 0,
        attributes ? attributeWeights.data() : nullptr, attributes ? attributeWeights.size() : 0, local.locks.data(),
        targetTriangles * 3, std::numeric_limits<float>::max(), meshopt_SimplifyErrorAbsolute | how, &error));
    return indices;
}

/// Without regard to what is connected or where: for what edge collapses cannot make simpler.
std::vector<std::uint32_t> merge(const Local& local, std::size_t targetTriangles, float& error) {
    std::vector<std::uint32_t> indices(local.faces.indices.size());
    indices.resize(meshopt_simplifySloppy(indices.data(), local.faces.indices.data(), local.faces.indices.size(), &local.places.front().x,
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
        return indices.empty() ? 1.0f : static_cast<float>(indices.size()) / static_cast<float>(local.faces.indices.size());
    };
    Coarser coarser;
    Collapsed collapsed;
    Change change{.ownError = error};
    if (local.attributes.empty()) {
        collapsed = collapseEdges(local.places, local.faces, local.locks, targetTriangles);
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
    Faces fresh{std::move(indices), {}};
    fresh.facings = facingsOf(local.places, fresh.indices);
    coarser.error = deviation(local.places, local.faces, fresh, change, samples);
    for (Sample& sample : samples)
        sample.anchor = byVertex ? welded.positionOf[local.points.ids()[sample.anchor]] : local.points.ids()[sample.anchor];
    coarser.samples = std::move(samples);
    Look look;
    coarser.patch = toPatch(welded, local, std::move(fresh), look);
    if (look.wrong > 0.12f * look.area || targetTriangles < 256)
        coarser.looksWrong = looksWrong(welded, all, group, local, look);
    return coarser;
}

} // namespace millwright::cad
