#include "cad/cook/clusters.hpp"

#include "cad/cook/bounds.hpp"
#include "cad/cook/local_index.hpp"
#include <millwright/core/parallel.hpp>

#include <bit>
#include <limits>
#include <memory>
#include <utility>

namespace millwright::cad {
namespace {

constexpr std::size_t chunkTriangles = 8192; ///< of a whole mesh are cut at once: small enough for the processor's cache

/// Spreads the low 10 bits three apart.
std::uint32_t spreadBits(std::uint32_t v) {
    v = (v | v << 16) & 0x0300'00FFu;
    v = (v | v << 8) & 0x0300'F00Fu;
    v = (v | v << 4) & 0x030C'30C3u;
    return (v | v << 2) & 0x0924'9249u;
}

/// Triangles in the order of a Morton curve through their middles.
std::vector<std::uint32_t> alongCurve(const Welded& welded, unsigned threads) {
    const std::size_t count = welded.indices.size() / 3;
    // curve << 32 | triangle; their memory is touched first by the threads that fill it
    auto keyed = std::make_unique_for_overwrite<std::uint64_t[]>(count), sorted = std::make_unique_for_overwrite<std::uint64_t[]>(count);
    parallelChunks(count, 1 << 16, threads, [&](std::size_t first, std::size_t last) {
        for (std::size_t t = first; t < last; ++t) {
            glm::vec3 sum{0};
            for (std::size_t k = 0; k < 3; ++k) sum += gridSteps(welded.positions[welded.positionOf[welded.indices[t * 3 + k]]]);
            const glm::uvec3 cell{sum / (3.0f * 2048.0f)};
            const std::uint64_t curve = spreadBits(cell.x) | spreadBits(cell.y) << 1 | spreadBits(cell.z) << 2;
            keyed[t] = curve << 32 | t;
        }
    });
    // Radix sort by the curve, stable; each part counts and moves its own keys.
    const std::size_t parts = std::min<std::size_t>(threads, 16);
    std::vector<std::array<std::uint32_t, 1024>> at(parts);
    const auto partOf = [&](std::size_t part) {
        return std::span{&keyed[0] + count * part / parts, count * (part + 1) / parts - count * part / parts};
    };
    std::vector<std::uint32_t> order(count);
    for (const int shift : {32, 42, 52}) {
        parallelFor(parts, threads, [&](std::size_t part) {
            at[part].fill(0);
            for (const std::uint64_t key : partOf(part)) ++at[part][key >> shift & 1023u];
        });
        std::uint32_t before = 0;
        for (std::size_t digit = 0; digit < 1024; ++digit)
            for (auto& own : at) before += std::exchange(own[digit], before);
        parallelFor(parts, threads, [&](std::size_t part) {
            if (shift == 52) {
                for (const std::uint64_t key : partOf(part)) order[at[part][key >> shift & 1023u]++] = static_cast<std::uint32_t>(key);
            } else {
                for (const std::uint64_t key : partOf(part)) sorted[at[part][key >> shift & 1023u]++] = key;
            }
        });
        keyed.swap(sorted);
    }
    return order;
}

/// Cuts triangles in two where their middles spread most, again and again, until each part is a cluster: patches that are compact
/// and hold nearly as many triangles as a cluster may.
class Cutter {
public:
    Cutter(const Patch& patch, std::vector<std::uint32_t>* clusterOf)
        : patch_{patch}, clusterOf_{clusterOf}, inCluster_(patch.vertices.size(), 0) {
        const std::size_t count = patch.faces.facings.size();
        if (clusterOf) clusterOf->resize(count);
        middles_.resize(count);
        order_.resize(count);
        for (std::uint32_t t = 0; t < count; ++t) {
            middles_[t].at = (corner(t, 0) + corner(t, 1) + corner(t, 2)) * (1.0f / 3);
            order_[t] = t;
        }
    }

    Clusters run() {
        const std::size_t count = order_.size();
        batch_.clusters.reserve(count / scene::clusterTriangles + 1);
        batch_.triangles.reserve(count);
        batch_.vertices.reserve(count);
        cut(order_, (count + scene::clusterTriangles - 1) / scene::clusterTriangles);
        return std::move(batch_);
    }

private:
    [[nodiscard]] Four corner(std::size_t triangle, std::size_t k) const {
        return toFour(patch_.places[patch_.faces.indices[triangle * 3 + k]]);
    }

