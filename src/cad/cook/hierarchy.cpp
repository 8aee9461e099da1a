#include "cad/cook/hierarchy.hpp"

#include "cad/cook/bounds.hpp"
#include <millwright/core/parallel.hpp>
#include "cad/cook/simplify.hpp"

#include <iterator>
#include <limits>

namespace millwright::cad {
namespace {

constexpr std::size_t fewestTriangles = 12; ///< a mesh of no more is not made simpler
constexpr std::uint8_t mostFailures = 2;    ///< after that a cluster stays as it is

/// Error, as a share of its sphere's radius, that is stated at least for a group that looks wrong: it is then drawn at most 32
/// times as large as the error that is allowed: 32 pixels.
constexpr float wrongLookError = 1.0f / 16;

/// Points of the modelled surface that clusters keep to measure their error by: so many each, or so many a group of few clusters.
constexpr std::size_t clusterSamples = 16, groupSamples = 256;

/// What became of a group.
struct Step {
    Clusters coarser; ///< none: it could not be made simpler
    glm::vec4 sphere{0};
    float error = 0;
    std::vector<std::vector<Sample>> samples; ///< by cluster of `coarser`
};

class Builder {
public:
    Builder(const Welded& welded, unsigned threads) : welded_{welded}, threads_{threads} {}

    Hierarchy run(bool simplify, const Progress& progress) {
        auto& all = hierarchy_.clusters;
        all = cutIntoClusters(welded_, threads_);
        failures_.assign(all.clusters.size(), 0);
        samples_.resize(all.clusters.size());
        endLevel(0);
        if (!simplify) return finish();
        all.reserve(2.05); // each level has half as many as the one before
        Grouping grouping{welded_.positions.size(), threads_};
        std::vector<std::uint32_t> pending(all.clusters.size());
        for (std::uint32_t i = 0; i < pending.size(); ++i) pending[i] = i;
        while (!progress.cancelled() && worthWhile(pending)) {
            const auto firstNew = static_cast<std::uint32_t>(all.clusters.size());
            pending = step(grouping, pending);
            if (all.clusters.size() == firstNew) break;
            for (std::uint32_t i = firstNew; i < all.clusters.size(); ++i) pending.push_back(i);
            endLevel(firstNew);
        }
        return finish();
    }

private:
    [[nodiscard]] bool worthWhile(std::span<const std::uint32_t> pending) const {
        return pending.size() > 1 ||
               (pending.size() == 1 && hierarchy_.clusters.clusters[pending.front()].triangleCount > fewestTriangles);
    }

    /// Replaces groups of pending clusters by coarser ones; returns those that are pending still.
    std::vector<std::uint32_t> step(Grouping& grouping, std::span<const std::uint32_t> pending) {
        auto& all = hierarchy_.clusters;
        const auto groups = grouping.group(welded_, all, pending);
        std::vector<Step> steps(groups.size());
        parallelFor(groups.size(), threads_, [&](std::size_t i) { steps[i] = coarsen(grouping, groups[i]); });
        const auto first = all.makeRoom(steps.size(), [&](std::size_t i) -> const Clusters& { return steps[i].coarser; });
        samples_.resize(all.clusters.size());
        failures_.resize(all.clusters.size(), 0);
        parallelChunks(steps.size(), 4, threads_, [&](std::size_t from, std::size_t to) {
            for (std::size_t i = from; i < to; ++i) {
                Step step = std::move(steps[i]);
                if (step.coarser.clusters.empty()) continue;
                for (const std::uint32_t cluster : groups[i]) {
                    all.clusters[cluster].parent = step.sphere;
                    all.clusters[cluster].parentError = step.error;
                    samples_[cluster] = std::vector<Sample>{};
                }
                all.put(step.coarser, first[i]);
                std::ranges::move(step.samples, samples_.begin() + static_cast<std::ptrdiff_t>(first[i].cluster));
            }
        });
        std::vector<std::uint32_t> rest;
        for (const auto& group : groups) {
            if (all.clusters[group.front()].parentError < std::numeric_limits<float>::infinity()) continue;
            for (const std::uint32_t cluster : group) {
                if (++failures_[cluster] < mostFailures)
                    rest.push_back(cluster);
                else
                    grouping.lockForEver(welded_, all, cluster);
            }
        }
        std::ranges::sort(rest);
        return rest;
    }

