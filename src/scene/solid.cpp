#include "scene/mesh_source.hpp"
#include "scene/weld.hpp"

#include <millwright/scene/solid.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <numeric>
#include <utility>

namespace millwright::scene {
namespace {

std::uint64_t mixed(std::uint64_t x) { // the finaliser of SplitMix64: every bit of the result depends on every bit given
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

std::uint64_t keyOf(glm::vec3 p) {
    const auto bits = [](float x) { return std::uint64_t{std::bit_cast<std::uint32_t>(x + 0.0f)}; }; // -0 and 0 are one place
    return mixed(mixed(bits(p.x) | bits(p.y) << 32) ^ bits(p.z));
}

/// The sum over all edges of a number that stands for the edge, positive one way and negative the other: 0 where all cancel, and
/// else, but for one chance in 2^64, not. So nothing has to be remembered of the edges.
std::uint64_t openEdges(std::span<const Corners> triangles) {
    std::uint64_t sum = 0;
    for (const Corners& triangle : triangles) {
        std::array<std::uint64_t, 3> keys;
        for (std::size_t c = 0; c < 3; ++c) keys[c] = keyOf(triangle[c]);
        for (std::size_t c = 0; c < 3; ++c) {
            const std::uint64_t a = keys[c], b = keys[(c + 1) % 3];
            if (a < b) sum += mixed(a * 3 + b);
            if (b < a) sum -= mixed(b * 3 + a);
        }
    }
    return sum;
}

/// An edge that is passed once more one way than the other.
struct OpenEdge {
    std::uint32_t from, to; ///< points
};

/// Open edges that hang together: the rim of a hole, or a crack.
struct Rim {
    double length = 0;
    std::size_t edges = 0;
    glm::dvec3 centre{0};
    glm::dvec3 area{0}; ///< vector area of what the rim goes round
};

/// Where the surfaces of several meshes of one frame end.
class Border {
public:
    void add(std::span<const Corners> triangles) {
        for (const Corners& triangle : triangles) positions_.insert(positions_.end(), triangle.begin(), triangle.end());
    }

    /// Whether only cracks are open. Files from other programs are full of them: faces that meet were divided each by itself, so
    /// that their edges run along each other without sharing points.
    [[nodiscard]] bool hasNoHoles() {
        collectOpenEdges();
        std::vector<Rim> holes;
        for (const Rim& rim : rims()) {
            if (goesRound(rim)) holes.push_back(rim);
        }
        return std::ranges::all_of(holes, [&](const Rim& hole) {
            return std::ranges::any_of(holes, [&](const Rim& other) { return closes(hole, other); });
        });
    }

private:
    /// A crack is far narrower than its edges are long, and its area next to nothing of the surface's; that of a narrow band is all
    /// of it.
    [[nodiscard]] bool goesRound(const Rim& rim) const {
        const double area = glm::length(rim.area), width = 2 * area / rim.length;
        return width > 0.12 * rim.length / static_cast<double>(rim.edges) || area > 0.02 * surface_;
    }

    /// Whether one goes round the other way where the other goes: two faces that meet in a closed curve and share no point of it.
    [[nodiscard]] static bool closes(const Rim& a, const Rim& b) {
        return glm::length(a.area + b.area) < 0.1 * glm::length(a.area) && glm::distance(a.centre, b.centre) < 0.02 * a.length;
    }

    void collectOpenEdges() {
        struct Side {
            std::uint32_t low, high;
            int way;
        };
        Welded welded = weld(positions_);
        points_ = std::move(welded.points);
        std::vector<Side> sides;
        sides.reserve(positions_.size());
        for (std::size_t t = 0; t < positions_.size(); t += 3) {
            const glm::dvec3 p{positions_[t]}, q{positions_[t + 1]}, r{positions_[t + 2]};
            surface_ += 0.5 * glm::length(glm::cross(q - p, r - p));
            for (std::size_t c = 0; c < 3; ++c) {
                const std::uint32_t a = welded.pointOf[t + c], b = welded.pointOf[t + (c + 1) % 3];
                if (a != b) sides.push_back({std::min(a, b), std::max(a, b), a < b ? 1 : -1});
            }
        }
        const auto key = [](const Side& side) { return std::pair{side.low, side.high}; };
        std::ranges::sort(sides, {}, key);
        for (std::size_t i = 0; i < sides.size();) {
            const Side& side = sides[i];
            int ways = 0;
            for (; i < sides.size() && key(sides[i]) == key(side); ++i) ways += sides[i].way;
            if (ways != 0) edges_.push_back(ways > 0 ? OpenEdge{side.low, side.high} : OpenEdge{side.high, side.low});
        }
    }

    [[nodiscard]] std::vector<Rim> rims() const {
        std::vector<std::uint32_t> leader(points_.size());
        std::iota(leader.begin(), leader.end(), 0u);
        const auto lead = [&](std::uint32_t point) {
            while (leader[point] != point) point = leader[point] = leader[leader[point]];
            return point;
        };
        for (const auto& [from, to] : edges_) leader[lead(from)] = lead(to);
        std::vector<std::uint32_t> rimOf(points_.size(), none);
        std::vector<Rim> rims;
        const auto each = [&](auto&& use) {
            for (const auto& [from, to] : edges_) {
                auto& rim = rimOf[lead(from)];
                if (rim == none) {
                    rim = static_cast<std::uint32_t>(rims.size());
                    rims.emplace_back();
                }
                use(rims[rim], glm::dvec3{points_[from]}, glm::dvec3{points_[to]});
            }
        };
        each([](Rim& rim, glm::dvec3 a, glm::dvec3 b) {
            ++rim.edges;
            rim.length += glm::distance(a, b);
            rim.centre += glm::distance(a, b) * 0.5 * (a + b);
        });
        for (Rim& rim : rims) rim.centre /= rim.length;
        each([](Rim& rim, glm::dvec3 a, glm::dvec3 b) { rim.area += 0.5 * glm::cross(a - rim.centre, b - rim.centre); });
        return rims;
    }

    std::vector<glm::vec3> positions_; ///< three a triangle
    std::vector<glm::vec3> points_;
    std::vector<OpenEdge> edges_;
    double surface_ = 0; ///< area
};

using MeshList = std::vector<std::uint32_t>;

} // namespace

std::vector<std::uint8_t> solidNodes(const Scene& scene, std::span<const CookedGeometry> cooked) {
    const MeshSource source{scene, cooked};
    std::vector<std::uint64_t> open(scene.meshes.size());
    for (std::uint32_t mesh = 0; mesh < open.size(); ++mesh)
        for (std::uint32_t block = 0; block < source.blocks(mesh); ++block) open[mesh] += openEdges(source.triangles(mesh, block));
    std::map<MeshList, bool> known; // of meshes that are not closed to the last bit
    std::vector<std::uint8_t> solid(scene.nodes.size(), 0);
    for (std::size_t i = 0; i < scene.instances.size();) {
        const std::uint32_t node = scene.instances[i].node;
        MeshList meshes;
        std::uint64_t sum = 0;
        for (; i < scene.instances.size() && scene.instances[i].node == node; ++i) {
            meshes.push_back(scene.instances[i].mesh);
            sum += open[scene.instances[i].mesh];
        }
        bool closed = sum == 0;
        if (!closed) {
            const auto [place, isNew] = known.try_emplace(meshes, false);
            if (isNew) {
                Border border;
                for (const std::uint32_t mesh : meshes)
                    for (std::uint32_t block = 0; block < source.blocks(mesh); ++block) border.add(source.triangles(mesh, block));
                place->second = border.hasNoHoles();
            }
            closed = place->second;
        }
        solid[node] = closed;
    }
    return solid;
}

} // namespace millwright::scene
