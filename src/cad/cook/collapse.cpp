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
constexpr std::size_t mostAround = mostCorners * 2; ///< a place has no more after others have come to it

enum class Kind : std::uint8_t { Inside, Border, Stays };

/// Sum of squared distances to planes, seen from a place of its own: what it is evaluated at lies near, and little is rounded away.
struct Quadric {
    Four squares{};  ///< xx, yy, zz, and the planes' weights
    Four products{}; ///< xy, xz, yz
    glm::vec3 linear{0};
    float constant = 0;

    /// A plane through the place it is seen from.
    [[nodiscard]] static Quadric plane(glm::vec3 n, float weight) {
        Quadric quadric;
        quadric.squares = Four{n.x, n.y, n.z, 1} * weight * Four{n.x, n.y, n.z, 1};
        quadric.products = Four{n.x, n.x, n.y, 0} * weight * Four{n.y, n.z, n.z, 0};
        return quadric;
    }
    void addPlanes(const Quadric& planes) {
        squares += planes.squares;
        products += planes.products;
    }
    [[nodiscard]] float scale() const { return 1 / std::max(squares[3], std::numeric_limits<float>::min()); }
    [[nodiscard]] Lanes times(const Lanes& v) const {
        return {squares[0] * v.x + products[0] * v.y + products[1] * v.z, products[0] * v.x + squares[1] * v.y + products[2] * v.z,
                products[1] * v.x + products[2] * v.y + squares[2] * v.z};
    }
    /// At `to` from its place.
    [[nodiscard]] Four at(const Lanes& to) const {
        const Lanes half = times(to);
        const Four sum = dotOf({half.x + 2 * linear.x, half.y + 2 * linear.y, half.z + 2 * linear.z}, to) + constant;
        return sum > 0 ? sum : Four{};
    }
    /// `other`, whose place is at -`to` from this one's; returns what that is at this one's place.
    float add(const Quadric& other, glm::vec3 to) {
        const Lanes there{Four{} + to.x, Four{} + to.y, Four{} + to.z};
        const float moved = other.at(there)[0];
        const Lanes slope = other.times(there);
        constant += moved;
        linear += other.linear + glm::vec3{slope.x[0], slope.y[0], slope.z[0]};
        addPlanes(other);
        return moved;
    }
};

/// A triangle as one of its corners sees it: the corners after and before that one.
using Seen = std::uint32_t;
constexpr Seen seen(std::uint32_t after, std::uint32_t before) {
    return after | before << 16;
}
constexpr std::uint32_t afterOf(Seen triangle) {
    return triangle & 0xFFFFu;
}
constexpr std::uint32_t beforeOf(Seen triangle) {
    return triangle >> 16;
}

