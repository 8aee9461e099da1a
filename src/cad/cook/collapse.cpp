#include "cad/cook/collapse.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

namespace millwright::cad {
namespace {

constexpr std::uint32_t nowhere = ~0u;
constexpr float borderWeight = 10;      ///< of the plane through a border edge, beside that of a triangle as large as its square
constexpr float lengthWeight = 1e-6f;   ///< of an edge's squared length: where all is flat, short edges go first
constexpr float leastAlike = 0.25f;     ///< cosine between a triangle's normals before and after a collapse
constexpr std::size_t mostCorners = 32; ///< a place with more triangles stays: looking at them all again and again takes too long

enum class Kind : std::uint8_t { Inside, Border, Stays };

/// Sum of squared distances to planes, seen from a place of its own: what it is evaluated at lies near, and little is rounded away.
struct Quadric {
    float xx = 0, yy = 0, zz = 0, xy = 0, xz = 0, yz = 0;
    glm::vec3 linear{0};
    float constant = 0;
    float weight = 0;

    /// A plane through the place it is seen from.
    void addPlane(glm::vec3 n, float w) {
        xx += w * n.x * n.x;
        yy += w * n.y * n.y;
        zz += w * n.z * n.z;
        xy += w * n.x * n.y;
        xz += w * n.x * n.z;
        yz += w * n.y * n.z;
        weight += w;
    }
    void addPlanes(const Quadric& planes) {
        xx += planes.xx;
        yy += planes.yy;
        zz += planes.zz;
        xy += planes.xy;
        xz += planes.xz;
        yz += planes.yz;
        weight += planes.weight;
    }
    [[nodiscard]] glm::vec3 times(glm::vec3 v) const {
        return {xx * v.x + xy * v.y + xz * v.z, xy * v.x + yy * v.y + yz * v.z, xz * v.x + yz * v.y + zz * v.z};
    }
    /// At `to` from its place.
    [[nodiscard]] float at(glm::vec3 to) const { return std::max(0.0f, glm::dot(times(to) + 2.0f * linear, to) + constant); }
    /// `other`, whose place is at -`to` from this one's.
    void add(const Quadric& other, glm::vec3 to) {
        constant += other.at(to);
        linear += other.linear + other.times(to);
        addPlanes(other);
    }
};

/// Triangles take four numbers, of which three are used: from a corner to the next without dividing.
class Collapser {
public:
    Collapser(std::span<const glm::vec3> places, std::span<const std::uint32_t> indices, std::span<const std::uint8_t> locks)
        : places_{places},
          corners_(indices.size() / 3 * 4),
          triangles_{indices.size() / 3},
          first_(places.size(), nowhere),
          next_(corners_.size(), nowhere),
          kinds_(places.size(), Kind::Stays),
          quadrics_(places.size()),
          keys_(places.size()),
          seen_(places.size(), 0),
          wentTo_(places.size()) {
        for (std::uint32_t t = 0; t < triangles_; ++t)
            for (std::uint32_t k = 0; k < 3; ++k) {
                corners_[t * 4 + k] = indices[t * 3 + k];
                next_[t * 4 + k] = std::exchange(first_[indices[t * 3 + k]], t * 4 + k);
            }
        for (std::uint32_t place = 0; place < places.size(); ++place) {
            wentTo_[place] = place;
            if (first_[place] != nowhere && (locks.empty() || locks[place] == 0)) kinds_[place] = kindOf(place);
        }
        addPlanes();
    }

    Collapsed run(std::size_t target) {
        for (std::uint32_t place = 0; place < places_.size(); ++place) {
            if (kinds_[place] == Kind::Stays) continue;
            findWays(place);
            if (!ways_.empty()) keep(place, takeLeast());
        }
        std::ranges::make_heap(heap_, std::ranges::greater{});
        float most = 0;
        while (triangles_ > target && retry()) {
            const std::uint64_t top = heap_.front();
            std::ranges::pop_heap(heap_, std::ranges::greater{});
            heap_.pop_back();
            const auto place = static_cast<std::uint32_t>(top);
            if (const auto to = choose(place)) most = std::max(most, collapse(place, *to));
        }
        return finish(std::sqrt(most));
    }

private:
    struct Way {
        float cost = 0;
        std::uint32_t to = nowhere;
    };
    /// What a place was last seen to cost.
    struct Key {
        Way way;
        bool stale = false; ///< something around it has changed since
    };

    [[nodiscard]] std::uint32_t after(std::uint32_t corner) const {
        return corners_[(corner & ~3u) | (0x09u >> (corner & 3u) * 2 & 3u)];
    }
    [[nodiscard]] std::uint32_t before(std::uint32_t corner) const {
        return corners_[(corner & ~3u) | (0x12u >> (corner & 3u) * 2 & 3u)];
    }
    [[nodiscard]] glm::vec3 cross(std::uint32_t a, std::uint32_t b, std::uint32_t c) const {
        return glm::cross(places_[b] - places_[a], places_[c] - places_[a]);
    }