    void cut(std::span<std::uint64_t> part, std::size_t clusters) {
        if (clusters <= 1) {
            if (!add(part)) cut(part, 2); // too many vertices
            return;
        }
        const std::size_t first = clusters / 2, middle = part.size() * first / clusters;
        divide(part, middle);
        cut(part.first(middle), first);
        cut(part.subspan(middle), clusters - first);
    }

    /// Puts those that are first along the axis on which the middles of triangles spread most before `middle`. Most are told apart by
    /// which of 256 slices they lie in, without comparing them with each other.
    void divide(std::span<std::uint64_t> part, std::size_t middle) {
        Four low = middles_[part.front() & nobody].at, high = low;
        for (const std::uint64_t entry : part) {
            const Four at = middles_[entry & nobody].at;
            low = at < low ? at : low;
            high = at > high ? at : high;
        }
        const Four size = high - low;
        const std::size_t axis = size[0] >= size[1] && size[0] >= size[2] ? 0 : size[1] >= size[2] ? 1 : 2;
        if (!(size[axis] > 0)) return;
        constexpr std::size_t slices = 256;
        const float start = low[axis], scale = slices / size[axis];
        std::array<std::uint32_t, slices + 1> count{};
        for (std::uint64_t& entry : part) {
            const float along = middles_[entry & nobody].at[axis] - start; // not negative, so its bits are in the order of floats
            entry = std::uint64_t{std::bit_cast<std::uint32_t>(along)} << 32 | (entry & nobody);
            ++count[static_cast<std::uint32_t>(along * scale)];
        }
        std::uint32_t slice = 0, before = 0;
        while (before + count[slice] <= middle) before += count[slice++];
        std::array<std::uint32_t, 3> to{0, before, before + count[slice]};
        sorted_.resize(part.size());
        for (const std::uint64_t entry : part) {
            const auto own = static_cast<std::uint32_t>(std::bit_cast<float>(static_cast<std::uint32_t>(entry >> 32)) * scale);
            sorted_[to[(own >= slice ? 1u : 0u) + (own > slice ? 1u : 0u)]++] = entry;
        }
        std::ranges::copy(sorted_, part.begin());
        const auto around = part.subspan(before, count[slice]);
        std::nth_element(around.begin(), around.begin() + static_cast<std::ptrdiff_t>(middle - before), around.end());
    }

    /// Makes a cluster; false when it would have too many vertices.
    bool add(std::span<const std::uint64_t> part) {
        // What a vertex of the patch was numbered in an earlier cluster, or in one that was given up, is below `first`.
        const std::uint32_t first = nextNumber_;
        places_.clear();
        corners_.clear();
        normals_.clear();
        for (const std::uint64_t entry : part) {
            const std::uint64_t triangle = entry & nobody;
            for (std::size_t k = 0; k < 3; ++k) {
                const std::uint32_t vertex = patch_.faces.indices[triangle * 3 + k];
                if (inCluster_[vertex] < first) {
                    inCluster_[vertex] = nextNumber_++;
                    batch_.vertices.push_back(patch_.vertices[vertex]);
                    places_.push_back({toFour(patch_.places[vertex])});
                }
                corners_.push_back(inCluster_[vertex] - first);
            }
            if (const Quad& facing = patch_.faces.facings[triangle]; facing.at[3] > 0) normals_.push_back(facing);
        }
        if (places_.size() > scene::clusterVertices) {
            batch_.vertices.resize(batch_.vertices.size() - places_.size());
            return false;
        }
        scene::Cluster& cluster = batch_.clusters.emplace_back();
        cluster.firstVertex = static_cast<std::uint32_t>(batch_.vertices.size() - places_.size());
        cluster.firstTriangle = static_cast<std::uint32_t>(batch_.triangles.size());
        cluster.vertexCount = static_cast<std::uint32_t>(places_.size());
        cluster.triangleCount = static_cast<std::uint32_t>(part.size());
        for (std::size_t i = 0; i < corners_.size(); i += 3)
            batch_.triangles.push_back(corners_[i] | corners_[i + 1] << 8 | corners_[i + 2] << 16);
        if (clusterOf_)
            for (const std::uint64_t entry : part)
                (*clusterOf_)[entry & nobody] = static_cast<std::uint32_t>(batch_.clusters.size() - 1);
        cluster.bounds = cluster.own = cluster.parent = sphereAround(std::span<const Quad>{places_});
        cluster.cone = coneAround(normals_);
        cluster.parentError = std::numeric_limits<float>::infinity();
        return true;
    }

