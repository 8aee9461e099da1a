#include "cad/finish_mesh.hpp"

#include <millwright/core/pages.hpp>

#include <algorithm>
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

/// Which vertices lie in one place: of every raw vertex the first one in the same place, `empty` for those that lie nowhere.
std::vector<std::uint32_t> placesOf(RawMesh& raw) {
    std::vector<std::uint32_t> places(raw.positions.size());
    IndexTable table{raw.positions.size()};
    for (std::uint32_t i = 0; i < raw.positions.size(); ++i) {
        raw.positions[i] += 0.0f; // -0 becomes 0, so that equal places are equal bits
        const glm::vec3 position = raw.positions[i];
        places[i] = usable(position)
                        ? table.findOrAdd(hashWords(position), i, [&](std::uint32_t j) { return raw.positions[j] == position; })
                        : empty;
    }
    return places;
}

/// Leaves the triangles that can be drawn.
void dropUndrawable(RawMesh& raw, const std::vector<std::uint32_t>& places, Repairs& repairs) {
    std::size_t kept = 0;
    for (std::size_t t = 0; t + 2 < raw.indices.size(); t += 3) {
        std::array<std::uint32_t, 3> at{};
        bool broken = false;
        for (std::size_t c = 0; c < 3; ++c) {
            const std::uint32_t vertex = raw.indices[t + c];
            at[c] = vertex < places.size() ? places[vertex] : empty;
            broken = broken || at[c] == empty;
        }
        if (broken) {
            ++repairs.brokenTriangles;
        } else if (at[0] == at[1] || at[1] == at[2] || at[2] == at[0]) {
            ++repairs.degenerateTriangles;
        } else {
            for (std::size_t c = 0; c < 3; ++c) raw.indices[kept++] = raw.indices[t + c];
        }
    }
    raw.indices.resize(kept);
}

/// What making normals needs to know of the triangles.
struct Soup {
    const RawMesh& raw;
    const std::vector<std::uint32_t>& place;
    std::vector<glm::vec3> faceNormals;

    Soup(const RawMesh& mesh, const std::vector<std::uint32_t>& places) : raw{mesh}, place{places} {
        faceNormals.reserve(raw.indices.size() / 3);
        for (std::size_t t = 0; t < raw.indices.size(); t += 3) {
            const auto p = [&](std::size_t c) { return glm::dvec3{raw.positions[raw.indices[t + c]]}; };
            faceNormals.push_back(direction(glm::cross(p(1) - p(0), p(2) - p(0))));
        }
    }
};

/// Corners grouped by the place they are in: those of place i are corners[first[i] .. first[i + 1]).
struct CornersByPlace {
    std::vector<std::uint32_t> first;
    std::vector<std::uint32_t> corners;

    explicit CornersByPlace(const Soup& soup) : first(soup.place.size() + 1, 0), corners(soup.raw.indices.size()) {
        for (const std::uint32_t vertex : soup.raw.indices) ++first[soup.place[vertex] + 1];
        for (std::size_t i = 1; i < first.size(); ++i) first[i] += first[i - 1];
        std::vector<std::uint32_t> next{first.begin(), first.end() - 1};
        for (std::uint32_t c = 0; c < corners.size(); ++c) corners[next[soup.place[soup.raw.indices[c]]]++] = c;
    }
};