/// The triangles around each place, in a row: what is done most is to go around a place.
class Rings {
public:
    Rings(std::size_t places, std::span<const std::uint32_t> indices) : rings_(places) {
        for (const std::uint32_t place : indices) ++rings_[place].room;
        std::uint32_t used = 0;
        for (Ring& ring : rings_) {
            ring.first = used;
            used += ring.room = ring.room == 0 ? 0 : roomFor(ring.room + 2); // two may come without moving
        }
        pool_.reserve(used + used / 2);
        pool_.resize(used);
        for (std::size_t t = 0; t + 2 < indices.size(); t += 3) {
            const std::uint32_t a = indices[t], b = indices[t + 1], c = indices[t + 2];
            push(a, seen(b, c));
            push(b, seen(c, a));
            push(c, seen(a, b));
        }
    }
    [[nodiscard]] std::span<const Seen> around(std::uint32_t place) const {
        return {pool_.data() + rings_[place].first, rings_[place].count};
    }
    /// Goes over all of a few without looking for the one: no branch to guess.
    void replace(std::uint32_t place, Seen old, Seen fresh) {
        const Ring& ring = rings_[place];
        for (Seen *at = &pool_[ring.first], *end = at + ring.count; at < end; at += 4)
            for (std::size_t k = 0; k < 4; ++k) at[k] = at[k] == old ? fresh : at[k]; // rooms are whole fours
    }
    void remove(std::uint32_t place, Seen old) {
        Ring& ring = rings_[place];
        replace(place, old, pool_[ring.first + ring.count - 1]);
        --ring.count;
    }
    void clear(std::uint32_t place) { rings_[place].count = 0; }
    void append(std::uint32_t place, std::span<const Seen> more) {
        Ring& ring = rings_[place];
        if (const std::size_t count = ring.count + more.size(); count > ring.room) {
            const auto first = static_cast<std::uint32_t>(pool_.size());
            ring.room = roomFor(count + count / 2);
            pool_.resize(first + ring.room);
            std::copy_n(pool_.begin() + ring.first, ring.count, pool_.begin() + first);
            ring.first = first;
        }
        for (const Seen triangle : more) push(place, triangle);
    }
    /// Whether a triangle goes from `a` to `b`.
    [[nodiscard]] bool hasEdge(std::uint32_t a, std::uint32_t b) const {
        return std::ranges::any_of(around(a), [&](Seen triangle) { return afterOf(triangle) == b; });
    }

private:
    struct Ring {
        std::uint32_t first = 0, count = 0, room = 0;
    };
    [[nodiscard]] static std::uint32_t roomFor(std::size_t count) { return static_cast<std::uint32_t>((count + 3) / 4 * 4); }
    void push(std::uint32_t place, Seen triangle) { pool_[rings_[place].first + rings_[place].count++] = triangle; }

    std::vector<Ring> rings_;
    std::vector<Seen> pool_;
};

/// Which place is cheapest: each match of a tournament keeps the lower of two, cost above place.
class Cheapest {
public:
    static constexpr std::uint64_t never = ~std::uint64_t{0};

    explicit Cheapest(std::size_t places) : places_{places}, lower_(places * 2 + 2, never) {}
    [[nodiscard]] static std::uint64_t orderOf(float cost, std::uint32_t place) { // not negative floats are in order as numbers
        return std::uint64_t{std::bit_cast<std::uint32_t>(cost)} << 32 | place;
    }
    /// Sets one without asking who wins; `play` does for all.
    void enter(std::uint32_t place, float cost) { lower_[places_ + place] = orderOf(cost, place); }
    void play() {
        for (std::size_t match = places_ - 1; match > 0; --match) lower_[match] = std::min(lower_[match * 2], lower_[match * 2 + 1]);
    }
    void set(std::uint32_t place, std::uint64_t order) {
        std::size_t match = places_ + place;
        lower_[match] = order;
        for (; match > 1; match /= 2) lower_[match / 2] = order = std::min(order, lower_[match ^ 1]);
    }
    [[nodiscard]] std::uint64_t first() const { return lower_[1]; }

private:
    std::size_t places_;
    std::vector<std::uint64_t> lower_; ///< of match i those of 2i and 2i + 1; places follow the matches
};

class Collapser {
public:
    Collapser(std::span<const glm::vec3> places, std::span<const std::uint32_t> indices, std::span<const Quad> facings,
              std::span<const std::uint8_t> locks)
        : indices_{indices},
          places_(places.size()),
          triangles_{indices.size() / 3},
          rings_{places.size(), indices},
          kinds_(places.size(), Kind::Stays),
          quadrics_(places.size()),
          keys_(places.size()),
          seen_(places.size(), 0),
          wentTo_(places.size()),
          cheapest_{places.size()} {
        for (std::uint32_t place = 0; place < places.size(); ++place) {
            places_[place].at = Four{places[place].x, places[place].y, places[place].z, 0};
            wentTo_[place] = place;
            if (!rings_.around(place).empty() && (locks.empty() || locks[place] == 0)) kinds_[place] = kindOf(place);
        }
        addPlanes(facings);
    }