    /// Inside: each neighbour comes after it once and before it once. At a border: all but one at each end.
    [[nodiscard]] Kind kindOf(std::uint32_t place) {
        const std::uint32_t comesAfter = ++stamp_, comesBefore = ++stamp_;
        std::size_t count = 0, unmatched = 0;
        for (std::uint32_t corner = first_[place]; corner != nowhere; corner = next_[corner])
            if (std::exchange(seen_[after(corner)], comesAfter) == comesAfter || ++count > mostCorners) return Kind::Stays;
        for (std::uint32_t corner = first_[place]; corner != nowhere; corner = next_[corner]) {
            const std::uint32_t was = std::exchange(seen_[before(corner)], comesBefore);
            if (was == comesBefore) return Kind::Stays;
            unmatched += was != comesAfter ? 1 : 0;
        }
        return unmatched == 0 ? Kind::Inside : unmatched == 1 ? Kind::Border : Kind::Stays;
    }

    void addPlanes() {
        for (std::uint32_t corner = 0; corner < corners_.size(); corner += 4) {
            const std::array corners{corners_[corner], corners_[corner + 1], corners_[corner + 2]};
            const glm::vec3 normal = cross(corners[0], corners[1], corners[2]);
            const float twice = glm::length(normal);
            if (!(twice > 0)) continue;
            const glm::vec3 up = normal * (1 / twice);
            Quadric plane;
            plane.addPlane(up, twice);
            for (std::size_t k = 0; k < 3; ++k) {
                const std::uint32_t a = corners[k], b = corners[(k + 1) % 3];
                quadrics_[a].addPlanes(plane);
                if (kinds_[a] == Kind::Inside || kinds_[b] == Kind::Inside || hasEdge(b, a)) continue;
                const glm::vec3 along = places_[b] - places_[a];
                const float squared = glm::dot(along, along);
                if (!(squared > 0)) continue;
                const glm::vec3 out = glm::cross(along * (1 / std::sqrt(squared)), up);
                quadrics_[a].addPlane(out, squared * borderWeight);
                quadrics_[b].addPlane(out, squared * borderWeight);
            }
        }
    }
    /// Whether a triangle goes from `a` to `b`.
    [[nodiscard]] bool hasEdge(std::uint32_t a, std::uint32_t b) const {
        for (std::uint32_t corner = first_[a]; corner != nowhere; corner = next_[corner])
            if (after(corner) == b) return true;
        return false;
    }

    /// Fills `ways_` with where a place may go: to its neighbours, at a border only along it.
    void findWays(std::uint32_t place) {
        ways_.clear();
        const Quadric& quadric = quadrics_[place];
        const float scale = 1 / std::max(quadric.weight, std::numeric_limits<float>::min());
        const auto add = [&](std::uint32_t to) {
            const glm::vec3 along = places_[to] - places_[place];
            ways_.push_back({quadric.at(along) * scale + lengthWeight * glm::dot(along, along), to});
        };
        const bool inside = kinds_[place] == Kind::Inside;
        for (std::uint32_t corner = first_[place]; corner != nowhere; corner = next_[corner]) {
            if (inside || !hasEdge(after(corner), place)) add(after(corner));
            if (!inside && !hasEdge(place, before(corner))) add(before(corner));
        }
    }
    /// The cheapest of `ways_`, which is taken out of them.
    [[nodiscard]] Way takeLeast() {
        const auto least = std::ranges::min_element(
            ways_, [](const Way& a, const Way& b) { return a.cost != b.cost ? a.cost < b.cost : a.to < b.to; });
        const Way way = *least;
        *least = ways_.back();
        ways_.pop_back();
        return way;
    }
    /// Where a place that has come out of the heap goes now; nothing where others are cheaper, or it can go nowhere.
    [[nodiscard]] std::optional<std::uint32_t> choose(std::uint32_t place) {
        if (!keys_[place].stale && fits(place, keys_[place].way.to)) return keys_[place].way.to;
        for (findWays(place); !ways_.empty();) {
            const Way way = takeLeast();
            if (!keys_[place].stale && way.to == keys_[place].way.to) continue; // was looked at just now
            if (!heap_.empty() && orderOf(way.cost, 0) > heap_.front()) {
                keep(place, way);
                std::ranges::push_heap(heap_, std::ranges::greater{});
                return {};
            }
            if (fits(place, way.to)) return way.to;
        }
        stuck_.push_back(place);
        return {};
    }

