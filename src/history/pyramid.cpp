#include "history/pyramid.hpp"

namespace millwright::history {
namespace {

// What the allocator and the shared count add to each block of memory.
constexpr std::size_t allocation = 16, sharedCount = 24;
constexpr std::size_t nodeBytes = sizeof(Node) + 2 * allocation + sharedCount;

bool isFull(const Node& node) {
    return node.blocks == blocksOf(node.level + 1);
}

Summary total(const Node& node) {
    Summary all;
    for (const Stretch& stretch : node.stretches) all.add(stretch.summary);
    return all;
}

/// A copy with room for `more` stretches and no more: most nodes stay as they are for good.
std::shared_ptr<Node> copyOf(const Node& node, std::size_t more) {
    auto copy = std::make_shared<Node>();
    copy->level = node.level;
    copy->blocks = node.blocks;
    copy->stretches.reserve(node.stretches.size() + more);
    copy->stretches = node.stretches;
    return copy;
}

Root added(const Node* node, int level, const Summary& summary, PackedBlock&& block, Holding& held) {
    if (node == nullptr) held.summaryBytes += nodeBytes;
    const Node* last = node != nullptr && level > 0 ? node->node(node->stretches.size() - 1) : nullptr;
    const bool goesOn = last != nullptr && !isFull(*last);
    auto copy = node != nullptr ? copyOf(*node, goesOn ? 0 : 1) : std::make_shared<Node>();
    copy->level = level;
    ++copy->blocks;
    Stretch stretch{.summary = summary, .below = nullptr};
    if (level == 0) {
        held.blockBytes += bytesOf(block.get()) + allocation + sharedCount;
        held.samples += summary.samples;
        stretch.below = std::move(block);
    } else {
        stretch.below = added(goesOn ? last : nullptr, level - 1, summary, std::move(block), held);
        if (goesOn) stretch.summary = copy->stretches.back().summary;
        if (goesOn) stretch.summary.add(summary);
    }
    if (goesOn) {
        copy->stretches.back() = std::move(stretch);
    } else {
        copy->stretches.push_back(std::move(stretch));
        held.summaryBytes += sizeof(Stretch);
    }
    return copy;
}

Holding heldBelow(const Stretch& stretch, int level) {
    Holding held;
    if (stretch.below == nullptr) return held;
    if (level == 0) {
        held.blockBytes = bytesOf(static_cast<const std::byte*>(stretch.below.get())) + allocation + sharedCount;
        held.samples = stretch.summary.samples;
        return held;
    }
    const Node& node = *static_cast<const Node*>(stretch.below.get());
    held.summaryBytes = nodeBytes + node.stretches.size() * sizeof(Stretch);
    for (const Stretch& each : node.stretches) {
        const Holding more = heldBelow(each, level - 1);
        held.blockBytes += more.blockBytes;
        held.summaryBytes += more.summaryBytes;
        held.samples += more.samples;
    }
    return held;
}

} // namespace

Root withBlock(const Root& root, const Summary& summary, PackedBlock block, Holding& held) {
    Root next = added(root.get(), root ? root->level : 0, summary, std::move(block), held);
    if (!isFull(*next)) return next;
    auto above = std::make_shared<Node>(); // so that every complete stretch stands in a node and can be forgotten
    above->level = next->level + 1;
    above->blocks = next->blocks;
    above->stretches.push_back({.summary = total(*next), .below = next});
    held.summaryBytes += nodeBytes + sizeof(Stretch);
    return above;
}

Root without(const Root& root, int level, std::uint64_t ordinal, Holding& held) {
    if (root == nullptr || root->level < level) return root;
    const std::uint64_t beneath = blocksOf(root->level - level); // stretches of that level in one of the root's
    const std::uint64_t within = ordinal / beneath;
    if (within >= root->stretches.size() || root->stretches[within].below == nullptr) return root;
    const Stretch& stretch = root->stretches[within];
    std::shared_ptr<const void> below;
    if (root->level == level) {
        const Holding freed = heldBelow(stretch, level);
        held.blockBytes -= freed.blockBytes;
        held.summaryBytes -= freed.summaryBytes;
        held.samples -= freed.samples;
    } else {
        const Root before = std::static_pointer_cast<const Node>(stretch.below);
        const Root after = without(before, level, ordinal % beneath, held);
        if (after == before) return root;
        below = after;
    }
    auto copy = copyOf(*root, 0);
    copy->stretches[within].below = std::move(below);
    return copy;
}

} // namespace millwright::history