/// Normal of one corner: the mean of the triangles around its place that meet its own at less than the crease angle, weighted by
/// their angle there (Thürmer & Wüthrich, "Computing vertex normals from polygonal facets", 1998).
glm::vec3 smoothNormal(const Soup& soup, const CornersByPlace& around, std::uint32_t corner, float cosine) {
    const RawMesh& raw = soup.raw;
    const glm::vec3 own = soup.faceNormals[corner / 3];
    const std::uint32_t place = soup.place[raw.indices[corner]];
    if (around.first[place + 1] - around.first[place] > mostSmoothed) return own;
    glm::dvec3 sum{0};
    for (std::uint32_t i = around.first[place]; i < around.first[place + 1]; ++i) {
        const std::uint32_t other = around.corners[i];
        const glm::vec3 normal = soup.faceNormals[other / 3];
        if (glm::dot(own, own) > 0 && glm::dot(own, normal) < cosine) continue;
        const std::uint32_t base = other / 3 * 3;
        const glm::dvec3 here{raw.positions[raw.indices[other]]};
        const glm::vec3 a = direction(glm::dvec3{raw.positions[raw.indices[base + (other + 1 - base) % 3]]} - here);
        const glm::vec3 b = direction(glm::dvec3{raw.positions[raw.indices[base + (other + 2 - base) % 3]]} - here);
        sum += glm::dvec3{normal} * std::acos(glm::clamp(static_cast<double>(glm::dot(a, b)), -1.0, 1.0));
    }
    const glm::vec3 smooth = direction(sum);
    if (smooth != glm::vec3{0}) return smooth;
    return own != glm::vec3{0} ? own : glm::vec3{0, 1, 0};
}

/// Makes the mesh's own normals unit length; false when some drawn corner has none that can be used.
bool settleNormals(RawMesh& raw) {
    if (raw.normals.empty()) return false;
    for (glm::vec3& normal : raw.normals) normal = direction(glm::dvec3{normal});
    return std::ranges::none_of(raw.indices, [&](std::uint32_t vertex) { return raw.normals[vertex] == glm::vec3{0}; });
}

/// A normal for every corner: the mesh's own where it has a good one.
std::vector<glm::vec3> cornerNormals(const RawMesh& raw, const std::vector<std::uint32_t>& places, float creaseAngle,
                                     Repairs& repairs) {
    const Soup soup{raw, places};
    const CornersByPlace around{soup};
    // A hair below, so that edges of exactly the crease angle are smooth whatever the rounding.
    const float cosine = std::cos(creaseAngle) - 1e-4f;
    std::vector<glm::vec3> normals(raw.indices.size(), glm::vec3{0});
    for (std::uint32_t c = 0; c < raw.indices.size(); ++c) {
        if (!raw.normals.empty()) normals[c] = raw.normals[raw.indices[c]];
        if (normals[c] != glm::vec3{0}) continue;
        normals[c] = smoothNormal(soup, around, c, cosine);
        ++repairs.normalsMade;
    }
    if (raw.normals.empty()) ++repairs.meshesWithoutNormals;
    return normals;
}

struct JoinedVertex {
    Vertex vertex;
    std::array<std::uint8_t, 4> colour;
};
static_assert(sizeof(JoinedVertex) == 52);

JoinedVertex joinedVertex(const RawMesh& raw, std::uint32_t source, glm::vec3 normal) {
    JoinedVertex v{{raw.positions[source], normal + 0.0f, {1, 0, 0, 1}, {0, 0}}, {255, 255, 255, 255}};
    if (!raw.uvs.empty() && std::isfinite(raw.uvs[source].x + raw.uvs[source].y)) v.vertex.uv = raw.uvs[source] + 0.0f;
    if (!raw.tangents.empty()) {
        const glm::vec3 tangent = direction(glm::dvec3{glm::vec3{raw.tangents[source]}});
        if (tangent != glm::vec3{0}) v.vertex.tangent = {tangent + 0.0f, raw.tangents[source].w < 0 ? -1.0f : 1.0f};
    }
    if (!raw.colours.empty()) v.colour = raw.colours[source];
    return v;
}

void append(const JoinedVertex& v, const RawMesh& raw, scene::Mesh& mesh) {
    mesh.vertices.push_back(v.vertex);
    mesh.bounds.include(v.vertex.position);
    if (!raw.colours.empty()) mesh.colours.push_back(v.colour);
}