    [[nodiscard]] Step coarsen(const Grouping& grouping, std::span<const std::uint32_t> group) const {
        const auto& all = hierarchy_.clusters;
        std::size_t triangles = 0;
        float finest = 0;
        std::vector<glm::vec4> spheres;
        std::vector<Sample> samples;
        for (const std::uint32_t cluster : group) {
            triangles += all.clusters[cluster].triangleCount;
            finest = std::max(finest, all.clusters[cluster].ownError);
            spheres.push_back(all.clusters[cluster].own);
            samples.insert(samples.end(), samples_[cluster].begin(), samples_[cluster].end());
        }
        const std::size_t target = std::max(triangles / 2, std::min(triangles, fewestTriangles));
        auto coarser = simplifyGroup(welded_, all, group, grouping, target, finest, std::move(samples));
        if (!coarser) return {};
        Step step;
        std::vector<std::uint32_t> clusterOf;
        step.coarser = cutIntoClusters(coarser->patch, &clusterOf);
        step.samples = share(step.coarser.clusters.size(), clusterOf, coarser->samples);
        step.error = std::max(finest, coarser->error);
        step.sphere = sphereAround(std::span<const glm::vec4>{spheres});
        if (coarser->looksWrong) step.error = std::max(step.error, step.sphere.w * wrongLookError);
        for (scene::Cluster& cluster : step.coarser.clusters) {
            cluster.own = cluster.parent = step.sphere;
            cluster.ownError = step.error;
        }
        return step;
    }

    /// Gives each cluster the samples next to its triangles, of many every second, third ….
    [[nodiscard]] static std::vector<std::vector<Sample>> share(std::size_t clusters, std::span<const std::uint32_t> clusterOf,
                                                                std::span<const Sample> samples) {
        std::vector<std::vector<Sample>> shares(clusters);
        for (const Sample& sample : samples) shares[clusterOf[sample.triangle]].push_back(sample);
        const std::size_t most = std::max(clusterSamples, groupSamples / clusters);
        for (auto& own : shares) {
            if (own.size() <= most) continue;
            for (std::size_t i = 0; i < most; ++i) own[i] = own[i * own.size() / most];
            own.resize(most);
            own.shrink_to_fit();
        }
        return shares;
    }

    void endLevel(std::uint32_t firstCluster) {
        const auto count = static_cast<std::uint32_t>(hierarchy_.clusters.clusters.size()) - firstCluster;
        hierarchy_.levels.push_back({.firstCluster = firstCluster, .clusterCount = count});
    }

    Hierarchy finish() {
        for (scene::ClusterLevel& level : hierarchy_.levels) {
            level.leastError = std::numeric_limits<float>::infinity();
            for (const auto& cluster : std::span{hierarchy_.clusters.clusters}.subspan(level.firstCluster, level.clusterCount)) {
                level.leastError = std::min(level.leastError, cluster.ownError);
                level.mostParentError = std::max(level.mostParentError, cluster.parentError);
            }
        }
        return std::move(hierarchy_);
    }

    const Welded& welded_;
    unsigned threads_;
    Hierarchy hierarchy_;
    std::vector<std::uint8_t> failures_;       ///< by cluster
    std::vector<std::vector<Sample>> samples_; ///< by cluster
};

} // namespace

Hierarchy buildHierarchy(const Welded& welded, bool simplify, unsigned threads, const Progress& progress) {
    if (welded.indices.empty()) return {};
    return Builder{welded, threads}.run(simplify, progress);
}

} // namespace millwright::cad
