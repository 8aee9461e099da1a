#include "render/detail_steps.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <numeric>
#include <span>

namespace millwright::render {
namespace {

// What a step is made of should be worth the trouble of a copy, and the first one small, as it is always wanted.
constexpr std::uint64_t leastFirstBytes = 4 << 10, mostFirstBytes = 64 << 10, firstStepShare = 32;
constexpr std::uint64_t leastStepBytes = 32 << 10, mostStepBytes = 16 << 20;
constexpr std::uint64_t levelBytes = 2 << 20, levelShare = 24; ///< larger levels are divided

constexpr std::size_t octaves = 256;

/// Of an error that is not negative: 255 for infinity.
std::size_t octaveOf(float error) {
    return std::bit_cast<std::uint32_t>(error) >> 23;
}

std::uint64_t bytesOf(const scene::Cluster& cluster) {
    return sizeof(scene::Cluster) + std::uint64_t{12} * (cluster.vertexCount + cluster.triangleCount);
}

/// Takes one mesh apart.
class Sorter {
public:
    Sorter(const scene::CookedGeometry& geometry, const scene::CookedMesh& cooked, std::uint32_t mesh, DetailSteps& to)
        : geometry_{geometry}, cooked_{cooked}, mesh_{mesh}, to_{to} {}

    void run() {
        byOctave();
        const std::uint64_t largest = std::max(levelBytes, all_ / levelShare);
        std::uint32_t begin = first_[octaves];
        for (std::size_t octave = octaves; octave-- > 0;) {
            const std::uint32_t end = begin + count_[octave];
            if (octave + 1 < octaves && bytes_[octave] > largest)
                divide(begin, end, largest);
            else if (begin < end)
                addLevel(begin, end, bytes_[octave]);
            begin = end;
        }
    }

private:
    [[nodiscard]] const scene::Cluster& cluster(std::uint32_t place) const { return geometry_.clusters[to_.order[place]]; }

    /// Appends the mesh's clusters to the order, those with the largest errors first, otherwise as they are in the geometry.
    void byOctave() {
        const auto levels = geometry_.levels.subspan(cooked_.firstLevel, cooked_.levelCount);
        const auto forAll = [&](const auto& use) {
            for (const auto& level : levels)
                for (std::uint32_t i = level.firstCluster; i < level.firstCluster + level.clusterCount; ++i)
                    if (geometry_.clusters[i].parentError > 0) use(i, octaveOf(geometry_.clusters[i].parentError));
        };
        forAll([&](std::uint32_t i, std::size_t octave) {
            ++count_[octave];
            bytes_[octave] += bytesOf(geometry_.clusters[i]);
        });
        auto next = static_cast<std::uint32_t>(to_.order.size());
        first_[octaves] = next;
        for (std::size_t octave = octaves; octave-- > 0; next += count_[octave]) first_[octave] = next;
        to_.order.resize(next);
        forAll([&](std::uint32_t i, std::size_t octave) { to_.order[first_[octave]++] = i; });
        all_ = std::accumulate(bytes_.begin(), bytes_.end(), std::uint64_t{0});
    }

    /// An octave of many clusters becomes several levels.
    void divide(std::uint32_t begin, std::uint32_t end, std::uint64_t largest) {
        const std::span part{to_.order.data() + begin, end - begin};
        std::ranges::stable_sort(part, std::ranges::greater{}, [&](std::uint32_t i) { return geometry_.clusters[i].parentError; });
        std::uint64_t bytes = 0;
        for (std::uint32_t at = begin; at < end; ++at) {
            bytes += bytesOf(cluster(at));
            if (bytes < largest && at + 1 < end) continue;
            std::ranges::sort(std::span{to_.order.data() + begin, at + 1 - begin}); // as they lie in the file
            addLevel(begin, at + 1, bytes);
            begin = at + 1;
            bytes = 0;
        }
    }

    void addLevel(std::uint32_t begin, std::uint32_t end, std::uint64_t bytes) {
        DetailLevel level{.firstCluster = begin, .clusterCount = end - begin, .leastError = std::numeric_limits<float>::infinity()};
        std::uint32_t vertices = 0, triangles = 0;
        for (std::uint32_t at = begin; at < end; ++at) {
            level.leastError = std::min(level.leastError, cluster(at).ownError);
            level.mostParentError = std::max(level.mostParentError, cluster(at).parentError);
            vertices += cluster(at).vertexCount;
            triangles += cluster(at).triangleCount;
        }
        if (beginsStep(level, bytes)) {
            to_.steps.push_back({.mesh = mesh_,
                                 .firstLevel = static_cast<std::uint32_t>(to_.levels.size()),
                                 .firstCluster = begin,
                                 .error = steps_ == 0 ? 2 * cooked_.sphere.w : level.mostParentError});
            ++steps_;
            stepBytes_ = 0;
        }
        auto& step = to_.steps.back();
        level.firstTriangle = step.triangles;
        to_.levels.push_back(level);
        ++step.levelCount;
        step.clusterCount += level.clusterCount;
        step.vertices += vertices;
        step.triangles += triangles;
        stepBytes_ += bytes;
        before_ += bytes;
    }

    [[nodiscard]] bool beginsStep(const DetailLevel& level, std::uint64_t bytes) const {
        if (steps_ == 0) return true;
        if (octaveOf(level.mostParentError) + 1 == octaves) return false; // of infinite errors: nothing can take their place
        if (steps_ == 1) return stepBytes_ + bytes > std::clamp(all_ / firstStepShare, leastFirstBytes, mostFirstBytes);
        return stepBytes_ >= std::max(leastStepBytes, std::min(before_ / 2, mostStepBytes));
    }

    const scene::CookedGeometry& geometry_;
    const scene::CookedMesh& cooked_;
    std::uint32_t mesh_;
    DetailSteps& to_;
    std::array<std::uint32_t, octaves> count_{};
    std::array<std::uint64_t, octaves> bytes_{};
    std::array<std::uint32_t, octaves + 1> first_{}; ///< where each octave's next goes; the last: where the mesh's begin
    std::uint64_t all_ = 0;
    std::size_t steps_ = 0;
    std::uint64_t stepBytes_ = 0, before_ = 0;
};

} // namespace

void appendSteps(const scene::CookedGeometry& geometry, const scene::CookedMesh& cooked, std::uint32_t mesh, DetailSteps& to) {
    Sorter{geometry, cooked, mesh, to}.run();
}

} // namespace millwright::render