/// Makes equal vertices one, with a normal for every corner.
void joinCorners(RawMesh& raw, const std::vector<glm::vec3>& normals, scene::Mesh& mesh) {
    IndexTable table{raw.indices.size()};
    mesh.vertices.reserve(raw.indices.size());
    if (!raw.colours.empty()) mesh.colours.reserve(raw.indices.size());
    for (std::size_t c = 0; c < raw.indices.size(); ++c) {
        const JoinedVertex v = joinedVertex(raw, raw.indices[c], normals[c]);
        const auto fresh = static_cast<std::uint32_t>(mesh.vertices.size());
        raw.indices[c] = table.findOrAdd(hashWords(v), fresh, [&](std::uint32_t j) {
            return std::memcmp(&mesh.vertices[j], &v.vertex, sizeof v.vertex) == 0 &&
                   (raw.colours.empty() || mesh.colours[j] == v.colour);
        });
        if (raw.indices[c] == fresh) append(v, raw, mesh);
    }
    if (mesh.vertices.size() < mesh.vertices.capacity() / 2) {
        mesh.vertices.shrink_to_fit();
        mesh.colours.shrink_to_fit();
    }
}

/// Which raw vertices become those of the mesh, in the order in which triangles use them; of equal ones the first. The indices
/// count among them afterwards.
std::vector<std::uint32_t> firstOfEqual(RawMesh& raw) {
    const std::size_t most = std::min(raw.positions.size(), raw.indices.size());
    std::vector<std::uint32_t> firsts;
    firsts.reserve(most);
    IndexTable table{most};
    std::vector<std::uint32_t> joined(raw.positions.size(), empty);
    for (std::uint32_t& index : raw.indices) {
        if (joined[index] == empty) {
            const JoinedVertex v = joinedVertex(raw, index, raw.normals[index]);
            const auto fresh = static_cast<std::uint32_t>(firsts.size());
            joined[index] = table.findOrAdd(hashWords(v), fresh, [&](std::uint32_t j) {
                const JoinedVertex known = joinedVertex(raw, firsts[j], raw.normals[firsts[j]]);
                return std::memcmp(&known, &v, sizeof v) == 0;
            });
            if (joined[index] == fresh) firsts.push_back(index);
        }
        index = joined[index];
    }
    return firsts;
}

/// Makes equal vertices one, with the normals of the vertices themselves. Raw vertices are given back as they become those of the
/// mesh, so that large ones are not held twice.
void joinVertices(RawMesh& raw, scene::Mesh& mesh) {
    constexpr std::size_t piece = 1 << 16;
    const std::vector<std::uint32_t> firsts = firstOfEqual(raw);
    std::vector<std::uint32_t> leastFrom(firsts.size() / piece + 2, static_cast<std::uint32_t>(raw.positions.size()));
    for (std::size_t i = firsts.size(); i-- > 0;) {
        auto& least = leastFrom[i / piece];
        least = std::min({least, leastFrom[i / piece + 1], firsts[i]});
    }
    const auto giveBack = [](auto& items, std::size_t first, std::size_t last) {
        if (!items.empty()) giveBackPages(std::as_writable_bytes(std::span{items}.subspan(first, last - first)));
    };
    mesh.vertices.reserve(firsts.size());
    if (!raw.colours.empty()) mesh.colours.reserve(firsts.size());
    for (std::size_t i = 0, given = 0; i < firsts.size(); ++i) {
        append(joinedVertex(raw, firsts[i], raw.normals[firsts[i]]), raw, mesh);
        if (i % piece != piece - 1) continue;
        const std::size_t needed = leastFrom[i / piece + 1];
        giveBack(raw.positions, given, needed);
        giveBack(raw.normals, given, needed);
        giveBack(raw.tangents, given, needed);
        giveBack(raw.uvs, given, needed);
        giveBack(raw.colours, given, needed);
        given = needed;
    }
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
    std::vector<std::uint32_t> places = placesOf(raw);
    dropUndrawable(raw, places, repairs);
    if (raw.indices.empty()) return mesh;
    if (settleNormals(raw)) {
        places = {};
        joinVertices(raw, mesh);
    } else {
        joinCorners(raw, cornerNormals(raw, places, options.creaseAngle, repairs), mesh);
    }
    mesh.indices = std::move(raw.indices);
    if (options.tangents && raw.tangents.empty() && !raw.uvs.empty()) makeTangents(mesh);
    return mesh;
}

} // namespace millwright::cad
