#pragma once

#include "cad/cook/distance.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace millwright::cad {

inline constexpr std::uint32_t nowhere = ~0u;

/// Triangles as linear functions of a point: quick to tell that a point lies right above or below one.
class Facets {
public:
    Facets(std::span<const glm::vec3> places, std::span<const std::uint32_t> indices) : facets_(indices.size() / 3) {
        if (facets_.empty()) return;
        origin_ = places[indices[0]]; // near all of them, so that little is rounded away
        for (std::size_t t = 0; t < facets_.size(); ++t) {
            const glm::vec3 a = places[indices[t * 3]] - origin_;
            const glm::vec3 ab = places[indices[t * 3 + 1]] - origin_ - a, ac = places[indices[t * 3 + 2]] - origin_ - a;
            const glm::vec3 normal = glm::cross(ab, ac);
            const float squared = glm::dot(normal, normal);
            if (!(squared > glm::dot(ab, ab) * glm::dot(ac, ac) * sliver)) continue;
            const float inverse = 1 / squared;
            const glm::vec3 up = normal * std::sqrt(inverse);
            const glm::vec3 toB = glm::cross(ac, normal) * inverse, toC = glm::cross(normal, ab) * inverse;
            const glm::vec3 toA = -toB - toC;
            facets_[t] = {.x = Four{up.x, toA.x, toB.x, toC.x},
                          .y = Four{up.y, toA.y, toB.y, toC.y},
                          .z = Four{up.z, toA.z, toB.z, toC.z},
                          .rest = Four{-glm::dot(up, a), 1 - glm::dot(toA, a), -glm::dot(toB, a), -glm::dot(toC, a)}};
        }
    }
    /// Whether the foot of a point's perpendicular lies within the triangle, and no farther away than `enough`. Slivers say no.
    [[nodiscard]] bool below(std::uint32_t triangle, glm::vec3 point, float enough) const {
        const Facet& f = facets_[triangle];
        const glm::vec3 p = point - origin_;
        const Four at = f.x * p.x + f.y * p.y + f.z * p.z + f.rest;
        return std::min({at[1], at[2], at[3], enough - std::abs(at[0])}) >= 0;
    }

private:
    using Four [[gnu::vector_size(16)]] = float; // one instruction each: this is where cooking spends its time
    static constexpr float sliver = 1e-6f; ///< squared sine of the angle at the first corner from which on normals are exact enough
    /// `x * point.x + y * point.y + z * point.z + rest`: height above the triangle, and the shares of its corners in the foot.
    struct Facet {
        Four x{}, y{}, z{}, rest{-1, -1, -1, -1};
    };
    std::vector<Facet> facets_;
    glm::vec3 origin_{0};
};

/// A surface with what a vertex needs to find the triangles around it.
class Fans {
public:
    Fans(std::span<const glm::vec3> places, std::span<const std::uint32_t> indices)
        : places_{places}, indices_{indices}, facets_{places, indices} {
        first_.resize(places.size() + 1);
        for (const std::uint32_t i : indices) ++first_[i + 1];
        std::partial_sum(first_.begin(), first_.end(), first_.begin());
        corners_.resize(indices.size());
        auto at = first_;
        for (std::uint32_t i = 0; i < indices.size(); ++i) corners_[at[indices[i]]++] = i;
    }
    [[nodiscard]] bool has(std::uint32_t place) const { return first_[place] != first_[place + 1]; }
    /// The corners at a place, as positions in `indices`: corner / 3 is the triangle.
    [[nodiscard]] std::span<const std::uint32_t> around(std::uint32_t place) const {
        return std::span{corners_}.subspan(first_[place], first_[place + 1] - first_[place]);
    }
    /// The place of the next corner of the same triangle.
    [[nodiscard]] std::uint32_t after(std::uint32_t corner) const { return indices_[corner % 3 == 2 ? corner - 2 : corner + 1]; }
    /// Whether the edge from `a` to `b` is one of the surface, in either direction.
    [[nodiscard]] bool hasEdge(std::uint32_t a, std::uint32_t b) const {
        return std::ranges::any_of(around(a), [&](std::uint32_t corner) {
            const std::uint32_t* triangle = &indices_[corner / 3 * 3];
            return triangle[0] == b || triangle[1] == b || triangle[2] == b;
        });
    }

