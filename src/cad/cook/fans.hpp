#pragma once

#include "cad/cook/distance.hpp"
#include "cad/cook/lanes.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace millwright::cad {

inline constexpr std::uint32_t nowhere = ~0u;

/// Triangles as linear functions of a point: quick to tell that a point lies right above or below one.
class Facets {
public:
    Facets(std::span<const glm::vec3> places, std::span<const std::uint32_t> indices, std::span<const Quad> facings)
        : facets_((facings.size() + 3) / 4 * 4) {
        if (facings.empty()) return;
        origin_ = places[indices[0]]; // near all of them, so that little is rounded away
        const auto facing = [&](std::size_t t) { return facings[std::min(t, facings.size() - 1)].at; };
        const Lanes origin{Four{} + origin_.x, Four{} + origin_.y, Four{} + origin_.z};
        for (std::size_t t = 0; t < facings.size(); t += 4) {
            const Lanes a = cornersOf(places, indices, t, 0) - origin;
            const Lanes ab = cornersOf(places, indices, t, 1) - origin - a, ac = cornersOf(places, indices, t, 2) - origin - a;
            const Rows rows = transposed(facing(t), facing(t + 1), facing(t + 2), facing(t + 3));
            const Four twice = rows.fourth;
            const auto fine = twice * twice > dotOf(ab, ab) * dotOf(ac, ac) * sliver;
            const Four inverse = fine ? 1 / twice : Four{};
            const Lanes up = Lanes{rows.first, rows.second, rows.third} * (fine ? Four{} + 1 : Four{});
            const Lanes toB = crossOf(ac, up) * inverse, toC = crossOf(up, ab) * inverse;
            const Lanes toA{-toB.x - toC.x, -toB.y - toC.y, -toB.z - toC.z};
            const Rows x = transposed(up.x, toA.x, toB.x, toC.x), y = transposed(up.y, toA.y, toB.y, toC.y);
            const Rows z = transposed(up.z, toA.z, toB.z, toC.z);
            const Four never = fine ? Four{} : Four{} - 1;
            const Rows rest = transposed(never - dotOf(up, a), (fine ? Four{} + 1 : Four{} - 1) - dotOf(toA, a), never - dotOf(toB, a),
                                         never - dotOf(toC, a));
            facets_[t] = {x.first, y.first, z.first, rest.first};
            facets_[t + 1] = {x.second, y.second, z.second, rest.second};
            facets_[t + 2] = {x.third, y.third, z.third, rest.third};
            facets_[t + 3] = {x.fourth, y.fourth, z.fourth, rest.fourth};
        }
    }
    /// Whether the foot of a point's perpendicular lies within the triangle, and no farther away than `enough`. Slivers say no.
    [[nodiscard]] bool below(std::uint32_t triangle, glm::vec3 point, float enough) const {
        const Facet& f = facets_[triangle];
        const glm::vec3 p = point - origin_;
        const Four at = f.x * p.x + f.y * p.y + f.z * p.z + f.rest;
        const auto inside = (at >= 0) | IsHeight{-1, 0, 0, 0}, high = (at > enough) | (at < -enough);
        return (inside[0] & inside[1] & inside[2] & inside[3] & ~high[0]) != 0;
    }

private:
    using IsHeight [[gnu::vector_size(16)]] = std::int32_t;
    static constexpr float sliver = 1e-6f; ///< squared sine of the angle at the first corner from which on normals are exact enough
    /// `x * point.x + y * point.y + z * point.z + rest`: height above the triangle, and the shares of its corners in the foot.
    struct Facet {
        Four x{}, y{}, z{}, rest{-1, -1, -1, -1};
    };
    std::vector<Facet> facets_;
    glm::vec3 origin_{0};
};

