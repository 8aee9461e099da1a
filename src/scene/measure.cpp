#include "scene/features.hpp"
#include "scene/picker_impl.hpp"
#include "scene/triangles.hpp"

#include <millwright/scene/measure.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

namespace millwright::scene {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double parallelSine = 0.00087; // of a twentieth of a degree
constexpr double edgeShare = 0.75;       // of the aperture: a vertex is caught from farther away than an edge
constexpr int ringRays = 8;
constexpr std::size_t featureBytes = std::size_t{64} << 20;

glm::dvec3 directionOf(const Snap& snap) {
    return snap.feature == Feature::Edge ? glm::normalize(snap.to - snap.from) : snap.normal;
}

/// Of the angle between the lines of two directions.
struct Lines {
    double sine, cosine;
    Lines(glm::dvec3 a, glm::dvec3 b) : sine{glm::length(glm::cross(a, b))}, cosine{std::abs(glm::dot(a, b))} {}
};

glm::dvec3 moved(const glm::dmat4& transform, glm::vec3 point) {
    return glm::dvec3{transform * glm::dvec4{point, 1}};
}

/// Smallest distance between two boxes, squared.
double squaredGap(const Aabb& a, const Aabb& b) {
    const glm::dvec3 gap =
        glm::max(glm::dvec3{0}, glm::max(glm::dvec3{a.min} - glm::dvec3{b.max}, glm::dvec3{b.min} - glm::dvec3{a.max}));
    return glm::dot(gap, gap);
}

/// A little larger than the box after `transform`, so that rounding cannot make a bound too high.
Aabb looseBox(const Aabb& box, const glm::mat4& transform) {
    Aabb moved = box.transformed(transform);
    const glm::vec3 slack = 1e-6f * (glm::abs(moved.min) + glm::abs(moved.max));
    moved.min -= slack;
    moved.max += slack;
    return moved;
}

} // namespace

double edgeLength(const Snap& snap) {
    return snap.feature == Feature::Edge ? glm::distance(snap.from, snap.to) : 0;
}

std::optional<double> angleBetween(const Snap& a, const Snap& b) {
    if (a.feature == Feature::Vertex || b.feature == Feature::Vertex) return std::nullopt;
    const Lines lines{directionOf(a), directionOf(b)};
    const double angle = std::atan2(lines.sine, lines.cosine);
    return a.feature == b.feature ? angle : std::numbers::pi / 2 - angle;
}

std::optional<double> parallelDistance(const Snap& a, const Snap& b) {
    if (a.feature == Feature::Vertex || b.feature == Feature::Vertex) return std::nullopt;
    const glm::dvec3 first = directionOf(a), second = directionOf(b), way = b.point - a.point;
    const Lines lines{first, second};
    if ((a.feature == b.feature ? lines.sine : lines.cosine) > parallelSine) return std::nullopt;
    if (a.feature == Feature::Edge && b.feature == Feature::Edge) return glm::length(glm::cross(first, way));
    return std::abs(glm::dot(a.feature == Feature::Face ? first : second, way));
}

/// Best of what lies near one ray.
struct Candidate {
    Snap snap;
    double offset = infinity; ///< radians from the ray
    bool found = false;
};

struct Measurer::Impl {
    Impl(const Scene& s, std::span<const CookedGeometry> cooked) : scene{&s}, picker{s, cooked} {}

    const Scene* scene;
    Picker picker;
    Kept<MeshFeatures> features{featureBytes}; ///< by mesh

    std::shared_ptr<const MeshFeatures> of(std::uint32_t mesh) {
        return features.of(mesh, [&] { return MeshFeatures{picker.impl().trees.source().whole(mesh)}; });
    }

    /// Looks at what `hit` met: vertices into `corner`, edges into `edge`.
    void gather(const Ray& ray, double aperture, const Hit& hit, const glm::mat4& worldFromNode, Candidate& corner,
                Candidate& edge);
};

void Measurer::Impl::gather(const Ray& ray, double aperture, const Hit& hit, const glm::mat4& worldFromNode, Candidate& corner,
                            Candidate& edge) {
    const double reach = 3 * aperture * std::max(hit.distance, 1e-6); // from what was hit: what lies farther is another surface's
    const glm::dmat4 world{worldFromNode};
    const auto offsetOf = [&](glm::dvec3 point) {
        const glm::dvec3 way = point - ray.origin;
        return std::atan2(glm::length(glm::cross(ray.direction, way)), glm::dot(ray.direction, way));
    };
    const auto take = [&](Candidate& best, Feature feature, glm::dvec3 point, glm::dvec3 from, glm::dvec3 to, double limit) {
        const double offset = offsetOf(point);
        if (offset > limit || offset >= best.offset) return;
        best = {Snap{feature, hit.node, point, glm::dvec3{hit.normal}, from, to}, offset, true};
    };
    const auto mesh = of(scene->instances[hit.instance].mesh);
    for (const glm::vec3& point : mesh->corners) {
        const glm::dvec3 at = moved(world, point);
        if (glm::distance(at, hit.point) < reach) take(corner, Feature::Vertex, at, {}, {}, aperture);
    }
    const glm::dvec3 far = ray.origin + ray.direction * (2 * hit.distance);
    for (const MeshFeatures::Edge& line : mesh->edges) {
        const glm::dvec3 from = moved(world, line.from), to = moved(world, line.to);
        const glm::dvec3 at = closestPoints(from, to, ray.origin, far).first;
        if (glm::distance(at, hit.point) < reach) take(edge, Feature::Edge, at, from, to, aperture * edgeShare);
    }
}

