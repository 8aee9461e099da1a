#include "cad/cook/deviation.hpp"

#include "cad/cook/distance.hpp"
#include "cad/cook/fans.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <vector>

namespace millwright::cad {
namespace {

constexpr std::size_t mostWalls = 96; ///< of a group that are looked at where holes have closed
constexpr float thinnedMargin = 1.3f; ///< for what a part of the modelled points does not see
constexpr float fewMargin = 1.5f;     ///< the same where few triangles are left
constexpr std::size_t fewTriangles = 128; ///< of a surface that stands for all of a model: hardly more than a dot is seen
constexpr float third = 1.0f / 3;
constexpr float turned = 0.5f; ///< cosine between normals from which one face is no stand-in for another

/// Collects how far points lie from a surface: distances from a few near triangles are taken as they are where they say little more
/// than what is known, and looked at again, against all triangles, where they say much more.
class Farthest {
public:
    explicit Farthest(float known) : known_{known} {}
    /// What a point has to be farther away than to matter.
    [[nodiscard]] float known() const { return known_; }
    void add(glm::vec3 point, float atMost) {
        if (atMost > known_ * trusted)
            suspects_.push_back({atMost, point});
        else
            known_ = std::max(known_, atMost);
    }
    /// The largest distance, overstated by a quarter at most.
    [[nodiscard]] float finish(std::span<const glm::vec3> places, std::span<const std::uint32_t> indices) {
        constexpr std::size_t tooMany = 24; // from then on a tree is quicker than looking at every triangle
        std::optional<Surface> surface;
        std::ranges::sort(suspects_, std::ranges::greater{}, &Suspect::atMost);
        for (std::size_t i = 0; i < suspects_.size() && suspects_[i].atMost > known_; ++i) {
            if (suspects_[i].atMost <= known_ * trusted) return suspects_[i].atMost;
            if (i == tooMany) surface.emplace(places, indices);
            known_ = surface ? surface->farthest(known_, suspects_[i].point) : distanceFromAll(places, indices, suspects_[i]);
        }
        return known_;
    }

private:
    static constexpr float trusted = 1.25f;
    struct Suspect {
        float atMost;
        glm::vec3 point;
    };
    [[nodiscard]] float distanceFromAll(std::span<const glm::vec3> places, std::span<const std::uint32_t> indices,
                                        const Suspect& suspect) const {
        float least = suspect.atMost;
        for (std::size_t t = 0; t + 2 < indices.size() && least > known_; t += 3)
            least =
                std::min(least, glm::distance(suspect.point, nearestOfTriangle(suspect.point, places[indices[t]],
                                                                               places[indices[t + 1]], places[indices[t + 2]])));
        return std::max(known_, least);
    }

    float known_;
    std::vector<Suspect> suspects_;
};

glm::vec3 normalOf(std::span<const glm::vec3> places, std::span<const std::uint32_t> indices, std::size_t triangle) {
    const glm::vec3 a = places[indices[triangle * 3]];
    const glm::vec3 normal = glm::cross(places[indices[triangle * 3 + 1]] - a, places[indices[triangle * 3 + 2]] - a);
    const float length = glm::length(normal);
    return length > 0 ? normal / length : glm::vec3{0};
}

glm::vec3 middleOf(std::span<const glm::vec3> places, std::span<const std::uint32_t> indices, std::size_t triangle) {
    return (places[indices[triangle * 3]] + places[indices[triangle * 3 + 1]] + places[indices[triangle * 3 + 2]]) * third;
}

/// Vertices of the new surface near those that are gone, by place, and how far modelled points lie from it.
class Left {
public:
    Left(std::span<const glm::vec3> places, const Fans& old, const Fans& fresh, std::span<const std::uint32_t> wentTo, float known)
        : places_{places}, old_{old}, fresh_{fresh}, wentTo_{wentTo}, farthest_{known}, standIn_(places.size(), nowhere) {}