/// A surface with what a vertex needs to find the triangles around it. Of places there are fewer than 65 536.
class Fans {
public:
    Fans(std::span<const glm::vec3> places, std::span<const std::uint32_t> indices, std::span<const Quad> facings)
        : places_{places}, indices_{indices}, facets_{places, indices, facings}, first_(places.size() + 2), corners_(indices.size()) {
        for (const std::uint32_t i : indices) ++first_[i + 2];
        std::partial_sum(first_.begin(), first_.end(), first_.begin());
        const auto narrow = [](std::uint32_t place) { return static_cast<std::uint16_t>(place); };
        for (std::uint32_t t = 0; t < indices.size() / 3; ++t) {
            const std::uint32_t a = indices[t * 3], b = indices[t * 3 + 1], c = indices[t * 3 + 2];
            corners_[first_[a + 1]++] = {t, narrow(b), narrow(c)};
            corners_[first_[b + 1]++] = {t, narrow(c), narrow(a)};
            corners_[first_[c + 1]++] = {t, narrow(a), narrow(b)};
        }
    }
    /// A corner of a triangle, and the places of the next ones.
    struct Corner {
        std::uint32_t triangle;
        std::uint16_t after, before;
    };
    [[nodiscard]] bool has(std::uint32_t place) const { return first_[place] != first_[place + 1]; }
    /// The corners at a place.
    [[nodiscard]] std::span<const Corner> around(std::uint32_t place) const {
        return std::span{corners_}.subspan(first_[place], first_[place + 1] - first_[place]);
    }
    /// Whether the edge from `a` to `b` is one of the surface, in either direction.
    [[nodiscard]] bool hasEdge(std::uint32_t a, std::uint32_t b) const {
        bool has = false;
        for (const Corner& corner : around(a)) has |= corner.after == b || corner.before == b;
        return has;
    }

    struct Near {
        float distance = std::numeric_limits<float>::infinity();
        std::uint32_t triangle = nowhere;
        std::uint32_t corner = nowhere; ///< of that triangle, the one nearest to the point
    };
    /// Looks for a triangle around `place` that has the point right above or below it and no farther away than `enough`, which is
    /// given as its distance. Quick.
    [[nodiscard]] Near nearBelow(std::uint32_t place, glm::vec3 point, float enough) const {
        for (const Corner& corner : around(place))
            if (facets_.below(corner.triangle, point, enough)) return {enough, corner.triangle, nearestCorner(corner.triangle, point)};
        return {};
    }
    /// Whether there is one.
    [[nodiscard]] bool isBelow(std::uint32_t place, glm::vec3 point, float enough) const {
        return std::ranges::any_of(around(place),
                                   [&](const Corner& corner) { return facets_.below(corner.triangle, point, enough); });
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
            const Corner* nearest = nullptr;
            for (const Corner& corner : around(place)) {
                const float apart = squaredDistance(corner.triangle, point);
                if (apart < best) best = apart, nearest = &corner;
                if (best <= stop) break;
            }
            near.distance = std::sqrt(best);
            if (!nearest) return near;
            near.triangle = nearest->triangle;
            near.corner = nearestCorner(near.triangle, point);
            if (best <= stop) return near;
            place = nearer(point, nearest->after, nearest->before);
        }
    }
    /// Corners less edges plus triangles (Euler 1758): changes when a hole closes or a part disappears.
    [[nodiscard]] std::ptrdiff_t characteristic() const {
        std::ptrdiff_t corners = 0, ends = 0;
        std::vector<std::uint32_t> seenFrom(places_.size(), nowhere);
        for (std::uint32_t place = 0; place < places_.size(); ++place) {
            if (!has(place)) continue;
            ++corners;
            for (const Corner& corner : around(place))
                for (const std::uint32_t other : {corner.after, corner.before})
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
        for (const Corner& corner : around(place))
            if (const float apart = squaredTo(corner.after); apart < least) least = apart, nearest = corner.after;
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
    std::vector<Corner> corners_;
};

} // namespace millwright::cad
