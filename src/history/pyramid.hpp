#pragma once

#include "history/block.hpp"

#include <cstdint>
#include <memory>
#include <vector>

/// The sealed blocks of one signal under summaries of summaries: a tree that is never changed. A new block, or what falls out of
/// memory, makes a new root that shares all the rest, so a reader that holds a root has a consistent picture of its own.
namespace millwright::history {

inline constexpr std::size_t fanOut = 32;
inline constexpr int levelsAtMost = 8; ///< 512 samples times 32 to the eighth: enough

/// How many blocks a stretch of that level covers.
[[nodiscard]] constexpr std::uint64_t blocksOf(int level) {
    return std::uint64_t{1} << (5 * level);
}
static_assert(fanOut == blocksOf(1));

struct Node;

/// A stretch of samples: what it amounts to, and its detail while that is in memory.
struct Stretch {
    Summary summary;
    std::shared_ptr<const void> below; ///< the bytes of a block in a node of level 0, else a `Node`; null once forgotten
};

struct Node {
    int level = 0;            ///< each stretch covers fanOut to this power blocks
    std::uint64_t blocks = 0; ///< that were ever added below
    std::vector<Stretch> stretches;

    /// Of a node above level 0. Null where the detail was forgotten.
    [[nodiscard]] const Node* node(std::size_t i) const { return static_cast<const Node*>(stretches[i].below.get()); }
    /// Of a node of level 0. Null where the detail was forgotten.
    [[nodiscard]] const std::byte* block(std::size_t i) const { return static_cast<const std::byte*>(stretches[i].below.get()); }
};
using Root = std::shared_ptr<const Node>;

/// What trees hold in memory, as far as they do not share it.
struct Holding {
    std::size_t blockBytes = 0, summaryBytes = 0;
    std::uint64_t samples = 0; ///< in blocks
};

/// `root` (null: no block yet) and one more block behind the others. Adds to `held` what that takes.
[[nodiscard]] Root withBlock(const Root& root, const Summary& summary, PackedBlock block, Holding& held);
/// `root` without what lies below its `ordinal`-th stretch of that level, of which only the summary stays; takes what that frees
/// off `held`. The same root when it is not there any more, or not yet.
[[nodiscard]] Root without(const Root& root, int level, std::uint64_t ordinal, Holding& held);
} // namespace millwright::history
