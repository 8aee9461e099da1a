#include "cad/cook/groups.hpp"

#include <millwright/core/parallel.hpp>

#include <algorithm>
#include <map>
#include <numeric>

namespace millwright::cad {
namespace {

constexpr std::size_t groupSize = 16;    ///< clusters a group is grown to
constexpr std::size_t smallestGroup = 8; ///< smaller ones join a neighbour
constexpr std::size_t largestGroup = 24; ///< after that

} // namespace

template <typename Each>
void Grouping::forOwners(const Welded& welded, const Clusters& all, std::uint32_t cluster, const Each& each) {
    constexpr std::ptrdiff_t ahead = 24; // owners are more than the processor's cache holds
    const std::uint32_t* last = &all.vertices.back();
    for (const std::uint32_t& vertex : all.verticesOf(all.clusters[cluster])) {
        if (last - &vertex > ahead) __builtin_prefetch(&owners_[welded.positionOf[*(&vertex + ahead)]]);
        each(owners_[welded.positionOf[vertex]]);
    }
}

std::uint32_t Grouping::beginPass(std::size_t count) {
    const std::uint32_t first = nextOwner_;
    nextOwner_ += static_cast<std::uint32_t>(count);
    return first;
}

void Grouping::lockForEver(const Welded& welded, const Clusters& all, std::uint32_t cluster) {
    forOwners(welded, all, cluster, [](Owner& owner) { owner = forEver; });
}

void Grouping::findNeighbours(const Welded& welded, const Clusters& all, std::span<const std::uint32_t> members) {
    // A position is owned by the first of its clusters, which has the highest number; the others are linked to that one.
    const auto count = static_cast<std::uint32_t>(members.size());
    const std::uint32_t lowest = beginPass(count);
    const auto numberOf = [&](std::uint32_t member) { return lowest + (count - 1 - member); };
    const std::size_t chunk = std::max<std::size_t>(64, count / (8 * threads_)); // neighbours mostly on one thread
    parallelChunks(count, chunk, threads_, [&](std::size_t first, std::size_t last) {
        for (auto m = static_cast<std::uint32_t>(first); m < last; ++m)
            forOwners(welded, all, members[m], [number = numberOf(m)](Owner& owner) {
                std::uint32_t was = owner.load(std::memory_order_relaxed);
                while (was < number && !owner.compare_exchange_weak(was, number, std::memory_order_relaxed)) {
                }
            });
    });
    std::vector<std::vector<Neighbour>> before(count); // of each member its neighbours among those before it
    links_.clear();
    links_.resize((count + chunk - 1) / chunk);
    parallelChunks(count, chunk, threads_, [&](std::size_t first, std::size_t last) {
        std::vector<Link>& links = links_[first / chunk];
        std::vector<std::uint32_t> others;
        for (auto m = static_cast<std::uint32_t>(first); m < last; ++m) {
            others.clear();
            forOwners(welded, all, members[m], [&, own = numberOf(m)](Owner& owner) {
                const std::uint32_t number = owner.load(std::memory_order_relaxed);
                if (number == own || number == forEver) return;
                others.push_back(lowest + (count - 1 - number));
                links.push_back({&owner, m, others.back()});
            });
            std::ranges::sort(others);
            for (const std::uint32_t other : others) {
                if (before[m].empty() || before[m].back().cluster != other) before[m].push_back({other, 0});
                ++before[m].back().weight;
            }
        }
    });
    first_.assign(count + 2, 0);
    for (std::uint32_t m = 0; m < count; ++m)
        for (const Neighbour& neighbour : before[m]) ++first_[m + 2], ++first_[neighbour.cluster + 2];
    std::partial_sum(first_.begin(), first_.end(), first_.begin());
    neighbours_.resize(first_.back());
    for (std::uint32_t m = 0; m < count; ++m) {
        for (const Neighbour& neighbour : before[m]) {
            neighbours_[first_[m + 1]++] = neighbour;
            neighbours_[first_[neighbour.cluster + 1]++] = {m, neighbour.weight};
        }
    }
}

std::vector<std::vector<std::uint32_t>> Grouping::group(const Welded& welded, const Clusters& all,
                                                        std::span<const std::uint32_t> members) {
    findNeighbours(welded, all, members);
    std::vector<std::uint32_t> groupOf(members.size(), nobody);
    std::vector<std::vector<std::uint32_t>> groups; // of members
    std::vector<std::uint32_t> weights(members.size(), 0), candidates;
    std::uint32_t next = 0;
    while (true) {
        while (next < members.size() && groupOf[next] != nobody) ++next;
        if (next == members.size()) break;
        const auto name = static_cast<std::uint32_t>(groups.size());
        auto& group = groups.emplace_back();
        candidates.clear();
        for (std::uint32_t take = next; take != nobody && group.size() < groupSize;) {
            groupOf[take] = name;
            group.push_back(take);
            for (const auto& [neighbour, weight] : neighboursOf(take)) {
                if (groupOf[neighbour] != nobody) continue;
                if (weights[neighbour] == 0) candidates.push_back(neighbour);
                weights[neighbour] += weight;
            }
            take = nobody;
            for (const std::uint32_t candidate : candidates) {
                if (groupOf[candidate] != nobody) continue;
                if (take == nobody || weights[candidate] > weights[take] ||
                    (weights[candidate] == weights[take] && candidate < take))
                    take = candidate;
            }
        }
        for (const std::uint32_t candidate : candidates) weights[candidate] = 0;
    }
    // What was left over between grown groups joins the neighbour it shares most with; lonely parts, the one made before.
    for (std::uint32_t name = 0; name < groups.size(); ++name) {
        if (groups[name].empty() || groups[name].size() >= smallestGroup) continue;
        std::map<std::uint32_t, std::uint32_t> shares;
        for (const std::uint32_t m : groups[name])
            for (const auto& [neighbour, weight] : neighboursOf(m))
                if (groupOf[neighbour] != name) shares[groupOf[neighbour]] += weight;
        std::uint32_t best = nobody, most = 0;
        for (const auto& [other, weight] : shares)
            if (weight > most && groups[other].size() + groups[name].size() <= largestGroup) best = other, most = weight;
        for (std::uint32_t other = name; best == nobody && shares.empty() && other-- > 0;)
            if (!groups[other].empty()) {
                if (groups[other].size() + groups[name].size() <= largestGroup) best = other;
                break;
            }
        if (best == nobody) continue;
        for (const std::uint32_t m : groups[name]) groupOf[m] = best;
        groups[best].insert(groups[best].end(), groups[name].begin(), groups[name].end());
        groups[name].clear();
    }
    std::erase_if(groups, [](const auto& group) { return group.empty(); });
    for (auto& group : groups) {
        std::ranges::sort(group);
        for (std::uint32_t& m : group) m = members[m];
    }
    lockBorders(groupOf);
    return groups;
}

void Grouping::lockBorders(std::span<const std::uint32_t> groupOf) {
    shared_ = beginPass(1);
    parallelFor(links_.size(), threads_, [&](std::size_t i) {
        for (const Link& link : std::exchange(links_[i], {}))
            if (groupOf[link.member] != groupOf[link.first] && *link.owner != forEver) *link.owner = shared_;
    });
}

} // namespace millwright::cad