    Collapsed run(std::size_t target) {
        for (std::uint32_t place = 0; place < places_.size(); ++place) {
            if (kinds_[place] == Kind::Stays) continue;
            findWays(place);
            if (const Way way = takeLeast(); way.to != nowhere) {
                keys_[place] = {way, false};
                cheapest_.enter(place, way.cost);
            }
        }
        cheapest_.play();
        float most = 0;
        while (triangles_ > target && retry()) {
            const auto place = static_cast<std::uint32_t>(cheapest_.first());
            if (const auto to = choose(place)) most = std::max(most, collapse(place, *to));
        }
        return finish(std::sqrt(most));
    }

private:
    struct Way {
        float cost = std::numeric_limits<float>::infinity();
        std::uint32_t to = nowhere;
    };
    /// What a place was last seen to cost.
    struct Key {
        Way way;
        bool stale = false; ///< something around it has changed since
    };

    [[nodiscard]] glm::vec3 place(std::uint32_t i) const { return {places_[i].at[0], places_[i].at[1], places_[i].at[2]}; }

    /// Inside: each neighbour comes after it once and before it once. At a border: all but one at each end.
    [[nodiscard]] Kind kindOf(std::uint32_t place) {
        const std::uint32_t comesAfter = ++stamp_, comesBefore = ++stamp_;
        const auto around = rings_.around(place);
        if (around.size() > mostCorners) return Kind::Stays;
        std::size_t unmatched = 0;
        for (const Seen triangle : around)
            if (std::exchange(seen_[afterOf(triangle)], comesAfter) == comesAfter) return Kind::Stays;
        for (const Seen triangle : around) {
            const std::uint32_t was = std::exchange(seen_[beforeOf(triangle)], comesBefore);
            if (was == comesBefore) return Kind::Stays;
            unmatched += was != comesAfter ? 1 : 0;
        }
        return unmatched == 0 ? Kind::Inside : unmatched == 1 ? Kind::Border : Kind::Stays;
    }

    void addPlanes(std::span<const Quad> facings) {
        for (std::size_t t = 0; t < facings.size(); ++t) {
            const auto corners = indices_.subspan(t * 3, 3);
            const glm::vec3 up{facings[t].at[0], facings[t].at[1], facings[t].at[2]};
            const Quadric plane = Quadric::plane(up, facings[t].at[3]);
            for (const std::uint32_t corner : corners) quadrics_[corner].addPlanes(plane);
            for (std::size_t k = 0; k < 3; ++k) {
                const std::uint32_t a = corners[k], b = corners[(k + 1) % 3];
                if (kinds_[a] != Kind::Inside && kinds_[b] != Kind::Inside && !rings_.hasEdge(b, a)) addBorder(a, b, up);
            }
        }
    }
    /// The plane that stands on a border's edge.
    void addBorder(std::uint32_t a, std::uint32_t b, glm::vec3 up) {
        const glm::vec3 along = place(b) - place(a);
        const float squared = glm::dot(along, along);
        if (!(squared > 0) || up == glm::vec3{0}) return;
        const Quadric plane = Quadric::plane(glm::cross(along * (1 / std::sqrt(squared)), up), squared * borderWeight);
        quadrics_[a].addPlanes(plane);
        quadrics_[b].addPlanes(plane);
    }