    const Patch& patch_;
    std::vector<std::uint32_t>* clusterOf_;
    std::vector<Quad> middles_;
    std::vector<std::uint64_t> order_;  ///< triangles, and above them what they are ordered by
    std::vector<std::uint64_t> sorted_; ///< see `divide`
    Clusters batch_;
    std::vector<std::uint32_t> inCluster_; ///< by vertex of the patch: its number, see `add`
    std::uint32_t nextNumber_ = 1;
    std::vector<Quad> places_, normals_; ///< of the cluster being made
    std::vector<std::uint32_t> corners_;      ///< of the cluster being made: which of its vertices
};

} // namespace

void Clusters::put(const Clusters& other, Begin begin) {
    for (std::size_t i = 0; i < other.clusters.size(); ++i) {
        scene::Cluster& cluster = clusters[begin.cluster + i] = other.clusters[i];
        cluster.firstVertex += begin.vertex;
        cluster.firstTriangle += begin.triangle;
    }
    std::ranges::copy(other.vertices, vertices.begin() + begin.vertex);
    std::ranges::copy(other.triangles, triangles.begin() + begin.triangle);
}

void Clusters::reserve(double times) {
    const auto grow = [times](auto& items) { items.reserve(static_cast<std::size_t>(static_cast<double>(items.size()) * times)); };
    grow(clusters);
    grow(vertices);
    grow(triangles);
}

Clusters cutIntoClusters(const Patch& patch, std::vector<std::uint32_t>* clusterOf) {
    return Cutter{patch, clusterOf}.run();
}

Clusters cutIntoClusters(const Welded& welded, unsigned threads) {
    const std::size_t count = welded.indices.size() / 3;
    const auto order = alongCurve(welded, threads);
    const std::size_t chunks = (count + chunkTriangles - 1) / chunkTriangles;
    std::vector<Clusters> cut(chunks);
    parallelFor(chunks, threads, [&](std::size_t chunk) {
        const std::size_t first = chunk * count / chunks, last = (chunk + 1) * count / chunks;
        Patch patch;
        LocalIndex local;
        local.reset(last - first); // a surface has about half as many vertices as triangles
        patch.faces.indices.reserve((last - first) * 3);
        for (std::size_t i = first; i < last; ++i) {
            constexpr std::size_t ahead = 16;
            if (i + ahead < last) __builtin_prefetch(&welded.indices[std::size_t{order[i + ahead]} * 3]);
            for (std::size_t k = 0; k < 3; ++k) {
                const std::uint32_t vertex = welded.indices[std::size_t{order[i]} * 3 + k];
                welded.expectVertex(vertex);
                patch.faces.indices.push_back(local.at(vertex));
            }
        }
        patch.vertices.assign(local.ids().begin(), local.ids().end());
        patch.places.reserve(patch.vertices.size());
        for (const std::uint32_t vertex : patch.vertices) welded.expectPosition(welded.positionOf[vertex]);
        for (const std::uint32_t vertex : patch.vertices) patch.places.push_back(welded.vertexPlace(vertex));
        patch.faces.facings = facingsOf(patch.places, patch.faces.indices);
        cut[chunk] = cutIntoClusters(patch);
    });
    Clusters all;
    const auto begins = all.makeRoom(chunks, [&](std::size_t chunk) -> const Clusters& { return cut[chunk]; });
    parallelFor(chunks, threads, [&](std::size_t chunk) { all.put(std::exchange(cut[chunk], {}), begins[chunk]); });
    return all;
}

} // namespace millwright::cad
