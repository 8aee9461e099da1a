#include "cad/finish_mesh.hpp"

#include <bit>
#include <cmath>
#include <cstring>

namespace millwright::cad {

namespace {

using scene::Vertex;

constexpr std::uint32_t empty = 0xFFFF'FFFFu;
/// Around a point where more triangles meet than this (the middle of a disc), each keeps its own normal: comparing all pairs would
/// take time with the square of their number.
constexpr std::uint32_t mostSmoothed = 128;

/// Finds equal items among those met so far: open addressing over indices into the caller's array.
class IndexTable {
public:
    explicit IndexTable(std::size_t items) : slots_(std::bit_ceil(items * 2 + 2), empty) {}

    /// The index of an item equal to the new one (as `same` tells), or `fresh` after noting it.
    template <typename Same>
    std::uint32_t findOrAdd(std::uint64_t hash, std::uint32_t fresh, Same same) {
        const std::size_t mask = slots_.size() - 1;
        for (std::size_t i = hash & mask;; i = (i + 1) & mask) {
            if (slots_[i] == empty) return slots_[i] = fresh;
            if (same(slots_[i])) return slots_[i];
        }
    }

private:
    std::vector<std::uint32_t> slots_;
};

template <typename T>
std::uint64_t hashWords(const T& value) {
    std::array<std::uint32_t, sizeof(T) / 4> words;
    std::memcpy(words.data(), &value, sizeof(T));
    std::uint64_t hash = 0x9E37'79B9'7F4A'7C15u;
    for (const std::uint32_t word : words) hash = std::rotl((hash ^ word) * 0xD6E8'FEB8'6659'FD93u, 31);
    return hash ^ (hash >> 29);
}

bool usable(glm::vec3 v) {
    return std::abs(v.x) <= largestCoordinate && std::abs(v.y) <= largestCoordinate && std::abs(v.z) <= largestCoordinate;
}

/// Unit length, or zero when `v` has no direction.
glm::vec3 direction(glm::dvec3 v) {
    const double length = glm::length(v);
    return length > 0 && std::isfinite(length) ? glm::vec3{v / length} : glm::vec3{0};
}

struct Corner {
    std::uint32_t vertex; ///< of the raw mesh
    glm::vec3 normal;
};

/// The triangles that can be drawn, and which vertices lie in one place.
struct Soup {
    std::vector<std::uint32_t> indices;
    std::vector<std::uint32_t> place; ///< of every raw vertex: the first vertex in the same place
    std::vector<glm::vec3> faceNormals;
};

void dropUndrawable(RawMesh& raw, Soup& soup, Repairs& repairs) {
    soup.place.resize(raw.positions.size());
    IndexTable table{raw.positions.size()};
    for (std::uint32_t i = 0; i < raw.positions.size(); ++i) {
        raw.positions[i] += 0.0f; // -0 becomes 0, so that equal places are equal bits
        const glm::vec3 position = raw.positions[i];
        soup.place[i] = usable(position)
                            ? table.findOrAdd(hashWords(position), i, [&](std::uint32_t j) { return raw.positions[j] == position; })
                            : empty;
    }
    for (std::size_t t = 0; t + 2 < raw.indices.size(); t += 3) {
        std::array<std::uint32_t, 3> at{};
        bool broken = false;
        for (std::size_t c = 0; c < 3; ++c) {
            const std::uint32_t vertex = raw.indices[t + c];
            at[c] = vertex < soup.place.size() ? soup.place[vertex] : empty;
            broken = broken || at[c] == empty;
        }
        if (broken) {
            ++repairs.brokenTriangles;
        } else if (at[0] == at[1] || at[1] == at[2] || at[2] == at[0]) {
            ++repairs.degenerateTriangles;
        } else {
            for (std::size_t c = 0; c < 3; ++c) soup.indices.push_back(raw.indices[t + c]);
            const auto p = [&](std::size_t c) { return glm::dvec3{raw.positions[at[c]]}; };
            soup.faceNormals.push_back(direction(glm::cross(p(1) - p(0), p(2) - p(0))));
        }
    }
}

/// Corners grouped by the place they are in: those of place i are corners[first[i] .. first[i + 1]).
struct CornersByPlace {
    std::vector<std::uint32_t> first;
    std::vector<std::uint32_t> corners;

    explicit CornersByPlace(const Soup& soup) : first(soup.place.size() + 1, 0), corners(soup.indices.size()) {
        for (const std::uint32_t vertex : soup.indices) ++first[soup.place[vertex] + 1];
        for (std::size_t i = 1; i < first.size(); ++i) first[i] += first[i - 1];
        std::vector<std::uint32_t> next{first.begin(), first.end() - 1};
        for (std::uint32_t c = 0; c < soup.indices.size(); ++c) corners[next[soup.place[soup.indices[c]]]++] = c;
    }
};

/// Normal of one corner: the mean of the triangles around its place that meet its own at less than the crease angle, weighted by
/// their angle there (Thürmer & Wüthrich, "Computing vertex normals from polygonal facets", 1998).
glm::vec3 smoothNormal(const RawMesh& raw, const Soup& soup, const CornersByPlace& around, std::uint32_t corner, float cosine) {
    const glm::vec3 own = soup.faceNormals[corner / 3];
    const std::uint32_t place = soup.place[soup.indices[corner]];
    if (around.first[place + 1] - around.first[place] > mostSmoothed) return own;
    glm::dvec3 sum{0};
    for (std::uint32_t i = around.first[place]; i < around.first[place + 1]; ++i) {
        const std::uint32_t other = around.corners[i];
        const glm::vec3 normal = soup.faceNormals[other / 3];
        if (glm::dot(own, own) > 0 && glm::dot(own, normal) < cosine) continue;
        const std::uint32_t base = other / 3 * 3;
        const glm::dvec3 here{raw.positions[soup.indices[other]]};
        const glm::vec3 a = direction(glm::dvec3{raw.positions[soup.indices[base + (other + 1 - base) % 3]]} - here);
        const glm::vec3 b = direction(glm::dvec3{raw.positions[soup.indices[base + (other + 2 - base) % 3]]} - here);
        sum += glm::dvec3{normal} * std::acos(glm::clamp(static_cast<double>(glm::dot(a, b)), -1.0, 1.0));
    }
    const glm::vec3 smooth = direction(sum);
    if (smooth != glm::vec3{0}) return smooth;
    return own != glm::vec3{0} ? own : glm::vec3{0, 1, 0};
}

std::vector<glm::vec3> cornerNormals(const RawMesh& raw, const Soup& soup, float creaseAngle, Repairs& repairs) {
    std::vector<glm::vec3> normals(soup.indices.size(), glm::vec3{0});
    std::vector<std::uint32_t> missing;
    for (std::uint32_t c = 0; c < soup.indices.size(); ++c) {
        if (!raw.normals.empty()) normals[c] = direction(glm::dvec3{raw.normals[soup.indices[c]]});
        if (normals[c] == glm::vec3{0}) missing.push_back(c);
    }
    if (missing.empty()) return normals;
    repairs.normalsMade += missing.size();
    if (raw.normals.empty()) ++repairs.meshesWithoutNormals;
    const CornersByPlace around{soup};
    // A hair below, so that edges of exactly the crease angle are smooth whatever the rounding.
    const float cosine = std::cos(creaseAngle) - 1e-4f;
    for (const std::uint32_t c : missing) normals[c] = smoothNormal(raw, soup, around, c, cosine);
    return normals;
}

struct JoinedVertex {
    Vertex vertex;
    std::array<std::uint8_t, 4> colour;
};
static_assert(sizeof(JoinedVertex) == 52);

void joinVertices(const RawMesh& raw, const Soup& soup, const std::vector<glm::vec3>& normals, scene::Mesh& mesh) {
    IndexTable table{soup.indices.size()};
    std::vector<JoinedVertex> joined;
    mesh.indices.reserve(soup.indices.size());
    for (std::uint32_t c = 0; c < soup.indices.size(); ++c) {
        const std::uint32_t source = soup.indices[c];
        JoinedVertex v{{raw.positions[source], normals[c], {1, 0, 0, 1}, {0, 0}}, {255, 255, 255, 255}};
        v.vertex.normal += 0.0f;
        if (!raw.uvs.empty() && std::isfinite(raw.uvs[source].x + raw.uvs[source].y)) v.vertex.uv = raw.uvs[source] + 0.0f;
        if (!raw.tangents.empty()) {
            const glm::vec3 tangent = direction(glm::dvec3{glm::vec3{raw.tangents[source]}});
            if (tangent != glm::vec3{0}) v.vertex.tangent = {tangent + 0.0f, raw.tangents[source].w < 0 ? -1.0f : 1.0f};
        }
        if (!raw.colours.empty()) v.colour = raw.colours[source];
        const auto fresh = static_cast<std::uint32_t>(joined.size());
        const std::uint32_t index =
            table.findOrAdd(hashWords(v), fresh, [&](std::uint32_t j) { return std::memcmp(&joined[j], &v, sizeof v) == 0; });
        if (index == fresh) joined.push_back(v);
        mesh.indices.push_back(index);
    }
    mesh.vertices.reserve(joined.size());
    for (const JoinedVertex& v : joined) {
        mesh.vertices.push_back(v.vertex);
        mesh.bounds.include(v.vertex.position);
    }
    if (raw.colours.empty()) return;
    mesh.colours.reserve(joined.size());
    for (const JoinedVertex& v : joined) mesh.colours.push_back(v.colour);
}

/// Lengyel, "Computing tangent space basis vectors for an arbitrary mesh", 2001.
void makeTangents(scene::Mesh& mesh) {
    std::vector<glm::dvec3> along(mesh.vertices.size(), glm::dvec3{0});
    std::vector<glm::dvec3> across(mesh.vertices.size(), glm::dvec3{0});
    for (std::size_t t = 0; t < mesh.indices.size(); t += 3) {
        const Vertex& a = mesh.vertices[mesh.indices[t]];
        const Vertex& b = mesh.vertices[mesh.indices[t + 1]];
        const Vertex& c = mesh.vertices[mesh.indices[t + 2]];
        const glm::dvec3 ab = glm::dvec3{b.position} - glm::dvec3{a.position};
        const glm::dvec3 ac = glm::dvec3{c.position} - glm::dvec3{a.position};
        const glm::dvec2 uvB = glm::dvec2{b.uv} - glm::dvec2{a.uv};
        const glm::dvec2 uvC = glm::dvec2{c.uv} - glm::dvec2{a.uv};
        const double area = uvB.x * uvC.y - uvC.x * uvB.y;
        if (area == 0 || !std::isfinite(area)) continue;
        const glm::dvec3 u = (ab * uvC.y - ac * uvB.y) / area;
        const glm::dvec3 v = (ac * uvB.x - ab * uvC.x) / area;
        for (std::size_t corner = 0; corner < 3; ++corner) {
            along[mesh.indices[t + corner]] += u;
            across[mesh.indices[t + corner]] += v;
        }
    }
    for (std::size_t i = 0; i < mesh.vertices.size(); ++i) {
        const glm::dvec3 normal{mesh.vertices[i].normal};
        glm::vec3 tangent = direction(along[i] - normal * glm::dot(normal, along[i]));
        if (tangent == glm::vec3{0})
            tangent = direction(glm::cross(normal, std::abs(normal.x) < 0.9 ? glm::dvec3{1, 0, 0} : glm::dvec3{0, 1, 0}));
        const bool mirrored = glm::dot(glm::cross(normal, along[i]), across[i]) < 0;
        mesh.vertices[i].tangent = {tangent, mirrored ? -1.0f : 1.0f};
    }
}

} // namespace

scene::Mesh finishMesh(RawMesh raw, const FinishOptions& options, Repairs& repairs) {
    scene::Mesh mesh;
    Soup soup;
    dropUndrawable(raw, soup, repairs);
    if (soup.indices.empty()) return mesh;
    const std::vector<glm::vec3> normals = cornerNormals(raw, soup, options.creaseAngle, repairs);
    joinVertices(raw, soup, normals, mesh);
    if (options.tangents && raw.tangents.empty() && !raw.uvs.empty()) makeTangents(mesh);
    return mesh;
}

} // namespace millwright::cad
