#include "cad/cook/groups.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <queue>

namespace millwright::cad {
namespace {

constexpr std::size_t groupSize = 16;    ///< clusters a group is grown to
constexpr std::size_t smallestGroup = 8; ///< smaller ones join a neighbour
constexpr std::size_t largestGroup = 24; ///< after that

} // namespace

std::uint32_t& Grouping::ownerOf(std::uint32_t position) {
    Owner& owner = owners_[position];
    if (owner.pass != pass_ && owner.pass != forEver) owner = {nobody, pass_};
    return owner.name;
}

void Grouping::expect(const Welded& welded, const Clusters& all, const std::uint32_t& vertex) const {
    constexpr std::ptrdiff_t ahead = 24; // what lies that far on is mostly of the same cluster or of the next
    if (&all.vertices.back() - &vertex > ahead) __builtin_prefetch(&owners_[welded.positionOf[*(&vertex + ahead)]]);
}

void Grouping::lockForEver(const Welded& welded, const Clusters& all, std::uint32_t cluster) {
    for (const std::uint32_t vertex : all.verticesOf(all.clusters[cluster])) owners_[welded.positionOf[vertex]] = {shared, forEver};
}

void Grouping::findNeighbours(const Welded& welded, const Clusters& all, std::span<const std::uint32_t> members) {
    ++pass_;
    // Of the clusters at a position each is linked to the one before: enough to know who lies beside whom.
    std::vector<std::uint64_t> links;
    for (std::uint32_t m = 0; m < members.size(); ++m) {
        for (const std::uint32_t& vertex : all.verticesOf(all.clusters[members[m]])) {
            expect(welded, all, vertex);
            std::uint32_t& owner = ownerOf(welded.positionOf[vertex]);
            if (owner == shared) continue;
            if (owner != nobody && owner != m) links.push_back(std::uint64_t{owner} << 32 | m);
            owner = m;
        }
    }
    first_.assign(members.size() + 1, 0);
    for (const std::uint64_t link : links) ++first_[(link >> 32) + 1], ++first_[(link & nobody) + 1];
    std::partial_sum(first_.begin(), first_.end(), first_.begin());
    neighbours_.resize(first_.back());
    auto at = first_;
    for (const std::uint64_t link : links) {
        const auto a = static_cast<std::uint32_t>(link >> 32), b = static_cast<std::uint32_t>(link);
        neighbours_[at[a]++] = {b, 1};
        neighbours_[at[b]++] = {a, 1};
    }
    std::uint32_t kept = 0; // equal ones are counted together
    for (std::uint32_t m = 0; m < members.size(); ++m) {
        const auto begin = neighbours_.begin() + first_[m], end = neighbours_.begin() + first_[m + 1];
        std::sort(begin, end, [](const Neighbour& a, const Neighbour& b) { return a.cluster < b.cluster; });
        first_[m] = kept;
        for (auto i = begin; i != end; ++i) {
            if (kept > first_[m] && neighbours_[kept - 1].cluster == i->cluster)
                ++neighbours_[kept - 1].weight;
            else
                neighbours_[kept++] = *i;
        }
    }
    first_[members.size()] = kept;
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
    lockBorders(welded, all, groups);
    return groups;
}

void Grouping::lockBorders(const Welded& welded, const Clusters& all, std::span<const std::vector<std::uint32_t>> groups) {
    ++pass_;
    for (std::uint32_t name = 0; name < groups.size(); ++name) {
        for (const std::uint32_t cluster : groups[name]) {
            for (const std::uint32_t& vertex : all.verticesOf(all.clusters[cluster])) {
                expect(welded, all, vertex);
                std::uint32_t& owner = ownerOf(welded.positionOf[vertex]);
                if (owner == nobody)
                    owner = name;
                else if (owner != name)
                    owner = shared;
            }
        }
    }
}

} // namespace millwright::cad
