#pragma once

#include "cad/cook/clusters.hpp"

#include <atomic>

namespace millwright::cad {

/// Puts clusters that lie side by side into groups of 8 to 24, fewer only where a part of the mesh has no more. Clusters with a
/// long common border come together first: the border of an earlier group, which has kept all its vertices, ends inside a group.
class Grouping {
public:
    Grouping(std::size_t positions, unsigned threads) : threads_{threads}, owners_(positions) {}

    /// `members` are clusters of `all`, ascending; the result lists each of them once, groups and members in ascending order.
    [[nodiscard]] std::vector<std::vector<std::uint32_t>> group(const Welded& welded, const Clusters& all,
                                                                std::span<const std::uint32_t> members);
    /// Whether the last `group` put clusters that share this position into different groups: it must not move.
    [[nodiscard]] bool isLocked(std::uint32_t position) const { return owners_[position].load(std::memory_order_relaxed) >= shared_; }
    /// Asks for the memory that `isLocked` will look at.
    void expect(std::uint32_t position) const { __builtin_prefetch(&owners_[position]); }
    /// Locks the positions of a cluster for ever: nothing coarser will take its place.
    void lockForEver(const Welded& welded, const Clusters& all, std::uint32_t cluster);

private:
    using Owner = std::atomic<std::uint32_t>;
    static constexpr std::uint32_t forEver = ~0u;

    struct Neighbour {
        std::uint32_t cluster;
        std::uint32_t weight; ///< shared positions
    };
    /// A position of two members.
    struct Link {
        Owner* owner;
        std::uint32_t member, first; ///< the first of all that share it
    };
    void findNeighbours(const Welded& welded, const Clusters& all, std::span<const std::uint32_t> members);
    void lockBorders(std::span<const std::uint32_t> groupOf);
    [[nodiscard]] std::span<const Neighbour> neighboursOf(std::uint32_t member) const {
        return std::span{neighbours_}.subspan(first_[member], first_[member + 1] - first_[member]);
    }
    /// Calls `each(owner)` for the positions of a cluster.
    template <typename Each>
    void forOwners(const Welded& welded, const Clusters& all, std::uint32_t cluster, const Each& each);
    /// Numbers for `count` owners, higher than all before: the first of them. Whatever is lower says nothing any more.
    [[nodiscard]] std::uint32_t beginPass(std::size_t count);

    unsigned threads_;
    std::vector<Owner> owners_; ///< by position: the highest number it was given
    std::uint32_t nextOwner_ = 1;
    std::uint32_t shared_ = forEver;       ///< from this number on a position belongs to several groups
    std::vector<std::vector<Link>> links_; ///< by run of members
    std::vector<Neighbour> neighbours_;    ///< by member, see `first_`
    std::vector<std::uint32_t> first_;
};

} // namespace millwright::cad