    struct Near {
        float distance = std::numeric_limits<float>::infinity();
        std::uint32_t triangle = nowhere;
        std::uint32_t corner = nowhere; ///< of that triangle, the one nearest to the point
    };
    /// Looks for a triangle around `place` that has the point right above or below it and no farther away than `enough`, which is
    /// given as its distance. Quick.
    [[nodiscard]] Near nearBelow(std::uint32_t place, glm::vec3 point, float enough) const {
        for (const std::uint32_t corner : around(place))
            if (facets_.below(corner / 3, point, enough)) return {enough, corner / 3, nearestCorner(corner / 3, point)};
        return {};
    }
    /// At least the distance of a point, usually it, or `enough` where it is no farther away: goes from the triangles around
    /// `place` to nearer ones as long as there are any.
    [[nodiscard]] Near nearFrom(std::uint32_t place, glm::vec3 point, float enough) const {
        for (std::uint32_t next = place; next != nowhere; next = nearerNeighbour(place, point)) {
            place = next;
            if (const Near near = nearBelow(place, point, enough); near.triangle != nowhere) return near;
        }
        Near near;
        float best = std::numeric_limits<float>::infinity();
        const float stop = enough * enough;
        while (true) {
            std::uint32_t nearest = nowhere; // its corner at `place`
            for (const std::uint32_t corner : around(place)) {
                const float apart = squaredDistance(corner / 3, point);
                if (apart < best) best = apart, nearest = corner;
                if (best <= stop) break;
            }
            near.distance = std::sqrt(best);
            if (nearest == nowhere) return near;
            near.triangle = nearest / 3;
            near.corner = nearestCorner(near.triangle, point);
            if (best <= stop) return near;
            const std::uint32_t first = near.triangle * 3, which = nearest - first;
            place = nearer(point, indices_[first + (which + 1) % 3], indices_[first + (which + 2) % 3]);
        }
    }
    /// Corners less edges plus triangles (Euler 1758): changes when a hole closes or a part disappears.
    [[nodiscard]] std::ptrdiff_t characteristic() const {
        std::ptrdiff_t corners = 0, ends = 0;
        std::vector<std::uint32_t> seenFrom(first_.size(), nowhere);
        for (std::uint32_t place = 0; place + 1 < first_.size(); ++place) {
            if (!has(place)) continue;
            ++corners;
            seenFrom[place] = place;
            for (const std::uint32_t corner : around(place))
                for (const std::uint32_t other : indices_.subspan(corner / 3 * 3, 3))
                    ends += std::exchange(seenFrom[other], place) != place ? 1 : 0;
        }
        return corners - ends / 2 + static_cast<std::ptrdiff_t>(indices_.size() / 3);
    }

private:
    [[nodiscard]] float squaredDistance(std::uint32_t triangle, glm::vec3 point) const {
        const std::uint32_t* corner = &indices_[triangle * 3];
        const glm::vec3 apart = nearestOfTriangle(point, places_[corner[0]], places_[corner[1]], places_[corner[2]]) - point;
        return glm::dot(apart, apart);
    }
    [[nodiscard]] std::uint32_t nearer(glm::vec3 point, std::uint32_t a, std::uint32_t b) const {
        const glm::vec3 toA = places_[a] - point, toB = places_[b] - point;
        return glm::dot(toA, toA) < glm::dot(toB, toB) ? a : b;
    }
    /// Of the corners next to `place`, the one nearest to the point, or `nowhere` when `place` itself is nearer.
    [[nodiscard]] std::uint32_t nearerNeighbour(std::uint32_t place, glm::vec3 point) const {
        const auto squaredTo = [&](std::uint32_t other) {
            const glm::vec3 apart = places_[other] - point;
            return glm::dot(apart, apart);
        };
        float least = squaredTo(place);
        std::uint32_t nearest = nowhere;
        for (const std::uint32_t corner : around(place)) {
            const std::uint32_t other = after(corner);
            if (const float apart = squaredTo(other); apart < least) least = apart, nearest = other;
        }
        return nearest;
    }
    [[nodiscard]] std::uint32_t nearestCorner(std::uint32_t triangle, glm::vec3 point) const {
        const std::uint32_t* corner = &indices_[triangle * 3];
        return nearer(point, corner[0], nearer(point, corner[1], corner[2]));
    }

    std::span<const glm::vec3> places_;
    std::span<const std::uint32_t> indices_;
    Facets facets_;
    std::vector<std::uint32_t> first_; ///< by place: where its corners begin
    std::vector<std::uint32_t> corners_;
};

} // namespace millwright::cad