Measurer::Measurer(const Scene& scene, std::span<const CookedGeometry> cooked) : impl_{std::make_unique<Impl>(scene, cooked)} {}
Measurer::~Measurer() = default;
Measurer::Measurer(Measurer&&) noexcept = default;
Measurer& Measurer::operator=(Measurer&&) noexcept = default;

Picker& Measurer::picker() {
    return impl_->picker;
}

std::optional<Snap> Measurer::snap(const Ray& given, const SnapOptions& options, std::span<const glm::mat4> worldFromNode,
                                   std::span<const std::uint8_t> visible) {
    const Ray ray{given.origin, glm::normalize(given.direction)};
    const auto centre = impl_->picker.pick(ray, worldFromNode, visible);
    Candidate corner, edge;
    const double aperture = options.aperture;
    const bool features = options.vertices || options.edges;
    if (centre && features) impl_->gather(ray, aperture, *centre, worldFromNode[centre->node], corner, edge);
    // Rays around it find the outlines that the ray itself just misses.
    const glm::dvec3 helper = std::abs(ray.direction.y) < 0.9 ? glm::dvec3{0, 1, 0} : glm::dvec3{1, 0, 0};
    const glm::dvec3 right = glm::normalize(glm::cross(ray.direction, helper)), up = glm::cross(right, ray.direction);
    for (int i = 0; features && i < ringRays && !(corner.found && options.vertices); ++i) {
        const double turn = 2 * std::numbers::pi * i / ringRays, tangent = std::tan(aperture * edgeShare);
        const Ray beside{ray.origin, glm::normalize(ray.direction + (right * std::cos(turn) + up * std::sin(turn)) * tangent)};
        const auto hit = impl_->picker.pick(beside, worldFromNode, visible);
        if (!hit || (centre && hit->instance == centre->instance && hit->triangle == centre->triangle)) continue;
        impl_->gather(ray, aperture, *hit, worldFromNode[hit->node], corner, edge);
    }
    const auto seen = [&](const Snap& snap) {
        const glm::dvec3 way = snap.point - ray.origin;
        const auto hit = impl_->picker.pick({ray.origin, way}, worldFromNode, visible);
        return !hit || hit->distance > glm::length(way) * 0.999;
    };
    if (options.vertices && corner.found && seen(corner.snap)) return corner.snap;
    if (options.edges && edge.found && seen(edge.snap)) return edge.snap;
    if (!centre) return std::nullopt;
    return Snap{Feature::Face, centre->node, centre->point, glm::dvec3{centre->normal}, {}, {}};
}

/// Branch and bound over two meshes' hierarchies, from the upper storey down to triangles.
class ClearanceSearch {
public:
    ClearanceSearch(MeshTrees& trees, const Progress& progress) : trees_{trees}, progress_{progress} {}

    struct Part {
        std::uint32_t mesh;
        glm::mat4 worldFromNode;
    };
    /// Lowers `best` where these two come closer. False when cancelled.
    bool compare(const Part& a, const Part& b) {
        open_.clear();
        if (trees_.over(a.mesh).nodes().empty() || trees_.over(b.mesh).nodes().empty()) return true;
        push(a, {}, b, {});
        while (!open_.empty()) {
            const Pair pair = std::move(open_.back());
            open_.pop_back();
            if (pair.bound >= best.squared) continue;
            const bool firstEnds = endsAt(a, pair.first), secondEnds = endsAt(b, pair.second);
            if (firstEnds && secondEnds) {
                if (!compareLeaves(a, pair.first, b, pair.second)) return false;
            } else if (secondEnds || (!firstEnds && larger(nodeOf(a, pair.first), nodeOf(b, pair.second)))) {
                pushNearestLast(a, below(a, pair.first), b, {pair.second});
            } else {
                pushNearestLast(a, {pair.first}, b, below(b, pair.second));
            }
        }
        return true;
    }

    ClosestPoints best{{}, {}, infinity};

private:
    /// A node of a block's hierarchy, or without a block one of the mesh's upper one.
    struct Place {
        std::shared_ptr<const TriangleBlock> block;
        std::uint32_t node = 0;
    };
    struct Pair {
        Place first, second;
        double bound; ///< squared: nothing in these two boxes is closer
    };
    using Places = std::vector<Place>; ///< one or two