    /// Fills `ways_` with where a place may go: to its neighbours, at a border only along it.
    void findWays(std::uint32_t from) {
        const auto around = rings_.around(from);
        std::size_t count = 0;
        if (kinds_[from] == Kind::Inside) {
            for (const Seen triangle : around) to_[count++] = afterOf(triangle);
        } else {
            for (const Seen triangle : around) {
                const std::uint32_t after = afterOf(triangle), before = beforeOf(triangle);
                if (std::ranges::none_of(around, [&](Seen other) { return beforeOf(other) == after; })) to_[count++] = after;
                if (std::ranges::none_of(around, [&](Seen other) { return afterOf(other) == before; })) to_[count++] = before;
            }
        }
        ways_ = count;
        for (; count % 4 != 0; ++count) to_[count] = from;
        const Quadric& q = quadrics_[from];
        const float scale = q.scale();
        for (std::size_t i = 0; i < ways_; i += 4) {
            const Lanes way = along(from, &to_[i]);
            const Four cost = q.at(way) * scale + lengthWeight * dotOf(way, way);
            __builtin_memcpy(&costs_[i], &cost, sizeof cost);
        }
    }
    /// From a place to four others.
    [[nodiscard]] Lanes along(std::uint32_t from, const std::uint32_t* to) const {
        const Four start = places_[from].at;
        return lanesOf(places_[to[0]].at - start, places_[to[1]].at - start, places_[to[2]].at - start, places_[to[3]].at - start);
    }
    /// The cheapest of `ways_`, which is taken out of them; nowhere when there is none.
    [[nodiscard]] Way takeLeast() {
        std::uint64_t least = Cheapest::never;
        std::size_t at = 0;
        for (std::size_t i = 0; i < ways_; ++i) {
            const std::uint64_t order = Cheapest::orderOf(costs_[i], to_[i]);
            at = order < least ? i : at;
            least = std::min(least, order);
        }
        if (least == Cheapest::never) return {};
        const Way way{costs_[at], to_[at]};
        --ways_;
        to_[at] = to_[ways_];
        costs_[at] = costs_[ways_];
        return way;
    }
    /// Where the cheapest place goes now; nothing where others are cheaper, or it can go nowhere.
    [[nodiscard]] std::optional<std::uint32_t> choose(std::uint32_t place) {
        Key& key = keys_[place];
        if (!key.stale && fits(place, key.way.to)) return key.way.to;
        const bool looked = !key.stale;
        const std::uint32_t last = key.way.to;
        findWays(place);
        for (Way way = takeLeast(); way.to != nowhere; way = takeLeast()) {
            if (looked && way.to == last) continue; // was looked at just now
            key = {way, false};
            cheapest_.set(place, Cheapest::orderOf(way.cost, place));
            if (static_cast<std::uint32_t>(cheapest_.first()) != place) return {};
            if (fits(place, way.to)) return way.to;
        }
        cheapest_.set(place, Cheapest::never);
        stuck_.push_back(place);
        return {};
    }

    /// Whether a place can go to another without changing what is connected and without turning a triangle over.
    [[nodiscard]] bool fits(std::uint32_t from, std::uint32_t to) {
        const auto ofTo = rings_.around(to), around = rings_.around(from);
        if (ofTo.size() > mostCorners || ofTo.size() + around.size() > mostAround) return false;
        ++stamp_;
        for (const Seen triangle : ofTo) seen_[afterOf(triangle)] = seen_[beforeOf(triangle)] = stamp_;
        std::size_t shared = 0, common = 0;
        std::array<std::uint32_t, mostAround> afters, befores;
        std::size_t kept = 0;
        for (const Seen triangle : around) {
            const std::uint32_t a = afterOf(triangle), b = beforeOf(triangle);
            // Each is counted once.
            common += std::exchange(seen_[a], 0) == stamp_ && a != to ? 1 : 0;
            common += std::exchange(seen_[b], 0) == stamp_ && b != to ? 1 : 0;
            const bool both = a == to || b == to;
            shared += both ? 1 : 0;
            afters[kept] = a;
            befores[kept] = b;
            kept += both ? 0 : 1;
        }
        // The third corners of their triangles are all that they may both be joined to; a tetrahedron would fold flat, a triangle
        // by itself disappear.
        if (common != shared || (around.size() == 3 && ofTo.size() == 3 && shared == 2) || (around.size() == 1 && ofTo.size() == 1))
            return false;
        if (kept == 0) return true;
        for (std::size_t i = kept; i % 4 != 0; ++i) afters[i] = afters[0], befores[i] = befores[0];
        for (std::size_t i = 0; i < kept; i += 4)
            if (turns(from, to, &afters[i], &befores[i])) return false;
        return true;
    }
    /// Whether one of four triangles of `from`, whose other corners these are, turns too far when that goes to `to`.
    [[nodiscard]] bool turns(std::uint32_t from, std::uint32_t to, const std::uint32_t* after, const std::uint32_t* before) const {
        const Lanes a = along(from, after), b = along(from, before);
        const Four shift = places_[to].at - places_[from].at;
        const Lanes old = crossOf(a, b);
        const Lanes fresh = crossOf(b - a, {shift[0] - a.x, shift[1] - a.y, shift[2] - a.z});
        const Four alike = dotOf(old, fresh), area = dotOf(old, old);
        const auto fine = (area <= 0) | ((alike > 0) & (alike * alike > leastAlike * leastAlike * area * dotOf(fresh, fresh)));
        return (fine[0] & fine[1] & fine[2] & fine[3]) == 0;
    }

