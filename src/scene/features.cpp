#include "scene/features.hpp"

#include "scene/weld.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <span>

namespace millwright::scene {
namespace {

constexpr float flatCosine = 0.99985f;      // 1 degree: faces that meet in less are one
constexpr float shadedCosine = 0.985f;      // 10 degrees between the normals of one point: shaded as an edge
constexpr float straightCosine = 0.999962f; // half a degree: one straight edge
constexpr float turnCosine = 0.866f;        // 30 degrees: a chain of edges turns a corner, rather than follows a curve

/// One side of a triangle, by the points it joins.
struct Side {
    std::uint32_t low, high; ///< points
    std::uint32_t triangle;
    std::uint8_t lowCorner, highCorner; ///< of the triangle, 0…2
};

class Finder {
public:
    explicit Finder(const Mesh& mesh) : mesh_{mesh} {}

    MeshFeatures find() {
        weldVertices();
        collectSides();
        std::size_t begin = 0;
        while (begin < sides_.size()) {
            std::size_t end = begin + 1;
            while (end < sides_.size() && sides_[end].low == sides_[begin].low && sides_[end].high == sides_[begin].high) ++end;
            if (isEdge(std::span{sides_}.subspan(begin, end - begin))) sharp_.emplace_back(sides_[begin].low, sides_[begin].high);
            begin = end;
        }
        join();
        return std::move(found_);
    }

private:
    void weldVertices() {
        std::vector<glm::vec3> positions;
        positions.reserve(mesh_.vertices.size());
        for (const Vertex& vertex : mesh_.vertices) positions.push_back(vertex.position);
        Welded welded = weld(positions);
        pointOf_ = std::move(welded.pointOf);
        points_ = std::move(welded.points);
    }

    void collectSides() {
        sides_.reserve(mesh_.indices.size());
        normals_.resize(mesh_.triangles());
        for (std::uint32_t t = 0; t < mesh_.triangles(); ++t) {
            std::array<std::uint32_t, 3> p{};
            for (std::size_t c = 0; c < 3; ++c) p[c] = pointOf_[mesh_.indices[3 * std::size_t{t} + c]];
            const glm::vec3 across = glm::cross(points_[p[1]] - points_[p[0]], points_[p[2]] - points_[p[0]]);
            const float length = glm::length(across);
            if (!(length > 0)) continue; // without area, without sides
            normals_[t] = across / length;
            for (std::uint8_t c = 0; c < 3; ++c) {
                const auto next = static_cast<std::uint8_t>((c + 1) % 3);
                if (p[c] < p[next])
                    sides_.push_back({p[c], p[next], t, c, next});
                else
                    sides_.push_back({p[next], p[c], t, next, c});
            }
        }
        std::ranges::sort(sides_, {}, [](const Side& s) { return std::pair{s.low, s.high}; });
    }

    [[nodiscard]] glm::vec3 shadingNormal(std::uint32_t triangle, std::uint8_t corner) const {
        return mesh_.vertices[mesh_.indices[3 * std::size_t{triangle} + corner]].normal;
    }

    [[nodiscard]] bool isEdge(std::span<const Side> sides) const {
        if (sides.size() != 2) return true; // a border, or more faces than two
        const auto& [a, b] = std::pair{sides[0], sides[1]};
        if (std::abs(glm::dot(normals_[a.triangle], normals_[b.triangle])) > flatCosine) return false;
        return glm::dot(shadingNormal(a.triangle, a.lowCorner), shadingNormal(b.triangle, b.lowCorner)) < shadedCosine ||
               glm::dot(shadingNormal(a.triangle, a.highCorner), shadingNormal(b.triangle, b.highCorner)) < shadedCosine;
    }

    /// Joins pieces that follow each other in a straight line, and finds the corners.
    void join() {
        std::vector<std::uint32_t> first(points_.size() + 1, 0); // neighbours of every point, one list after another
        for (const auto& [low, high] : sharp_) {
            ++first[low + 1];
            ++first[high + 1];
        }
        std::partial_sum(first.begin(), first.end(), first.begin());
        std::vector<std::uint32_t> neighbours(2 * sharp_.size()), filled(first.begin(), first.end() - 1);
        for (const auto& [low, high] : sharp_) {
            neighbours[filled[low]++] = high;
            neighbours[filled[high]++] = low;
        }
        const auto around = [&](std::uint32_t point) {
            return std::span{neighbours}.subspan(first[point], first[point + 1] - first[point]);
        };
        const auto cosineOfTurn = [&](std::uint32_t point) { // -1 … 1 for a point between two pieces
            const auto pair = around(point);
            return glm::dot(glm::normalize(points_[point] - points_[pair[0]]), glm::normalize(points_[pair[1]] - points_[point]));
        };
        const auto straight = [&](std::uint32_t point) {
            return around(point).size() == 2 && cosineOfTurn(point) > straightCosine;
        };
        for (std::uint32_t point = 0; point < points_.size(); ++point) {
            if (around(point).empty()) continue;
            if (around(point).size() != 2 || cosineOfTurn(point) < turnCosine) found_.corners.push_back(points_[point]);
            if (straight(point)) continue;
            for (const std::uint32_t next : around(point)) { // follow each piece to the end of its line
                std::uint32_t before = point, at = next;
                while (straight(at)) {
                    const auto pair = around(at);
                    const std::uint32_t onward = pair[0] == before ? pair[1] : pair[0];
                    before = std::exchange(at, onward);
                }
                if (point < at) found_.edges.push_back({points_[point], points_[at]}); // each is found from both ends
            }
        }
    }

    const Mesh& mesh_;
    std::vector<std::uint32_t> pointOf_; ///< parallel to the mesh's vertices
    std::vector<glm::vec3> points_;
    std::vector<glm::vec3> normals_; ///< of the triangles' planes
    std::vector<Side> sides_;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> sharp_;
    MeshFeatures found_;
};

} // namespace

MeshFeatures::MeshFeatures(const Mesh& mesh) : MeshFeatures{Finder{mesh}.find()} {}

} // namespace millwright::scene