    /// Whether a place can go to another without changing what is connected and without turning a triangle over.
    [[nodiscard]] bool fits(std::uint32_t place, std::uint32_t to) {
        ++stamp_;
        std::size_t cornersOfTo = 0, corners = 0, shared = 0, common = 0;
        for (std::uint32_t corner = first_[to]; corner != nowhere; corner = next_[corner]) {
            seen_[after(corner)] = seen_[before(corner)] = stamp_;
            if (++cornersOfTo > mostCorners) return false;
        }
        for (std::uint32_t corner = first_[place]; corner != nowhere; corner = next_[corner]) {
            const std::uint32_t a = after(corner), b = before(corner);
            ++corners;
            // Each is counted once.
            common += std::exchange(seen_[a], 0) == stamp_ && a != to ? 1 : 0;
            common += std::exchange(seen_[b], 0) == stamp_ && b != to ? 1 : 0;
            if (a == to || b == to) {
                ++shared;
                continue;
            }
            const glm::vec3 edge = places_[b] - places_[a];
            const glm::vec3 old = glm::cross(edge, places_[place] - places_[a]), fresh = glm::cross(edge, places_[to] - places_[a]);
            const float alike = glm::dot(old, fresh), area = glm::dot(old, old);
            if (area > 0 && !(alike > 0 && alike * alike > leastAlike * leastAlike * area * glm::dot(fresh, fresh))) return false;
        }
        // The third corners of their triangles are all that they may both be joined to; a tetrahedron would fold flat, a triangle
        // by itself disappear.
        return common == shared && !(corners == 3 && cornersOfTo == 3 && shared == 2) && !(corners == 1 && cornersOfTo == 1);
    }

    /// Returns the squared distance that it costs.
    float collapse(std::uint32_t place, std::uint32_t to) {
        const glm::vec3 along = places_[to] - places_[place];
        const Quadric& own = quadrics_[place];
        const float squared = own.at(along) / std::max(own.weight, std::numeric_limits<float>::min());
        quadrics_[to].add(own, along);
        wentTo_[place] = to;
        collapsedSinceRetry_ = true;
        keys_[to].stale = true;
        for (std::uint32_t corner = first_[place]; corner != nowhere;) {
            const std::uint32_t following = next_[corner];
            const std::uint32_t a = after(corner), b = before(corner);
            keys_[a].stale = keys_[b].stale = true;
            if (a == to || b == to) {
                for (std::uint32_t k = corner & ~3u; k < (corner & ~3u) + 3; ++k)
                    if (k != corner) unlink(k);
                corners_[corner & ~3u] = nowhere;
                --triangles_;
            } else {
                corners_[corner] = to;
                next_[corner] = std::exchange(first_[to], corner);
            }
            corner = following;
        }
        first_[place] = nowhere;
        return squared;
    }
    void unlink(std::uint32_t corner) {
        std::uint32_t* link = &first_[corners_[corner]];
        while (*link != corner) link = &next_[*link];
        *link = next_[corner];
    }

    /// Not negative floats are in order as numbers.
    [[nodiscard]] static std::uint64_t orderOf(float cost, std::uint32_t place) {
        return std::uint64_t{std::bit_cast<std::uint32_t>(cost)} << 32 | place;
    }
    void keep(std::uint32_t place, Way way) {
        keys_[place] = {way, false};
        heap_.push_back(orderOf(way.cost, place));
    }
    /// Whether there is something in the heap: when all is done, what was stuck before may have come free.
    bool retry() {
        if (heap_.empty() && std::exchange(collapsedSinceRetry_, false)) {
            for (const std::uint32_t place : std::exchange(stuck_, {})) {
                findWays(place);
                if (!ways_.empty()) keep(place, takeLeast());
            }
            std::ranges::make_heap(heap_, std::ranges::greater{});
        }
        return !heap_.empty();
    }

    Collapsed finish(float error) {
        Collapsed collapsed{.error = error};
        collapsed.indices.reserve(triangles_ * 3);
        for (std::size_t i = 0; i < corners_.size(); i += 4)
            if (corners_[i] != nowhere) collapsed.indices.insert(collapsed.indices.end(), &corners_[i], &corners_[i] + 3);
        for (std::uint32_t& to : wentTo_)
            while (wentTo_[to] != to) to = wentTo_[to];
        collapsed.wentTo = std::move(wentTo_);
        return collapsed;
    }

    std::span<const glm::vec3> places_;
    std::vector<std::uint32_t> corners_; ///< their places; the first of a triangle that is gone: `nowhere`
    std::size_t triangles_;
    std::vector<std::uint32_t> first_; ///< by place: one of its corners; the others follow by `next_`
    std::vector<std::uint32_t> next_;  ///< by corner
    std::vector<Kind> kinds_;
    std::vector<Quadric> quadrics_;
    std::vector<Key> keys_;
    std::vector<std::uint32_t> seen_;
    std::uint32_t stamp_ = 0;
    std::vector<std::uint32_t> wentTo_;
    std::vector<std::uint64_t> heap_;  ///< cost above place, least first
    std::vector<std::uint32_t> stuck_; ///< places that could go nowhere when it was their turn
    bool collapsedSinceRetry_ = false;
    std::vector<Way> ways_;
};

} // namespace

Collapsed collapseEdges(std::span<const glm::vec3> places, std::span<const std::uint32_t> indices,
                        std::span<const std::uint8_t> locks, std::size_t targetTriangles) {
    return Collapser{places, indices, locks}.run(targetTriangles);
}

} // namespace millwright::cad