    /// Returns the squared distance that it costs.
    float collapse(std::uint32_t from, std::uint32_t to) {
        const glm::vec3 along = place(to) - place(from);
        const float squared = quadrics_[to].add(quadrics_[from], along) * quadrics_[from].scale();
        wentTo_[from] = to;
        collapsedSinceRetry_ = true;
        keys_[to].stale = true;
        std::array<Seen, mostAround> moved;
        std::size_t count = 0;
        for (const Seen triangle : rings_.around(from)) {
            const std::uint32_t a = afterOf(triangle), b = beforeOf(triangle);
            keys_[a].stale = keys_[b].stale = true;
            if (a == to) {
                rings_.remove(to, seen(b, from));
                rings_.remove(b, seen(from, to));
                --triangles_;
            } else if (b == to) {
                rings_.remove(to, seen(from, a));
                rings_.remove(a, seen(to, from));
                --triangles_;
            } else {
                rings_.replace(a, seen(b, from), seen(b, to));
                rings_.replace(b, seen(from, a), seen(to, a));
                moved[count++] = triangle;
            }
        }
        rings_.append(to, std::span{moved}.first(count));
        rings_.clear(from);
        cheapest_.set(from, Cheapest::never);
        return squared;
    }

    /// Whether any place may go: when all is done, what was stuck before may have come free.
    bool retry() {
        if (cheapest_.first() == Cheapest::never && std::exchange(collapsedSinceRetry_, false)) {
            for (const std::uint32_t place : std::exchange(stuck_, {})) {
                findWays(place);
                if (const Way way = takeLeast(); way.to != nowhere) {
                    keys_[place] = {way, false};
                    cheapest_.enter(place, way.cost);
                }
            }
            cheapest_.play();
        }
        return cheapest_.first() != Cheapest::never;
    }

    Collapsed finish(float error) {
        for (std::uint32_t& to : wentTo_)
            while (wentTo_[to] != to) to = wentTo_[to];
        Collapsed collapsed{.error = error};
        collapsed.indices.reserve(triangles_ * 3);
        for (std::size_t t = 0; t + 2 < indices_.size(); t += 3) {
            const std::uint32_t a = wentTo_[indices_[t]], b = wentTo_[indices_[t + 1]], c = wentTo_[indices_[t + 2]];
            if (a != b && b != c && c != a) collapsed.indices.insert(collapsed.indices.end(), {a, b, c});
        }
        collapsed.wentTo = std::move(wentTo_);
        return collapsed;
    }

    std::span<const std::uint32_t> indices_;
    std::vector<Quad> places_;
    std::size_t triangles_;
    Rings rings_;
    std::vector<Kind> kinds_;
    std::vector<Quadric> quadrics_;
    std::vector<Key> keys_;
    std::vector<std::uint32_t> seen_;
    std::uint32_t stamp_ = 0;
    std::vector<std::uint32_t> wentTo_;
    Cheapest cheapest_;
    std::vector<std::uint32_t> stuck_; ///< places that could go nowhere when it was their turn
    bool collapsedSinceRetry_ = false;
    std::size_t ways_ = 0; ///< how many of the next two
    std::array<std::uint32_t, mostAround> to_;
    alignas(16) std::array<float, mostAround> costs_;
};

} // namespace

Collapsed collapseEdges(std::span<const glm::vec3> places, const Faces& faces, std::span<const std::uint8_t> locks,
                        std::size_t targetTriangles) {
    return Collapser{places, faces.indices, faces.facings, locks}.run(targetTriangles);
}

} // namespace millwright::cad