    /// Looks at the vertices that are gone and adds them to `samples`.
    void lookAtGone(std::vector<Sample>& samples) {
        std::vector<std::uint32_t> gone;
        for (std::uint32_t place = 0; place < places_.size(); ++place)
            if (!fresh_.has(place) && old_.has(place)) gone.push_back(place);
        // Near a vertex that is gone are the triangles of its neighbours, or where they went.
        for (std::size_t before = gone.size() + 1; gone.size() < before;) {
            before = gone.size();
            std::erase_if(gone, [&](std::uint32_t place) {
                const auto near = nearOf(place);
                if (near.triangle == nowhere) return false;
                farthest_.add(places_[place], near.distance);
                standIn_[place] = near.corner;
                samples.push_back({places_[place], near.corner, near.triangle});
                return true;
            });
        }
        for (const std::uint32_t place : gone)
            farthest_.add(places_[place], std::numeric_limits<float>::infinity()); // a whole part
    }
    /// Looks at samples anchored in the old surface and anchors them in the new one, or drops them where there is none.
    void lookAt(std::vector<Sample>& samples) {
        std::erase_if(samples, [&](Sample& sample) {
            if (!fresh_.has(sample.anchor)) sample.anchor = standIn_[sample.anchor];
            if (sample.anchor == nowhere) return true;
            const auto near = fresh_.nearFrom(sample.anchor, sample.place, farthest_.known());
            if (near.triangle == nowhere) return true; // too far away for numbers
            farthest_.add(sample.place, near.distance);
            sample.anchor = near.corner;
            sample.triangle = near.triangle;
            return false;
        });
    }
    [[nodiscard]] float finish(std::span<const std::uint32_t> freshIndices) { return farthest_.finish(places_, freshIndices); }

private:
    /// Where `other` is on the new surface, as far as that is known.
    [[nodiscard]] std::uint32_t standInOf(std::uint32_t other) const { return fresh_.has(other) ? other : standIn_[other]; }
    [[nodiscard]] Fans::Near nearOf(std::uint32_t place) const {
        const float known = farthest_.known();
        if (!wentTo_.empty() && fresh_.has(wentTo_[place]))
            if (const auto near = fresh_.nearBelow(wentTo_[place], places_[place], known); near.triangle != nowhere) return near;
        for (const Fans::Corner& corner : old_.around(place)) {
            const std::uint32_t other = standInOf(corner.after);
            if (other == nowhere) continue;
            if (const auto near = fresh_.nearBelow(other, places_[place], known); near.triangle != nowhere) return near;
        }
        Fans::Near near;
        for (const Fans::Corner& corner : old_.around(place)) {
            if (near.distance <= known) break;
            const std::uint32_t other = standInOf(corner.after);
            if (other == nowhere) continue;
            if (const auto from = fresh_.nearFrom(other, places_[place], known); from.distance < near.distance) near = from;
        }
        return near;
    }