    [[nodiscard]] const Bvh::Node& nodeOf(const Part& part, const Place& place) const {
        return (place.block ? place.block->tree() : trees_.over(part.mesh)).nodes()[place.node];
    }
    [[nodiscard]] bool endsAt(const Part& part, const Place& place) const { return place.block && nodeOf(part, place).count > 0; }
    [[nodiscard]] Places below(const Part& part, const Place& place) const {
        const Bvh::Node& node = nodeOf(part, place);
        if (node.count == 0) return {{place.block, node.first}, {place.block, node.first + 1}};
        return {{trees_.block(part.mesh, trees_.over(part.mesh).items()[node.first]), 0}};
    }

    static bool larger(const Bvh::Node& a, const Bvh::Node& b) {
        return glm::dot(a.box.size(), a.box.size()) >= glm::dot(b.box.size(), b.box.size());
    }
    void push(const Part& a, const Place& first, const Part& b, const Place& second) {
        const double bound =
            squaredGap(looseBox(nodeOf(a, first).box, a.worldFromNode), looseBox(nodeOf(b, second).box, b.worldFromNode));
        open_.push_back({first, second, bound});
    }
    void pushNearestLast(const Part& a, const Places& firsts, const Part& b, const Places& seconds) {
        const std::size_t before = open_.size();
        for (const Place& first : firsts)
            for (const Place& second : seconds) push(a, first, b, second);
        if (open_.size() == before + 2 && open_.back().bound > open_[before].bound) std::swap(open_.back(), open_[before]);
    }

    static Triangle triangleOf(const Part& part, const Place& place, std::uint32_t item) {
        const glm::dmat4 world{part.worldFromNode};
        const Corners& corners = place.block->triangles()[place.block->tree().items()[item]];
        return {moved(world, corners[0]), moved(world, corners[1]), moved(world, corners[2])};
    }

    bool compareLeaves(const Part& a, const Place& placeA, const Part& b, const Place& placeB) {
        constexpr unsigned between = 4096; // looks whether it was cancelled
        if (++leaves_ % between == 0 && progress_.cancelled()) return false;
        const Bvh::Node &first = nodeOf(a, placeA), &second = nodeOf(b, placeB);
        for (std::uint32_t i = first.first; i < first.first + first.count; ++i) {
            const Triangle one = triangleOf(a, placeA, i);
            for (std::uint32_t j = second.first; j < second.first + second.count; ++j) {
                const ClosestPoints found = closestPoints(one, triangleOf(b, placeB, j));
                if (found.squared < best.squared) best = found;
            }
        }
        return true;
    }

    MeshTrees& trees_;
    const Progress& progress_;
    std::vector<Pair> open_;
    unsigned leaves_ = 0;
};

Result<std::optional<Clearance>> Measurer::clearance(std::span<const std::uint32_t> first, std::span<const std::uint32_t> second,
                                                     std::span<const glm::mat4> worldFromNode, const Progress& progress) {
    const Scene& scene = *impl_->scene;
    std::vector<std::uint8_t> side(scene.nodes.size(), 0);
    for (const std::uint32_t node : second) side[node] = 2;
    for (const std::uint32_t node : first) side[node] = 1;
    std::array<std::vector<std::uint32_t>, 2> instances;
    for (std::uint32_t i = 0; i < scene.instances.size(); ++i) {
        const Instance& instance = scene.instances[i];
        if (side[instance.node] == 0 || scene.meshes[instance.mesh].triangles() == 0) continue;
        instances[side[instance.node] - 1].push_back(i);
    }
    struct Near {
        std::uint32_t instance;
        double bound; ///< squared
    };
    const auto boxOf = [&](std::uint32_t i) {
        return looseBox(scene.meshes[scene.instances[i].mesh].bounds, worldFromNode[scene.instances[i].node]);
    };
    const auto nearestFirst = [&](std::span<const std::uint32_t> from, const Aabb& to, std::vector<Near>& sorted) {
        sorted.clear();
        for (const std::uint32_t i : from) sorted.push_back({i, squaredGap(boxOf(i), to)});
        std::ranges::sort(sorted, {}, &Near::bound);
    };
    ClearanceSearch search{impl_->picker.impl().trees, progress};
    const auto partOf = [&](std::uint32_t i) {
        const Instance& instance = scene.instances[i];
        return ClearanceSearch::Part{instance.mesh, worldFromNode[instance.node]};
    };
    Aabb all;
    for (const std::uint32_t b : instances[1]) all.include(boxOf(b));
    std::vector<Near> ones, others;
    if (!all.empty()) nearestFirst(instances[0], all, ones);
    for (const Near& a : ones) {
        if (a.bound >= search.best.squared) break;
        nearestFirst(instances[1], boxOf(a.instance), others);
        for (const Near& b : others) {
            if (b.bound >= search.best.squared) break;
            if (progress.cancelled() || !search.compare(partOf(a.instance), partOf(b.instance)))
                return failure(ErrorCode::Cancelled, "stopped while a clearance was measured");
        }
    }
    if (search.best.squared == infinity) return std::optional<Clearance>{};
    return Clearance{std::sqrt(search.best.squared), search.best.first, search.best.second};
}

} // namespace millwright::scene
