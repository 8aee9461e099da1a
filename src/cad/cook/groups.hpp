#pragma once

#include "cad/cook/clusters.hpp"

namespace millwright::cad {

/// Puts clusters that lie side by side into groups of 8 to 24, fewer only where a part of the mesh has no more. Clusters with a
/// long common border come together first: the border of an earlier group, which has kept all its vertices, ends inside a group.
class Grouping {
public:
    explicit Grouping(std::size_t positions) : owners_(positions) {}

    /// `members` are clusters of `all`, ascending; the result lists each of them once, groups and members in ascending order.
    [[nodiscard]] std::vector<std::vector<std::uint32_t>> group(const Welded& welded, const Clusters& all,
                                                                std::span<const std::uint32_t> members);
    /// Whether the last `group` put clusters that share this position into different groups: it must not move.
    [[nodiscard]] bool isLocked(std::uint32_t position) const { return owners_[position].name == shared; }
    /// Locks the positions of a cluster for ever: nothing coarser will take its place.
    void lockForEver(const Welded& welded, const Clusters& all, std::uint32_t cluster);

private:
    static constexpr std::uint32_t shared = ~0u - 1;
    static constexpr std::uint32_t forEver = ~0u;

    struct Neighbour {
        std::uint32_t cluster;
        std::uint32_t weight; ///< shared positions
    };
    void findNeighbours(const Welded& welded, const Clusters& all, std::span<const std::uint32_t> members);
    void lockBorders(const Welded& welded, const Clusters& all, std::span<const std::vector<std::uint32_t>> groups);
    [[nodiscard]] std::span<const Neighbour> neighboursOf(std::uint32_t member) const {
        return std::span{neighbours_}.subspan(first_[member], first_[member + 1] - first_[member]);
    }
    /// Asks for the memory of a vertex of `all.vertices` some way behind this one.
    void expect(const Welded& welded, const Clusters& all, const std::uint32_t& vertex) const;
    /// What was said of a position in this pass, or `nobody`.
    std::uint32_t& ownerOf(std::uint32_t position);

    struct Owner {
        std::uint32_t name = nobody;
        std::uint32_t pass = 0; ///< in which `name` was set
    };
    std::vector<Owner> owners_; ///< by position
    std::uint32_t pass_ = 0;
    std::vector<Neighbour> neighbours_; ///< by member, see `first_`
    std::vector<std::uint32_t> first_;
};

} // namespace millwright::cad