    std::span<const glm::vec3> places_;
    const Fans& old_;
    const Fans& fresh_;
    std::span<const std::uint32_t> wentTo_;
    Farthest farthest_;
    std::vector<std::uint32_t> standIn_;
};

/// How far middles of the new surface's edges lie from the old one, `known` at least; of few triangles also the middles of those. Near
/// them are the old triangles of their ends. Where two surfaces of triangles lie farthest apart there is a corner of one of them, or
/// two edges cross; faces add nothing unless they are as large as all the model.
float freshFromOld(std::span<const glm::vec3> places, const Fans& old, std::span<const std::uint32_t> oldIndices,
                   std::span<const std::uint32_t> freshIndices, float known) {
    Farthest farthest{known};
    const auto look = [&](glm::vec3 point, std::span<const std::uint32_t> corners) {
        for (const std::uint32_t corner : corners)
            if (old.isBelow(corner, point, farthest.known())) return;
        float best = std::numeric_limits<float>::infinity();
        for (const std::uint32_t corner : corners)
            if (best > farthest.known()) best = std::min(best, old.nearFrom(corner, point, farthest.known()).distance);
        farthest.add(point, best);
    };
    for (std::size_t t = 0; t < freshIndices.size() / 3; ++t) {
        const auto corners = freshIndices.subspan(t * 3, 3);
        for (std::size_t k = 0; k < 3; ++k) {
            const std::array edge{corners[k], corners[(k + 1) % 3]};
            // Inside the surface every edge is met once in each direction; old ones are where they were.
            if (edge[0] < edge[1] && !old.hasEdge(edge[0], edge[1])) look((places[edge[0]] + places[edge[1]]) * 0.5f, edge);
        }
        if (freshIndices.size() <= fewTriangles * 3) look(middleOf(places, freshIndices, t), corners);
    }
    return farthest.finish(places, oldIndices);
}

/// The larger of `most` and what is wrong where holes have closed. Walls of what has closed have no stand-in: their nearest new
/// face looks another way. From each of them into the open, the new surface lies farther and farther from the old one, up to the
/// middle of the hole. No modelled point lies there, so that this adds to `known`, by which the old surface is off already.
float closedHoles(std::span<const glm::vec3> places, std::span<const std::uint32_t> old, std::span<const std::uint32_t> fresh,
                  float known, float most, float margin, std::vector<Sample>& samples) {
    const Surface oldSurface{places, old}, freshSurface{places, fresh};
    glm::vec3 low{std::numeric_limits<float>::infinity()}, high{-low};
    for (const std::uint32_t i : old) low = glm::min(low, places[i]), high = glm::max(high, places[i]);
    const float extent = glm::length(high - low);
    // Even a small hole has walls of many triangles, side by side: some of them are enough.
    const std::size_t stride = std::max<std::size_t>(1, old.size() / 3 / mostWalls);
    for (std::size_t t = 0; t < old.size() / 3; t += stride) {
        const glm::vec3 middle = middleOf(places, old, t), normal = normalOf(places, old, t);
        const auto stand = freshSurface.nearest(middle);
        most = std::max(most, known > 0 ? stand.distance * margin : stand.distance);
        if (std::abs(glm::dot(normalOf(places, fresh, stand.triangle), normal)) > turned) continue;
        samples.push_back({middle, fresh[stand.triangle * 3], stand.triangle});
        float last = 0;
        for (float away = std::max(most - known, extent * 1e-4f); away < extent; away *= 1.4f) {
            const auto beside = freshSurface.nearest(stand.place + normal * away);
            const float apart = oldSurface.nearest(beside.place).distance;
            if (apart < last) break; // past the middle
            last = apart;
        }
        if (last > 0) most = std::max(most, known + last);
    }
    return most;
}

} // namespace

float deviation(std::span<const glm::vec3> places, const Faces& oldFaces, const Faces& freshFaces, const Change& change,
                std::vector<Sample>& samples) {
    const auto& [old, oldFacings] = oldFaces;
    const auto& [fresh, freshFacings] = freshFaces;
    const float known = std::max(change.ownError, change.estimate);
    const Fans oldFans{places, old, oldFacings}, freshFans{places, fresh, freshFacings};
    const bool thinned = !samples.empty();
    Left left{places, oldFans, freshFans, change.wentTo, known};
    std::vector<Sample> gone;
    left.lookAtGone(gone);
    left.lookAt(samples);
    samples.insert(samples.end(), gone.begin(), gone.end());
    float most = left.finish(fresh);
    const bool few = fresh.size() <= fewTriangles * 3;
    const float margin = !thinned ? 1 : few ? fewMargin : thinnedMargin;
    if (most > known) most *= margin;
    // The old surface is off already, which adds up where few triangles are left and each step is as large as all before.
    const float before = few ? std::min(change.ownError, most) : 0;
    if (const float across = freshFromOld(places, oldFans, old, fresh, most - before); across + before > most)
        most = few ? across + before : across * margin;
    if (change.closedHoles && oldFans.characteristic() != freshFans.characteristic())
        most = closedHoles(places, old, fresh, change.ownError, most, margin, samples);
    return most;
}

} // namespace millwright::cad
